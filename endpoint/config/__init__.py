"""The configuration file as one frozen value, checked whole before anything starts."""

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, model_validator

from endpoint.config.checks import FilePath, Url, UrlOrNothing, Zone
from endpoint.config.media import MediaConfig
from endpoint.config.mentions import MailConfig, WebmentionConfig
from endpoint.config.posts import FrontMatterConfig, Kind, PlaceConfig
from endpoint.config.repository import RepositoryConfig
from endpoint.config.syndication import SyndicationTarget, check_uids
from endpoint.config.tables import (
    AuthConfig,
    FetchConfig,
    HooksConfig,
    LimitsConfig,
    MastodonConfig,
    MetricsConfig,
    MicroblogConfig,
    MicropubConfig,
    Owner,
    SiteConfig,
    StoreConfig,
    Table,
)
from endpoint.errors import ConfigError

_SECRETS = (
    "_secret",
    "remote",
    "password_hash",
    "introspection_token",
    "access_key_id",
    "secret_access_key",
    "mail.password",
    "token",
)


class Config(Table):
    """Everything an installation can be told, as ``config.example.toml`` explains it."""

    me: Url
    public_url: UrlOrNothing = ""
    timezone: Zone = "UTC"
    state: FilePath = Field(default=Path("state"), validate_default=True)
    owner: Owner = Owner()
    repository: RepositoryConfig
    site: SiteConfig
    front_matter: FrontMatterConfig = FrontMatterConfig()
    posts: dict[Kind, PlaceConfig] = Field(default_factory=dict)
    micropub: MicropubConfig = MicropubConfig()
    auth: AuthConfig = AuthConfig()
    media: MediaConfig = MediaConfig()
    fetch: FetchConfig = FetchConfig()
    webmention: WebmentionConfig = WebmentionConfig()
    mail: MailConfig = MailConfig()
    syndication: Annotated[tuple[SyndicationTarget, ...], AfterValidator(check_uids)] = ()
    mastodon: MastodonConfig = MastodonConfig()
    microblog: MicroblogConfig = MicroblogConfig()
    hooks: HooksConfig = HooksConfig()
    metrics: MetricsConfig = MetricsConfig()
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

    @model_validator(mode="after")
    def _keep_apart(self) -> Self:
        output = self.site.output
        kept = (self.repository.path, self.repository.checkout, self.state)
        if any(output.is_relative_to(path) or path.is_relative_to(output) for path in kept):
            raise ValueError("site.output must lie apart from repository, checkout and state")
        return self

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
    def username(self) -> str:
        """The owner's name among accounts, such as Mastodon's: ``ada`` for ``www.ada.example``."""
        label = self.host.removeprefix("www.").partition(".")[0]
        # Of an address such as 127.0.0.1 nothing is a name.
        name = "me" if label.isdecimal() or ":" in label else re.sub(r"[^a-z0-9_]", "_", label)
        return self.owner.username or name[:30]

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
    is_secret = problem["loc"][:1] in (("database",), ("queue",)) or name.endswith(_SECRETS)
    if problem["type"] == "extra_forbidden":
        return f"{name}: there is no such key"
    if problem["type"] == "missing":
        return f"{name}: is required"
    message = problem["msg"].removeprefix("Value error, ")
    if is_secret or isinstance(problem["input"], dict | list):
        return f"{name}: {message}"
    return f"{name}: {message} (found {problem['input']!r})"
