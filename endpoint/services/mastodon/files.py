"""The pictures, films and recordings of posts, with what is known of each."""

from collections.abc import Iterable

from endpoint.domain.descriptions import is_web
from endpoint.domain.feed_content import Medium, find_media, join
from endpoint.domain.inline_pictures import find_pictures
from endpoint.domain.mastodon.attachments import Attachment
from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.mastodon.instance import MAX_ATTACHMENTS
from endpoint.domain.media_names import is_name, type_of
from endpoint.domain.posts import Post, Properties
from endpoint.services.media import Media
from endpoint.services.numbers import Numbered, Numbers
from endpoint.stores.media.rows import KeptUpload, UploadRows

_FAMILIES = {"photo": "image"}


class Files:
    """Describes files, ours by name and those elsewhere by URL."""

    def __init__(
        self, numbers: Numbers, media: Media, uploads: UploadRows, *, literal: bool
    ) -> None:
        self._numbers = numbers
        self._media = media
        self._uploads = uploads
        self._literal = literal

    def of_posts(self, posts: Iterable[Post]) -> dict[str, tuple[Entity, ...]]:
        """Return the files of each post as entities MediaAttachment, by permalink."""
        media = {post.permalink: self._media_of(post) for post in posts}
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

    def are_in(self, post: Post) -> bool:
        """Whether ``post`` shows a file."""
        return bool(self._media_of(post))

    def in_text(self, properties: Properties, permalink: str = "") -> dict[str, Medium]:
        """Return the pictures that stand in the content of a post, by what numbers know them by."""
        found: dict[str, Medium] = {}
        for place, alt in find_pictures(properties, literal=self._literal).items():
            url = join(permalink, place) if permalink else place
            name = self.name_of(url)
            if is_name(name) or is_web(url):
                found.setdefault(name, Medium("image", url, alt))
        return found

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

    def _media_of(self, post: Post) -> list[Medium]:
        """Return the files of a post, and the pictures in its text that are none of these."""
        media = find_media(post)
        names = {self.name_of(each.url) for each in media}
        standing = self.in_text(post.properties, post.permalink).items()
        media += [each for name, each in standing if name not in names]
        return media[: max(MAX_ATTACHMENTS, len(names))]

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
