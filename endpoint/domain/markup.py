"""Text in its three dresses: Markdown, HTML and plain."""

import re
from functools import lru_cache
from html import escape, unescape

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from endpoint.domain.sanitizing import absolute, is_quick, sanitize

__all__ = [
    "absolute",
    "from_paragraphs",
    "looks_like_html",
    "paragraphs",
    "parse",
    "render",
    "sanitize",
    "to_text",
]

_MAX_NESTING = 60
_MAX_PARSED = 200_000
_MAX_BRACKETS = 10_000
_LONGEST_KEPT = 2_000
_PARSERS = {
    html: MarkdownIt("commonmark", {"html": html, "maxNesting": _MAX_NESTING}).enable(
        ["table", "strikethrough"]
    )
    for html in (False, True)
}
_TAG = re.compile(r"(</?[a-z0-9]+>)")
_WIDTHS = ("", " ", "\n", "\n\n")
_GAPS = {"dd": "\n", "dt": "\n", "li": "\n", "td": " ", "th": " ", "tr": "\n"}
_BLOCKS = (
    "address article aside blockquote br caption dd details div dl dt figcaption figure footer h1 "
    "h2 h3 h4 h5 h6 header hr li main ol p pre section summary table td th tr ul"
)
_TEXT_CLEANER = nh3.Cleaner(
    tags=set(_BLOCKS.split()),
    clean_content_tags={"head", "script", "style", "template", "title"},
    attributes={},
)
_BLANKS = re.compile(r"[ \t\n\f\r]+")
_OPENING_BLOCK = re.compile(
    r"\s*<(address|article|aside|blockquote|details|div|dl|figure|footer|h[1-6]|header|main|ol|p"
    r"|pre|section|table|ul)(?:\s[^<>]*)?>",
    re.IGNORECASE,
)


def parse(markdown: str, *, html: bool = False) -> list[Token] | None:
    """Return the tokens of ``markdown``: CommonMark, tables and strikethrough.

    Return None for what is longer than a book's chapter, nested deeper than a
    person nests, or made to keep a parser busy. HTML is text, unless ``html``.
    """
    # Every open bracket costs the parser a look ahead as deep as the nesting.
    if len(markdown) > _MAX_PARSED or markdown.count("[") > _MAX_BRACKETS:
        return None
    tokens = _PARSERS[html].parse(markdown)
    # At its limit the parser drops what lies deeper.
    deepest = max((token.level for token in tokens), default=0)
    return tokens if deepest < _MAX_NESTING - 2 else None


def render(markdown: str, *, html: bool = False) -> str:
    """Return ``markdown`` as HTML.

    HTML inside it is shown as text; with ``html`` it passes as it is, and the
    result has yet to be sanitized. What ``parse`` declines is shown as typed.
    """
    return _remember(markdown, html) if len(markdown) <= _LONGEST_KEPT else _render(markdown, html)


@lru_cache(maxsize=128)
def _remember(markdown: str, html: bool) -> str:
    # The same few notes are shown whenever an app looks for news.
    return _render(markdown, html)


def _render(markdown: str, html: bool) -> str:
    tokens = parse(markdown, html=html)
    if tokens is None:
        return paragraphs(markdown)
    engine = _PARSERS[html]
    return str(engine.renderer.render(tokens, engine.options, {}))


def paragraphs(text: str) -> str:
    """Return plain ``text`` as HTML that shows it as typed: paragraphs and line breaks."""
    parts = escape(text, quote=False).split("\n\n")
    return "\n".join("<p>" + part.replace("\n", "<br>\n") + "</p>" for part in parts)


def from_paragraphs(html: str) -> str | None:
    """Return the text that ``paragraphs`` turned into ``html``; None if it made no such thing."""
    inside = html.removeprefix("<p>").removesuffix("</p>")
    text = unescape(inside.replace("</p>\n<p>", "\n\n").replace("<br>\n", "\n"))
    return text if paragraphs(text) == html else None


def to_text(html: str) -> str:
    """Return the plain text of ``html``, its paragraphs apart by a blank line."""
    if not is_quick(html):
        return _BLANKS.sub(" ", html).strip(" ")
    said: list[str] = []
    gap, preformatted = "", False
    for piece in _TAG.split(_TEXT_CLEANER.clean(sanitize(html))):
        if _TAG.fullmatch(piece):
            preformatted = piece == "<pre>" or (preformatted and piece != "</pre>")
            gap = _widen(gap, piece.strip("</>"))
        elif not piece.isspace() and piece:
            said += [gap if said else "", _words(piece, preformatted)]
            gap = ""
    return "".join(said)


def looks_like_html(text: str) -> bool:
    """Tell whether ``text`` opens with a block-level element that is closed again.

    That is what a rich editor sends as plain ``content``.
    """
    opening = _OPENING_BLOCK.match(text)
    return bool(opening and re.search(rf"</{opening[1]}\s*>", text[opening.end() :], re.IGNORECASE))


def _widen(gap: str, tag: str) -> str:
    if tag == "br":
        return (gap + "\n")[:2]
    return max(gap, _GAPS.get(tag, "\n\n"), key=_WIDTHS.index)


def _words(text: str, preformatted: bool) -> str:
    plain = unescape(text)
    return plain.strip("\n") if preformatted else _BLANKS.sub(" ", plain).strip(" ")
