"""Copies that only their posts know of: they are found again when such a post changes."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

import structlog

from endpoint.domain.copies.linking import links_of
from endpoint.domain.posts import Post
from endpoint.domain.webmentions.outgoing import version_of
from endpoint.errors import EndpointError, Unavailable
from endpoint.services.changes import Changes
from endpoint.services.following import Follower
from endpoint.services.shown import Shown, Steps
from endpoint.services.syndication.forbidden import told_apart
from endpoint.services.syndication.known import KnownCopies
from endpoint.services.syndication.pausing import Pausing
from endpoint.stores.syndications import Syndications
from endpoint.stores.syndications.rows import GONE
from endpoint.syndicators import Syndicator
from endpoint.syndicators.outcomes import NotAllowed, NotNow, SyndicationError

ADOPT = "adopt"
"""The name of the follower."""

_log = structlog.get_logger()


class Adopting:
    """Follows the live site, and notes the copies of changed posts that have no row.

    Such are copies from before a database was lost, or made by others in the account
    of a target, by whose uid ``syndicators`` are. ``ring`` wakes who changes them.
    """

    def __init__(
        self,
        steps: Steps,
        changes: Changes,
        known: KnownCopies,
        syndications: Syndications,
        syndicators: Mapping[str, Syndicator],
        pausing: Pausing,
        ring: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._steps = steps
        self._changes = changes
        self._known = known
        self._syndications = syndications
        self._syndicators = syndicators
        self._pausing = pausing
        self._ring = ring
        self._clock = clock

    def follower(self, lane: str) -> Follower:
        """Return what follows the live site, in a lane where networks may be asked."""
        return self._steps.follower(self.adopt, lane)

    def adopt(self) -> None:
        """Note the copies that changed posts named before; raise Unavailable to be asked again."""
        old, new = self._steps.looks()
        # A change may be one of all posts, of which most name no copy.
        pairs = [pair for pair in self._changes.posts(old, new) if any(map(_names_any, pair))]
        before = {was.permalink: was for was, _ in pairs if was}
        after = {is_now.permalink: is_now for _, is_now in pairs if is_now}
        reasons = list[str]()
        for permalink, post in before.items():
            now = after.get(permalink)
            if links_of(post) and _is_news(post, now, new):
                kept = _taken_out(post, now) if now else _taken_along(after)
                reasons += self._adopt(post, new.commit if now else GONE, kept)
        if reasons:
            raise Unavailable(reasons[0].rstrip("."))

    def _adopt(self, post: Post, version: str, kept: Collection[str]) -> list[str]:
        """Note the copies of ``post`` but those ``kept``; return why it could not be done."""
        unknown = [
            target
            for target in self._syndicators
            if self._syndications.find(post.permalink, target) is None
        ]
        reasons = [reason for target in unknown if (reason := self._ask(post, target, kept))]
        # What has happened to the post meanwhile was told to rows that were there.
        if self._syndications.touch([post.permalink], version, self._clock()):
            self._ring()
        return reasons

    def _ask(self, post: Post, target: str, kept: Collection[str]) -> str:
        if pause := self._pausing.all().get(target):
            return pause.reason
        try:
            with told_apart(self._syndicators[target]):
                copy = self._known.named(post, target, kept)
        except NotAllowed as error:
            self._pausing.pause(target, str(error))
            return str(error)
        except NotNow as error:
            return str(error)
        except SyndicationError as error:
            _log.warning("not looked for", url=post.permalink, target=target, reason=str(error))
            return ""
        except EndpointError:
            raise
        except Exception:
            # What trips a fault of ours must not keep the others from being looked for.
            _log.exception("not looked for", url=post.permalink, target=target)
            return ""
        if copy:
            self._syndications.adopt(post.permalink, target, copy.url, copy.id, self._clock())
        return ""


def _names_any(post: Post | None) -> bool:
    return bool(post and links_of(post))


def _taken_out(before: Post, after: Post) -> Collection[str]:
    """Return the links that the owner has taken out: those copies stay as they are."""
    return set(links_of(before)).difference(links_of(after))


def _taken_along(after: Mapping[str, Post]) -> Collection[str]:
    """Return the links of what there is now: a file that is gone may have another name."""
    return {url for post in after.values() for url in links_of(post)}


def _is_news(before: Post, after: Post | None, new: Shown) -> bool:
    """Return whether copies of the post are to say something else, or to go."""
    return not after or not new.has(after) or version_of(before) != version_of(after)
