"""What a post says of itself in its mf2 properties, as a Mention."""

from collections.abc import Collection

from endpoint.domain.webmentions.mention import Author, Mention
from endpoint.domain.webmentions.reading.authorship import Byline
from endpoint.domain.webmentions.reading.kinds import kind_of, rsvp_of
from endpoint.domain.webmentions.reading.links import spelling
from endpoint.domain.webmentions.reading.pages import Properties
from endpoint.domain.webmentions.reading.values import MAX_URLS, content, date, line, urls

_CONTENTS = ("content", "summary")


def read_post(
    properties: Properties, wanted: Collection[str], byline: Byline, head: Mention
) -> Mention:
    """Return what a post with these ``properties`` says about the page of ``wanted`` spellings.

    ``head`` is what the head of its page says, for what the post does not.
    """
    kind = kind_of(properties, wanted)
    html, text = _content(properties)
    return Mention(
        kind=kind,
        url=_url(properties, wanted) or head.url,
        author=head.author if byline.author == Author() else byline.author,
        published=next(filter(None, map(date, properties.get("published", []))), ""),
        name=_name(properties, text),
        html=html,
        text=text,
        rsvp=rsvp_of(properties) if kind == "rsvp" else "",
        in_reply_to=_some(properties, "in-reply-to"),
        syndication=_some(properties, "syndication"),
    )


def _content(properties: Properties) -> tuple[str, str]:
    values = (value for name in _CONTENTS for value in properties.get(name, []))
    return next((said for said in map(content, values) if said[1]), ("", ""))


def _url(properties: Properties, wanted: Collection[str]) -> str:
    # The only link of a post is taken for its own URL, and may be the one to us.
    own = (each for each in urls(properties.get("url", [])) if spelling(each) not in wanted)
    return next(own, "")


def _name(properties: Properties, text: str) -> str:
    """Return the title; that of a note is often its own beginning, and then none."""
    name = next(filter(None, map(line, properties.get("name", []))), "")
    return "" if line(text).startswith(name.rstrip("….")) else name


def _some(properties: Properties, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(urls(properties.get(name, []))))[:MAX_URLS]
