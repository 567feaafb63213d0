"""What a Micropub request asks for."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from endpoint.domain.posts import Properties

Commands = dict[str, list[Any]]
"""The ``mp-*`` values of a request without their prefix: they steer the server and are not stored.

``slug``, ``syndicate-to``, ``channel`` and ``destination`` are lists of strings, never
empty but for ``syndicate-to``, whose empty list asks for no copies at all. ``photo-alt``
and ``video-alt`` are the alt texts left over once each photo and video in the properties,
files that came with the request among them, has its own. Any other may hold anything.
"""


@dataclass(frozen=True)
class Create:
    """A new post of the mf2 type ``type``, ``h-entry`` (Micropub §3.3)."""

    type: str
    properties: Properties
    commands: Commands = field(default_factory=dict)


@dataclass(frozen=True)
class Update:
    """Changes to the post at ``url`` (Micropub §3.4).

    ``delete`` maps names to the values to remove, ``drop`` names the properties
    to remove whole. An empty list in ``replace`` empties its property.
    """

    url: str
    replace: Properties = field(default_factory=dict)
    add: Properties = field(default_factory=dict)
    delete: Properties = field(default_factory=dict)
    drop: frozenset[str] = frozenset()
    commands: Commands = field(default_factory=dict)


@dataclass(frozen=True)
class Delete:
    """The post at ``url`` is to go (Micropub §3.5)."""

    url: str


@dataclass(frozen=True)
class Undelete:
    """The post that was at ``url`` is to come back (Micropub §3.5)."""

    url: str


@dataclass(frozen=True)
class Syndicate:
    """The post at ``url`` is to be copied to ``targets``, uids of ``syndicate-to``.

    ``content`` is plain text for these copies alone, or empty.
    """

    url: str
    targets: tuple[str, ...]
    content: str = ""


Action: TypeAlias = Create | Update | Delete | Undelete | Syndicate
