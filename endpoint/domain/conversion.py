"""Content as Markdown that shows what was sent: plain text without HTML, and HTML itself."""

import re
from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bs4 import Tag

from endpoint.domain.markup import parse, render, sanitize

HTML_START = re.compile(r"<(?=[^\W\d]|[/!?])")
"""Where HTML begins: in CommonMark, and in kramdown, which knows more letters."""

_MAX_CHARACTERS = 100_000
_MAX_TAGS = 2_000
_HIDDEN_START = re.compile(r"&lt;(?=[^\W\d]|[/!?])")
_TOKEN = re.compile(
    r"\\[!-/:-@\[-`{-~]"  # an escaped character
    r"|(?P<ticks>`+)"
    r"|\]\(<"  # the destination of a link
    r"|<[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*>"  # an autolink
    r"|<[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+>"  # a mail address
    rf"|(?P<html>{HTML_START.pattern})"
)
_EDGE = re.compile(
    r"\s*(</?(?:blockquote|h[1-6]|li|ol|p|table|tbody|td|th|thead|tr|ul)(?: [^>]*)?>|<[bh]r>)\s*"
)
_PRE = re.compile(r"\s*(<pre>)|(</pre>)\s*")
_EMPHASIS = re.compile(r"(</?)([bi])(?=>)")
_STRENGTHS = {"b": "strong", "i": "em"}
_TAG = re.compile(r"<([a-z0-9]+)")
_CONVERTIBLE = (
    "a b blockquote br code del em h1 h2 h3 h4 h5 h6 hr i img li ol p pre s strong table tbody td "
    "th thead tr ul"
)
_LANGUAGE = re.compile(r"language-(\S+)")


def text_to_markdown(text: str) -> str | None:
    """Return plain ``text`` as Markdown in which what looks like HTML is shown as text.

    The rest of it is Markdown already, and code stays as it is. Return None if
    there is no such Markdown, or finding it would take too long.
    """
    if not HTML_START.search(text):
        return text
    if len(text) > _MAX_CHARACTERS:
        return None
    hidden = _hide(text)
    return hidden if render(hidden, html=True) == render(text) else None


def markdown_to_text(markdown: str) -> str:
    """Return the text that ``text_to_markdown`` made ``markdown`` of; nearly always the same."""
    return _HIDDEN_START.sub("<", markdown)


def html_to_markdown(html: str) -> str | None:
    """Return sanitized ``html`` as Markdown that renders to the same HTML.

    White space between blocks may differ, and ``b`` and ``i`` become ``strong``
    and ``em``. Return None if there is no such Markdown, or more HTML than is
    worth the search.
    """
    tags = _TAG.findall(html)
    too_long = len(html) > _MAX_CHARACTERS or len(tags) > _MAX_TAGS
    if too_long or not set(_CONVERTIBLE.split()).issuperset(tags):
        return None
    # It takes a while to import, and most posts are plain text.
    from markdownify import ATX, BACKSLASH, markdownify

    try:
        markdown = markdownify(
            html,
            heading_style=ATX,
            bullets="-",
            newline_style=BACKSLASH,
            escape_misc=True,
            code_language_callback=_language,
        )
    except RecursionError:
        return None
    same = _normalise(sanitize(render(markdown, html=True))) == _normalise(html)
    return markdown if same else None


def _hide(text: str) -> str:
    lines = text.split("\n")
    tokens = parse(text) or []
    inline = {(token.map[0], token.map[1]) for token in tokens if token.children and token.map}
    for start, end in inline:
        lines[start:end] = _hide_inline("\n".join(lines[start:end])).split("\n")
    return "\n".join(lines)


def _hide_inline(text: str) -> str:
    closers = defaultdict(list)
    for run in re.finditer("`+", text):
        closers[len(run[0])].append(run.start())
    pieces, done, here = [], 0, 0
    while token := _TOKEN.search(text, here):
        here = token.end()
        if token["ticks"]:
            here = _after_code(closers[len(token["ticks"])], token)
        elif token["html"]:
            pieces += [text[done : token.start()], "&lt;"]
            done = here
    return "".join([*pieces, text[done:]])


def _after_code(closers: list[int], opener: re.Match[str]) -> int:
    following = bisect_left(closers, opener.end())
    code_ends = following < len(closers)
    return closers[following] + len(opener[0]) if code_ends else opener.end()


def _language(pre: "Tag") -> str | None:
    classes = pre.code.get_attribute_list("class") if pre.code else []
    return next((match[1] for name in classes if (match := _LANGUAGE.fullmatch(name))), None)


def _normalise(html: str) -> str:
    html = _EMPHASIS.sub(lambda tag: tag[1] + _STRENGTHS[tag[2]], html)
    return _PRE.sub(r"\1\2", _EDGE.sub(r"\1", html)).strip()
