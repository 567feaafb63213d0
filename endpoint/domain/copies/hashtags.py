"""Categories as hashtags."""

from collections.abc import Iterable, Iterator

import regex

_WORDS = regex.compile(r"\w+")
_LETTER = regex.compile(r"\p{L}")
_TAG = regex.compile(r"(?<![\w/&])[#＃](\w+)")


def hashtag(category: str) -> str:
    """Return ``#StaticSite`` for ``static site``; empty if nothing of it can be a hashtag.

    Several words are joined with capitals, which screen readers speak one by one.
    """
    words = _WORDS.findall(category)
    name = words[0] if len(words) == 1 else "".join(word[:1].upper() + word[1:] for word in words)
    return f"#{name}" if _LETTER.search(name) else ""


def missing_hashtags(text: str, categories: Iterable[object]) -> tuple[str, ...]:
    """Return the hashtags of ``categories``, each once, without those that ``text`` has.

    What is no plain word is left out: the URL of a person, or an object.
    """
    return tuple(_missing({name.casefold() for name in _TAG.findall(text)}, categories))


def _missing(known: set[str], categories: Iterable[object]) -> Iterator[str]:
    for category in categories:
        tag = hashtag(category) if isinstance(category, str) and "://" not in category else ""
        if tag and (name := tag[1:].casefold()) not in known:
            known.add(name)
            yield tag
