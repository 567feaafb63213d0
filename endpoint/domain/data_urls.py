"""Files written into text as ``data:`` URLs (RFC 2397), read and taken out."""

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Iterable
from hashlib import sha256
from html import unescape
from urllib.parse import unquote_to_bytes

from markdown_it.token import Token

from endpoint.domain.markup import parse
from endpoint.domain.shown_media import shown_media
from endpoint.errors import InvalidRequest

_DATA_URL = re.compile(
    r"data:(?:[a-z0-9][\w.+-]*/[\w.+-]+)?(?:;[\w.+=-]+)*,[\w%+/=.~!$&*;:@-]*",
    re.IGNORECASE | re.ASCII,
)
_MEDIA = re.compile(r"data:(?:image|video|audio)/", re.IGNORECASE)
_SHORT = re.compile(r"https://data\.invalid/[0-9a-f]{64}")

Keep = Callable[[str], str]
"""Keeps the file in a ``data:`` URL and returns the URL it has from now on."""


def is_data_url(url: str) -> bool:
    """Return whether ``url`` holds a file itself."""
    return url.lstrip()[:5].lower() == "data:"


def decode(url: str, name: str) -> bytes:
    """Return the file in a ``data:`` URL; raise InvalidRequest, naming ``name``, if it is broken.

    What its media type says is not looked at: the bytes say it better.
    """
    head, comma, written = url.strip().partition(",")
    content = unquote_to_bytes(written)
    if head.lower().endswith(";base64"):
        digits = b"".join(content.split()).rstrip(b"=")
        try:
            content = b64decode(digits + b"=" * (-len(digits) % 4), validate=True)
        except binascii.Error as error:
            raise _broken(name) from error
    if not comma or not content:
        raise _broken(name)
    return content


def take_out_of_html(html: str, keep: Keep) -> str:
    """Return ``html`` with URLs from ``keep`` for the ``data:`` URLs of what it shows.

    That is what stands in ``src`` or ``poster`` of pictures, films and recordings.
    Raise InvalidRequest if one of these is broken.
    """
    return _take_out(html, shown_media, keep)


def take_out_of_markdown(text: str, keep: Keep, *, html: bool) -> str:
    """Return Markdown with URLs from ``keep`` for the ``data:`` URLs of its pictures.

    With ``html`` also for those in its HTML. Code stays as it is. Raise
    InvalidRequest if one of these is broken.
    """
    return _take_out(text, lambda short: _shown_in_markdown(short, html=html), keep)


def _take_out(text: str, find_shown: Callable[[str], Iterable[str]], keep: Keep) -> str:
    # Signs may be written in disguise; a URL that is will be refused below.
    if not _MEDIA.search(unescape(text.replace("\\", ""))):
        return text
    # Short and with a scheme that parsers know, or they would decline to read it.
    urls = {_shorten(found[0]): found[0] for found in _DATA_URL.finditer(text)}
    short = _DATA_URL.sub(lambda found: _shorten(found[0]), text)
    shown = {address.strip() for address in find_shown(short)}
    # Where a URL goes on after what can be one, it is no whole one.
    if any(_MEDIA.match(one) or (_SHORT.search(one) and one not in urls) for one in shown):
        raise _broken("content")
    taken = {one for one in shown & urls.keys() if _MEDIA.match(urls[one])}

    def restore(found: re.Match[str]) -> str:
        url = urls.get(found[0], found[0])
        return keep(url) if found[0] in taken else url

    return _SHORT.sub(restore, short)


def _shorten(url: str) -> str:
    return f"https://data.invalid/{sha256(url.encode()).hexdigest()}"


def _shown_in_markdown(text: str, *, html: bool) -> list[str]:
    blocks = parse(text, html=html) or []
    tokens: list[Token] = [token for block in blocks for token in (block, *(block.children or []))]
    pictures = [str(token.attrGet("src")) for token in tokens if token.type == "image"]
    written = [token.content for token in tokens if token.type in ("html_inline", "html_block")]
    return pictures + shown_media("".join(written))


def _broken(name: str) -> InvalidRequest:
    return InvalidRequest(
        f"{name} has a data URL that cannot be read; send the file to the media endpoint"
        " and its URL here"
    )
