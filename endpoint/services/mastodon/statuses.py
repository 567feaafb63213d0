"""Posts as apps for Mastodon write them, on the same road as every other post."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from endpoint.domain.mastodon.composing import make_properties, make_update
from endpoint.domain.mastodon.requests import StatusRequest
from endpoint.domain.mastodon.typed import Style, source_text
from endpoint.domain.mastodon.typed.handles import find_handles
from endpoint.domain.micropub import Create, Delete
from endpoint.domain.posts import Post
from endpoint.domain.tokens import Token
from endpoint.errors import NotFound
from endpoint.services.mastodon.accounts import Accounts
from endpoint.services.mastodon.applications import Applications
from endpoint.services.mastodon.attaching import Attaching
from endpoint.services.mastodon.entries import url_of
from endpoint.services.mastodon.showing import Showing
from endpoint.services.posts import Posts
from endpoint.services.retries import Asking, Retries
from endpoint.stores.creations import Creations
from endpoint.stores.index import PostIndex


@dataclass(frozen=True)
class StatusRules:
    """The longest text that is taken, in characters, and how it is written on the site."""

    max_characters: int
    style: Style


class Statuses:
    """The owner's posts, written on behalf of an app's token."""

    def __init__(
        self,
        posts: Posts,
        index: PostIndex,
        showing: Showing,
        attaching: Attaching,
        accounts: Accounts,
        applications: Applications,
        creations: Creations,
        rules: StatusRules,
        clock: Callable[[], datetime],
    ) -> None:
        self._posts = posts
        self._index = index
        self._showing = showing
        self._attaching = attaching
        self._accounts = accounts
        self._applications = applications
        # Of these apps only those that send a key mean the same post.
        self._retries = Retries(creations, timedelta(0))
        self._rules = rules
        self._clock = clock

    def publish(self, request: StatusRequest, token: Token, key: str | None) -> Post:
        """Return the new post, or the one that was made with the same ``key`` before.

        Raise InvalidRequest if it cannot be published, NotFound if what it
        answers is not here, or the post of ``key`` has been deleted meanwhile.
        """
        token.require("create", "draft")
        request.check(self._rules.max_characters)
        attached = self._attaching.find(request)
        answered = self._answered(request.in_reply_to_id)
        properties = make_properties(request, attached, answered, self._style(request))
        create = Create("h-entry", properties)
        self._require_not_deleted(Asking.of(create, token, key))
        post = self._posts.create(create, token, key, can_ask=False)
        self._applications.note(post, token)
        return post

    def edit(self, number: str, request: StatusRequest, token: Token) -> Post:
        """Let the post say what ``request`` says, and return it; raise NotFound without one."""
        token.require("update")
        post = self.find_own(number)
        request.check(self._rules.max_characters)
        attached = self._attaching.find(request, post)
        self._posts.update(make_update(post, request, attached, self._style(request)), token)
        return self.find_own(number)

    def delete(self, number: str, token: Token) -> Post:
        """Delete the post and return it as it was; its files stay for one that takes its place."""
        token.require("delete")
        post = self.find_own(number)
        self._attaching.keep_files(post)
        self._posts.delete(Delete(post.permalink), token)
        return post

    def text_of(self, post: Post) -> str:
        """Return the text of ``post`` as its author typed it."""
        return source_text(post, literal=self._rules.style.literal)

    def find_own(self, number: str) -> Post:
        """Return the owner's post of this number; raise NotFound if it is none."""
        self._index.catch_up()
        found = self._showing.find(number)
        if not isinstance(found, Post):
            raise NotFound("id is not that of a post of your own")
        return found

    def _style(self, request: StatusRequest) -> Style:
        return replace(
            self._rules.style, people=self._accounts.profiles(find_handles(request.text))
        )

    def _answered(self, number: str) -> str:
        return url_of(self._showing.find_boosted(number)) if number else ""

    def _require_not_deleted(self, asking: Asking) -> None:
        """Raise NotFound if the post of a keyed request was deleted: it must not come back."""
        made = self._retries.recall(asking, self._clock()) if asking.is_keyed else None
        if made is None:
            return
        self._index.catch_up()
        if self._index.gone(made.permalink):
            raise NotFound("Idempotency-Key belongs to a post that has been deleted")
