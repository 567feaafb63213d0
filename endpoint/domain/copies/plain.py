"""HTML as the plain text of a short message."""

from typing import Any
from urllib.parse import urldefrag

import regex

from endpoint.domain.copies.lines import Lines
from endpoint.domain.html import parse_html

_MAX_DEPTH = 100
_BLOCKS = frozenset(
    "address article aside blockquote caption dd details div dl dt figcaption figure footer h1 h2"
    " h3 h4 h5 h6 header hr main ol p pre section summary table ul".split()
)
_ROWS = frozenset(("li", "tr", "dt", "dd"))
_DROPPED = frozenset("audio head img picture script style svg template title video".split())
_BLANKS = regex.compile(r"[ \t\n\f\r]+")
_NAME = regex.compile(r"[@#＠＃]\w")


def to_plain(html: str, base_url: str) -> str:
    """Return the text of ``html``, as it is typed into a short message.

    Paragraphs are a blank line apart, the items of a list begin with ``•`` or
    their number, quotations with ``>``. The URL of a link follows its words,
    unless these are the URL, a hashtag or an ``@name``; links within ``base_url``
    are words alone. Pictures are left out.
    """
    root = parse_html(html, _MAX_DEPTH)
    if root is None:
        return ""
    writer = _Writer(urldefrag(base_url).url)
    writer.write(root)
    return writer.lines.text()


class _Writer:
    """Writes elements as ``lines`` of text; links to ``base_url`` are words alone."""

    def __init__(self, base_url: str) -> None:
        self.lines = Lines()
        self._base_url = base_url
        # That of the next item of each ordered list.
        self._numbers: dict[Any, int] = {}

    def write(self, element: Any) -> None:
        """Write ``element`` and what follows it within its parent."""
        if isinstance(element.tag, str) and element.tag not in _DROPPED:
            self._write_element(element)
        self.lines.say(element.tail or "")

    def _write_element(self, element: Any) -> None:
        match element.tag:
            case "br":
                self.lines.break_line()
            case "a":
                self._write_link(element)
            case "li":
                self._write_item(element)
            case "q":
                self.lines.put("“")
                self._write_inside(element)
                self.lines.put_closing("”")
            case "td" | "th":
                self.lines.has_blank = True
                self._write_inside(element)
            case tag if tag in _BLOCKS or tag in _ROWS:
                self._write_block(element)
            case _:
                self._write_inside(element)

    def _write_inside(self, element: Any) -> None:
        self.lines.say(element.text or "")
        for child in element:
            self.write(child)

    def _write_block(self, element: Any) -> None:
        lines, parent = self.lines, element.getparent()
        gap = 1 if element.tag in _ROWS or (parent is not None and parent.tag == "li") else 2
        before = lines.prefix, lines.is_preformatted
        lines.break_(gap)
        lines.prefix += "> " if element.tag == "blockquote" else ""
        lines.is_preformatted |= element.tag == "pre"
        self._write_inside(element)
        lines.prefix, lines.is_preformatted = before
        lines.break_(gap)

    def _write_item(self, element: Any) -> None:
        parent = element.getparent()
        bullet = "• "
        if parent is not None and parent.tag == "ol":
            number = self._numbers.get(parent, _first_number(parent))
            self._numbers[parent] = number + 1
            bullet = f"{number}. "
        self.lines.put_bullet(bullet)
        self._write_inside(element)
        self.lines.break_(1)

    def _write_link(self, element: Any) -> None:
        url = (element.get("href") or "").strip()
        words = _BLANKS.sub(" ", "".join(element.itertext())).strip(" ")
        if not url.startswith(("http://", "https://")) or urldefrag(url).url == self._base_url:
            self._write_inside(element)
        elif _is_spelled_out(words, url):
            self.lines.put(url)
        else:
            self._write_inside(element)
            if not _NAME.match(words):
                self.lines.has_blank = True
                self.lines.put(f"({url})")


def _first_number(ordered: Any) -> int:
    start = ordered.get("start", "1")
    return int(start) if regex.fullmatch(r"[0-9]{1,9}", start) else 1


def _is_spelled_out(words: str, url: str) -> bool:
    """Say whether ``words`` are the URL, with or without its scheme, or how it begins."""
    bare = words.partition("://")[2] or words
    there = url.partition("://")[2]
    if bare.endswith(("…", "...")):
        return there.startswith(bare.rstrip("….")) or not bare.rstrip("….")
    return bare.removesuffix("/") in ("", there.removesuffix("/"))
