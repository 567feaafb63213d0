"""An app's home page: what its h-app says of the app, and its title."""

from dataclasses import dataclass
from typing import Any

from lxml import etree

from endpoint.domain.html import find_base, parse_html

_ROOTS = {"h-app", "h-x-app"}
_MAX_CHARACTERS = 20_000


@dataclass(frozen=True)
class Appearance:
    """Name and logo as the page gives them; empty where it does not."""

    name: str = ""
    logo: str = ""


def read_appearance(html: str, url: str) -> Appearance:
    """Return what the page at ``url`` says of its app: its first h-app or h-x-app.

    The title is the name where that gives none. URLs are resolved. A page that
    cannot be read says nothing, and an h-app the size of a book neither.
    """
    root = parse_html(html)
    if root is None:
        return Appearance()
    app = _read_app(root, url)
    name = _first(app, "name") or "".join(_title(root))
    return Appearance(name, _first(app, "logo") or _first(app, "photo"))


def _title(root: etree._Element) -> list[str]:
    title = next(root.iter("title"), None)
    return [] if title is None else [str(text) for text in title.itertext()]


def _read_app(root: etree._Element, url: str) -> dict[str, list[Any]]:
    """Return the mf2 properties of the first app; only its own element is parsed for them."""
    for element in root.iter(etree.Element):
        if _ROOTS.intersection((element.get("class") or "").split()):
            html = etree.tostring(element, encoding="unicode", method="html", with_tail=False)
            return _read_mf2(html, find_base(root, url)) if len(html) <= _MAX_CHARACTERS else {}
    return {}


def _read_mf2(html: str, url: str) -> dict[str, list[Any]]:
    # It brings along two more parsers of HTML, for what happens when an app signs in.
    import mf2py

    try:
        [app, *_] = mf2py.parse(doc=html, url=url, html_parser="lxml")["items"]
    except Exception:
        # Pages made to break a parser break this one in ways that nobody has listed.
        return {}
    properties: dict[str, list[Any]] = app["properties"]
    return properties


def _first(properties: dict[str, list[Any]], name: str) -> str:
    """Return the first value, of one with an ``alt`` or an h-card of its own the plain value."""
    value = next(iter(properties.get(name, [])), "")
    plain = value.get("value") if isinstance(value, dict) else value
    return plain if isinstance(plain, str) else ""
