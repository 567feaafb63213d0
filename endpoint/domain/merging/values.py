"""The three-way merge of front matter and other mappings, key by key."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import Any

from endpoint.domain.merging import Clash
from endpoint.domain.sameness import is_same

Values = Mapping[str, Any]


class _Missing:
    """The value of a key that is not there."""


_MISSING = _Missing()


def merge_mappings(
    base: Values, ours: Values, theirs: Values, latest: Collection[str] = ()
) -> dict[str, Any]:
    """Return ``theirs`` with what ``ours`` changed in ``base``.

    Lists are merged by their items, mappings key by key. Of the keys ``latest``,
    which tell when something was changed, the later time stays. Raise Clash,
    naming the key, where both sides changed a value to different ones.
    """
    merged = dict(theirs)
    for key in [*ours, *(key for key in base if key not in ours)]:
        sides = [side.get(key, _MISSING) for side in (base, ours, theirs)]
        value = _merge_value(key, *sides, is_time=key in latest)
        if value is _MISSING:
            merged.pop(key, None)
        else:
            merged[key] = value
    return merged


def _merge_value(key: str, base: Any, ours: Any, theirs: Any, *, is_time: bool) -> Any:
    if is_same(ours, base) or is_same(ours, theirs):
        return theirs
    if is_same(theirs, base):
        return ours
    if is_time and _is_moment(ours) and _is_moment(theirs):
        return max(ours, theirs, key=_instant)
    if isinstance(ours, list) and isinstance(theirs, list) and isinstance(base, _Missing | list):
        return _merge_lists(base if isinstance(base, list) else [], ours, theirs)
    if isinstance(ours, dict) and isinstance(theirs, dict) and isinstance(base, _Missing | dict):
        return merge_mappings(base if isinstance(base, dict) else {}, ours, theirs)
    raise Clash(f"its {key}")


def _merge_lists(base: list[Any], ours: list[Any], theirs: list[Any]) -> list[Any]:
    """Return ``theirs`` without what ``ours`` took away, and with what it added behind."""
    gone = [item for item in base if not _holds(ours, item)]
    fresh = [item for item in ours if not _holds(base, item) and not _holds(theirs, item)]
    return [item for item in theirs if not _holds(gone, item)] + fresh


def _holds(items: list[Any], wanted: Any) -> bool:
    return any(is_same(item, wanted) for item in items)


def _is_moment(value: Any) -> bool:
    return isinstance(value, date) or (isinstance(value, str) and _parse(value) is not None)


def _instant(value: Any) -> tuple[float, str]:
    moment: date = (_parse(value) if isinstance(value, str) else value) or date.min
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, datetime.min.time())
    # One without a zone counts as UTC; it is an order, not a time to show.
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp(), str(value)


def _parse(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None
