"""New posts as apps for Mastodon write them, on the same road as every other post."""

from endpoint.domain.mastodon.composing import make_properties
from endpoint.domain.mastodon.requests import StatusRequest
from endpoint.domain.micropub import Create
from endpoint.domain.posts import Post
from endpoint.domain.tokens import Token
from endpoint.services.mastodon.applications import Applications
from endpoint.services.mastodon.attaching import Attaching
from endpoint.services.mastodon.entries import url_of
from endpoint.services.mastodon.idempotency import IdempotencyKeys
from endpoint.services.mastodon.showing import Showing
from endpoint.services.mastodon.wording import Wording
from endpoint.services.posts import Posts


class Publishing:
    """Makes posts of statuses, on behalf of an app's token."""

    def __init__(
        self,
        posts: Posts,
        showing: Showing,
        attaching: Attaching,
        wording: Wording,
        keys: IdempotencyKeys,
        applications: Applications,
    ) -> None:
        self._posts = posts
        self._showing = showing
        self._attaching = attaching
        self._wording = wording
        self._keys = keys
        self._applications = applications

    def publish(self, request: StatusRequest, token: Token, key: str | None) -> Post:
        """Return the new post, or the one that was made with the same ``key`` before.

        Raise InvalidRequest if it cannot be published, NotFound if what it
        answers is not here, or the post of ``key`` has been deleted meanwhile.
        """
        token.require("create", "draft")
        self._wording.check(request)
        attached = self._attaching.find(request)
        answered = self._answered(request.in_reply_to_id)
        style = self._wording.style(request)
        create = Create("h-entry", make_properties(request, attached, answered, style))
        self._keys.require_not_deleted(create, token, key)
        post = self._posts.create(create, token, key, can_ask=False)
        self._applications.note(post, token)
        return post

    def _answered(self, number: str) -> str:
        return url_of(self._showing.find_boosted(number)) if number else ""
