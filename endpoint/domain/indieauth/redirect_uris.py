"""Redirect URIs: where the browser goes back to the app (IndieAuth §4.2.2, RFC 8252)."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlsplit

from endpoint.domain.urls import canonical, origin

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
"""In the place of a redirect URI: the owner is shown the code, and carries it to the app."""

_MAX_LENGTH = 2000
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?=.)", re.IGNORECASE)
_UNWANTED = re.compile(r"[^\x21-\x7e]|\\")
_AUTHORITY = re.compile(r"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]*)?", re.IGNORECASE)
_WEB = ("http", "https")
# The browser or the system acts on these itself; no app can call one its own.
_TAKEN = frozenset(
    "about android-app blob cid content data facetime feed file filesystem ftp ftps geo gopher hcp "
    "help intent irc ircs its jar javascript ldap ldaps livescript magnet mailto maps market mhtml "
    "mid mk mms mocha news nntp opera res resource rtsp search search-ms sftp shell sip sips sms "
    "smsto smb ssh steam tel telnet urn vbscript view-source wais webcal ws wss xmpp".split()
)
_TAKEN_FAMILIES = re.compile(r"(?:brave|chrome|devtools|edge|itms|moz|ms|safari|x-apple)(?:-.*)?")
_MALFORMED = "The redirect_uri is no proper URL without user name; correct its host and port"
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_ANSWERED = ("code", "iss")


def check_redirect_uri(uri: str) -> None:
    """Raise ValueError, with a sentence, if no browser should ever be sent to ``uri``.

    It is absolute, ASCII, and without fragment and user name (RFC 6749
    §3.1.2), and does not name ``code`` or ``iss`` in its query, which would
    then be there twice (§3.1). Its scheme is http, https or an app's own
    (RFC 8252 §7.1), and none on which the browser itself acts.
    """
    if len(uri) > _MAX_LENGTH:
        raise ValueError(f"The redirect_uri is longer than {_MAX_LENGTH} characters; shorten it")
    if _UNWANTED.search(uri):
        raise ValueError(
            "The redirect_uri has a blank, a backslash or a character beyond ASCII;"
            " percent-encode it"
        )
    _check_scheme(uri)
    if "#" in uri:
        raise ValueError("The redirect_uri has a fragment; leave out the # and what follows it")
    _check_parts(uri)


def is_own(client_id: str, redirect_uri: str) -> bool:
    """Return whether both have the same scheme, host and port (IndieAuth §4.2.2)."""
    try:
        return origin(client_id) == origin(redirect_uri)
    except ValueError:
        return False


def is_web(redirect_uri: str) -> bool:
    """Return whether it is an http or https URL; any other scheme is an app's own."""
    return _scheme(redirect_uri) in _WEB


def needs_pkce(client_id: str, redirect_uri: str) -> bool:
    """Return whether a code sent there could be caught by someone else than the app.

    Only https on the host of ``client_id``, and http on this machine (RFC 8252
    §7.3), are safe enough for the apps that do not know PKCE yet.
    """
    try:
        there, home = urlsplit(canonical(redirect_uri)), urlsplit(canonical(client_id))
    except ValueError:
        return True
    if there.scheme == "https":
        return there.hostname != home.hostname
    return there.hostname not in _LOOPBACK


def with_parameters(uri: str, parameters: Mapping[str, str]) -> str:
    """Return ``uri``, which has no fragment, with ``parameters`` added to its query.

    Its own query stays, byte for byte (RFC 6749 §3.1.2); the values may hold
    any characters.
    """
    added = "&".join(f"{_encode(name)}={_encode(value)}" for name, value in parameters.items())
    if not added:
        return uri
    _, mark, query = uri.partition("?")
    if not mark:
        return f"{uri}?{added}"
    return f"{uri}&{added}" if query and not query.endswith("&") else f"{uri}{added}"


def _scheme(uri: str) -> str:
    """Return the scheme in lower case; empty if there is none, or nothing behind it."""
    found = _SCHEME.match(uri)
    return found[1].lower() if found else ""


def _check_scheme(uri: str) -> None:
    scheme = _scheme(uri)
    if not scheme:
        raise ValueError("The redirect_uri is not absolute; give it whole, with its scheme")
    if scheme in _TAKEN or _TAKEN_FAMILIES.fullmatch(scheme):
        raise ValueError(
            f"The redirect_uri has the scheme {scheme[:40]}, which no app can own;"
            " use https or a scheme of the app"
        )


def _check_parts(uri: str) -> None:
    try:
        if is_web(uri):
            canonical(uri)
        parts = urlsplit(uri)
    except ValueError as error:
        raise ValueError(_MALFORMED) from error
    if "@" in parts.netloc or (is_web(uri) and not _AUTHORITY.fullmatch(parts.netloc)):
        raise ValueError(_MALFORMED)
    for name, _ in parse_qsl(parts.query, keep_blank_values=True):
        if name in _ANSWERED:
            raise ValueError(f"The redirect_uri has {name} in its query; that is for the answer")


def _encode(text: str) -> str:
    return quote(text, safe="", errors="replace")
