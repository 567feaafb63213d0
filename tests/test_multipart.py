"""Multipart bodies: read in pieces, bounded, and nothing of them left behind."""

import hashlib
import http.client
import json
import os
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import Any

import pytest
import waitress
from flask import Flask, jsonify, request
from flask.testing import FlaskClient
from programs import small_disk

from endpoint.app import make_app
from endpoint.handlers.bodies import read_form
from endpoint.handlers.context import authorize
from endpoint.server.receiving import receive_by

MULTIPART = "multipart/form-data; boundary=X"
END = b"--X--\r\n"


def part(name: str, content: bytes, filename: str | None = None, more: str = "") -> bytes:
    file = "" if filename is None else f'; filename="{filename}"'
    head = f'--X\r\nContent-Disposition: form-data; name="{name}"{file}\r\n{more}\r\n'
    return head.encode() + content + b"\r\n"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Trickle(RawIOBase):
    """A client whose bytes come in pieces of the sizes given, then all that is left."""

    def __init__(self, body: bytes, *sizes: int) -> None:
        self._body, self._sizes = BytesIO(body), list(sizes)
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = min(self._sizes.pop(0) if self._sizes else len(buffer), len(buffer))
        piece = self._body.read(size)
        self.taken += len(piece)
        buffer[: len(piece)] = piece
        return len(piece)


@dataclass(frozen=True)
class Echo:
    """An application that says what it read, and the folder of what it reads."""

    app: Flask
    folder: Path

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    @property
    def left(self) -> list[str]:
        return [path.name for path in self.folder.glob("*")]

    def post(self, body: bytes) -> Any:
        return self.client.post("/echo", data=body, content_type=MULTIPART)

    def post_slowly(self, body: Trickle, length: int, url: str = "/echo", **more: Any) -> Any:
        environ = {
            "wsgi.input": body,
            "CONTENT_LENGTH": str(length),
            "CONTENT_TYPE": MULTIPART,
        }
        return self.client.post(url, environ_overrides=environ, **more)


@pytest.fixture
def echo(installation, start) -> Callable[..., Echo]:
    """Return a function that serves an installation, with ``/echo`` beside its own URLs."""

    def echo(**tables: Any) -> Echo:
        installation.configure(site={"build": ""}, **tables)
        app = make_app(start())
        folder = installation.folder / "state/incoming"

        @app.post("/echo")
        def say():
            if "needs_token" in request.args:
                authorize()
            form = read_form()
            if "fails" in request.args:
                raise RuntimeError("unforeseen")
            files = [
                {
                    "parameter": upload.parameter,
                    "filename": upload.filename,
                    "size": upload.size,
                    "digest": digest(upload.path.read_bytes()),
                    "mode": f"{upload.path.stat().st_mode & 0o777:o}",
                    "folder": str(upload.path.parent),
                }
                for upload in form.files
            ]
            return jsonify(fields=form.fields, files=files)

        return Echo(app, folder)

    return echo


def test_200_files_and_fields_in_the_order_sent(echo):
    app = echo()
    cat, dog = os.urandom(200_000), os.urandom(3)

    response = app.post(
        part("h", b"entry")
        + part("photo[]", cat, "cat of mine.jpg", "Content-Transfer-Encoding: binary\r\n")
        + part("category[]", "ä".encode())
        + part("photo[]", dog, "")
        + part("category[]", b"b\r\n")
        + part("video", b"", "empty.mp4")
        + END
    )

    assert response.json["fields"] == {"h": ["entry"], "category[]": ["ä", "b\r\n"]}
    described = [
        [file[key] for key in ("parameter", "filename", "size", "digest")]
        for file in response.json["files"]
    ]
    assert described == [
        ["photo[]", "cat of mine.jpg", 200_000, digest(cat)],
        ["photo[]", "", 3, digest(dog)],
        ["video", "empty.mp4", 0, digest(b"")],
    ]


def test_200_a_file_is_on_disk_for_the_request_and_for_nobody_else(echo):
    app = echo()

    response = app.post(part("photo", b"x", "a.jpg") + END)

    [file] = response.json["files"]
    assert file["mode"] == "600"
    assert file["folder"] == str(app.folder)
    assert app.folder.stat().st_mode & 0o777 == 0o700
    assert app.left == []


def test_200_the_folder_is_made_when_it_is_gone(echo):
    app = echo()
    app.folder.rmdir()

    response = app.post(part("photo", b"x", "a.jpg") + END)

    assert response.status_code == 200
    assert len(response.json["files"]) == 1


def test_200_a_file_input_left_empty_is_no_file(echo):
    app = echo(media={"max_files": 1})

    response = app.post(part("photo", b"", "") * 3 + part("photo", b"x", "a.jpg") + END)

    assert [file["size"] for file in response.json["files"]] == [1]


@pytest.mark.parametrize("padding", ["", "  "])
def test_200_wherever_the_pieces_end(echo, padding):
    app = echo()
    content = b"\r\n--X-\r\n--Y\r\n\r--XX\n"
    body = part("photo", content, "a") + part("content", b"b\r") + b"--X--\r\n"
    body = body.replace(b"--X\r\n", f"--X{padding}\r\n".encode())
    whole = app.post(body).json

    answers = [
        app.post_slowly(Trickle(body, *sizes), len(body)).json
        for sizes in [[cut] for cut in range(1, len(body))] + [[1] * len(body)]
    ]

    assert whole["fields"] == {"content": ["b\r"]}
    assert whole["files"][0]["digest"] == digest(content)
    assert [answer for answer in answers if answer != whole] == []


@pytest.mark.parametrize("encoding", ["7bit", "8BIT", "binary"])
def test_200_encodings_that_leave_bytes_alone(echo, encoding):
    more = f"Content-Transfer-Encoding: {encoding}\r\n"

    response = echo().post(part("photo", b"eA==", "a.jpg", more) + END)

    assert response.json["files"][0]["digest"] == digest(b"eA==")


def test_400_an_encoding_that_no_app_uses(echo):
    """RFC 7578 §4.7: kept as it is, the text of base64 would be the photo."""
    app = echo()
    more = "Content-Transfer-Encoding: base64\r\n"

    response = app.post(part("a", b"x", "a.jpg") + part("b", b"eA==", "b.jpg", more) + END)

    assert response.status_code == 400
    assert "base64" in response.json["error_description"]
    assert app.left == []


# Limits


def test_413_a_file_that_is_too_large(echo):
    app = echo(media={"max_bytes": 100_000})

    response = app.post(part("a", b"x" * 100_000, "a") + part("photo", b"x" * 100_001, "b") + END)

    assert response.status_code == 413
    assert "photo" in response.json["error_description"]
    assert "100000" in response.json["error_description"]
    assert app.left == []


def test_200_a_file_that_just_fits(echo):
    response = echo(media={"max_bytes": 100_000}).post(part("a", b"x" * 100_000, "a") + END)

    assert response.json["files"][0]["size"] == 100_000


def test_400_too_many_files(echo):
    app = echo(media={"max_files": 2})

    few, many = [app.post(part("photo[]", b"x", "a") * count + END) for count in (2, 3)]

    assert few.status_code == 200
    assert many.status_code == 400
    assert "at most 2" in many.json["error_description"]
    assert app.left == []


def test_413_a_request_that_is_too_large(echo):
    body = part("photo", b"x" * 1000, "a") + END
    app = echo(media={"max_request_bytes": len(body)})

    fits, large = app.post(body), app.post(body + b"\r\n")

    assert fits.status_code == 200
    assert large.status_code == 413
    assert str(len(body)) in large.json["error_description"]


def test_413_without_a_token_and_for_pages_of_others(echo):
    app = echo(media={"max_request_bytes": 1000})

    response = app.client.post("/micropub", data=b"x" * 1001, content_type=MULTIPART)

    assert response.status_code == 413
    assert response.mimetype == "application/json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_413_fields_that_are_too_large_together(echo):
    app = echo(limits={"max_body_bytes": 1000})
    file = part("photo", b"x" * 5000, "a")

    small = app.post(file + part("a", b"x" * 499) + part("b", b"x" * 499) + END)
    large = app.post(file + part("a", b"x" * 499) + part("b", b"x" * 500) + END)

    assert small.status_code == 200
    assert large.status_code == 413
    assert "1000" in large.json["error_description"]
    assert app.left == []


@pytest.mark.parametrize(
    ("count", "length", "figure"), [(1, 16_400, "16384"), (300, 15_000, "4000000")]
)
def test_400_headers_that_are_too_long(echo, count, length, figure):
    app = echo()
    more = f"X-Long: {'x' * length}\r\n"

    response = app.post(part("a", b"x", more=more) * count + END)

    assert response.status_code == 400
    assert figure in response.json["error_description"]


# Whatever happens, nothing is left


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(part("photo", b"x" * 100_000, "a")[:-50_000], id="cut in a file"),
        pytest.param(part("photo", b"x", "a") + b"--X\r\nContent-Dis", id="cut in a header"),
        pytest.param(part("photo", b"x", "a"), id="cut before the end"),
        pytest.param(part("photo", b"x", "a") + b"--X\r\n\r\nx\r\n" + END, id="malformed"),
        pytest.param(part("photo", b"x", "a") + part("content", b"\xff") + END, id="not UTF-8"),
    ],
)
def test_400_and_nothing_is_left(echo, body):
    app = echo()

    response = app.post(body)

    assert response.status_code == 400
    assert response.json["error"] == "invalid_request"
    assert app.left == []


def test_400_a_client_that_hangs_up(echo):
    app = echo()
    body = part("photo", b"x" * 200_000, "a") + END
    cut = Trickle(body[:150_000])

    response = app.post_slowly(cut, len(body))

    assert response.status_code == 400
    assert "Content-Length" in response.json["error_description"]
    assert app.left == []


def test_500_and_nothing_is_left(echo):
    app = echo()

    response = app.client.post(
        "/echo?fails", data=part("photo", b"x", "a") + END, content_type=MULTIPART
    )

    assert response.status_code == 500
    assert app.left == []


def test_what_a_killed_process_left_is_swept(echo, installation):
    folder = installation.folder / "state/incoming"
    folder.mkdir()
    for name, age_s in (("old", 3700), ("new", 3500)):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (time.time() - age_s,) * 2)

    app = echo()

    assert app.left == ["new"]


@pytest.fixture
def disk(installation) -> Iterator[Path]:
    """Put the folder for incoming files on a disk of one megabyte."""
    with small_disk(installation.folder / "state/incoming", "1m") as folder:
        yield folder


def test_507_on_a_full_disk(echo, disk):
    app = echo()

    full = app.post(part("photo", os.urandom(2_000_000), "a") + END)
    left = app.left
    fits = app.post(part("photo", os.urandom(500_000), "a") + END)

    assert full.status_code == 507
    assert full.json["error"] == "insufficient_storage"
    assert left == []
    assert fits.status_code == 200


def test_503_on_a_disk_that_is_read_only(echo, disk):
    app = echo()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)

    response = app.post(part("photo", b"x", "a") + END)

    assert response.status_code == 503
    assert "read-only" in response.json["error_description"]


def test_503_where_the_folder_cannot_be_made(echo, installation):
    app = echo()
    app.folder.rmdir()
    app.folder.write_text("in the way")

    response = app.post(part("photo", b"x", "a") + END)

    assert response.status_code == 503
    assert response.json["error"] == "temporarily_unavailable"


# Tokens


def test_401_a_bad_token_in_the_header_before_anything_is_read(echo):
    app = echo()
    body = Trickle(part("photo", b"x" * 200_000, "a") + END)

    headers = {"Authorization": "Bearer nonsense"}

    response = app.post_slowly(body, 200_100, "/echo?needs_token", headers=headers)

    assert response.status_code == 401
    assert response.json["error"] == "invalid_token"
    assert body.taken == 0


@pytest.mark.parametrize("is_first", [True, False])
def test_200_a_token_among_the_parts(echo, bearer, is_first):
    app = echo()
    secret = bearer()["Authorization"].removeprefix("Bearer ").encode()
    parts = [part("access_token", secret), part("photo", b"x", "a")]

    response = app.client.post(
        "/echo?needs_token",
        data=b"".join(parts if is_first else reversed(parts)) + END,
        content_type=MULTIPART,
    )

    assert response.status_code == 200
    assert len(response.json["files"]) == 1


def test_401_a_bad_token_among_the_parts(echo):
    app = echo()
    body = part("photo", b"x", "a") + part("access_token", b"nonsense") + END

    response = app.client.post("/echo?needs_token", data=body, content_type=MULTIPART)

    assert response.status_code == 401
    assert app.left == []


# Through the real server


@pytest.fixture
def serve() -> Iterator[Callable[..., int]]:
    """Return a function that serves an application as ``endpoint serve`` does, at a port."""
    started = []

    def serve(echo: Echo, **settings: Any) -> int:
        sockets: dict[int, Any] = {}
        server = waitress.create_server(
            echo.app, map=sockets, host="127.0.0.1", port=0, threads=2, **settings
        )
        receive_by(sockets, max_asked_bytes=2000, max_connections=100)
        running = threading.Thread(target=server.run)
        running.start()
        started.append((server, running))
        return int(server.effective_port)

    yield serve
    for server, running in started:
        server.trigger.pull_trigger(server.close)
        running.join()
        server.task_dispatcher.shutdown()


def send(port: int, body: Any, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": MULTIPART, "Connection": "close", **headers}
    connection.request("POST", "/echo", body, headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response, content


def test_200_chunked(echo, serve):
    app = echo()
    content = os.urandom(3_000_000)
    body = part("photo", content, "a.jpg") + part("content", b"x") + END
    chunks = (body[start : start + 70_001] for start in range(0, len(body), 70_001))

    response, said = send(serve(app), chunks)

    assert response.status == 200
    assert json.loads(said)["files"][0]["digest"] == digest(content)
    assert app.left == []


def test_413_chunked(echo, serve):
    app = echo(media={"max_request_bytes": 100_000})
    body = part("photo", b"x" * 200_000, "a.jpg") + END

    response, said = send(serve(app), iter([body]))

    assert response.status == 413
    assert "100000" in json.loads(said)["error_description"]


@pytest.mark.parametrize("is_chunked", [True, False])
def test_413_beyond_what_the_server_reads(echo, serve, is_chunked):
    body = part("photo", b"x" * 200_000, "a.jpg") + END
    port = serve(echo(), max_request_body_size=len(body) - 2)

    response, said = send(port, iter([body]) if is_chunked else body)

    assert response.status == 413
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert set(json.loads(said)) == {"error", "error_description"}


@pytest.mark.parametrize(
    ("length", "most", "answer"),
    [
        (1000, 1000, b"HTTP/1.1 413 "),
        (2001, 10_000, b"HTTP/1.1 413 "),
        (2000, 10_000, b"HTTP/1.1 100 "),
    ],
)
def test_413_before_a_client_that_asks_sends_anything(echo, serve, length, most, answer):
    """RFC 9110 §10.1.1: PHP's curl asks with Expect before it sends more than a megabyte."""
    port = serve(echo(), max_request_body_size=most)
    head = (
        f"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: {MULTIPART}\r\n"
        f"Content-Length: {length}\r\nExpect: 100-continue\r\n\r\n"
    )

    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(head.encode())
        said = client.recv(1000)

    assert said.startswith(answer)


def test_400_a_length_of_thousands_of_digits(echo, serve):
    port = serve(echo())
    head = f"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: {'9' * 5000}\r\n\r\n"

    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(head.encode())
        said = client.recv(1000)

    assert said.startswith(b"HTTP/1.1 400 ")


def test_a_client_that_hangs_up_leaves_nothing(echo, serve):
    app = echo()
    port = serve(app)
    head = f"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: {MULTIPART}\r\n"
    body = part("photo", b"x" * 2_000_000, "a.jpg")

    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(f"{head}Content-Length: {len(body) + 100}\r\n\r\n".encode() + body)
    response, _ = send(port, part("photo", b"x", "a.jpg") + END)

    assert response.status == 200
    assert app.left == []


def test_507_while_the_server_takes_a_body_in(echo, serve, disk, monkeypatch):
    app = echo()
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    port = serve(app)

    response, said = send(port, part("photo", os.urandom(3_000_000), "a.jpg") + END)
    again, _ = send(port, part("photo", b"x", "a.jpg") + END)

    assert response.status == 507
    assert json.loads(said)["error"] == "insufficient_storage"
    assert again.status == 200
    assert app.left == []
