"""Stopping and starting the processes, as a supervisor or a closed terminal does it."""

import fcntl
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests
from ports import free_port
from programs import need, wait_for

COMMAND = Path(sys.executable).parent / "endpoint"


@pytest.fixture
def port() -> int:
    return free_port()


@contextmanager
def running(folder: Path, *words: str):
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    with subprocess.Popen(
        [COMMAND, *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=30).close()
    except OSError:
        return False
    return True


def is_waited_for(lock: Path) -> bool:
    """Return whether somebody waits for the lock on this file (proc_locks(5))."""
    inode = f":{lock.stat().st_ino} "
    lines = Path("/proc/locks").read_text().splitlines()
    return any("->" in line and inode in line for line in lines)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
@pytest.mark.parametrize("more", [[], ["--no-worker"]], ids=["worker", "no worker"])
def test_a_request_under_way_is_answered_before_the_end(
    installation, bearer, port, name, more, repo
):
    installation.configure(site={"build": ""})
    headers = {**bearer(), "Content-Type": "application/x-www-form-urlencoded"}
    said = []

    def post():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", "/micropub", "content=Just+in+time", headers)
        said.append(connection.getresponse().status)
        connection.close()

    with running(installation.folder, "serve", "--port", str(port), *more) as process:
        wait_for(lambda: answers(port))
        with (installation.folder / "site.git/endpoint.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            posting = threading.Thread(target=post)
            posting.start()
            wait_for(lambda: is_waited_for(Path(lock.name)))
            process.send_signal(getattr(signal, name))
            time.sleep(0.3)
        posting.join()
        output, _ = process.communicate(timeout=30)

    assert said == [201]
    assert repo.head.commit.message == "note: Just in time\n"
    assert process.returncode == 0
    assert "Traceback" not in output


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_build_that_is_stopped_is_killed_and_made_again(installation, port, command):
    pgrep, marker = need("pgrep", "procps"), f"{time.time_ns()}"
    slow = f"sh -c 'sleep 60; echo {marker}' {{output}}"
    installation.configure(site={"build": slow})
    words = [command, *(["--port", str(port)] if command == "serve" else [])]

    def is_building() -> bool:
        found = subprocess.run([pgrep, "-f", marker], capture_output=True, check=False).stdout
        return bool(found)

    with running(installation.folder, *words) as process:
        wait_for(is_building)
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)

    assert process.returncode == 0
    assert "Traceback" not in output
    assert not is_building()
    installation.configure(site={"build": "hugo"})
    with running(installation.folder, *words):
        wait_for((installation.folder / "public/index.html").is_file)


def test_the_printed_token_of_a_demo_is_kept_out_of_the_log(tmp_path, port):
    with running(tmp_path, "demo", "--port", str(port)) as process:
        said = ""
        while "Ctrl-C" not in said:
            said += process.stdout.readline()
        [token] = re.findall(r"A token: +(\S+)", said)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        wait_for(lambda: answers(port))
        connection.request("GET", f"/micropub?access_token={token}")
        connection.getresponse().read()
        connection.close()
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=30)

    assert token not in rest


@pytest.mark.parametrize(("proxies", "other"), [(0, 429), (1, 403)], ids=["none", "one"])
def test_a_visitor_is_who_the_trusted_proxy_says(installation, port, proxies, other):
    """Whoever guesses passwords through a proxy shuts out themselves and nobody else."""
    installation.configure(limits={"trusted_proxies": proxies}, site={"build": ""})
    guesser = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    somebody = {"X-Forwarded-For": "203.0.113.9, 198.51.100.8"}

    with running(installation.folder, "serve", "--port", str(port), "--no-worker"):
        wait_for(lambda: answers(port))
        guesses = [guess_password(port, guesser) for _ in range(6)]
        elsewhere = guess_password(port, somebody)

    assert guesses == [403] * 5 + [429]
    assert elsewhere == other


def test_idle_connections_shut_nobody_out(installation, bearer, port):
    """Neither those that say nothing nor those that stop in the middle of a request."""
    installation.configure(site={"build": ""})
    cut = b"POST /media HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nabc"
    headers = {**bearer(), "Content-Type": "application/x-www-form-urlencoded"}
    asked = {"content": "Hello"}, f"http://127.0.0.1:{port}/micropub"

    with (
        running(installation.folder, "serve", "--port", str(port), "--no-worker"),
        ExitStack() as opened,
    ):
        wait_for(lambda: answers(port))
        for number in range(400):
            connection = socket.create_connection(("127.0.0.1", port), timeout=30)
            opened.enter_context(connection)
            connection.sendall(cut if number % 2 else b"")
        begin = time.monotonic()
        response = requests.post(asked[1], asked[0], headers=headers, timeout=30)
        took_s = time.monotonic() - begin

    assert response.status_code == 201
    assert took_s < 20


def test_films_that_nobody_watches_shut_nobody_out(installation, bearer, port):
    """A player that is paused stops reading; no thread waits for it."""
    installation.configure(site={"build": ""})
    film = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2" + bytes(24_000_000)

    with (
        running(installation.folder, "serve", "--port", str(port), "--no-worker"),
        ExitStack() as opened,
    ):
        wait_for(lambda: answers(port))
        url = f"http://127.0.0.1:{port}"
        sent = requests.post(f"{url}/media", files={"file": film}, headers=bearer(), timeout=30)
        path = sent.headers["Location"].removeprefix("https://site.example")
        for _ in range(9):
            player = opened.enter_context(socket.socket())
            player.settimeout(20)
            player.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            player.connect(("127.0.0.1", port))
            player.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nRange: bytes=0-\r\n\r\n".encode())
            player.recv(1)
        said = requests.get(f"{url}/micropub?q=config", headers=bearer(), timeout=30)

    assert said.status_code == 200


def guess_password(port: int, headers: dict[str, str]) -> int:
    url = f"http://127.0.0.1:{port}/admin/sign-in"
    shown = requests.get(url, timeout=30)
    [csrf_token] = re.findall(r'name="csrf_token" value="([^"]+)"', shown.text)
    # The cookie is for https alone, as the site's address is.
    cookie = shown.headers["Set-Cookie"].partition(";")[0]
    form = {"csrf_token": csrf_token, "password": "guess"}
    return requests.post(
        url, data=form, headers={**headers, "Cookie": cookie}, timeout=30
    ).status_code


def test_304_stays_open_for_the_next_request(installation, port):
    installation.configure(site={"build": ""})
    with running(installation.folder, "serve", "--port", str(port), "--no-worker"):
        wait_for(lambda: answers(port))
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/feed.json")
        first = connection.getresponse()
        first.read()
        own_end = connection.sock.getsockname()

        statuses = []
        for _ in range(2):
            connection.request(
                "GET", "/feed.json", headers={"If-None-Match": first.headers["ETag"]}
            )
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)

        assert statuses == [304, 304]
        assert connection.sock.getsockname() == own_end
        connection.request("OPTIONS", "/feed.json", headers={"Connection": "close"})
        assert connection.getresponse().headers["Connection"] == "close"
        connection.close()
