"""Text as a person types it into an app, and the content of a post that shows it so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from endpoint.domain.conversion import html_to_markdown
from endpoint.domain.mastodon.typed.handles import bare_handles, link_handles, linked_handles
from endpoint.domain.mastodon.typed.line_ends import break_lines, is_wrapped, unbreak_lines
from endpoint.domain.mastodon.typed.urls import bare_urls, link_urls
from endpoint.domain.posts import Post


@dataclass(frozen=True)
class Style:
    """The language of a site, and what its posts are made of.

    With ``literal`` plain text is shown as typed, so that nothing is made of it.
    ``people`` are URLs of profiles by handle, ``@name@host``.
    """

    language: str
    literal: bool = False
    people: Mapping[str, str] = field(default_factory=dict)


def write(typed: str, style: Style) -> str:
    """Return plain text that shows ``typed``: with links, and breaks where its lines end."""
    return typed if style.literal else to_markdown(typed, style.people)


def rewrite(typed: str, before: Any, style: Style) -> Any:
    """Return content that shows ``typed`` in the place of the content ``before``.

    HTML becomes Markdown. Where line ends were no breaks they stay so: lines
    that were wrapped by hand are not those of a poem.
    """
    is_plain = isinstance(before, str)
    if is_plain and style.literal:
        return typed
    markdown = before if is_plain else str(before.get("markdown", ""))
    people = {**linked_handles(markdown), **style.people}
    written = to_markdown(typed, people, breaks=not is_wrapped(markdown))
    return written if is_plain else {"markdown": written}


def source_text(post: Post, *, literal: bool) -> str:
    """Return the text of ``post`` as its author typed it; HTML as Markdown that shows the same.

    Links and line breaks that may be ours are what they were made of, except
    where plain text is ``literal``.
    """
    match post.properties.get("content"):
        case [str(text)] if literal:
            return text
        case [str(text)] | [{"markdown": str(text)}]:
            return to_typed(text)
        case [{"html": str(html)}]:
            # Where no Markdown says the same, HTML may stand in it.
            return html_to_markdown(html) or html
    return ""


def to_markdown(typed: str, people: Mapping[str, str], *, breaks: bool = True) -> str:
    """Return ``typed``, which may be Markdown already, with what only apps make of it.

    URLs and the handles of ``people`` become links and, with ``breaks``, line
    ends line breaks.
    """
    linked = link_urls(link_handles(typed, people))
    return break_lines(linked) if breaks else linked


def to_typed(markdown: str) -> str:
    """Return what ``to_markdown`` made ``markdown`` of, as far as that can be told."""
    return bare_handles(bare_urls(unbreak_lines(markdown)))
