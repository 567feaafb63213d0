"""Client ids: an app's name in IndieAuth is a URL (IndieAuth §3.3)."""

import ipaddress
import re
from urllib.parse import urlsplit

from endpoint.domain.urls import canonical

_MAX_LENGTH = 2000
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_-]{1,63})*")
# A browser reads any host that ends in a number as an IP address (URL Standard §3.5).
_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_OWN_ADDRESSES = ("127.0.0.1", "[::1]")


def check_client_id(url: str) -> str:
    """Return ``url`` as ``canonical`` spells it; it is fit to name an app (IndieAuth §3.3).

    It has a path, if only ``/``; it may have a query and a port. Raise
    ValueError, with a sentence, for anything but http and https, a dot segment,
    a fragment, a user name, or a host that is neither a domain name nor
    127.0.0.1 or [::1]; percent-encoding and other spellings hide none of these.
    """
    client_id = _canonical(url)
    if "#" in url:
        raise ValueError("The client_id has a fragment; leave out the # and what follows it")
    if _has_dot_segment(urlsplit(client_id).path):
        raise ValueError("The client_id has . or .. as a path segment; write the path without them")
    _check_host(_host(client_id), written=urlsplit(url).netloc)
    if not client_id.isascii():
        raise ValueError("The client_id has characters beyond ASCII; percent-encode them")
    return client_id


def is_loopback(url: str) -> bool:
    """Return whether the host of ``url`` is this very machine, in whatever spelling.

    That is localhost and the names below it, 127.0.0.0/8, ::1, and the
    unspecified addresses, which lead there too. False for what is no http or
    https URL. Which address a domain name has is not looked up.
    """
    try:
        host = _host(canonical(url)).strip("[]").rstrip(".")
    except ValueError:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    address = _read_address(host)
    return address is not None and (address.is_loopback or address.is_unspecified)


def _canonical(url: str) -> str:
    if len(url) > _MAX_LENGTH:
        raise ValueError(f"The client_id is longer than {_MAX_LENGTH} characters; shorten it")
    try:
        return canonical(url)
    except ValueError as error:
        raise ValueError(
            "The client_id is not a whole http or https URL without blanks, backslashes"
            " and user name; give the URL of the app's home page"
        ) from error


def _has_dot_segment(path: str) -> bool:
    segments = re.sub("%2e", ".", path, flags=re.IGNORECASE).split("/")
    return "." in segments or ".." in segments


def _check_host(host: str, written: str) -> None:
    if host in _OWN_ADDRESSES:
        return
    if written.startswith("[") or _ENDS_IN_NUMBER.fullmatch(host.rstrip(".")):
        raise ValueError("The client_id has an IP address as its host; give a domain name")
    if not _NAME.fullmatch(host):
        raise ValueError("The client_id has a host that is no domain name; correct its spelling")


def _host(url: str) -> str:
    """Return the host of a canonical URL, an IPv6 address in its brackets."""
    netloc = urlsplit(url).netloc
    return re.sub(r":[0-9]*$", "", netloc)


def _read_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        if ":" not in host:
            return _read_ipv4(host)
        address = ipaddress.IPv6Address(host)
        return address.ipv4_mapped or address
    except ValueError:
        return None


def _read_ipv4(host: str) -> ipaddress.IPv4Address:
    """Return the address, of up to four numbers in base 8, 10 or 16 (URL Standard §3.5).

    The last number fills the bytes that are left. Raise ValueError for a name.
    """
    *heads, last = [_read_number(part) for part in host.split(".")]
    room = 4 - len(heads)
    if room < 1 or last >= 256**room:
        raise ValueError("no IPv4 address")
    return ipaddress.IPv4Address(bytes(heads) + last.to_bytes(room, "big"))


def _read_number(text: str) -> int:
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    return int(text, 8 if text.startswith("0") else 10)
