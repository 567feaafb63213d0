"""The line a commit is known by, short enough for ``git log --oneline``."""

import re
from typing import Any

from endpoint.domain.markup import to_text
from endpoint.domain.posts import Post

_LONGEST = 60
_TARGETS = ("in-reply-to", "like-of", "repost-of", "bookmark-of", "checkin", "rsvp", "photo")

_BARE_URL = re.compile(r"<(https?://[^\s<>]+)>")
"""A URL in a Markdown text with the brackets that make a link of it."""


def commit_message(template: str, action: str, post: Post) -> str:
    """Return ``template`` with the words for this ``action`` on ``post``.

    ``action`` is empty for a create, and otherwise put in front of a template
    that does not name it: ``delete note: Hello world``.
    """
    if action and "{action}" not in template:
        template = "{action} " + template
    words = {
        "action": action or "create",
        "kind": post.kind,
        "summary": summarize(post) or post.permalink,
        "permalink": post.permalink,
    }
    return _one_line(template.format(**words)) + "\n"


def summarize(post: Post, longest: int = _LONGEST) -> str:
    """Return the first words of what ``post`` says, or the URL it is about."""
    for name in ("name", "content", "summary", *_TARGETS):
        for value in post.properties.get(name, [])[:1]:
            if text := _one_line(_text(value)):
                return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
    return ""


def _text(value: Any) -> str:
    match value:
        case str():
            return _BARE_URL.sub(r"\1", value[:1000])
        case {"html": str(html)}:
            return to_text(html[:5000])
        case {"markdown": str(text)} | {"value": str(text)}:
            return _text(text)
        case {"properties": {"name": [str(name), *_]}}:
            return name
    return ""


def _one_line(text: str) -> str:
    printable = (character if character.isprintable() else " " for character in text)
    return " ".join("".join(printable).split())
