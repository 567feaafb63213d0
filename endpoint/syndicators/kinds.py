"""Which kinds of networks there are: the modules that installed packages name, ours among them."""

from importlib.metadata import EntryPoint, entry_points

import structlog

from endpoint.syndicators import Make

GROUP = "endpoint.syndicators"
"""The entry points: a name is the ``kind`` of a table, its object a ``Make``."""

_log = structlog.get_logger()


def find_kind(kind: str) -> Make:
    """Return what makes the syndicators of ``kind``; raise ValueError if there is no such thing.

    Nothing but the module of that kind is imported, so that a broken one is in
    nobody's way who does not use it.
    """
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    if kind not in found:
        raise ValueError(f"is {kind!r}; there are {', '.join(sorted(found))}")
    return _load(found[kind])


def _load(entry: EntryPoint) -> Make:
    try:
        make: Make = entry.load()
    except Exception as error:
        _log.exception("syndicator not loaded", kind=entry.name, module=entry.value)
        raise ValueError(
            f"is {entry.name!r}, whose module {entry.module} cannot be loaded:"
            f" {type(error).__name__}"
        ) from error
    if not callable(make):
        raise ValueError(f"is {entry.name!r}, but {entry.value} is nothing to call")
    return make
