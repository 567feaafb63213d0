"""Reposts that say nothing of their own: what apps for Mastodon know as boosts."""

from endpoint.domain.descriptions import find_links
from endpoint.domain.posts import Post

_WORDS = ("content", "name", "summary", "photo", "video", "audio")


def boosted_url(post: Post) -> str:
    """Return the URL of the page that ``post`` reposts; empty if it does or says anything else."""
    links = find_links(post.properties)
    if post.kind != "repost" or links.keys() != {"repost-of"} or len(links["repost-of"]) > 1:
        return ""
    has_words = any(post.properties.get(name) for name in _WORDS)
    return "" if has_words else links["repost-of"][0]
