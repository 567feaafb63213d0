"""Copies on other networks: what asking for them costs, and how fast a backlog goes out."""

import json
import time
from urllib.request import urlopen

import tomlkit

from benchmarks.clients import Step
from benchmarks.figures import Key
from benchmarks.mastodon import ACCOUNTS, mastodon, token_of
from benchmarks.run import Run
from benchmarks.servers_under_test import Server, serving, working
from benchmarks.sites import Site, copy_site
from benchmarks.talks import FORM_TYPE, sign_in

COPIED, UNCOPIED = "create with three targets", "create with no target"
DRAINED, BARE = "copies of a backlog made, rate", "bare calls to post as much, rate"
WITH_TARGETS = "resident memory, idle, with a worker and three targets"


def measure(run: Run) -> None:
    """Post to a site of its own, with copies and without, and let a worker make the copies."""
    site = copy_site(run.folder / "copies", run.scale.small)
    with mastodon(run.folder) as port:
        _configure(site, port)
        headers = sign_in(site)
        with serving(site, with_worker=True) as server:
            run.figures.add(Key(WITH_TARGETS), "MB", [server.resident_mb()])
        with serving(site) as server:
            _post(run, server, headers, port)
            _drain(run, site, server)
        _call(run, port)


def _configure(site: Site, port: int) -> None:
    config = tomlkit.parse(site.config.read_text())
    # What is built is up; the copies wait for no other sign of that.
    config["site"]["build"] = "mkdir -p {output}"  # type: ignore[index]
    config["syndication"] = [
        {
            "kind": "mastodon",
            "uid": _uid(name, port),
            "name": name,
            "server": f"http://127.0.0.1:{port}/",
            "token": token_of(name),
        }
        for name in ACCOUNTS
    ]
    site.config.write_text(tomlkit.dumps(config))


def _post(run: Run, server: Server, headers: str, port: int) -> None:
    run.tell("posts to be copied")
    note = "h=entry&content=A+note+of+this+morning,+{new}"
    wanted = "".join(f"&mp-syndicate-to[]={_uid(name, port)}" for name in ACCOUNTS)
    steps = (
        Step(COPIED, "POST", "/micropub", headers + FORM_TYPE, note + wanted, 201),
        Step(UNCOPIED, "POST", "/micropub", headers + FORM_TYPE, f"{note}&mp-syndicate-to=", 201),
    )
    [heard] = run.clients.ask(server.port, [steps], run.scale.rounds * run.scale.writes)
    for name, values in heard.times_ms.items():
        run.figures.add(Key(name), "ms", values)


def _drain(run: Run, site: Site, server: Server) -> None:
    """Count from the first copy that is made to the last."""
    wanted = _waiting(server)
    run.tell(f"{wanted:,} copies")
    with working(site):
        while (left := _waiting(server)) == wanted:
            time.sleep(0.01)
        began = time.monotonic()
        while _waiting(server):
            time.sleep(0.02)
        run.figures.add(Key(DRAINED), "1/s", [left / (time.monotonic() - began)])


def _call(run: Run, port: int) -> None:
    """Post as much as was copied, to all accounts at once."""
    json_type = "Content-Type: application/json\r\n"
    talks = [
        (
            Step(
                BARE,
                "POST",
                "/api/v1/statuses",
                f"Authorization: Bearer {token_of(name)}\r\n{json_type}",
                json.dumps({"status": "A note of this morning, {new}"}),
            ),
        )
        for name in ACCOUNTS
    ]
    times = run.scale.rounds * run.scale.writes
    heard = run.clients.ask(port, talks, times)
    seconds = max(each.ended for each in heard) - min(each.began for each in heard)
    run.figures.add(Key(BARE), "1/s", [times * len(talks) / seconds])


def _waiting(server: Server) -> int:
    with urlopen(f"http://127.0.0.1:{server.port}/readyz") as answer:
        return int(json.load(answer)["copies"]["waiting"])


def _uid(name: str, port: int) -> str:
    return f"http://127.0.0.1:{port}/@{name}"
