"""The configuration file as one frozen value, checked whole before anything starts."""

import os
import tomllib
from pathlib import Path
from string import Formatter
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from endpoint.errors import ConfigError

_MESSAGE_FIELDS = frozenset({"action", "kind", "summary", "permalink"})
_PLACE_FIELDS = frozenset({"year", "month", "day", "hour", "minute", "second", "slug", "type"})


def _read_secret(value: Any, info: ValidationInfo) -> Any:
    """Return the value itself, or what ``{env = NAME}`` or ``{file = PATH}`` points to."""
    match value:
        case {"env": str(name)} if len(value) == 1:
            if name not in os.environ:
                raise ValueError(f"the environment has no variable {name}")
            return os.environ[name]
        case {"file": str(name)} if len(value) == 1:
            path = _absolute(Path(name), info)
            try:
                return path.read_text(encoding="utf-8").strip()
            except OSError as error:
                raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    return value


def _absolute(path: Path, info: ValidationInfo) -> Path:
    folder: Path = (info.context or {}).get("folder", Path.cwd())
    return (folder / path.expanduser()).absolute()


def _check_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except Exception as error:
        raise ValueError("no such time zone; write it like Europe/Berlin") from error
    return value


def _check_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an absolute http or https URL")
    if parts.query or parts.fragment or parts.username:
        raise ValueError("must have no query, no fragment and no user name")
    return value if parts.path else value + "/"


def _check_fields(value: str, known: frozenset[str]) -> str:
    try:
        used = {name for _, name, _, _ in Formatter().parse(value) if name is not None}
    except ValueError as error:
        raise ValueError(f"its braces do not match: {error}") from error
    if unknown := sorted(used - known):
        allowed = " ".join(f"{{{name}}}" for name in sorted(known))
        raise ValueError(f"{{{unknown[0]}}} is no field; there are {allowed}")
    return value


def _check_message(value: str) -> str:
    return _check_fields(value, _MESSAGE_FIELDS)


def _check_pattern(value: str) -> str:
    if value.startswith("/") or ".." in value.split("/"):
        raise ValueError("must be relative and stay inside the site")
    if "{slug}" not in value:
        raise ValueError("must hold {slug}, or two posts would share a place")
    return _check_fields(value, _PLACE_FIELDS)


Url = Annotated[str, AfterValidator(_check_url)]
Secret = Annotated[str, BeforeValidator(_read_secret)]
FilePath = Annotated[Path, AfterValidator(_absolute)]
Pattern = Annotated[str, AfterValidator(_check_pattern)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Owner(_Table):
    """Who writes here: shown as the feed's author and in the site's h-card."""

    name: str = ""
    photo: str = ""
    email: str = ""
    note: str = ""


class RepositoryConfig(_Table):
    path: FilePath = Field(default=Path("site.git"), validate_default=True)
    checkout: FilePath = Field(default=Path("site"), validate_default=True)
    branch: str = "main"
    remote: Secret = ""
    author: str = Field(default="", pattern=r"^([^<>\r\n\x00]+ <[^<>\s\x00]*>)?$")
    message: Annotated[str, AfterValidator(_check_message)] = "{kind}: {summary}"


class SiteConfig(_Table):
    generator: Literal["hugo", "jekyll"] = "hugo"
    url: str = ""
    title: str = ""
    language: str = "en"
    build: str = "hugo --minify"
    build_timeout_s: int = Field(default=300, gt=0)
    output: FilePath = Field(default=Path("public"), validate_default=True)
    serve: bool = False


class FrontMatterConfig(_Table):
    format: Literal["yaml", "toml", "json"] = "yaml"
    spelling: Literal["", "camelCase", "snake_case", "mf2"] = ""
    keys: dict[str, str] = {}


class PlaceConfig(_Table):
    path: Pattern
    url: Pattern


class NamedService(_Table):
    name: str
    url: str = ""
    photo: str = ""


class SyndicationTarget(_Table):
    uid: str
    name: str
    service: NamedService | None = None
    user: NamedService | None = None
    checked: bool = False
    clients: tuple[str, ...] = ()


class Channel(_Table):
    uid: str
    name: str


class Contact(_Table):
    name: str
    nickname: str = ""
    url: str = ""
    photo: str = ""


class MicropubConfig(_Table):
    plain_text: Literal["markdown", "literal"] = "markdown"
    split_commas: bool = True
    idempotency_s: int = Field(default=60, ge=0)
    syndicate_to: tuple[SyndicationTarget, ...] = ()
    channels: tuple[Channel, ...] = ()
    contacts: tuple[Contact, ...] = ()


class AuthConfig(_Table):
    mode: Literal["builtin", "external"] = "builtin"
    password_hash: Secret = ""
    strict_bearer: bool = False
    require_pkce: bool = False
    token_endpoint: str = ""
    introspection_endpoint: str = ""
    introspection_token: Secret = ""
    cache_s: int = Field(default=60, ge=0)
    negative_cache_s: int = Field(default=10, ge=0)


class FetchConfig(_Table):
    allow_hosts: tuple[str, ...] = ()
    timeout_s: float = Field(default=10, gt=0)
    max_bytes: int = Field(default=1_000_000, gt=0)


class WebmentionConfig(_Table):
    approve: tuple[Literal["all", "trusted", "likes", "reposts"], ...] = ("trusted",)


class LimitsConfig(_Table):
    enabled: bool = True
    max_body_bytes: int = Field(default=25_000_000, gt=0)


class StoreConfig(_Table):
    url: Secret


class Config(_Table):
    """Everything an installation can be told, as ``config.example.toml`` explains it."""

    me: Url
    public_url: Url = ""
    timezone: Annotated[str, AfterValidator(_check_zone)] = "UTC"
    state: FilePath = Field(default=Path("state"), validate_default=True)
    owner: Owner = Owner()
    repository: RepositoryConfig
    site: SiteConfig
    front_matter: FrontMatterConfig = FrontMatterConfig()
    posts: dict[str, PlaceConfig] = {}
    micropub: MicropubConfig = MicropubConfig()
    auth: AuthConfig = AuthConfig()
    fetch: FetchConfig = FetchConfig()
    webmention: WebmentionConfig = WebmentionConfig()
    limits: LimitsConfig = LimitsConfig()
    database: StoreConfig = StoreConfig(url="sqlite:///state/endpoint.db")
    queue: StoreConfig = StoreConfig(url="sqlite:///state/queue.db")
    folder: Path = Path()

    @model_validator(mode="before")
    @classmethod
    def _set_folder(cls, data: Any, info: ValidationInfo) -> Any:
        if isinstance(data, dict):
            if "folder" in data:
                raise ValueError("folder is not a setting")
            folder = (info.context or {}).get("folder", Path.cwd())
            return {"repository": {}, "site": {}, **data, "folder": folder}
        return data

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def base_url(self) -> str:
        """Where this server is reached, without a trailing slash."""
        return (self.public_url or self.me).rstrip("/")

    @property
    def site_url(self) -> str:
        """The site's root, with a trailing slash; permalinks begin with it."""
        return (self.site.url or self.me).rstrip("/") + "/"

    @property
    def host(self) -> str:
        """The host name of ``me``."""
        return urlsplit(self.me).hostname or "localhost"

    @property
    def author_name(self) -> str:
        return self.owner.name or self.host

    @property
    def title(self) -> str:
        """The title of the site and its feed."""
        return self.site.title or self.author_name

    @property
    def author(self) -> str:
        """Who commits, as git writes it: ``Ada <ada@site.example>``."""
        name = "".join(c for c in self.author_name if c.isprintable() and c not in "<>").strip()
        default = f"{name or self.host} <{self.owner.email or 'me@' + self.host}>"
        return self.repository.author or default

    def database_url(self, url: str) -> str:
        """Return ``url`` with a relative SQLite path taken from the file's own folder."""
        scheme, separator, path = url.partition(":///")
        if scheme == "sqlite" and separator and not path.startswith("/"):
            return f"{scheme}:///{self.folder / path}"
        return url


def find_path(given: str | None) -> Path:
    """Return the configuration file to use: given, ``$ENDPOINT_CONFIG``, or ``config.toml``."""
    return Path(given or os.environ.get("ENDPOINT_CONFIG") or "config.toml").absolute()


def load(path: Path) -> Config:
    """Return the configuration in the TOML file at ``path``.

    Raise ConfigError if it cannot be read or if any key or value is wrong; the
    message names all of them, each with what was found and what is allowed.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(
            f"There is no configuration at {path}; make one with: endpoint init DIR"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    try:
        return Config.model_validate(data, context={"folder": path.parent})
    except ValidationError as error:
        problems = "\n".join(f"  {_explain(problem)}" for problem in error.errors())
        raise ConfigError(f"{path} needs mending:\n{problems}") from error


def _explain(problem: Any) -> str:
    name = ".".join(str(part) for part in problem["loc"]) or "the file"
    if problem["type"] == "extra_forbidden":
        return f"{name}: there is no such key"
    if problem["type"] == "missing":
        return f"{name}: is required"
    message = problem["msg"].removeprefix("Value error, ")
    if "hash" in name or "token" in name or name.endswith(("url", "remote")):
        return f"{name}: {message}"
    return f"{name}: {message} (found {problem['input']!r})"
