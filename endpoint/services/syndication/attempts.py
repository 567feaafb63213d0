"""One attempt at one copy: what its post is by now, what is to be done, and what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from endpoint.config.syndication import SyndicationTarget
from endpoint.domain.posts import Post
from endpoint.domain.webmentions.outgoing import version_of
from endpoint.errors import EndpointError
from endpoint.services.syndication.choosing import fits
from endpoint.services.syndication.known import KnownCopies
from endpoint.services.syndication.outgoing import Composer
from endpoint.services.syndication.packing import pack, unpack
from endpoint.services.syndication.results import Result, Results
from endpoint.services.syndication.states import copied, over, removed, resting
from endpoint.services.syndication.whereabouts import Found, Whereabouts
from endpoint.stores.syndications.rows import UNFIT, Syndication
from endpoint.stores.syndications.work import SyndicationWork
from endpoint.syndicators import Copy, Outgoing, Rules, Syndicator
from endpoint.syndicators.outcomes import NotNow

_UNREADABLE = "The post cannot be found; its file may be broken."


class Attempts:
    """Makes attempts at copies, each with the syndicator of its target."""

    def __init__(
        self,
        composer: Composer,
        syndicators: Mapping[str, Syndicator],
        known: KnownCopies,
        work: SyndicationWork,
        clock: Callable[[], datetime],
    ) -> None:
        self._composer = composer
        self._syndicators = syndicators
        self._known = known
        self._work = work
        self._clock = clock
        self._results = Results(syndicators, clock)

    def make(self, row: Syndication, found: Found, holder: str) -> Result:
        """Return what came of an attempt at the copy of ``found``, the post of ``row``.

        Raise Unavailable if the database is out of reach.
        """
        try:
            return self._look(row, found, holder)
        except EndpointError:
            raise
        except Exception as error:
            return self._results.of_fault(row, error)

    def _look(self, row: Syndication, found: Found, holder: str) -> Result:
        match found:
            case Found(Whereabouts.SHOWN, Post() as post):
                return self._bring_up(row, post, holder)
            case Found(Whereabouts.GONE):
                return self._results.of(row, lambda: self._remove(row))
            case Found(Whereabouts.HIDDEN) if row.may_be_there:
                return self._results.of(row, lambda: self._remove(row))
            case Found(Whereabouts.LOST):
                # It may be on its way here from another machine.
                return self._results.wait(row, NotNow(_UNREADABLE))
        return Result(resting(row, found.look_again_at))

    def _bring_up(self, row: Syndication, post: Post, holder: str) -> Result:
        version = _version(post, row.content)
        if row.is_there:
            if row.sent_version == version:
                return Result(resting(row, None))
            return self._results.of(row, lambda: self._edit(row, post, version))
        if row.began_at or not row.key:
            look = self._find if row.began_at else self._adopt
            result = self._results.of(row, lambda: look(row, post, version))
            if result != Result(row):
                return result
        if not row.began_at and not fits(self._target(row), post):
            return Result(over(row, UNFIT, "This target is not for posts of that kind."))
        return self._begin(row, post, version, holder)

    def _begin(self, row: Syndication, post: Post, version: str, holder: str) -> Result:
        # A network that has heard the key before may return what it made of another version.
        is_certain = not row.began_at or row.sent_version == version
        sent_version = version if is_certain else ""
        attempted = pack(post, row.content, self._rules(row))
        new = replace(row, attempted=attempted, sent_version=sent_version)
        begun = self._work.begin(new, holder, self._clock())
        if begun is None:
            # Another machine thought that this one had died, and does it.
            return Result(row)
        return self._results.of(begun, lambda: self._copy(begun, post, version), is_first=True)

    def _copy(self, row: Syndication, post: Post, version: str) -> Syndication:
        outgoing = self._compose(row, post, row.content, self._rules(row))
        return copied(row, self._syndicator(row).copy(outgoing, row.key), version, self._clock())

    def _find(self, row: Syndication, _post: Post, version: str) -> Syndication:
        copy = self._look_for(row)
        return copied(row, copy, version, self._clock()) if copy else row

    def _adopt(self, row: Syndication, post: Post, version: str) -> Syndication:
        """Return ``row`` with the copy that the post names, as it is unless it has a text here."""
        copy = self._known.named(post, row.target, besides=[row.linked_url])
        if copy is None:
            return row
        taken = replace(row, linked_url=copy.url, sent_version="" if row.content else version)
        return copied(taken, copy, version, self._clock())

    def _edit(self, row: Syndication, post: Post, version: str) -> Syndication:
        outgoing = self._compose(row, post, row.content, self._rules(row))
        copy = self._syndicator(row).edit(Copy(row.url, row.remote_id), outgoing)
        return copied(replace(row, sent_version=version), copy, version, self._clock())

    def _remove(self, row: Syndication) -> Syndication:
        copy = Copy(row.url, row.remote_id) if row.is_there else None
        if row.began_at and not copy:
            copy = self._look_for(row)
        if copy:
            self._syndicator(row).remove(copy)
        return removed(row, self._clock())

    def _look_for(self, row: Syndication) -> Copy | None:
        """Return what an attempt with unknown outcome has made of what the post said then."""
        outgoing = self._compose(row, *unpack(row.attempted))
        since = row.began_at or row.asked_at
        return self._syndicator(row).find(outgoing, row.key, since)

    def _compose(self, row: Syndication, post: Post, own_text: str, rules: Rules) -> Outgoing:
        answered = self._known.answered(post, row.target)
        return self._composer.compose(post, own_text, rules, answered)

    def _rules(self, row: Syndication) -> Rules:
        target = self._target(row)
        return Rules(target.permalink, target.hashtags)

    def _target(self, row: Syndication) -> SyndicationTarget:
        return next(each for each in self._syndicator(row).targets if each.uid == row.target)

    def _syndicator(self, row: Syndication) -> Syndicator:
        return self._syndicators[row.target]


def _version(post: Post, content: str) -> str:
    """Return what is another one when a copy of ``post`` is to say something else."""
    said = "\n".join([version_of(post), post.permalink, content])
    return sha256(said.encode()).hexdigest()
