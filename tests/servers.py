"""The real server in processes of its own, started, and killed without a word."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Self

import requests
from ports import free_port
from programs import wait_for

_ROOT = Path(__file__).parents[1]


class Server:
    """``endpoint serve`` with its worker, in the folder of an installation."""

    def __init__(self, folder: Path) -> None:
        self._port = str(free_port())
        self.url = f"http://127.0.0.1:{self._port}"
        self.log = folder / "server.log"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it, without waiting for it to answer."""
        command = [sys.executable, "-c", "from endpoint.cli import main; main()", "serve"]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self._folder)}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--port", self._port],
                cwd=self._folder,
                env={**environment, "PYTHONPATH": str(_ROOT)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_until_up(self) -> None:
        wait_for(self.is_up)

    def is_up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()[-2000:]
        with suppress(requests.RequestException):
            return requests.get(f"{self.url}/healthz", timeout=30).ok
        return False

    def kill(self) -> None:
        """End the whole process group as a kernel without memory does."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def stop(self) -> int:
        """Ask it to end, and return its exit status."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(60)
