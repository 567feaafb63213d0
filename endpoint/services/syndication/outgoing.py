"""What a network is given of a post: its text, its files, and the language they are in."""

from collections.abc import Iterator
from functools import partial
from urllib.parse import unquote

from endpoint.domain.feed_content import find_media, render_content
from endpoint.domain.markup import absolute
from endpoint.domain.posts import Post
from endpoint.errors import NotFound
from endpoint.generators.generator import Generator
from endpoint.services.media import Media
from endpoint.stores.repository import Repository
from endpoint.syndicators import Attachment, Copy, Outgoing, Rules


class Composer:
    """Makes posts ready for copying; with ``literal`` plain text is shown as typed.

    ``language`` is that of posts that name none.
    """

    def __init__(
        self,
        media: Media,
        repository: Repository,
        generator: Generator,
        language: str,
        *,
        literal: bool,
    ) -> None:
        self._media = media
        self._repository = repository
        self._generator = generator
        self._language = language
        self._literal = literal

    def compose(self, post: Post, own_text: str, rules: Rules, answered: Copy | None) -> Outgoing:
        """Return ``post`` for a copy by ``rules``.

        ``own_text`` is what its author wrote for that very copy, ``answered`` the copy
        of what it answers, if that is a post of ours.
        """
        html = render_content(post.properties, self._literal)
        return Outgoing(
            post=post,
            html=absolute(html, post.permalink) if html else "",
            attachments=tuple(self._attach(post)),
            language=post.language or self._language,
            own_text=own_text,
            rules=rules,
            answered=answered,
        )

    def _attach(self, post: Post) -> Iterator[Attachment]:
        for medium in find_media(post):
            name = self._media.name_in(medium.url)
            found = self._media.open(name) if name else None
            media_type = found.media_type if found else medium.mime_type
            load = partial(self._load, post, medium.url, name)
            yield Attachment(medium.url, media_type, medium.alt, load)

    def _load(self, post: Post, url: str, name: str | None) -> bytes:
        """Return the file: one that was uploaded, or one that its owner put beside the post."""
        content = self._media.content(name) if name else self._read_beside(post, url)
        if content is None:
            raise NotFound(f"{url} is no file of this server")
        return content

    def _read_beside(self, post: Post, url: str) -> bytes | None:
        folder, name = self._generator.owned(post.path), url.removeprefix(post.permalink)
        if folder == post.path or name == url:
            return None
        return self._repository.read(f"{folder}/{unquote(name)}")
