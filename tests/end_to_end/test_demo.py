"""The demo from the outside: a real server, real sockets, the real Hugo."""

import http.client
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from ports import free_port
from programs import need, wait_for

COMMAND = Path(sys.executable).parent / "endpoint"


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def demo(tmp_path_factory, port):
    """The running demo: what it printed, and the folder it made."""
    home = tmp_path_factory.mktemp("home")
    with started(home, port) as said:
        yield said, home / "demo"


@contextmanager
def started(home: Path, port: int) -> Iterator[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [COMMAND, "demo", "--port", str(port)],
        cwd=home,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield read_greeting(process)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
    assert process.returncode == 0


def read_greeting(process: subprocess.Popen[str]) -> str:
    said = ""
    while "\ncurl " not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    address = re.search(r"http://\S+", said)[0]
    wait_for(lambda: get(address)[0] == 200)
    return said


def get(url: str) -> tuple[int, str]:
    try:
        with urlopen(url, timeout=30) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


def curl(said: str) -> list[str]:
    [line] = [line for line in said.splitlines() if line.startswith("curl ")]
    _, *arguments = shlex.split(line)
    return [need("curl"), *arguments]


def post(said: str, *more: str) -> tuple[int, str]:
    """The printed curl line, with further fields: status and Location."""
    words = [*curl(said), *more]
    answer = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    location = re.search(r"^Location: (\S+)", answer, re.MULTILINE)
    return int(answer.split()[1]), location[1] if location else ""


def test_the_printed_line_posts_and_hugo_shows_it(demo):
    said, folder = demo

    status, location = post(said)

    wait_for(lambda: get(location)[0] == 200)
    log = subprocess.run(
        ["git", "-C", folder / "site.git", "log", "--format=%s"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    feed = json.loads(get(location[: location.index("/", 8)] + "/feed.json")[1])
    assert status == 201
    assert "Hello world" in get(location)[1]
    assert log.splitlines()[0] == "note: Hello world"
    assert [item["id"] for item in feed["items"]] == [location]


def test_a_page_says_publishing_until_it_is_built_and_gone_when_deleted(demo):
    said, _ = demo
    _, location = post(said, "-d", "mp-slug=soon")
    early, page = get(location)
    wait_for(lambda: get(location)[0] == 200)

    status, _ = post(said, "-d", "action=delete", "-d", f"url={location}")

    assert (early, status) in ((404, 204), (200, 204))
    assert early == 200 or "Publishing" in page
    assert get(location)[0] == 410


def test_pages_that_never_were_are_404(demo, port):
    assert get(f"http://127.0.0.1:{port}/nothing/here/")[0] == 404
    assert get(f"http://127.0.0.1:{port}/..%2f..%2fconfig.toml")[0] == 404
    assert get(f"http://127.0.0.1:{port}/%2e%2e/config.toml")[0] == 404
    assert get(f"http://127.0.0.1:{port}/{'a' * 300}")[0] == 404


def test_a_link_in_the_site_does_not_lead_out_of_it(demo, port):
    _, folder = demo
    (folder / "public" / "leak").symlink_to(folder / "config.toml")

    status, text = get(f"http://127.0.0.1:{port}/leak")

    assert status == 404
    assert "password_hash" not in text


def test_folders_get_their_slash(demo, port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/about", headers={"Host": "evil.example"})
    response = connection.getresponse()
    response.read()
    connection.close()

    assert response.status in (301, 308)
    assert response.headers["Location"] == f"http://127.0.0.1:{port}/about/" or (
        response.headers["Location"] == "/about/"
    )


def test_healthz_and_readyz(demo, port):
    assert get(f"http://127.0.0.1:{port}/healthz") == (200, '{"status":"ok"}\n')
    assert get(f"http://127.0.0.1:{port}/readyz")[0] == 200


@pytest.mark.parametrize(
    ("head", "statuses"),
    [
        pytest.param(b"GARBAGE\r\n\r\n", (400,), id="no HTTP"),
        pytest.param(
            b"POST /micropub HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
            (401, 413),
            id="a body too large to come",
        ),
        pytest.param(
            b"POST /micropub HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            (401,),
            id="chunked",
        ),
        pytest.param(
            b"POST /micropub HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n"
            b"Content-Length: 0\r\n\r\n",
            (401,),
            id="upgrade offered",
        ),
    ],
)
def test_raw_requests_are_answered(demo, port, head, statuses):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(head)
        answer = connection.recv(65536)

    assert int(answer.split()[1]) in statuses


def test_the_demo_continues_where_it_was(tmp_path, port_again):
    with started(tmp_path, port_again) as said:
        _, location = post(said)
        wait_for(lambda: get(location)[0] == 200)
    with started(tmp_path, port_again) as again:
        kept = get(location)[0]
        status, _ = post(again, "-d", "mp-slug=second")

    [first, second] = [re.search(r"password: (\S+)", text)[1] for text in (said, again)]
    assert (kept, status) == (200, 201)
    assert first == second


@pytest.fixture
def port_again() -> int:
    return free_port()
