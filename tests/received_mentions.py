"""Mentions that came in and were looked at, without pages that have to be fetched for it."""

from datetime import timedelta

from endpoint.assembly import Parts
from endpoint.domain.webmentions.mention import Author, Mention
from endpoint.domain.webmentions.receiving.requests import Asking
from endpoint.services.webmentions.receiving.judging import Judgement
from endpoint.services.webmentions.receiving.sources import Finding
from endpoint.stores.mentions.inbox import Inbox
from endpoint.stores.mentions.looks import Looks
from endpoint.stores.mentions.rows import PRESENT
from endpoint.stores.mentions.rules import MentionRules

PAGE = "https://site.example/notes/2025/11/hello/"


def said(kind="reply", text="Well said", **changes):
    """Return what Grace says, or somebody else whose ``name`` and ``url`` are given."""
    author = Author(changes.pop("name", "Grace"), changes.pop("url", "https://grace.example/"))
    return Mention(kind, "https://grace.example/1", author, text=text, **changes)


def receive(parts: Parts, source="https://grace.example/1", mention=None, finding=None, page=PAGE):
    """Let ``source`` have mentioned ``page``, and return the id of the mention."""
    looks, now = Looks(parts.engine), parts.clock()
    mention_id = Inbox(parts.engine).receive(Asking(source, page), page, now)
    [taken] = looks.take("test", now, now + timedelta(seconds=30), 1, ())
    found = finding or Finding(PRESENT, mention=mention or said())
    approve, rules = parts.config.webmention.approve, MentionRules(parts.engine).all()
    assert looks.note("test", taken, now, Judgement(found, approve, rules, now, lambda: 0.5))
    return mention_id


def let_grace_answer(client, headers, parts: Parts):
    """Return what Grace says about a new post, as the status that an app is shown."""
    own = client.post("/api/v1/statuses", json={"status": "Hello"}, headers=headers).json
    receive(parts, page=own["url"])
    [told] = client.get("/api/v1/notifications", headers=headers).json
    return told["status"]


def states(parts: Parts, *ids):
    """Return what is decided of each mention, and who did."""
    found = [Inbox(parts.engine).find(mention_id) for mention_id in ids]
    return [f"{mention.decision} {mention.decided_by}".strip() for mention in found]
