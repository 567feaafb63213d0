"""A post's properties as front matter, and back, and which keys an edit must touch."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from endpoint.domain.posts import Properties
from endpoint.domain.sameness import is_same
from endpoint.generators.cleaning import clean
from endpoint.generators.encoders import fits, try_date
from endpoint.generators.frontmatter.format import Metadata
from endpoint.generators.keys import Keys, squash
from endpoint.generators.values import Shapes

_FIRST = ("name", "summary", "published", "updated", "post-status", "visibility", "category")


@dataclass(frozen=True)
class Found:
    """The properties that front matter holds, and the keys that hold each, the decisive first.

    ``rest`` are the properties in the ``mf2`` map: what fits no key of its own.
    """

    properties: Properties
    keys: Mapping[str, list[str]]
    rest: Properties


@dataclass(frozen=True)
class Edit:
    """Keys to set and keys to drop."""

    changes: Metadata = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)

    def put(self, key: str, value: Any) -> None:
        """Set ``key``, or drop it if ``value`` is None."""
        if value is None:
            self.dropped.add(key)
        else:
            self.changes[key] = value
            self.dropped.discard(key)

    def apply(self, metadata: Metadata) -> Metadata:
        """Return ``metadata`` as this edit leaves it."""
        return {k: v for k, v in metadata.items() if k not in self.dropped} | self.changes


@dataclass(frozen=True)
class Mapper:
    """Front matter of one site, by its keys and the shapes of its values."""

    keys: Keys
    shapes: Shapes

    def read(self, metadata: Metadata) -> Found:
        """Return the properties in ``metadata``. Raise ValueError if a date cannot be read."""
        properties: Properties = {}
        held: dict[str, list[str]] = {}
        for key, name in self._named(metadata):
            if values := self.shapes.decode(name, metadata[key]):
                properties.setdefault(name, values)
                held.setdefault(name, []).append(key)
        rest = self._read_rest(metadata, properties)
        return Found(properties | rest, held, rest)

    def own(self, metadata: Metadata, name: str) -> Any:
        """Return what this server keeps under ``name`` beside the properties, or None."""
        key = self._own_key(metadata, name)
        return metadata.get(key)

    def put_own(self, metadata: Metadata, edit: Edit, name: str, value: Any) -> None:
        """Set or drop what this server keeps under ``name``."""
        key = self._own_key(metadata, name)
        if not is_same(metadata.get(key), value):
            edit.put(key, value)

    def edit(self, metadata: Metadata, found: Found, properties: Properties) -> Edit:
        """Return the edit after which ``metadata``, which holds ``found``, holds ``properties``."""
        edit = Edit()
        rest = dict(found.rest)
        wanted = {k: v for k, v in properties.items() if not _is_default(k, v)}
        for name in _in_order({**found.properties, **wanted}):
            if is_same(found.properties.get(name), wanted.get(name)):
                continue
            rest.pop(name, None)
            edit.dropped.update(found.keys.get(name, []))
            if name in wanted and not self._put(metadata, found, edit, name, wanted[name]):
                rest[name] = wanted[name]
        self.put_own(metadata, edit, "mf2", _pack(rest))
        return edit

    def _put(
        self, metadata: Metadata, found: Found, edit: Edit, name: str, values: list[Any]
    ) -> bool:
        """Set the key of ``name``, and return whether it holds ``values`` exactly."""
        key = next(iter(found.keys.get(name, [])), None) or self._free_key(metadata, edit, name)
        if key is None:
            return False
        value = self.shapes.encode(name, values, metadata.get(key))
        if value is not None:
            edit.put(key, value)
        elif name in ("published", "updated") and (moment := try_date(str(values[0]))):
            # Sorted by, and shown: the site needs a time even where it is not exact.
            edit.put(key, moment.astimezone(UTC))
        return value is not None

    def _free_key(self, metadata: Metadata, edit: Edit, name: str) -> str | None:
        """Return the key to write ``name`` under.

        None if the site uses it for something else, or if Hugo, which lower-cases
        keys, would take two for one.
        """
        for key, other in self._named(metadata):
            if other == name and (self.keys.is_known(name) or not metadata[key]):
                return key
        wished = self.keys.key_of(name)
        taken = {other.lower() for other in (*metadata, *edit.changes) if other not in edit.dropped}
        return wished if wished and wished.lower() not in taken else None

    def _named(self, metadata: Metadata) -> list[tuple[str, str]]:
        """Return the keys that hold properties, with their names, the decisive keys first."""
        named = [(key, name) for key in metadata if (name := self.keys.name_of(key))]
        if len(named) == len({name for _, name in named}):
            return named
        return sorted(named, key=lambda item: self.keys.rank(*item))

    def _own_key(self, metadata: Metadata, name: str) -> str:
        squashed = squash(name)
        return next((key for key in metadata if squash(key) == squashed), self.keys.spell(name))

    def _read_rest(self, metadata: Metadata, properties: Properties) -> Properties:
        packed = self.own(metadata, "mf2")
        rest = _unpack(packed) if isinstance(packed, str) else packed
        if not isinstance(rest, dict):
            return {}
        return {
            str(name): values
            for name, raw in rest.items()
            if isinstance(raw, list) and (values := clean(raw))
            if not _is_outdated(name, values, properties)
        }


def _in_order(names: Collection[str]) -> list[str]:
    return [*(name for name in _FIRST if name in names), *(n for n in names if n not in _FIRST)]


def _is_default(name: str, values: list[Any]) -> bool:
    return name == "post-status" and values == ["published"]


def _is_outdated(name: str, values: list[Any], properties: Properties) -> bool:
    """Return whether the owner has since moved the date whose exact text was kept."""
    if name not in ("published", "updated") or name not in properties:
        return False
    return try_date(str(values[0])) != try_date(properties[name][0])


def _pack(rest: Properties) -> Any:
    """Return the ``mf2`` map; as JSON text if it has keys that are too long for YAML."""
    if not rest:
        return None
    return rest if fits(rest) else json.dumps(rest, ensure_ascii=False)


def _unpack(packed: str) -> Any:
    try:
        return json.loads(packed)
    except (ValueError, RecursionError) as error:
        raise ValueError("The mf2 map in the front matter is not valid JSON") from error
