"""The real server sends by itself: soon after the notice of a deployment, and after a kill."""

import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import requests
from ports import free_port
from programs import wait_for
from sqlalchemy import update

from endpoint.app import make_app
from endpoint.assembly import assemble
from endpoint.stores.followers import followers

# Nobody sweeps: whatever the worker does later than at its start, the bell has called it for.
PROGRAM = """
from endpoint.stores import bell
bell._SWEEP_S = 600
from endpoint.cli import main
main()
"""
_KILLS = 3
SECRET = "a secret of some thirty-two bytes"


@contextmanager
def running(folder, *words):
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    with (
        (folder / "log").open("ab") as log,
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def hosted(installation, configure_sending):
    configure_sending()
    installation.configure(hooks={"deployed_secret": SECRET})
    return installation


def is_up(url):
    try:
        return requests.get(f"{url}/healthz", timeout=30).ok
    except requests.RequestException:
        return False


def test_a_deployed_notice_has_the_targets_told_in_a_moment(hosted, targets, bearer_of):
    parts = assemble(hosted.config)
    headers, port = bearer_of(parts), free_port()
    url, target = f"http://127.0.0.1:{port}", targets.put("/post")
    with running(hosted.folder, "serve", "--port", str(port)):
        wait_for(lambda: is_up(url))
        posted = {"content": f"See {target}"}
        answer = requests.post(f"{url}/micropub", data=posted, headers=headers, timeout=30)
        time.sleep(1)
        before = list(targets.told)
        body = json.dumps({"commit": parts.repository.head()}).encode()
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        signed = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}

        heard = requests.post(f"{url}/hooks/deployed", data=body, headers=signed, timeout=30)
        wait_for(lambda: targets.told)

    assert heard.status_code == 202, heard.text
    assert before == []
    assert targets.told == [(answer.headers["Location"], target)]
    parts.close()


def test_nobody_is_forgotten_by_a_worker_that_is_killed_again_and_again(hosted, targets, bearer_of):
    """Whoever was told while it died may hear it twice; nobody hears nothing."""
    ahead = timedelta()
    parts = assemble(hosted.config, lambda: datetime.now(UTC) + ahead)
    client, headers = make_app(parts).test_client(), bearer_of(parts)
    urls = {targets.put(f"/{number}") for number in range(80)}
    for start in range(0, 80, 20):
        content = " ".join(sorted(urls)[start : start + 20])
        made = client.post("/micropub", data={"content": content}, headers=headers)
        assert made.status_code == 201
    parts.live.hear(parts.repository.head())
    for _ in range(_KILLS):
        heard = len(targets.told)
        with running(hosted.folder, "worker") as worker:
            wait_for(lambda heard=heard: len(targets.told) > heard + 3)
            worker.kill()
        end_leases(parts)
    ahead = timedelta(minutes=10)

    parts.following.work("live")
    parts.following.work("send")

    rows = parts.webmentions.outgoing.sent.page(100)
    assert {target for _, target in targets.told} == urls
    assert {row.state for row in rows} == {"told"}
    assert len(rows) == 80
    assert len(targets.told) <= 80 + 16 * _KILLS
    parts.close()


def end_leases(parts):
    """Let the next worker begin at once: the lease of a killed one goes on for a minute."""
    with parts.engine.begin() as connection:
        connection.execute(update(followers).values(lease_until=None))
