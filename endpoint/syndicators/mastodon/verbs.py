"""Likes, reposts and replies of what is on Mastodon: found there, and done there."""

from typing import Any
from urllib.parse import urlsplit

from mastodon import Mastodon
from mastodon.errors import MastodonNotFoundError

from endpoint.domain.descriptions import find_links
from endpoint.domain.urls import canonical
from endpoint.syndicators import Copy, Outgoing
from endpoint.syndicators.mastodon.connections import read
from endpoint.syndicators.mastodon.statuses import Answered
from endpoint.syndicators.outcomes import Unfit

FAVOURITE, REBLOG, STATUS = "favourite", "reblog", "status"
"""What a copy may be; its id begins with it."""

_VERBS = {"like": (FAVOURITE, "like-of"), "repost": (REBLOG, "repost-of")}
_ANSWERS = frozenset(("reply", "rsvp"))


def split(copy: Copy) -> tuple[str, str, str]:
    """Return what the copy is, its number on the server, and which files it shows."""
    kind, _, rest = copy.id.partition(":")
    number, _, files = rest.partition(":")
    return kind, number, files


def find_verb(outgoing: Outgoing) -> tuple[str, list[str]]:
    """Return FAVOURITE or REBLOG and the URLs it is of; STATUS for a post with words of its own."""
    verb, name = _VERBS.get(outgoing.post.kind, (STATUS, ""))
    if verb == STATUS or outgoing.html.strip() or outgoing.own_text or outgoing.attachments:
        return STATUS, []
    return verb, find_links(outgoing.post.properties).get(name, [])


def do_verb(api: Mastodon, server: str, own_id: str, verb: str, urls: list[str]) -> Copy:
    """Favourite or boost what ``urls`` are of, again with the same result; raise Unfit if none.

    What is done has no page of its own, so its URL is that of the status with a fragment.
    """
    for url in urls:
        if status := _resolve(api, server, url):
            number = read(status, "id")
            if verb == FAVOURITE:
                api.status_favourite(number)
                return Copy(f"{url}#favorited-by-{own_id}", f"{verb}:{number}")
            if not status.get("reblogged"):
                api.status_reblog(number)
            return Copy(f"{url}#reblogged-by-{own_id}", f"{verb}:{number}")
    raise Unfit("What it likes or reposts is not on this network.")


def undo_verb(api: Mastodon, verb: str, number: str) -> None:
    """Take back what ``do_verb`` did."""
    try:
        if verb == FAVOURITE:
            api.status_unfavourite(number)
        else:
            api.status_unreblog(number)
    except MastodonNotFoundError:
        return


def find_answered(api: Mastodon, server: str, outgoing: Outgoing, own_id: str) -> Answered:
    """Return what a reply answers, nobody for a post that is none; raise Unfit if not there."""
    if outgoing.post.kind not in _ANSWERS:
        return Answered()
    if outgoing.answered:
        kind, number, _ = split(outgoing.answered)
        if kind == STATUS:
            return Answered(number)
    for url in find_links(outgoing.post.properties).get("in-reply-to", []):
        if status := _resolve(api, server, url):
            account = status.get("account")
            name = "" if read(account, "id") == own_id else f"@{read(account, 'acct')}"
            return Answered(read(status, "id"), name)
    raise Unfit("It answers what is not on this network.")


def _resolve(api: Mastodon, server: str, url: str) -> Any:
    """Return the status whose URL is ``url``; a search by words finds others too."""
    found = api.search_v2(url, resolve=True, result_type="statuses")
    statuses = found.get("statuses") if isinstance(found, dict) else None
    for status in statuses if isinstance(statuses, list) else []:
        # What one reads there of others has an address there too, which ends with its number.
        if isinstance(status, dict) and (
            is_at(status, url) or find_number(server, url) == str(status.get("id"))
        ):
            return status
    return None


def find_number(server: str, url: str) -> str:
    """Return the number of a status that is read at ``url`` on ``server``; empty if it is not."""
    try:
        wanted = urlsplit(canonical(url))
        is_there = wanted.netloc == urlsplit(canonical(server)).netloc and not wanted.fragment
    except ValueError:
        return ""
    return wanted.path.rstrip("/").rpartition("/")[2] if is_there else ""


def is_at(status: Any, url: str) -> bool:
    """Say whether ``url`` is an address of ``status``."""
    try:
        addresses = [canonical(str(status[name])) for name in ("url", "uri") if status.get(name)]
        return canonical(url) in addresses
    except ValueError:
        return False
