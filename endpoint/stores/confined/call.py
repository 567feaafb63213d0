"""What a confined process does: limits first, then one function, one answer, and the end."""

import importlib
import json
import os
import resource
import signal
from typing import Any, NoReturn

_FILES = 64


def run(function: str) -> NoReturn:
    """Read a request from standard input, write the answer to what was standard output, and end."""
    try:
        answer_to = os.fdopen(os.dup(1), "wb")
        # A library that prints shall not spoil the answer.
        os.dup2(2, 1)
        with os.fdopen(0, "rb", closefd=False) as asked:
            request = json.load(asked)
        _limit(**request["limits"])
        answer_to.write(json.dumps(_answer(function, request["argument"])).encode())
        answer_to.close()
    finally:
        # Nobody waits for what libraries tidy up at the end.
        os._exit(0)


def _limit(memory_bytes: int, cpu_s: int, time_s: int, file_bytes: int) -> None:
    limits = {
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_CPU: cpu_s,
        resource.RLIMIT_FSIZE: file_bytes,
        resource.RLIMIT_NOFILE: _FILES,
        resource.RLIMIT_CORE: 0,
    }
    for kind, wanted in limits.items():
        _, hard = resource.getrlimit(kind)
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (most, hard if kind == resource.RLIMIT_CPU else most))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    # The parent ends it earlier, unless there is none any more.
    signal.alarm(time_s + 1)


def _answer(function: str, argument: Any) -> dict[str, Any]:
    try:
        module, _, name = function.partition(":")
        return {"result": getattr(importlib.import_module(module), name)(argument)}
    except MemoryError:
        return {"error": "MemoryError"}
    except Exception as error:
        return _told(error)


def _told(error: Exception) -> dict[str, Any]:
    description = getattr(error, "description", None)
    if isinstance(description, str):
        return {"error": type(error).__name__, "description": description}
    import traceback

    return {"error": "", "description": "".join(traceback.format_exception(error))[-4000:]}
