"""Libraries and programs of others, each where it is installed, called over a pipe."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Self

import pytest
from programs import need

_BRIDGES = Path(__file__).parent / "mastodon_apps"
_INSTALLED = Path(sys.prefix) / "clients"
_PATIENCE_S = 60


class ForeignError(Exception):
    """What a library raised: ``name`` of its class, and the words."""

    def __init__(self, answer: dict[str, Any]) -> None:
        super().__init__(answer["text"])
        self.name: str = answer["error"]
        self.status: int | None = answer.get("status")


class Foreign:
    """A library in a process of its own; an instance is called with a name and arguments."""

    def __init__(self, folder: Path, *command: str) -> None:
        self._errors = (folder / "errors.txt").open("ab")
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def __call__(self, name: str, *arguments: Any, **options: Any) -> Any:
        """Return what the library returns; raise ForeignError for what it raises."""
        return self.say(json.dumps({"call": name, "arguments": arguments, "options": options}))

    def say(self, line: str) -> Any:
        """Return what the library makes of ``line``."""
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        # What waits for a person waits in vain.
        ending = threading.Timer(_PATIENCE_S, self._process.kill)
        ending.start()
        answer = self._read()
        ending.cancel()
        if "error" in answer:
            raise ForeignError(answer)
        return answer["result"]

    def _read(self) -> Any:
        assert self._process.stdout
        for line in self._process.stdout:
            # Emacs prints its prompts there, too.
            if line.startswith("{"):
                return json.loads(line)
        raise AssertionError(Path(self._errors.name).read_text()[-2000:])


def installed(*names: str) -> str:
    """Return the path of what ``make clients`` installs; skip without it, or fail for ``CI``."""
    path = _INSTALLED.joinpath(*names)
    if not path.exists():
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(f"{path} is not there: make clients")
    return str(path)


def start_python(folder: Path, which: str) -> Foreign:
    """Return Mastodon.py: ``new`` or ``old``."""
    return Foreign(folder, installed(which, "bin", "python"), str(_BRIDGES / "bridge.py"))


def start_node(folder: Path, library: str) -> Foreign:
    """Return ``masto`` or ``megalodon``, in the Node that is installed beside them.

    They ask for a newer one than every machine has.
    """
    node = installed("node", "node_modules", ".bin", "node")
    return Foreign(folder, node, str(_BRIDGES / "bridge.mjs"), installed("node"), library)


def start_emacs(folder: Path) -> Foreign:
    """Return mastodon.el; ``say`` evaluates a form."""
    (folder / ".emacs.d").mkdir()
    return Foreign(folder, need("emacs", "emacs-nox"), "--batch", "-l", str(_BRIDGES / "bridge.el"))


def start_tooi(folder: Path) -> Foreign:
    """Return tooi's entities; called with the name of one and a value it gives what is wrong."""
    return Foreign(folder, installed("new", "bin", "python"), str(_BRIDGES / "tooi_entities.py"))
