"""What a post without words of its own says: what it likes, answers, ate or announces."""

from collections.abc import Iterator
from html import escape
from typing import Any

from endpoint.domain.posts import Properties

_PHRASES = {
    "in-reply-to": "In reply to",
    "like-of": "Liked",
    "repost-of": "Reposted",
    "bookmark-of": "Bookmarked",
    "read-of": "Reading",
    "listen-of": "Listened to",
    "watch-of": "Watched",
    "ate": "Ate",
    "drank": "Drank",
    "item": "About",
    "checkin": "At",
}
_READ_STATUS = {"to-read": "Wants to read", "finished": "Finished reading"}
_CARD = ("nickname", "job-title", "org", "tel", "email", "locality", "region", "country-name")


def describe(properties: Properties) -> str:
    """Return lines of HTML, marked up as microformats, about what the post is.

    Only http and https URLs are links. A post that says nothing else is
    described by its summary or name; "" if it has none.
    """
    lines = "\n".join(f"<p>{line}</p>" for line in _find_lines(properties))
    return lines or "".join(_find_last_resort(properties))


def find_links(properties: Properties) -> dict[str, list[str]]:
    """Return the URLs that the post likes, answers, …: for each property, those there are."""
    found = {
        name: [url for url, _ in _read_links(properties, name) if is_web(url)] for name in _PHRASES
    }
    return {name: urls for name, urls in found.items() if urls}


def is_web(url: str) -> bool:
    """Say whether ``url`` is one that a reader may follow."""
    return url.lower().startswith(("http://", "https://"))


def _find_lines(properties: Properties) -> Iterator[str]:
    for name in _PHRASES:
        if links := _write_links(properties, name):
            yield f"{_phrase(properties, name)} {links}"
    yield from _find_event(properties)
    yield from _find_rating(properties)
    if author := _write_links(properties, "author"):
        yield f"By {author}"
    url = _first(properties, "url")
    if is_web(url):
        yield _link("url", url, _first(properties, "name") or url)
    fields = [_word(name, text) for name in _CARD if (text := _first(properties, name))]
    if fields:
        yield ", ".join(fields)


def _find_last_resort(properties: Properties) -> Iterator[str]:
    for name in ("summary", "name"):
        if text := _first(properties, name):
            yield f"<p>{_word(name, text)}</p>"
            return


def _phrase(properties: Properties, name: str) -> str:
    if name == "in-reply-to" and (answer := _first(properties, "rsvp")):
        return f'RSVP <data class="p-rsvp" value="{escape(answer)}">{escape(answer)}</data> to'
    if name == "read-of":
        return _READ_STATUS.get(_first(properties, "read-status"), _PHRASES[name])
    return _PHRASES[name]


def _find_event(properties: Properties) -> Iterator[str]:
    times = [
        f'<time class="dt-{name}" datetime="{escape(time)}">{escape(time)}</time>'
        for name in ("start", "end")
        if (time := _first(properties, name))
    ]
    if times:
        yield ", ".join(filter(None, [" – ".join(times), _write_links(properties, "location")]))


def _find_rating(properties: Properties) -> Iterator[str]:
    if rating := _first(properties, "rating"):
        best = _first(properties, "best")
        yield f"Rating: {_word('rating', rating)}" + (f" of {_word('best', best)}" if best else "")


def _write_links(properties: Properties, name: str) -> str:
    return ", ".join(_link(name, url, text) for url, text in _read_links(properties, name))


def _read_links(properties: Properties, name: str) -> Iterator[tuple[str, str]]:
    """Yield URL and text of each value of ``name``: a URL, or an mf2 object with ``url``."""
    for value in properties.get(name, []):
        if isinstance(value, dict):
            inner = value.get("properties")
            inner = inner if isinstance(inner, dict) else {}
            url = _first(inner, "url") or _text(value.get("value"))
            text = _first(inner, "name") or url
        else:
            url = text = value.strip() if isinstance(value, str) else ""
        if text:
            yield url, text


def _link(name: str, url: str, text: str) -> str:
    if not is_web(url):
        return _word(name, text)
    return f'<a class="u-{name}" href="{escape(url)}">{escape(text)}</a>'


def _word(name: str, text: str) -> str:
    return f'<span class="p-{name}">{escape(text)}</span>'


def _first(properties: Properties, name: str) -> str:
    values = properties.get(name)
    return _text(values[0]) if isinstance(values, list) and values else ""


def _text(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""
