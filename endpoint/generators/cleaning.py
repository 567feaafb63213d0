"""Whatever front matter can hold, as mf2 JSON may hold it."""

import re
from datetime import date, time
from math import isfinite
from typing import Any

_BROKEN = re.compile("[\0\ud800-\udfff]")
_INT64 = range(-(2**63), 2**63)


def clean(value: Any) -> Any:
    """Return ``value`` as mf2 JSON may hold it; what that cannot hold becomes text or goes.

    Times become ISO 8601 strings. Raise ValueError if it is nested too deeply
    (an anchor may hold itself).
    """
    try:
        return _clean(value)
    except RecursionError as error:
        raise ValueError("The front matter is nested too deeply") from error


def _clean(value: Any) -> Any:
    match value:
        case str():
            return _BROKEN.sub("\ufffd", value)
        case bool():
            return value
        case int():
            return value if value in _INT64 else str(value)
        case float():
            return value if isfinite(value) else str(value)
        case list() | tuple() | set():
            return [_clean(item) for item in value if item is not None]
        case dict():
            return {_clean(str(k)): _clean(v) for k, v in value.items() if v is not None}
        case date() | time():
            return value.isoformat()
        case bytes():
            return value.decode("utf-8", "replace").replace("\0", "\ufffd")
    return str(value)
