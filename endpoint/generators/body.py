"""The body of a post file: content as sent, written so that the site shows it, and read back."""

import re
from dataclasses import dataclass, replace
from typing import Any

from endpoint.domain.conversion import html_to_markdown, markdown_to_text, text_to_markdown
from endpoint.domain.markup import from_paragraphs, paragraphs, render, sanitize
from endpoint.generators.escapes import Escape
from endpoint.generators.liquid import JEKYLL
from endpoint.generators.shortcodes import HUGO

__all__ = ["HUGO", "JEKYLL", "Body", "Escape", "read_body", "write_body"]

Content = str | dict[str, Any]
"""Plain text, ``{"html": sanitized HTML}`` or ``{"markdown": text}``."""

_LINE_END = re.compile(r"\r\n?")


@dataclass(frozen=True)
class Body:
    """The text under the front matter, and what the front matter says about it.

    ``markup`` is what the text is: ``markdown`` or ``html``. ``format`` is what
    was sent: ``text``, ``html`` or ``markdown``. ``source`` is None unless the
    text alone does not give back exactly what was sent; then it is that.
    """

    text: str
    markup: str
    format: str
    source: str | None


def write_body(content: Content, *, literal: bool, escape: Escape) -> Body:
    """Return the body that shows ``content`` on the site.

    Plain text is Markdown whose HTML is shown as text, or with ``literal`` shown
    wholly as typed. Whatever the generator would run is escaped.
    """
    format_, sent = _take_apart(content)
    body = _write(format_, sent, literal, escape)
    return body if _read(body, escape) == content else replace(body, source=sent)


def read_body(body: Body, escape: Escape) -> Content:
    """Return the content that was written as ``body``, exactly.

    If the owner has edited the text since, what it says now: HTML content where
    the text is HTML, whatever was sent.
    """
    if body.source is not None:
        for literal in (False, True):
            if _write(body.format, body.source, literal, escape).text == body.text:
                return _put_together(body.format, body.source)
    return _read(body, escape)


def _take_apart(content: Content) -> tuple[str, str]:
    if isinstance(content, str):
        return "text", content
    format_ = "html" if "html" in content else "markdown"
    return format_, str(content[format_])


def _put_together(format_: str, sent: str) -> Content:
    return sent if format_ == "text" else {format_: sent}


def _write(format_: str, sent: str, literal: bool, escape: Escape) -> Body:
    if format_ == "text" and not literal and not escape.special.search(sent):
        return Body(sent, "markdown", format_, None)
    text = _LINE_END.sub("\n", sent)
    markdown = None if literal and format_ == "text" else _to_markdown(format_, text, escape)
    escaped = None if markdown is None else escape.markdown(markdown)
    if escaped is not None:
        return Body(escaped, "markdown", format_, None)
    return Body(escape.html(_to_html(format_, text, literal)), "html", format_, None)


def _to_markdown(format_: str, text: str, escape: Escape) -> str | None:
    if format_ == "html":
        markdown = html_to_markdown(text)
        return None if markdown is None or escape.extra.search(markdown) else markdown
    hidden = text_to_markdown(text)
    return hidden if format_ == "text" or hidden == text else None


def _to_html(format_: str, text: str, literal: bool) -> str:
    if format_ == "html":
        return text
    if format_ == "markdown":
        return sanitize(render(text, html=True))
    return paragraphs(text) if literal else render(text)


def _read(body: Body, escape: Escape) -> Content:
    marked = escape.html_mark and body.text.startswith(escape.html_mark)
    if body.markup == "html" or marked:
        html = escape.from_html(body.text)
        text = from_paragraphs(html) if body.format == "text" else None
        return {"html": html} if text is None else text
    markdown = escape.from_markdown(body.text)
    if body.format == "text":
        return markdown_to_text(markdown)
    if body.format == "html":
        return {"html": sanitize(render(markdown, html=True)).strip()}
    return {"markdown": markdown}
