"""Mentions as apps see them: notifications, and the thread below a post."""

import json
from contextlib import ExitStack

from benchmarks.clients import Step, read_body
from benchmarks.figures import Key
from benchmarks.programs import endpoint
from benchmarks.run import Run
from benchmarks.servers_under_test import Server, serving
from benchmarks.sites import Site, copy_site
from benchmarks.talks import sign_in

FIRST, NEXT, THREAD = "the first notifications", "notifications, 40", "context with 40 answers"
_THREAD = 40
_PROPERTIES = ("in-reply-to", "like-of", "repost-of", "mention-of")
_KEY = "{}, {:,} mentions"


def name_of(what: str, mentions: int) -> str:
    """Return the name of a figure of a site that has so many mentions."""
    return _KEY.format(what, mentions)


def few_of(mentions: int) -> int:
    """Return how many mentions the site has that one with ``mentions`` is compared with."""
    return max(_THREAD, mentions // 100)


def measure(run: Run) -> None:
    """Ask two sites in turn, with few mentions and with as many as the scale says."""
    counts = dict.fromkeys([few_of(run.scale.mentions), run.scale.mentions])
    with ExitStack() as stack:
        asked = []
        for count in counts:
            run.tell(f"{count:,} mentions, imported")
            site = copy_site(run.folder / f"mentions-{count}", run.scale.small)
            _import(site, count)
            server = stack.enter_context(serving(site))
            headers = sign_in(site)
            _ask(run, server, (Step(FIRST, "GET", "/api/v1/notifications", headers),), count, 1)
            asked.append((server, _read(server, headers), count))
        for number in range(run.scale.rounds):
            run.tell(f"notifications, round {number + 1} of {run.scale.rounds}")
            for server, steps, count in asked:
                _ask(run, server, steps, count, run.scale.reads // 4)


def _read(server: Server, headers: str) -> tuple[Step, ...]:
    newest = Step("newest", "GET", "/api/v1/timelines/home?limit=40", headers)
    statuses = json.loads(read_body(server.port, newest))
    most = max(statuses, key=lambda status: int(status["replies_count"]))
    return (
        Step(NEXT, "GET", "/api/v1/notifications", headers),
        Step(THREAD, "GET", f"/api/v1/statuses/{most['id']}/context", headers),
    )


def _ask(run: Run, server: Server, steps: tuple[Step, ...], count: int, times: int) -> None:
    [heard] = run.clients.ask(server.port, [steps], times)
    for name, values in heard.times_ms.items():
        run.figures.add(Key(name_of(name, count)), "ms", values)


def _import(site: Site, count: int) -> None:
    export = site.folder / "export.json"
    export.write_text(json.dumps({"children": [_mention(site, each) for each in range(count)]}))
    endpoint("webmention", "import", str(export), "--config", str(site.config))


def _mention(site: Site, number: int) -> dict[str, object]:
    """Return a mention: the first answer the newest post, all others some post of the site."""
    is_thread = number < _THREAD
    relation = "in-reply-to" if is_thread else _PROPERTIES[number % len(_PROPERTIES)]
    host = f"https://site-{number % 300}.example"
    return {
        "wm-source": f"{host}/{number}",
        "wm-target": site.permalink(0 if is_thread else 1 + number % (site.posts - 1)),
        "wm-property": relation,
        "wm-received": f"2025-01-{1 + number % 28:02}T{number % 24:02}:{number % 60:02}:00Z",
        "author": {"name": f"Grace {number % 300}", "url": f"{host}/"},
        "content": {"text": f"Well said, and I should like to add some words. {number}"},
    }
