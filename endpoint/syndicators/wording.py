"""What a copy may say, taken from the post that it is a copy of."""

from collections.abc import Iterator

from endpoint.domain.copies.fitting import ALWAYS, Wording
from endpoint.domain.copies.hashtags import missing_hashtags
from endpoint.domain.copies.plain import to_plain
from endpoint.domain.descriptions import describe, find_links
from endpoint.domain.posts import Post
from endpoint.syndicators import Outgoing

TITLED = frozenset(("article", "event", "review"))
"""The types of posts that a copy is a title of, and a link to."""

_ABOUT = ("like-of", "repost-of", "bookmark-of", "in-reply-to")


def find_wording(
    outgoing: Outgoing, *, is_answer: bool = False, is_incomplete: bool = False
) -> Wording:
    """Return what there is to say of a post.

    ``is_answer`` if the copy itself will be an answer to what the post answers,
    ``is_incomplete`` if it will not show all that the post shows.
    """
    post, text, rules = outgoing.post, outgoing.own_text.strip(), outgoing.rules
    is_titled = post.kind in TITLED
    title = "" if text else _find_title(outgoing)
    text = text or plain_text(outgoing)
    if title and not is_titled:
        title, text = "", f"{title}\n\n{text}".strip()
    tags = () if outgoing.own_text or not rules.hashtags else _find_hashtags(post, title + text)
    return Wording(
        permalink=post.permalink,
        text=text,
        title=title,
        about="" if is_answer else next(_find_about(post), ""),
        link=rules.link or (ALWAYS if is_titled else ""),
        hashtags=tags,
        is_incomplete=is_incomplete,
    )


def plain_text(outgoing: Outgoing) -> str:
    """Return what the post says; of one without words what it is about."""
    html = outgoing.html.strip()
    text = to_plain(html, outgoing.post.permalink) if html else ""
    if text or outgoing.attachments:
        return text
    return to_plain(describe(outgoing.post.properties), outgoing.post.permalink)


def _find_title(outgoing: Outgoing) -> str:
    """Return the name of the post, unless that is how its text begins."""
    names = outgoing.post.properties.get("name", [])
    name = " ".join(names[0].split()) if names and isinstance(names[0], str) else ""
    text = " ".join(plain_text(outgoing).split())
    return "" if name and text.startswith(name) and outgoing.post.kind not in TITLED else name


def _find_hashtags(post: Post, text: str) -> tuple[str, ...]:
    return missing_hashtags(text, post.properties.get("category", []))


def _find_about(post: Post) -> Iterator[str]:
    links = find_links(post.properties)
    for name in _ABOUT:
        yield from links.get(name, [])
