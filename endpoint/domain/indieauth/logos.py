"""An app's logo as part of the page that shows it."""

import re
from base64 import b64encode

from lxml import etree

_MAX_BYTES = 100_000
_SIGNATURES = {
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "jpeg": re.compile(rb"\xff\xd8\xff"),
    "gif": re.compile(rb"GIF8[79]a"),
    "webp": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
_SVG = "{http://www.w3.org/2000/svg}"
_XHTML = "{http://www.w3.org/1999/xhtml}"
# Shapes and their paint: nothing here runs or loads. Left out are use and filter, too, with which
# a few lines can keep a browser busy for minutes.
_DRAWN = frozenset(
    "circle clipPath defs desc ellipse g line linearGradient metadata path polygon polyline "
    "radialGradient rect stop style svg switch symbol text textPath title tspan".split()
)


def to_data_url(content: bytes) -> str:
    """Return the picture as a ``data:`` URL for an ``img``; empty if it cannot be one.

    PNG, JPEG, GIF and WebP are known by their first bytes; an SVG is shown if
    it only draws. Nothing larger than 100 kB is.
    """
    kind = _kind(content) if len(content) <= _MAX_BYTES else ""
    return f"data:image/{kind};base64,{b64encode(content).decode('ascii')}" if kind else ""


def _kind(content: bytes) -> str:
    for kind, signature in _SIGNATURES.items():
        if signature.match(content):
            return kind
    return "svg+xml" if _is_drawing(content) else ""


def _is_drawing(content: bytes) -> bool:
    # An entity can stand for gigabytes of others, and UTF-16 can hide one.
    if any(unwanted in content for unwanted in (b"<!ENTITY", b"<?xml-stylesheet", b"\0")):
        return False
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return False
    return root.tag == f"{_SVG}svg" and all(map(_only_draws, root.iter()))


def _only_draws(node: etree._Element) -> bool:
    if not isinstance(node.tag, str):
        return isinstance(node, etree._Comment)
    if node.tag.startswith(_XHTML):
        return False
    if node.tag.startswith(_SVG) and node.tag.removeprefix(_SVG) not in _DRAWN:
        return False
    return not any(_acts(str(name), str(value)) for name, value in node.attrib.items())


def _acts(name: str, value: str) -> bool:
    local = name.rpartition("}")[2].lower()
    return local.startswith("on") or (local == "href" and not value.startswith("#"))
