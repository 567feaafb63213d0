"""What clients ask: each kind of request as steps that can be gone through again and again."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from benchmarks.clients import Step, read_header
from benchmarks.programs import endpoint
from benchmarks.sites import Site

EMPTY = "empty Flask view"
FORM, JSON, UPDATE, DELETE, UNDELETE = (
    "create (form)",
    "create (JSON)",
    "update",
    "delete",
    "undelete",
)
CONFIG, SOURCE, LIST = "q=config", "q=source, one", "q=source, list"
RECEIVE = "receiving a webmention"
FEED, UNCHANGED = "/feed.json, 200", "/feed.json, 304"

FORM_TYPE = "Content-Type: application/x-www-form-urlencoded\r\n"
_JSON = "Content-Type: application/json\r\n"


@dataclass(frozen=True)
class Talk:
    """``steps`` gives what a client asks, by its number; no two clients change the same post."""

    steps: Callable[[int], tuple[Step, ...]]
    is_write: bool = False


EMPTY_TALK = Talk(lambda _client: (Step(EMPTY, "GET", "/"),))


def sign_in(site: Site) -> str:
    """Return the header lines that let a client in."""
    token = endpoint("token", "create", "--config", str(site.config)).strip()
    return f"Authorization: Bearer {token}\r\n"


def make_reads(site: Site, headers: str, port: int) -> list[Talk]:
    """Return what reads, of a server at ``port`` that shows all that was posted."""
    current = read_header(port, Step(FEED, "GET", "/feed.json"), "ETag")
    queries = {CONFIG: "q=config", LIST: "q=source&limit=20"}
    asked = [Step(name, "GET", f"/micropub?{query}", headers) for name, query in queries.items()]
    asked += [
        Step(FEED, "GET", "/feed.json"),
        Step(UNCHANGED, "GET", "/feed.json", f"If-None-Match: {current}\r\n", expects=304),
    ]
    return [*map(_repeat, asked), _find_one(site, headers)]


def _repeat(step: Step) -> Talk:
    return Talk(lambda _client: (step,))


def _find_one(site: Site, headers: str) -> Talk:
    def ask(client: int) -> tuple[Step, ...]:
        query = f"q=source&url={site.permalink(client)}"
        return (Step(SOURCE, "GET", f"/micropub?{query}", headers),)

    return Talk(ask)


def post_long_ago(headers: str) -> Step:
    """Return a create that is dated somewhere in ten years, so that no folder grows large."""
    form = "h=entry&content=A+note+of+then,+{new}&category[]=tea&published={day}T09:30:00Z"
    return Step("create, long ago", "POST", "/micropub", headers + FORM_TYPE, form, 201)


def receive(name: str, source: str, target: str) -> Step:
    """Return a mention of ``target`` by a new page below ``source``, which is encoded."""
    form = f"source={source}{{new}}&target={quote(target)}"
    return Step(name, "POST", "/webmention", FORM_TYPE, form, 201)


def make_writes(site: Site, headers: str) -> list[Talk]:
    """Return what creates, updates, deletes and undeletes, and what is mentioned."""
    form = "h=entry&content=A+note+of+this+morning,+{new}&category[]=tea&category[]=river"
    note = {"type": ["h-entry"], "properties": {"content": ["A note, {new}"], "category": ["tea"]}}

    def post(name: str, body: str, expects: int = 204, kind: str = _JSON) -> Step:
        return Step(name, "POST", "/micropub", headers + kind, body, expects)

    def change(client: int) -> tuple[Step, ...]:
        update = {"url": site.permalink(client), "replace": {"content": ["Changed, {new}"]}}
        return (post(UPDATE, json.dumps({"action": "update", **update})),)

    def remove(client: int) -> tuple[Step, ...]:
        there = site.permalink(client)
        return tuple(
            post(action, json.dumps({"action": action, "url": there}))
            for action in (DELETE, UNDELETE)
        )

    def mention(client: int) -> tuple[Step, ...]:
        return (receive(RECEIVE, quote("https://grace.example/"), site.permalink(client)),)

    return [
        Talk(lambda _client: (post(FORM, form, 201, FORM_TYPE),), is_write=True),
        Talk(lambda _client: (post(JSON, json.dumps(note), 201),), is_write=True),
        Talk(change, is_write=True),
        Talk(remove, is_write=True),
        Talk(mention, is_write=True),
    ]
