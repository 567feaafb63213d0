"""The short tables of the configuration file; config.example.toml explains every key."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from endpoint.config.checks import (
    Command,
    FilePath,
    Ports,
    Secret,
    UrlOrNothing,
)


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
