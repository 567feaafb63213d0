"""Copies of posts on other networks: what each network's module does, and what may come of it.

A folder here knows one network. They are found by the entry point group
``endpoint.syndicators``, ours as those of others: a name is the ``kind`` of a
``[[syndication]]`` table, its object a ``Make``. What several of them need is beside
them: ``wording`` says what there is to say of a post, ``files`` loads its files, and
``answers`` knows what an answer over HTTP means for an attempt.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from endpoint.config.syndication import SyndicationTarget
from endpoint.domain.copies.reactions import Reaction
from endpoint.domain.posts import Post
from endpoint.stores.web import Web


@dataclass(frozen=True)
class Attachment:
    """A file that a post shows; ``load`` returns its bytes, and raises EndpointError if it cannot.

    ``media_type`` is like ``image/jpeg``; ``alt`` is empty where there is none.
    """

    url: str
    media_type: str
    alt: str
    load: Callable[[], bytes]

    @property
    def name(self) -> str:
        """What the file is called where it is sent."""
        return self.url.rpartition("/")[2].partition("?")[0] or "file"


@dataclass(frozen=True)
class Copy:
    """A copy that exists: its ``url``, and the ``id`` by which its syndicator knows it.

    ``url`` is empty where the network does not tell; then ``id`` is not.
    """

    url: str
    id: str = ""


@dataclass(frozen=True)
class Rules:
    """How the owner wants copies worded.

    ``link`` says when they link to their post (``domain.copies.fitting``), ``hashtags``
    whether categories are added to the words.
    """

    link: str = ""
    hashtags: bool = True


@dataclass(frozen=True)
class Outgoing:
    """A post as it is to be copied.

    ``html`` is its content, sanitised, with absolute URLs; ``attachments`` are its
    photos, videos and sounds in their order; ``language`` is a BCP 47 tag or empty.
    ``own_text`` is what the author wrote for this very copy, else empty. ``rules`` are
    those of the target, or of an earlier attempt that is looked for. ``answered`` is
    the copy, on the same network, of the post of ours that this one answers.
    """

    post: Post
    html: str
    attachments: tuple[Attachment, ...] = ()
    language: str = ""
    own_text: str = ""
    rules: Rules = Rules()
    answered: Copy | None = None


class Syndicator(Protocol):
    """Copies posts to the ``targets`` of one network. Every method but these two goes there.

    They raise the exceptions of ``endpoint.syndicators.outcomes``.
    """

    @property
    def name(self) -> str:
        """The kind of network, as the configuration spells it."""

    @property
    def targets(self) -> tuple[SyndicationTarget, ...]:
        """What q=syndicate-to offers of it."""

    def copy(self, outgoing: Outgoing, key: str) -> Copy:
        """Return the copy that was made; ``key`` is the same for every attempt at it.

        An attempt whose outcome is unknown is followed by ``find`` before the next one.
        """

    def find(self, outgoing: Outgoing, key: str, since: datetime) -> Copy | None:
        """Return the copy that an attempt with unknown outcome has made, or None.

        ``outgoing`` is what was to be sent; its files may be gone since. The first
        such attempt began at ``since``; all had ``key``.
        """

    def recognise(self, url: str) -> Copy | None:
        """Return the copy at ``url`` if it is there and ours, else None.

        A post names it that nothing else is known of. None too where copying once
        more makes no second copy.
        """

    def edit(self, copy: Copy, outgoing: Outgoing) -> Copy:
        """Let the copy say what the post says now, and return it; its URL may be another one."""

    def remove(self, copy: Copy) -> None:
        """Take the copy away; what is gone already stays so."""

    def check(self) -> str:
        """Return whom the network takes us for, such as ``@ada@social.example``."""


@dataclass(frozen=True)
class Tools:
    """What a network's module works with: the guarded client, the site, and the clock."""

    web: Web
    site_url: str
    feed_url: str
    clock: Callable[[], datetime]


Make = Callable[[SyndicationTarget, Tools], Syndicator]
"""Makes the syndicator of one table of the configuration; raises ValueError if it is wrong."""


@runtime_checkable
class Listener(Syndicator, Protocol):
    """A syndicator that can tell who did something with a copy."""

    def reactions(self, copy: Copy) -> Iterable[Reaction]:
        """Return all that is to be seen by now; raise what ``Syndicator`` raises."""
