"""The tables of mentions: which come in and go out, and how the owner hears of them."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from endpoint.config.checks import Secret, Url
from endpoint.config.tables import Table

Mailbox = Annotated[str, Field(pattern=r"^([^@\s<>,;]+@[^@\s<>,;]+)?$")]
"""An address for mail, without a name; or nothing."""


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
