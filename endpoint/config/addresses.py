"""Where a git repository lives: an address that git takes, read without asking anybody."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_SCP_LIKE = re.compile(r"(?:(?P<user>[^@:/\s]+)@)?(?P<host>\[[^\]\s]+\]|[^@:/\s]+):(?P<path>.+)")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Address:
    """An address of a repository; ``scheme`` is ssh, https, http or file."""

    url: str
    scheme: str
    host: str = ""
    port: int | None = None

    @property
    def is_safe_for_tokens(self) -> bool:
        """Whether nobody on the way reads what is sent there."""
        return self.scheme == "https" or (self.scheme == "http" and self.host in _LOOPBACK)


def parse_address(text: str) -> Address:
    """Return ``text``, a path, a URL or ``user@host:path``, as an address.

    Raise ValueError, naming the mend, for what git would run as a program, for
    schemes that cannot be pushed to safely, and for passwords in a URL.
    """
    if not text or text.startswith("-") or not text.isprintable():
        raise ValueError("must be the address of a git repository, on one line")
    if re.match(r"[A-Za-z0-9]+::", text):
        raise ValueError("must be an ssh, https or http URL, host:path, or a path")
    if "://" in text:
        return _parse_url(text)
    found = _SCP_LIKE.fullmatch(text)
    if found is None or "/" in text.partition(":")[0]:
        return Address(text, "file")
    if found["host"].startswith("-") or (found["user"] or "").startswith("-"):
        raise ValueError("must name a host that does not begin with a hyphen")
    return Address(text, "ssh", found["host"].strip("[]"))


def _parse_url(text: str) -> Address:
    try:
        parts = urlsplit(text)
        scheme, host, port = parts.scheme.lower(), parts.hostname or "", parts.port
    except ValueError as error:
        raise ValueError("is not a URL that can be read") from error
    if scheme not in ("ssh", "https", "http", "file"):
        raise ValueError(f"{scheme} is not spoken here; use ssh, https or a path")
    if parts.password is not None or (parts.username and scheme in ("http", "https")):
        raise ValueError(
            "must hold no user name and no password, which logs would show;"
            " put them in repository.username and repository.token"
        )
    if scheme != "file" and (not host or host.startswith("-")):
        raise ValueError("names no host")
    if (parts.username or "").startswith("-"):
        raise ValueError("must name a user that does not begin with a hyphen")
    return Address(text, scheme, host, port)
