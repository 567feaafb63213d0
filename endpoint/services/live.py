"""What of the site readers see by now: the last commit whose build is up, here or at the host."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from endpoint.domain.lists import Selection
from endpoint.domain.posts import Post
from endpoint.errors import EndpointError, Unavailable
from endpoint.services.following import Follower
from endpoint.stores.followers import Followers
from endpoint.stores.index import PostIndex
from endpoint.stores.repository import Repository
from endpoint.stores.web import FetchError, Web

LIVE = "live"
"""The name of the follower that looks whether the hosting's build is up."""

_NEWEST = 20
_PATIENCE = 6
"""After so many looks, some five minutes, an edit counts as live: it shows in no status code."""


@dataclass(frozen=True)
class LiveBuild:
    """What is up: the build of ``commit``, made when posts up to ``until`` were out.

    ``behind`` holds the paths that are different in the newest commit, ``head``.
    """

    commit: str
    until: datetime | None
    head: str
    behind: frozenset[str]


class Live:
    """Knows which commit is live: that of the last good build here, or the hosting's.

    A row of ``followers`` remembers it, as ``COMMIT TIME``: that of the build
    where ``builds_here``, else the one of the follower ``live``.
    """

    def __init__(
        self,
        followers: Followers,
        repository: Repository,
        index: PostIndex,
        web: Web,
        clock: Callable[[], datetime],
        *,
        builds_here: bool,
    ) -> None:
        self._followers = followers
        self._repository = repository
        self._index = index
        self._web = web
        self._clock = clock
        self._row = "build" if builds_here else LIVE
        self._build: LiveBuild | None = None

    def live_commit(self) -> str | None:
        """Return the id of the commit whose build readers see, or None if none is known."""
        return self._followers.progress(self._row).done.partition(" ")[0] or None

    def version(self) -> str:
        """Return what readers see, as ``COMMIT TIME``, or "" if nobody knows."""
        return self._followers.progress(self._row).done

    def is_live(self, post: Post) -> bool:
        """Say whether the page of ``post``, as it is now, is up. Raise Unavailable."""
        build = self._find_build()
        if build is None or post.status != "published" or post.path in build.behind:
            return False
        return post.published is None or bool(build.until and post.published <= build.until)

    def hear(self, commit: str | None) -> bool:
        """Note that the hosting says ``commit`` is live, and say whether it is one of ours.

        Without a commit the follower looks at once. Where the site is built
        here, what a hosting says does not count.
        """
        if self._row != LIVE or (commit and not self._is_ours(commit)):
            return False
        now = self._clock()
        self._followers.settle(LIVE, f"{commit} {now.isoformat()}" if commit else None)
        return True

    def follower(self) -> Follower:
        """Return what looks at the site while something is not known to be live."""
        return Follower(LIVE, self._find_newest, self.look, lane=LIVE)

    def look(self) -> None:
        """Look at the newest post that is not known to be up; raise Unavailable if it is not.

        A new post is up when its address answers 200. An edit shows in no
        status, so it counts as live some minutes later.
        """
        build = self._find_build()
        known = build.commit if build else None
        newest = self._index.select(Selection(limit=_NEWEST, public_only=True)).posts
        waiting = [post for post in newest if not self.is_live(post)]
        fresh = [post for post in waiting if not known or self._is_new(post, known)]
        if fresh:
            self._require_page(fresh[0].permalink)
        elif waiting and self._followers.progress(LIVE).attempts < _PATIENCE:
            raise Unavailable("An edit is waited for; the hosting has said nothing yet.")

    def _require_page(self, url: str) -> None:
        try:
            status = self._web.get(url).status
        except FetchError as error:
            raise Unavailable(f"{url} cannot be fetched: {error}") from error
        if status != HTTPStatus.OK:
            raise Unavailable(f"{url} is not up yet; it answers {status}.")

    def _find_newest(self) -> str:
        return f"{self._repository.head()} {self._index.newest_out()}"

    def _find_build(self) -> LiveBuild | None:
        commit, _, moment = self._followers.progress(self._row).done.partition(" ")
        if not commit or not self._is_ours(commit):
            return None
        head, known = self._repository.head(), self._build
        until = datetime.fromisoformat(moment) if moment not in ("", "None") else None
        if known is None or (known.commit, known.until, known.head) != (commit, until, head):
            behind = frozenset(path for path, _ in self._repository.changes(commit, head))
            self._build = known = LiveBuild(commit, until, head, behind)
        return known

    def _is_new(self, post: Post, known: str) -> bool:
        return self._repository.read(post.path, known) is None

    def _is_ours(self, commit: str) -> bool:
        try:
            # A commit that is gone would make every file differ.
            return self._repository.has(commit)
        except EndpointError:
            return False
