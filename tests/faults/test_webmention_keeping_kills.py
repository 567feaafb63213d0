"""The worker is killed again and again while it commits mentions: each is committed once."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter

from kept_mentions import KeptMentions, file_of, reply
from programs import wait_for

_KILLS = int(os.environ.get("KILLS") or 10)
_SEED = int(os.environ.get("SEED") or 20251122)
# An hour ahead, so that no change is too young to be committed.
_WORKER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from endpoint.assembly import assemble
from endpoint.config import load
parts = assemble(load(Path(sys.argv[1])), lambda: datetime.now(UTC) + timedelta(hours=1))
with parts.engine.begin() as connection:
    # Otherwise it would wait a minute for the killed worker's lease.
    connection.exec_driver_sql("UPDATE followers SET lease_until = NULL")
print("up", flush=True)
while True:
    parts.following.work("keeping")
"""


def test_what_is_approved_is_committed_once_and_never_rejected(parts, clock, installation, post):
    site, moments = KeptMentions(parts, clock, installation.folder), random.Random(_SEED)
    pages = [post("One"), post("Two"), post("Three")]
    command = [sys.executable, "-c", _WORKER, str(installation.folder / "config.toml")]
    sources = []

    for _ in range(_KILLS):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as worker:
            assert worker.stdout
            worker.stdout.readline()
            least, until = len(sources) + 2, time.monotonic() + moments.uniform(0, 0.4)
            while len(sources) < least or time.monotonic() < until:
                number = len(sources)
                source = f"https://ada.example/{number}"
                sources.append(site.add(pages[number % 3], reply(source), id=str(number)))
                time.sleep(0.01)
            worker.kill()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as worker:
        wait_for(lambda: all(site.row(source).kept for source in sources))
        worker.kill()

    assert {site.row(source).state for source in sources} == {"approved"}
    shown = [entry["source"] for page in pages for entry in site.read(file_of(page))]
    assert sorted(shown) == sorted(sources)
    assert set(_added(site, [file_of(page) for page in pages]).values()) == {1}


def _added(site: KeptMentions, paths: list[str]) -> Counter[str]:
    """Return how often a commit added each mention."""
    added: Counter[str] = Counter()
    for path in paths:
        before: set[str] = set()
        for commit in site.git("rev-list", "--reverse", "main", "--", path).split():
            now = {entry["source"] for entry in json.loads(site.git("show", f"{commit}:{path}"))}
            added.update(now - before)
            assert before <= now
            before = now
    return added
