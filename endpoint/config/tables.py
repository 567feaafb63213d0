"""The tables of the configuration file; config.example.toml explains every key."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from endpoint.config.checks import (
    Command,
    FilePath,
    Folder,
    Message,
    Pattern,
    Ports,
    Prefix,
    Secret,
    Url,
    UrlOrNothing,
)
from endpoint.config.remotes import KeyPath, PathOrNothing, Remote, Token, Username, check_together
from endpoint.config.signing import SigningKey

Mailbox = Annotated[str, Field(pattern=r"^([^@\s<>,;]+@[^@\s<>,;]+)?$")]
"""An address for mail, without a name; or nothing."""


class Table(BaseModel):
    """A table of the file: frozen, and without keys that nobody knows."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Owner(Table):
    """Who writes here: shown as the feed's author and in the site's h-card."""

    name: str = ""
    username: str = Field(default="", pattern=r"^([a-z0-9_]{1,30})?$")
    photo: str = ""
    header: str = ""
    email: str = ""
    note: str = ""


class RepositoryConfig(Table):
    """The bare repository that is the truth, and what follows it."""

    path: FilePath = Field(default=Path("site.git"), validate_default=True)
    checkout: FilePath = Field(default=Path("site"), validate_default=True)
    branch: str = "main"
    remote: Remote = ""
    ssh_key: KeyPath = None
    known_hosts: PathOrNothing = None
    username: Username = "oauth2"
    token: Token = ""
    poll_s: int = Field(default=300, ge=0)
    author: str = Field(default="", pattern=r"^([^<>\r\n\x00]+ <[^<>\s\x00]*>)?$")
    message: Message = "{kind}: {summary}"
    sign_with: SigningKey = ""

    @model_validator(mode="after")
    def _check_hosting(self) -> Self:
        check_together(self)
        return self


class SiteConfig(Table):
    """The site, how it is built, and whether it is shown here."""

    generator: Literal["hugo", "jekyll"] = "hugo"
    url: UrlOrNothing = ""
    title: str = ""
    language: str = "en"
    build: Command = "hugo --minify"
    build_timeout_s: int = Field(default=300, gt=0)
    output: FilePath = Field(default=Path("public"), validate_default=True)
    serve: bool = False


class FrontMatterConfig(Table):
    """How the front matter of new posts is written."""

    format: Literal["yaml", "toml", "json"] = "yaml"
    spelling: Literal["", "camelCase", "snake_case", "mf2"] = ""
    keys: dict[str, str] = {}


Kind = Literal[
    "note",
    "article",
    "photo",
    "video",
    "audio",
    "reply",
    "like",
    "repost",
    "bookmark",
    "rsvp",
    "event",
    "checkin",
    "review",
    "read",
    "listen",
    "watch",
    "eat",
    "drink",
    "card",
    "cite",
]
"""The kinds of posts that can have a place of their own."""


class PlaceConfig(Table):
    """Where the posts of a kind go, as patterns of path and URL."""

    path: Pattern
    url: Pattern


class Channel(Table):
    """A channel an app can post to."""

    uid: str
    name: str


class Contact(Table):
    """Somebody an app can offer to mention."""

    name: str
    nickname: str = ""
    url: str = ""
    photo: str = ""


class MicropubConfig(Table):
    """How Micropub requests are read, and what queries answer."""

    plain_text: Literal["markdown", "literal"] = "markdown"
    split_commas: bool = True
    idempotency_s: int = Field(default=60, ge=0)
    channels: tuple[Channel, ...] = ()
    contacts: tuple[Contact, ...] = ()


class AuthConfig(Table):
    """How the owner and their apps sign in, and whose tokens count."""

    mode: Literal["builtin", "external"] = "builtin"
    password_hash: Secret = ""
    strict_bearer: bool = False
    require_pkce: bool = False
    code_s: int = Field(default=300, ge=60, le=600)
    token_s: int = Field(default=7_776_000, ge=0)
    refresh_s: int = Field(default=31_536_000, gt=0)
    session_s: int = Field(default=1_209_600, gt=0)
    token_endpoint: UrlOrNothing = ""
    introspection_endpoint: UrlOrNothing = ""
    introspection_token: Secret = ""
    cache_s: int = Field(default=60, ge=0)
    negative_cache_s: int = Field(default=10, ge=0)


class FetchConfig(Table):
    """How other sites are fetched."""

    allow_hosts: tuple[str, ...] = ()
    timeout_s: float = Field(default=10, gt=0)
    max_bytes: int = Field(default=1_000_000, gt=0)
    ports: Ports = Field(default=("80", "443", "8080-8443"), validate_default=True)


class S3Config(Table):
    """A bucket for the files of posts, and how it is reached."""

    bucket: str = Field(default="", pattern=r"^([A-Za-z0-9._-]{3,255})?$")
    endpoint_url: UrlOrNothing = ""
    region: str = ""
    access_key_id: Secret = ""
    secret_access_key: Secret = ""
    prefix: Prefix = ""
    public_url: UrlOrNothing = ""

    @model_validator(mode="after")
    def _pair_keys(self) -> Self:
        if bool(self.access_key_id) != bool(self.secret_access_key):
            raise ValueError("access_key_id and secret_access_key must be set both, or neither")
        return self


class MediaConfig(Table):
    """What files apps may send, what is made of pictures, and where all of them live."""

    store: Literal["", "bundle", "static", "s3"] = ""
    s3: S3Config = S3Config()
    folder: Folder = ""
    max_bytes: int = Field(default=25_000_000, gt=0)
    max_files: int = Field(default=20, gt=0)
    max_request_bytes: int = Field(default=100_000_000, gt=0)
    max_pixels: int = Field(default=50_000_000, gt=0)
    max_edge: int = Field(default=2560, ge=0)
    quality: int = Field(default=85, ge=1, le=95)
    heic_as: Literal["jpeg", "webp"] = "jpeg"
    fetch_remote_media: bool = False
    keep_unused_days: int = Field(default=7, ge=1)

    @model_validator(mode="after")
    def _need_bucket(self) -> Self:
        if self.store == "s3" and not self.s3.bucket:
            raise ValueError("s3.bucket must name the bucket, because store is s3")
        return self


class WebmentionConfig(Table):
    """Which mentions come in, which are shown without a decision, and which go out."""

    receive: bool = True
    approve: tuple[
        Literal[
            "all",
            "trusted",
            "likes",
            "reposts",
            "bookmarks",
            "replies",
            "rsvps",
            "mentions",
        ],
        ...,
    ] = ("trusted",)
    any_page: bool = False
    aliases: tuple[Url, ...] = ()
    at_once: int = Field(default=4, ge=1, le=32)
    send: bool = True
    send_to_own_pages: bool = False
    send_after_replies: bool = False


class MailConfig(Table):
    """How the owner hears by mail of mentions that wait; without a host there is none."""

    host: str = ""
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: Secret = ""
    sender: Mailbox = ""
    to: Mailbox = ""

    @model_validator(mode="after")
    def _need_reader(self) -> Self:
        if self.host and not self.to:
            raise ValueError("to must be your address, because host names a mail server")
        return self


class MastodonConfig(Table):
    """Whether apps for Mastodon can post here, and how long what they post may be."""

    api: bool = True
    max_characters: int = Field(default=5000, ge=500, le=1_000_000)


class MicroblogConfig(Table):
    """Whether apps that speak Micro.blog's JSON API can read and post here."""

    api: bool = True


class LimitsConfig(Table):
    """What is too much."""

    enabled: bool = True
    trusted_proxies: int = Field(default=0, ge=0)
    max_body_bytes: int = Field(default=25_000_000, gt=0)


class HooksConfig(Table):
    """The secrets shared with the hosting, which signs its notices with them."""

    push_secret: Secret = ""
    deployed_secret: Secret = ""


class MetricsConfig(Table):
    """Who may read ``/metrics``; without a token nobody."""

    token: Secret = ""


class StoreConfig(Table):
    """Where a store is."""

    url: Secret
