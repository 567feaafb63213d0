"""Ports for servers that are told theirs before they start."""

import random
import socket
from collections.abc import Sequence
from contextlib import suppress

# Below those that the kernel deals out by itself, to servers at port 0 and to whoever connects.
_OURS = range(20_000, 32_000)
# Tests run side by side, some with a seed that all of them share: each draws by itself.
_random = random.SystemRandom()


def free_port(among: Sequence[int] = _OURS) -> int:
    """Return a port of ``among``, drawn by chance, at which nobody on this machine listens."""
    for port in _random.sample(among, 100):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no free port")
