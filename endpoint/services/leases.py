"""Leases: what a worker has taken stays its own as long as it lives, and waits if it is killed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Event, Thread

from endpoint.errors import EndpointError


@contextmanager
def renewing(name: str, lease: timedelta, renew: Callable[[], object]) -> Iterator[None]:
    """Call ``renew`` three times within each ``lease``, in a thread, until the block ends.

    A database that cannot be reached is asked again the next time.
    """
    done = Event()

    def keep() -> None:
        while not done.wait(lease.total_seconds() / 3):
            with suppress(EndpointError):
                renew()

    keeping = Thread(target=keep, name=f"lease of {name}", daemon=True)
    keeping.start()
    try:
        yield
    finally:
        done.set()
        keeping.join()
