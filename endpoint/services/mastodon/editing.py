"""The owner's posts as apps for Mastodon change and delete them."""

from endpoint.domain.mastodon.composing import make_update
from endpoint.domain.mastodon.requests import StatusRequest
from endpoint.domain.micropub import Delete
from endpoint.domain.posts import Post
from endpoint.domain.tokens import Token
from endpoint.errors import NotFound
from endpoint.services.mastodon.attaching import Attaching
from endpoint.services.mastodon.showing import Showing
from endpoint.services.mastodon.wording import Wording
from endpoint.services.posts import Posts


class Editing:
    """Changes posts, whatever wrote them, on behalf of an app's token."""

    def __init__(
        self, posts: Posts, showing: Showing, attaching: Attaching, wording: Wording
    ) -> None:
        self._posts = posts
        self._showing = showing
        self._attaching = attaching
        self._wording = wording

    def edit(self, number: str, request: StatusRequest, token: Token) -> Post:
        """Let the post say what ``request`` says, and return it; raise NotFound without one."""
        token.require("update")
        post = self.find_own(number)
        self._wording.check(request)
        attached = self._attaching.find(request, post)
        style = self._wording.style(request)
        self._posts.update(make_update(post, request, attached, style), token)
        return self.find_own(number)

    def delete(self, number: str, token: Token) -> Post:
        """Delete the post and return it as it was; its files stay for one that takes its place."""
        token.require("delete")
        post = self.find_own(number)
        self._attaching.keep_files(post)
        self._posts.delete(Delete(post.permalink), token)
        return post

    def text_of(self, post: Post) -> str:
        """Return the text of ``post`` for an app that edits it."""
        return self._wording.text_of(post)

    def find_own(self, number: str) -> Post:
        """Return the owner's post of this number; raise NotFound if it is none."""
        found = self._showing.find(number)
        if not isinstance(found, Post):
            raise NotFound("id is not that of a post of your own")
        return found
