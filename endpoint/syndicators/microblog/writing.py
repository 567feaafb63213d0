"""A post as the properties of its copy, which Micropub sends."""

from html import escape
from typing import Any

from endpoint.domain.copies.fitting import ALWAYS, NEVER
from endpoint.domain.descriptions import describe, find_links
from endpoint.domain.posts import Properties
from endpoint.syndicators import Outgoing
from endpoint.syndicators.outcomes import Unfit
from endpoint.syndicators.wording import TITLED

CHANGEABLE = ("name", "category")
"""Properties that a copy loses with its post."""

_WORDLESS = frozenset(("like", "repost"))


def write(outgoing: Outgoing, *, is_incomplete: bool = False) -> Properties:
    """Return the properties without the files; raise Unfit for what is a click and no words.

    What has a title is copied as a link to it, unless copies never link to
    posts; then whole. Everything else is copied whole, with a link if the
    copy ``is_incomplete``: it lacks a file that the post shows.
    """
    post, rule = outgoing.post, outgoing.rules.link
    name = _first(post.properties, "name")
    found: dict[str, list[Any]] = {"content": [_find_content(outgoing)]}
    if post.kind in TITLED and name and not outgoing.own_text:
        if rule in ("", ALWAYS):
            found["content"] = [{"html": f"<p>{_link(post.permalink, name)}</p>"}]
        else:
            found["name"] = [name]
    elif rule == ALWAYS or (is_incomplete and rule != NEVER):
        found["content"] = [_with_link(found["content"][0], post.permalink)]
    if found["content"] == [""]:
        del found["content"]
    if answered := find_links(post.properties).get("in-reply-to"):
        found["in-reply-to"] = answered[:1]
    if post.visibility != "public":
        found["visibility"] = [post.visibility]
    categories = [word for word in post.properties.get("category", []) if isinstance(word, str)]
    if categories and outgoing.rules.hashtags:
        found["category"] = categories
    return found


def _find_content(outgoing: Outgoing) -> Any:
    if outgoing.own_text:
        return outgoing.own_text
    html = outgoing.html.strip()
    if not html and not outgoing.attachments:
        if outgoing.post.kind in _WORDLESS:
            raise Unfit("Likes and reposts without words are not copied there.")
        html = describe(outgoing.post.properties)
    return {"html": html} if html else ""


def _with_link(content: Any, permalink: str) -> Any:
    if isinstance(content, dict):
        return {"html": f"{content['html']}\n<p>{_link(permalink, permalink)}</p>"}
    return f"{content}\n\n{permalink}".strip()


def _link(url: str, words: str) -> str:
    return f'<a href="{escape(url)}">{escape(words)}</a>'


def _first(properties: Properties, name: str) -> str:
    values = properties.get(name, [])
    return values[0].strip() if values and isinstance(values[0], str) else ""
