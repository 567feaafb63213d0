"""Which front matter key holds which mf2 property, in every spelling in use."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MAX_LENGTH = 64

VOCABULARY = frozenset(
    """
    ate attendee audio best bookmark-of category checkin content-warning drank duration end featured
    follow-of in-reply-to item language like-of listen-of location name photo play-of post-status
    published quotation-of rating read-of read-status repost-of rsvp sensitive start summary
    syndicate-to syndication tag-of updated video visibility watch-of worst
    """.split()
)
"""Properties that are read in any spelling, and from a bare value too."""

BOOKKEEPING = ("mf2", "mf2-type", "channels", "content", "content-format", "content-source")
"""What this server keeps beside the properties."""

_HUGO = frozenset(
    """
    aliases build cascade categories date description draft expirydate headless iscjklanguage
    keywords lastmod layout linktitle markup menu menus modified outputs params pubdate
    publishdate published resources sitemap sites slug summary tags title translationkey type
    unpublishdate url weight
    """.split()
)

_JEKYLL = frozenset(
    """
    categories category collection date dir excerpt excerptseparator ext id layout next output
    path permalink previous published relativepath slug tags title
    """.split()
)

RESERVED = _HUGO | _JEKYLL
"""Keys that mean something to Hugo or Jekyll, as ``squash`` leaves them."""


@lru_cache(maxsize=4096)
def squash(key: str) -> str:
    """Return ``key`` without what tells spellings apart: ``inReplyTo`` → ``inreplyto``."""
    bare = key.lower().replace("_", "-").removeprefix("mf-")
    return bare.replace("-", "")


@dataclass(frozen=True)
class Keys:
    """The key of every property in a site's front matter, and back.

    ``aliases`` are the generator's keys for a property, the one to write first;
    ``spelling`` of all others is ``camelCase``, ``snake_case`` or ``mf2``;
    ``overrides`` are the owner's own keys for properties.
    """

    aliases: Mapping[str, tuple[str, ...]]
    spelling: str = "camelCase"
    overrides: Mapping[str, str] = field(default_factory=dict)

    def key_of(self, name: str) -> str | None:
        """Return the key to write the property ``name`` under.

        None if there is none that would be read back as ``name``, or that means
        something else to a generator; the property then goes into the ``mf2`` map.
        """
        if name in self.overrides:
            return self.overrides[name]
        if name in self.aliases:
            return self.aliases[name][0]
        if not _NAME.fullmatch(name) or len(name) > _MAX_LENGTH:
            return None
        key = self.spell(name)
        return key if self.name_of(key) == name else None

    def name_of(self, key: str) -> str | None:
        """Return the property that ``key`` holds, in whatever spelling, or None."""
        squashed = squash(key)
        if known := self._names.get(key) or self._names.get(squashed):
            return known
        if squashed in RESERVED or squashed in _SQUASHED_BOOKKEEPING:
            return None
        bare = key[3:] if key.startswith(("mf-", "mf_")) else key
        name = _HUMP.sub("-", bare).lower().replace("_", "-")
        return name if _NAME.fullmatch(name) else None

    def is_known(self, name: str) -> bool:
        """Return whether the keys of ``name`` are its own, whatever they hold."""
        return name in self.aliases or name in self.overrides or name in VOCABULARY

    def rank(self, key: str, name: str) -> int:
        """Return which of several keys for ``name`` decides: the lowest."""
        if key == self.key_of(name):
            return 0
        squashed = [squash(alias) for alias in self.aliases.get(name, ())]
        return 1 + (squashed.index(squash(key)) if squash(key) in squashed else len(squashed))

    def spell(self, name: str) -> str:
        """Return ``name`` in this site's spelling."""
        return _spell(name, self.spelling)

    @cached_property
    def _names(self) -> Mapping[str, str]:
        known = {squash(name): name for name in VOCABULARY if squash(name) not in RESERVED}
        aliases = {squash(key): name for name, keys in self.aliases.items() for key in keys}
        return known | aliases | {key: name for name, key in self.overrides.items()}


@lru_cache(maxsize=4096)
def _spell(name: str, spelling: str) -> str:
    first, *rest = name.split("-")
    match spelling:
        case "snake_case":
            return "_".join((first, *rest))
        case "mf2":
            return name
    return first + "".join(word.capitalize() for word in rest)


_SQUASHED_BOOKKEEPING = frozenset(map(squash, BOOKKEEPING))
