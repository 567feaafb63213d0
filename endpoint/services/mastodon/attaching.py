"""The files of statuses: sent ahead by apps, described, and attached by their numbers."""

from collections.abc import Collection, Mapping
from mimetypes import guess_type

from endpoint.domain.feed_content import join
from endpoint.domain.mastodon.composing import Attached, attached_to
from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.mastodon.requests import StatusRequest, check_alt
from endpoint.domain.media_names import is_name, type_of
from endpoint.domain.media_types import Family
from endpoint.domain.posts import Post
from endpoint.domain.tokens import Token
from endpoint.errors import InvalidRequest, NotFound
from endpoint.services.mastodon.files import Files
from endpoint.services.media import Incoming, Media
from endpoint.services.numbers import MEDIA, Numbered, Numbers

_FAMILIES: Mapping[str, Family] = {"video": "video", "audio": "audio"}


class Attaching:
    """Takes files in as the media endpoint does, and remembers how apps describe them."""

    def __init__(self, media: Media, numbers: Numbers, files: Files) -> None:
        self._media = media
        self._numbers = numbers
        self._files = files

    def add(self, file: Incoming, alt: str, token: Token) -> Entity:
        """Return the MediaAttachment of the file, which is kept; scope ``media``."""
        check_alt("description", alt)
        kept = self._media.add(file, token)
        return self.show(self._numbers.media(kept.name, alt))

    def describe(self, number: str, alt: str, token: Token) -> Entity:
        """Return the MediaAttachment with another description; raise NotFound if there is none."""
        token.require("media", "update")
        check_alt("description", alt)
        self._numbers.describe(self._require(number), alt)
        return self.show(number)

    def show(self, number: str) -> Entity:
        """Return the MediaAttachment of this number; raise NotFound if there is none (any more)."""
        return self._files.one(self._require(number))

    def _require(self, number: str) -> Numbered:
        found = self._numbers.find(number, MEDIA)
        if found is None or (is_name(found.name) and self._media.open(found.name) is None):
            raise NotFound("id is not that of a file")
        return found

    def find(self, request: StatusRequest, post: Post | None = None) -> list[Attached]:
        """Return what ``request`` attaches, in its order; ``post`` is the one that it edits.

        Pictures that stand in the text are there already. Raise InvalidRequest if
        there is no such file.
        """
        shown = self._shown(post) if post else {}
        standing = self._standing(request, post)
        attached = []
        for number in dict.fromkeys(request.media_ids):
            found = self._numbers.find(number, MEDIA)
            if found and found.name in standing and found.name not in shown:
                _check_standing(request.alts.get(number), standing[found.name])
            else:
                attached.append(self._find(number, found, request, shown))
        return attached

    def keep_files(self, post: Post) -> None:
        """Keep the files of ``post``, which is about to go, for one that takes its place."""
        names = {*self._shown(post), *self._files.in_text(post.properties, post.permalink)}
        for name in filter(is_name, names):
            self._media.keep_again(name)

    def _find(
        self,
        number: str,
        found: Numbered | None,
        request: StatusRequest,
        shown: Mapping[str, Attached],
    ) -> Attached:
        if found and (attached := shown.get(found.name)):
            alt = request.alts.get(number)
            return attached if alt is None else attached.with_alt(alt)
        try:
            found = self._require(number)
        except NotFound as error:
            raise InvalidRequest(
                "media_ids names a file that is not here; send it again"
            ) from error
        url = self._media.url_of(found.name) if is_name(found.name) else found.name
        return Attached(_family(found.name), url).with_alt(request.alts.get(number, found.content))

    def _shown(self, post: Post) -> dict[str, Attached]:
        """Return the files of ``post`` by what numbers know them by: their name, or their URL."""
        urls = {join(post.permalink, each.url): each for each in attached_to(post)}
        return {self._files.name_of(url): each for url, each in urls.items() if url}

    def _standing(self, request: StatusRequest, post: Post | None) -> dict[str, set[str]]:
        """Return what pictures in the text are described by, and were, by what numbers know."""
        typed = {"content": [{"markdown": request.text}]}
        permalink, before = (post.permalink, post.properties) if post else ("", {})
        texts = [self._files.in_text(each, permalink) for each in (typed, before)]
        return {name: {text[name].alt for text in texts if name in text} for name in texts[0]}


def _check_standing(alt: str | None, alts: Collection[str]) -> None:
    if alt is not None and alt not in alts:
        raise InvalidRequest(
            "media_attributes describes a picture that stands in the text; describe it there"
        )


def _family(name: str) -> Family:
    if is_name(name):
        return type_of(name).family
    return _FAMILIES.get((guess_type(name)[0] or "").partition("/")[0], "photo")
