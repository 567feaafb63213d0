"""Calls Mastodon.py as a test says: a line of JSON each way.

It runs where the library is installed, which is not where the tests run.
"""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import mastodon


class Bridge:
    """The library's one client, and what it answered last (a page, to go on from)."""

    def __init__(self) -> None:
        self._client: Any = None
        self._last: Any = None

    def call(self, name: str, arguments: list[Any], options: dict[str, Any]) -> Any:
        """Do ``name`` of the client; ``start`` makes it, and ``fetch_…`` goes on from the last."""
        if name == "start":
            self._client = mastodon.Mastodon(**options)
            return None
        if name == "create_app":
            return mastodon.Mastodon.create_app(*arguments, **options)
        if name.startswith("fetch_"):
            arguments = [self._last]
        given = [_given(argument) for argument in arguments]
        self._last = getattr(self._client, name)(*given, **options)
        return self._last


def _given(argument: Any) -> Any:
    # What a test can only name by its file.
    is_file = isinstance(argument, dict) and "file" in argument
    return Path(argument["file"]).read_bytes() if is_file else argument


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _answer(bridge: Bridge, line: str) -> dict[str, Any]:
    asked = json.loads(line)
    try:
        return {"result": bridge.call(asked["call"], asked["arguments"], asked["options"])}
    except Exception as error:
        return {"error": type(error).__name__, "text": " ".join(map(str, error.args))}


def main() -> None:
    """Answer each line of standard input."""
    bridge = Bridge()
    for line in sys.stdin:
        print(json.dumps(_answer(bridge, line), default=_plain), flush=True)  # noqa: T201


main()
