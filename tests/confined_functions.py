"""What test_confined.py runs in processes of their own: functions that behave, and that do not."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from endpoint.errors import EndpointError, InvalidRequest, NotFound


def echo(argument):
    return argument


def print_and_echo(argument):
    sys.stdout.write("noise")
    sys.stdout.flush()
    os.write(1, b"more noise")
    os.write(2, b"noise" * 100_000)
    return argument


def look_around(_argument):
    """What this process has: environment, open files, heavy modules, folder."""
    files = [str(entry.readlink()) for entry in Path("/proc/self/fd").iterdir() if entry.exists()]
    return {
        "environment": dict(os.environ),
        "files": [file for file in files if not file.startswith("/proc/")],
        "modules": sorted(sys.modules),
        "folder": str(Path.cwd()),
    }


_heard = []


def remember(word):
    """All words that were ever heard here."""
    _heard.append(word)
    return _heard


def refuse(description):
    raise InvalidRequest(description)


def refuse_oddly(_argument):
    raise NotFound("There is nothing")


def refuse_in_general(_argument):
    raise EndpointError("Something went wrong")


def fail(_argument):
    raise ZeroDivisionError("a fault of ours")


def take_memory(bytes_):
    return len(bytes(bytes_))


def abort(_argument):
    os.abort()


def read_nowhere(_argument):
    ctypes.string_at(0)


def be_killed(_argument):
    os.kill(os.getpid(), signal.SIGKILL)


def leave(_argument):
    os._exit(0)


# Where answers go: the first file after the standard ones.
ANSWER_TO = 3


def speak_for_ever(_argument):
    while True:
        os.write(ANSWER_TO, b"x" * 65536)


def say(text):
    os.write(ANSWER_TO, text.encode())
    os._exit(0)


def sleep(argument):
    """Sleep, and a child too; both write their number first."""
    child = subprocess.Popen(["sleep", str(argument["seconds"])])
    Path(argument["note"]).write_text(f"{os.getpid()} {child.pid}")
    time.sleep(argument["seconds"])


def leave_a_child(note):
    """Start a process that goes on."""
    Path(note).write_text(str(subprocess.Popen(["sleep", "60"]).pid))


def nap(seconds):
    time.sleep(seconds)
    return seconds


def count(_argument):
    while True:
        pass


def fill(argument):
    Path(argument["path"]).write_bytes(bytes(argument["bytes"]))
