"""What Mastodon's apps ask, and beside each request the same by Micropub: one owner has one app."""

import os
from contextlib import ExitStack

from benchmarks.clients import Step
from benchmarks.figures import Key
from benchmarks.run import Run
from benchmarks.servers_under_test import serving
from benchmarks.talks import FORM_TYPE, sign_in

STATUS, SAME_NOTE = "POST statuses", "the same note by Micropub"
HOME, SAME_LIST = "home timeline, {}", "q=source, {}"
LENGTHS = (20, 40)


def measure(run: Run) -> None:
    """Let one client ask the smallest and the largest site in turn."""
    sites = [run.sites[posts] for posts in {run.scale.small: None, run.scale.large: None}]
    headers = [sign_in(site) for site in sites]
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(site)) for site in sites]
        for number in range(run.scale.rounds):
            run.tell(f"apps, round {number + 1} of {run.scale.rounds}")
            for make_steps, times in ((_write, run.scale.writes), (_read, run.scale.reads)):
                for site, server, let_in in zip(sites, servers, headers, strict=True):
                    os.sync()
                    [heard] = run.clients.ask(server.port, [make_steps(let_in)], times)
                    for name, values in heard.times_ms.items():
                        run.figures.add(Key(name, site.posts), "ms", values)


def _write(headers: str) -> tuple[Step, ...]:
    status = "status=A+note+of+this+morning,+{new}+%23tea+%23river"
    note = "h=entry&content=A+note+of+this+morning,+{new}&category[]=tea&category[]=river"
    return (
        Step(STATUS, "POST", "/api/v1/statuses", headers + FORM_TYPE, status),
        Step(SAME_NOTE, "POST", "/micropub", headers + FORM_TYPE, note, 201),
    )


def _read(headers: str) -> tuple[Step, ...]:
    return tuple(
        Step(name.format(length), "GET", f"{path}limit={length}", headers)
        for length in LENGTHS
        for name, path in ((HOME, "/api/v1/timelines/home?"), (SAME_LIST, "/micropub?q=source&"))
    )
