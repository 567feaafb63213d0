"""Slugs: the last part of a permalink, in plain ASCII, from what the author wrote."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from unicodedata import category
from urllib.parse import unquote

from slugify import slugify

from endpoint.domain.markup import render, to_text
from endpoint.domain.posts import Properties
from endpoint.errors import InvalidRequest

_MAX_LENGTH = 80
_MAX_WISHED = 1000
_SEPARATOR = re.compile(r"[/\\]")
_MAX_WORDS = 8
_MAX_READ = 5000
_SECTION_PAGES = ("index",)
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_APOSTROPHE = re.compile(r"(?<=\w)['’](?=\w)")


def check_slug(wished: str) -> None:
    """Raise InvalidRequest if ``wished`` cannot be meant as a slug.

    What is only unusual (blanks, capitals, letters beyond ASCII, some length) is
    cleaned by ``make_slug``; a way out of the folder, a text of more than 1,000
    characters or nothing but punctuation is an error in the client.
    """
    if len(wished) > _MAX_WISHED:
        raise InvalidRequest(f"mp-slug is longer than {_MAX_WISHED} characters")
    if ".." in _SEPARATOR.split(unquote(wished)):
        raise InvalidRequest("mp-slug must not lead to another folder")
    if wished.strip() and all(category(character)[0] in "PZ" for character in wished):
        raise InvalidRequest("mp-slug must hold a letter or a digit, not punctuation alone")


def make_slug(wished: str | None, properties: Properties, published: datetime) -> str:
    """Return the slug of a new post: lower-case ASCII letters, digits and hyphens.

    It comes from ``wished`` (mp-slug), else the name, else the first words of
    the content, else the time of ``published`` as it is in its own zone. What is
    longer than 80 characters ends at a word. Letters outside ASCII are
    transliterated; a text without letters or digits, such as an emoji, is none.
    """
    for text in _candidates(wished, properties):
        slug = _slugify(text)
        if slug and slug not in _SECTION_PAGES:
            return slug
    return f"{published:%H%M%S}"


def with_suffix(slug: str, number: int) -> str:
    """Return ``slug`` varied by ``number``, for when it is taken: ``hello-2``."""
    return f"{slug}-{number}"


def _candidates(wished: str | None, properties: Properties) -> Iterator[str]:
    yield wished or ""
    for name in properties.get("name", []):
        if isinstance(name, str):
            yield name
    for content in properties.get("content", []):
        yield _first_words(content)


def _first_words(content: Any) -> str:
    if isinstance(content, dict) and "html" in content:
        html = str(content["html"])[:_MAX_READ]
    else:
        markdown = content.get("markdown", "") if isinstance(content, dict) else content
        html = render(str(markdown)[:_MAX_READ])
    text = _URL.sub(" ", to_text(html))
    return " ".join(text.split()[:_MAX_WORDS])


def _slugify(text: str) -> str:
    return slugify(
        _APOSTROPHE.sub("", text[:_MAX_READ]),
        entities=False,
        decimal=False,
        hexadecimal=False,
        max_length=_MAX_LENGTH,
        word_boundary=True,
        save_order=True,
    )
