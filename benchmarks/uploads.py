"""What memory ``endpoint serve`` takes while ten uploads of 20 MB run at once, and how long
a photo takes.

    python benchmarks/uploads.py

Films are only kept; photos are decoded, turned, made smaller and written anew, in processes of
their own. Memory is that of the server with all its processes (Pss: a page that several of them
have counts once), looked at every hundredth of a second.
"""

import argparse
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import requests
from PIL import Image

ME = "https://site.example/"
SIZE_BYTES = 20_000_000
# What a phone of 12 megapixels makes.
WIDTH, HEIGHT = 4032, 3024
# EXIF that says nothing but: turn me (orientation 6).
SIDEWAYS = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"


def main() -> None:
    """Print the memory before, its peak while films and photos arrive, and a photo's time."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--uploads", type=int, default=10)
    parser.add_argument("--folder", type=Path, help="on the disk to use; default: the system's")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(dir=arguments.folder) as folder,
        serving(Path(folder) / "site") as server,
    ):
        print(f"idle       {server.memory_mb():6.0f} MB")
        for name, make in {"films": make_film, "photos": draw_photo}.items():
            report_memory(name, server, make, arguments.uploads)
        report_time(server, arguments.uploads)
        print(f"idle again {server.memory_mb():6.0f} MB")


def report_memory(
    name: str, server: "Server", make: Callable[[bytes, int], bytes], uploads: int
) -> None:
    files = [make(f"{name} {number}".encode(), SIZE_BYTES) for number in range(uploads)]
    with watching(server) as seen_mb:
        began = time.perf_counter()
        with ThreadPoolExecutor(uploads) as pool:
            answers = list(pool.map(server.upload, files))
        seconds = time.perf_counter() - began
    kept = len({answer.headers["Location"] for answer in answers if answer.status_code == 201})
    print(
        f"{name:10} {max(seen_mb):6.0f} MB at the peak;"
        f" {kept} of {uploads} kept, {sum(map(len, files)) / 1e6:.0f} MB in {seconds:.1f} s"
    )
    for answer in answers:
        if answer.status_code != 201:
            print(f"           {answer.status_code} {answer.text[:200]}")


def report_time(server: "Server", uploads: int) -> None:
    photos = [make_photo(f"one {number}".encode()) for number in range(uploads)]
    times_s = []
    for photo in photos:
        began = time.perf_counter()
        server.upload(photo).raise_for_status()
        times_s.append(time.perf_counter() - began)
    print(
        f"one photo  {statistics.median(times_s):6.2f} s (median; at most {max(times_s):.2f} s),"
        f" {len(photos[0]) / 1e6:.1f} MB"
    )


@contextmanager
def watching(server: "Server") -> Iterator[list[float]]:
    """Give the list that the server's memory in MB is added to, as long as the block runs."""
    seen_mb: list[float] = []
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.01):
            seen_mb.append(server.memory_mb())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen_mb
    finally:
        ended.set()
        watcher.join()


@dataclass(frozen=True)
class Server:
    """A running ``endpoint serve``: its process, its port, and a token for it."""

    pid: int
    port: int
    token: str

    def upload(self, content: bytes) -> requests.Response:
        return requests.post(
            f"http://127.0.0.1:{self.port}/media",
            files={"file": ("upload", content)},
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=300,
        )

    def memory_mb(self) -> float:
        children = Path(f"/proc/{self.pid}/task").glob("*/children")
        pids = [str(self.pid), *" ".join(child.read_text() for child in children).split()]
        return sum(map(pss_mb, pids))


def pss_mb(pid: str) -> float:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Make a site in ``folder`` and serve it, without a worker, as long as the block runs."""
    run("init", str(folder), "--me", ME, "--yes")
    config = folder / "config.toml"
    token = run("token", "create", "--config", str(config)).strip().splitlines()[-1]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*PROGRAM, "serve", "--no-worker", "--port", str(port), "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port)
            yield Server(process.pid, port, token)
        finally:
            process.terminate()


PROGRAM = [str(Path(sys.executable).with_name("endpoint"))]


def run(*arguments: str) -> str:
    return subprocess.run(
        [*PROGRAM, *arguments], stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def wait_for(port: int) -> None:
    for _ in range(100):
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing answers at port {port}")


def make_film(name: bytes, size_bytes: int) -> bytes:
    """Return the beginning of an MP4 file, which is all that is looked at, and noise."""
    head = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41"
    return head + name + os.urandom(size_bytes - len(head) - len(name))


def draw_photo(name: bytes, size_bytes: int) -> bytes:
    """Return a JPEG of ``size_bytes`` or a little more, another one for each ``name``.

    Noise comes near to 20 MB; zeros after the picture are the rest.
    """
    noise = Image.frombytes("RGB", (WIDTH, HEIGHT), os.urandom(WIDTH * HEIGHT * 3))
    return saved(noise, name, quality=87, subsampling=0).ljust(size_bytes, b"\0")


def make_photo(name: bytes) -> bytes:
    """Return a JPEG of about 5 MB, another one for each ``name``, held sideways."""
    noise = Image.effect_noise((WIDTH // 2, HEIGHT // 2), 36).resize((WIDTH, HEIGHT))
    light = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
    return saved(Image.merge("RGB", (noise, light, noise)), name, quality=92, exif=SIDEWAYS)


def saved(image: Image.Image, name: bytes, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, "JPEG", comment=name, **options)
    return file.getvalue()


if __name__ == "__main__":
    main()
