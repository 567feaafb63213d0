"""What others do on a network with a copy, as mentions of the post."""

from collections.abc import Iterable
from dataclasses import dataclass

from endpoint.domain.webmentions.mention import Author, Mention
from endpoint.domain.webmentions.reading.values import content, date, is_url, line, url


@dataclass(frozen=True)
class Reaction:
    """What somebody did: ``kind`` is ``reply``, ``like`` or ``repost``.

    ``source`` is a URL of its own, where others may see it; ``url`` where it is
    shown, ``html`` what an answer says, to be sanitised, and ``published`` when. The
    name, URL and photo are the author's; any text may be empty, and none is checked.
    """

    kind: str
    source: str
    url: str
    name: str
    author_url: str
    photo: str
    published: str = ""
    html: str = ""


def to_mentions(reactions: Iterable[Reaction], permalink: str) -> dict[str, Mention]:
    """Return what each says about the page at ``permalink``, by its source.

    Words are sanitised and short, URLs http or https; what has no such source is
    left out.
    """
    return {
        url(reaction.source): _to_mention(reaction, permalink)
        for reaction in reactions
        if is_url(reaction.source)
    }


def _to_mention(reaction: Reaction, permalink: str) -> Mention:
    is_reply = reaction.kind == "reply"
    html, text = content({"html": reaction.html}) if is_reply else ("", "")
    return Mention(
        kind=reaction.kind,
        url=url(reaction.url) or url(reaction.source),
        author=Author(line(reaction.name), url(reaction.author_url), url(reaction.photo)),
        published=date(reaction.published),
        html=html,
        text=text,
        in_reply_to=(permalink,) if is_reply else (),
    )
