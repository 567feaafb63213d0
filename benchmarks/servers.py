"""What an empty Flask view costs on the WSGI servers, side by side in one run.

Needs wrk, and the servers: ``pip install waitress gunicorn granian``.

    python benchmarks/servers.py
"""

import re
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median

ROUNDS = 3
SECONDS = 3
APPLICATION = """
from flask import Flask

application = Flask(__name__)


@application.get("/")
def empty():
    return "", 201, {"Location": "https://site.example/"}
"""
SERVERS = {
    "waitress": "waitress --listen=127.0.0.1:{port} --threads=8 empty:application",
    "gunicorn": "gunicorn -b 127.0.0.1:{port} -k gthread --threads 8 empty:application",
    "granian": "granian --interface wsgi --port {port} --workers 1 empty:application",
}


def main() -> None:
    rates: dict[str, list[float]] = {name: [] for name in SERVERS}
    facts: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "empty.py").write_text(APPLICATION)
        for _ in range(ROUNDS):
            for name in SERVERS:
                with serving(name, folder) as (process, port):
                    rates[name].append(requests_per_second(port))
                    facts[name] = f"{megabytes(process.pid):.0f} MB, {location_line(port)}"
    for name, measured in rates.items():
        print(f"{name:10} {median(measured):7.0f} requests/s   {facts[name]}")


@contextmanager
def serving(name: str, folder: str):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = SERVERS[name].format(port=port).split()
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        [sys.executable, "-m", *words], cwd=folder, stdout=quiet, stderr=quiet
    ) as process:
        try:
            wait_for(port)
            yield process, port
        finally:
            process.terminate()


def wait_for(port: int) -> None:
    for _ in range(100):
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing answers at port {port}")


def requests_per_second(port: int) -> float:
    command = ["wrk", "-t1", "-c8", f"-d{SECONDS}", f"http://127.0.0.1:{port}/"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])


def megabytes(pid: int) -> float:
    """The resident memory of a server and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(resident(each) for each in [str(pid), *children]) / 1024


def resident(pid: str) -> int:
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1])


def location_line(port: int) -> str:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = connection.recv(4096).decode()
    return re.search(r"(?i)^(location:)", answer, re.MULTILINE)[1]


if __name__ == "__main__":
    main()
