"""What memory ``endpoint serve`` takes while ten uploads of 20 MB run at once.

    python benchmarks/uploads.py

Films are only kept; photos are decoded, turned, made smaller and written anew. Peaks are of
the server's own process, as Linux counts them.
"""

import argparse
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import requests
from PIL import Image

ME = "https://site.example/"
SIZE_BYTES = 20_000_000
# What a phone of 12 megapixels makes.
WIDTH, HEIGHT = 4032, 3024


def main() -> None:
    """Print the resident memory before, and its peak while films and photos arrive."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--uploads", type=int, default=10)
    parser.add_argument("--folder", type=Path, help="on the disk to use; default: the system's")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(dir=arguments.folder) as folder,
        serving(Path(folder) / "site") as server,
    ):
        print(f"idle       {server.peak_mb():6.0f} MB")
        for name, make in {"films": make_film, "photos": draw_photo}.items():
            report(name, server, make, arguments.uploads)


def report(name: str, server: "Server", make: Callable[[bytes, int], bytes], uploads: int) -> None:
    files = [make(f"{name} {number}".encode(), SIZE_BYTES) for number in range(uploads)]
    server.forget_peak()
    began = time.perf_counter()
    with ThreadPoolExecutor(uploads) as pool:
        answers = list(pool.map(server.upload, files))
    seconds = time.perf_counter() - began
    kept = len({answer.headers["Location"] for answer in answers if answer.status_code == 201})
    print(
        f"{name:10} {server.peak_mb():6.0f} MB at the peak;"
        f" {kept} of {uploads} kept, {sum(map(len, files)) / 1e6:.0f} MB in {seconds:.1f} s"
    )
    for answer in answers:
        if answer.status_code != 201:
            print(f"           {answer.status_code} {answer.text[:200]}")


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

    def forget_peak(self) -> None:
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def peak_mb(self) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


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
    file = BytesIO()
    noise.save(file, "JPEG", quality=87, subsampling=0, comment=name)
    return file.getvalue().ljust(size_bytes, b"\0")


if __name__ == "__main__":
    main()
