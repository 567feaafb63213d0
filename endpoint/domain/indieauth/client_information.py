"""What an app says about itself at its client_id (IndieAuth §4.2)."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from endpoint.domain.discovery import find_rels
from endpoint.domain.indieauth.client_pages import read_appearance
from endpoint.domain.introspection import read_object
from endpoint.domain.urls import canonical, same_profile

_MAX_NAME = 80
_MAX_LENGTH = 2000
_MAX_REDIRECT_URIS = 50
# Joins letters and emoji into one; the other invisible characters only mislead.
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class ClientInformation:
    """An app: ``name`` is plain text and may be empty, URLs are absolute http or https or empty.

    ``redirect_uris`` are those it lists, exactly as it lists them; ``problem``
    is a sentence for the person if its page could not be read. One that
    ``is_registered`` has no page, only a ``website`` it says is its own.
    """

    client_id: str
    name: str = ""
    logo_uri: str = ""
    redirect_uris: frozenset[str] = frozenset()
    problem: str = ""
    website: str = ""
    is_registered: bool = False


def read_client(
    client_id: str, headers: Mapping[str, str], media_type: str, text: str, url: str
) -> ClientInformation:
    """Return what the answer to a GET of ``client_id``, a canonical URL, says of the app.

    ``url`` is the address after redirects. A JSON metadata document counts only
    if it names this very ``client_id`` (IndieAuth §4.2.1); of a page count its
    first h-app and its title. ``rel=redirect_uri`` links are listed beside
    either (§4.2.2). What has the wrong type is passed over.
    """
    html = text if _is_html(media_type, text) else ""
    read = _read_page(client_id, html, url) if html else _read_document(client_id, text, url)
    listed = [*read.redirect_uris, *find_rels("redirect_uri", headers, html, url)]
    if urlsplit(url).hostname != urlsplit(client_id).hostname:
        # Otherwise an open redirect on the app's site would speak for the app.
        listed = []
    return replace(read, redirect_uris=frozenset(_cut(listed)))


def _is_html(media_type: str, text: str) -> bool:
    return "html" in media_type or ("json" not in media_type and text.lstrip()[:1] == "<")


def _read_document(client_id: str, text: str, url: str) -> ClientInformation:
    try:
        document = read_object(text)
    except ValueError:
        problem = "The page of the app is neither HTML nor a JSON object."
        return ClientInformation(client_id, problem=problem)
    if not same_profile(_text(document, "client_id"), client_id):
        problem = "The page of the app describes another client_id."
        return ClientInformation(client_id, problem=problem)
    uris = document.get("redirect_uris")
    return ClientInformation(
        client_id,
        name=clean_name(_text(document, "client_name")),
        logo_uri=_resolve(url, _text(document, "logo_uri")),
        redirect_uris=frozenset(_cut(uris if isinstance(uris, list) else [])),
    )


def _read_page(client_id: str, html: str, url: str) -> ClientInformation:
    app = read_appearance(html, url)
    return ClientInformation(
        client_id,
        name=clean_name(app.name),
        logo_uri=_resolve(url, app.logo),
    )


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    return value if isinstance(value, str) else ""


def _cut(uris: Iterable[Any]) -> Iterator[str]:
    texts = (uri for uri in uris if isinstance(uri, str) and len(uri) <= _MAX_LENGTH)
    return islice(texts, _MAX_REDIRECT_URIS)


def clean_name(name: str) -> str:
    """Return ``name`` as one short line that reads as it is written."""
    line = " ".join(name[:_MAX_LENGTH].split())
    visible = (letter for letter in line if letter in _JOINERS or _is_visible(letter))
    line = " ".join("".join(visible).split())
    return line if len(line) <= _MAX_NAME else f"{line[: _MAX_NAME - 1].rstrip()}…"


def _is_visible(letter: str) -> bool:
    # Controls, marks of text direction and the like, surrogates, private use.
    return unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co")


def _resolve(base: str, url: str) -> str:
    """Return ``url`` absolute and canonical; empty if it is none, or not on the web."""
    if not url.strip():
        return ""
    try:
        resolved = canonical(urljoin(base, url.strip()))
    except ValueError:
        return ""
    return resolved if len(resolved) <= _MAX_LENGTH else ""
