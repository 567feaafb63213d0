"""The ``[repository]`` table: the truth, its checkout, and the hosting that follows it."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from endpoint.config.addresses import parse_address
from endpoint.config.checks import FilePath, Message
from endpoint.config.remotes import KeyPath, PathOrNothing, Remote, Token, Username
from endpoint.config.signing import SigningKey
from endpoint.config.tables import Table


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
    def _check_together(self) -> Self:
        # A key that would never be used is a mistake; say so at the start.
        address = parse_address(self.remote) if self.remote else None
        scheme = address.scheme if address else ""
        if self.ssh_key and scheme != "ssh":
            raise ValueError(
                "ssh_key is for a remote by SSH;"
                " write remote like git@host:ada/site.git, or drop it"
            )
        if self.known_hosts and scheme != "ssh":
            raise ValueError("known_hosts is for a remote by SSH; drop it")
        if self.token and not (address and address.is_safe_for_tokens):
            raise ValueError(
                "token is for a remote by https, where nobody on the way reads it;"
                " write remote like https://host/ada/site.git, or drop token"
            )
        return self
