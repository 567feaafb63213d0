"""URLs compared as the web compares them: by their parts, never as strings."""

import re
from urllib.parse import SplitResult, urlsplit, urlunsplit

import idna

_DEFAULT_PORTS = {"http": 80, "https": 443}
# Controls beyond ASCII steer terminals, and halves of letters no database keeps.
_UNWANTED = re.compile(r"[\x00-\x20\x7f-\x9f\ud800-\udfff\\]")


def canonical(url: str) -> str:
    """Return ``url`` in the one spelling that all its equals share.

    Scheme and host are lower case, the host is ASCII (IDNA), the scheme's own
    port is dropped and an empty path is ``/`` (IndieAuth §3.4, RFC 3986 §6.2);
    path, query and fragment stay as they are. Raise ValueError if it is no
    absolute http or https URL, or holds blanks, backslashes or a user name.
    """
    parts = _split(url)
    return urlunsplit(
        (parts.scheme, _authority(parts), parts.path or "/", parts.query, parts.fragment)
    )


def origin(url: str) -> str:
    """Return scheme, host and port of ``url``, canonical (RFC 6454 §4).

    Raise ValueError as ``canonical`` does.
    """
    parts = _split(url)
    return f"{parts.scheme}://{_authority(parts)}"


def same_profile(a: str, b: str) -> bool:
    """Return whether two profile URLs name the same person; False if one is malformed."""
    try:
        return canonical(a) == canonical(b)
    except ValueError:
        return False


def same_site(url: str, root: str) -> bool:
    """Return whether ``url`` lies at or below ``root``: same origin, path under its path.

    ``https://site.example/blog`` holds ``/blog`` and ``/blog/x`` and not
    ``/blogs``; dot segments, percent-encoded ones too, are followed first.
    False if either URL is malformed.
    """
    try:
        if origin(url) != origin(root):
            return False
    except ValueError:
        return False
    folder = _segments(root)
    return _segments(url)[: len(folder)] == folder


def _split(url: str) -> SplitResult:
    if _UNWANTED.search(url):
        raise ValueError("the URL holds a blank, a control character or a backslash")
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError("the URL is not an absolute http or https URL")
    if "@" in parts.netloc:
        raise ValueError("the URL holds a user name")
    return parts


def _authority(parts: SplitResult) -> str:
    host = _ascii_host(parts.hostname or "")
    if parts.port is None or parts.port == _DEFAULT_PORTS[parts.scheme]:
        return host
    return f"{host}:{parts.port}"


def _ascii_host(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    if host.isascii():
        return host
    return idna.encode(host, uts46=True).decode("ascii")


def _segments(url: str) -> list[str]:
    """Return the path's segments with dot segments followed (RFC 3986 §5.2.4)."""
    segments: list[str] = []
    for segment in urlsplit(url).path.split("/"):
        match re.sub("%2e", ".", segment, flags=re.IGNORECASE):
            case "" | ".":
                continue
            case "..":
                del segments[-1:]
            case _:
                segments.append(segment)
    return segments


_ENDS = "?!.,:;*_~'\""


def trim_url(url: str) -> str:
    """Return ``url`` without what ends the sentence that it stands in."""
    end, unopened = len(url), url.count(")") - url.count("(")
    # By place: whoever writes very many of them must not make this slow.
    while end and (url[end - 1] in _ENDS or (unopened > 0 and url[end - 1] == ")")):
        end -= 1
        unopened -= url[end] == ")"
    return url[:end]
