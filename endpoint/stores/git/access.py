"""The way to a remote: its address, and the key or token that opens it."""

import shlex
from dataclasses import dataclass, field
from pathlib import Path

from endpoint.config.addresses import Address, parse_address
from endpoint.config.repository import RepositoryConfig

_CONNECT_S = 15


@dataclass(frozen=True)
class Access:
    """Where the remote is, and what opens it."""

    address: Address
    ssh_key: Path | None = None
    known_hosts: Path | None = None
    username: str = ""
    token: str = field(default="", repr=False)


def access_to(settings: RepositoryConfig) -> Access | None:
    """Return the way to the remote of ``settings``, or None if they name none."""
    if not settings.remote:
        return None
    return Access(
        parse_address(settings.remote),
        settings.ssh_key,
        settings.known_hosts,
        settings.username,
        settings.token,
    )


def ssh_command(access: Access) -> str:
    """Return the ssh command for git: it asks nothing, and trusts only hosts that are known."""
    options = [
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        f"ConnectTimeout={_CONNECT_S}",
        f"ServerAliveInterval={_CONNECT_S}",
        "ServerAliveCountMax=3",
        "ForwardAgent=no",
        "ClearAllForwardings=yes",
        "ControlMaster=no",
    ]
    if access.known_hosts:
        options.append(f"UserKnownHostsFile={_quote(access.known_hosts)}")
    if access.ssh_key:
        # Not -i, which looks for the file before it reads %% as a percent sign.
        options += [f"IdentityFile={_quote(access.ssh_key)}", "IdentitiesOnly=yes"]
    return shlex.join(["ssh", *(word for option in options for word in ("-o", option))])


def _quote(path: Path) -> str:
    # ssh splits at blanks, and fills in %h and the like.
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'
