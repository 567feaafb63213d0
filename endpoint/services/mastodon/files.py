"""The pictures, films and recordings of posts, with what is known of each."""

from collections.abc import Iterable

from endpoint.domain.feed_content import Medium, find_media
from endpoint.domain.mastodon.attachments import Attachment
from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.media_names import is_name, type_of
from endpoint.domain.posts import Post
from endpoint.services.media import Media
from endpoint.services.numbers import Numbered, Numbers
from endpoint.stores.media.rows import KeptUpload, UploadRows

_FAMILIES = {"photo": "image"}


class Files:
    """Describes files, ours by name and those elsewhere by URL."""

    def __init__(self, numbers: Numbers, media: Media, uploads: UploadRows) -> None:
        self._numbers = numbers
        self._media = media
        self._uploads = uploads

    def of_posts(self, posts: Iterable[Post]) -> dict[str, tuple[Entity, ...]]:
        """Return the files of each post as entities MediaAttachment, by permalink."""
        media = {post.permalink: find_media(post) for post in posts}
        names = {each: self.name_of(each.url) for some in media.values() for each in some}
        numbers = self._numbers.media_of_posts(names.values()) if names else {}
        uploads = self._uploads.find_all(filter(is_name, names.values()))
        return {
            permalink: tuple(
                self._attach(numbers[names[each]], names[each], each, uploads).describe()
                for each in some
            )
            for permalink, some in media.items()
        }

    def one(self, numbered: Numbered) -> Entity:
        """Return a file as the entity MediaAttachment."""
        name = numbered.name
        family = type_of(name).family if is_name(name) else "photo"
        medium = Medium(_FAMILIES.get(family, family), name, numbered.content)
        uploads = self._uploads.find_all([name])
        return self._attach(str(numbered.id), name, medium, uploads).describe()

    def name_of(self, url: str) -> str:
        """Return the name of a file of ours, wherever the site has it; of others their URL."""
        last = url.partition("?")[0].partition("#")[0].rpartition("/")[2]
        return self._media.name_in(url) or (last if is_name(last) else url)

    def _attach(
        self, number: str, name: str, medium: Medium, uploads: dict[str, KeptUpload]
    ) -> Attachment:
        known = uploads.get(name)
        return Attachment(
            id=number,
            family=medium.family,
            # Ours are to be had here at once, long before the site is built.
            url=self._media.url_of(name) if is_name(name) else medium.url,
            alt=medium.alt,
            width=known.width if known else None,
            height=known.height if known else None,
            blurhash=known.blurhash if known else None,
        )
