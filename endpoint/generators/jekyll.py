"""How Jekyll wants posts: dated files in ``_posts`` and in collections."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, ClassVar

from endpoint.domain.dates import format_date
from endpoint.domain.posts import Post, Properties
from endpoint.generators.addresses import File
from endpoint.generators.body import JEKYLL, Escape
from endpoint.generators.frontmatter.format import Metadata
from endpoint.generators.mapping import Edit
from endpoint.generators.places import FOLDERS, Place
from endpoint.generators.site_files import SUFFIXES, SiteFiles
from endpoint.generators.values import Shapes

PLACES: Mapping[str, Place] = {
    kind: Place(
        path=f"_{folder}/{{year}}-{{month}}-{{day}}-{{slug}}.md",
        url=f"{folder}/{{year}}/{{month}}/{{slug}}/",
    )
    for kind, folder in FOLDERS.items()
} | {
    "article": Place(
        path="_posts/{year}-{month}-{day}-{slug}.md", url="{year}/{month}/{day}/{slug}/"
    )
}
"""Articles are Jekyll's posts; every other kind has its collection."""

_ALIASES: Mapping[str, tuple[str, ...]] = {
    "name": ("title", "name"),
    "summary": ("excerpt", "summary"),
    "published": ("date",),
    "updated": ("last_modified_at", "lastmod", "updated"),
    "category": ("tags",),
    "photo": ("photos", "photo"),
    "video": ("videos", "video"),
    "audio": ("audios", "audio"),
    "post-status": ("published", "post-status"),
}

_DATED = re.compile(r"(?:.*/)?(\d{4})-(\d\d?)-(\d\d?)-([^/]+)\.[^./]+")


@dataclass(frozen=True)
class Jekyll(SiteFiles):
    """The files of a Jekyll site."""

    gone_folder: ClassVar[str] = "_data/gone"
    mentions_folder: ClassVar[str] = "_data/webmentions"
    faces_folder: ClassVar[str] = "faces"
    usual_spelling: ClassVar[str] = "snake_case"
    usual_media_folder: ClassVar[str] = "media"
    usual_places: ClassVar[Mapping[str, Place]] = PLACES
    aliases: ClassVar[Mapping[str, tuple[str, ...]]] = _ALIASES
    escape: ClassVar[Escape] = JEKYLL
    url_key: ClassVar[str] = "permalink"
    dates_by_path: ClassVar[bool] = False
    old_urls_key: ClassVar[str] = "redirect_from"

    @property
    def shapes(self) -> Shapes:
        """How Jekyll writes values: ``published: false`` is a draft."""
        # Its YAML reader takes a native time without an offset for UTC.
        return Shapes(self.zone, draft=False, splits_tags=True, naive_zone=UTC)

    def is_post(self, path: str) -> bool:
        """Return whether ``path`` lies in ``_posts`` or in the collection of a place."""
        folders = path.split("/")[:-1]
        is_kept = "_posts" in folders or bool(folders and folders[0] in self._collections)
        return is_kept and path.endswith(SUFFIXES)

    def complete(self, file: File) -> Properties:
        """Return the properties of ``file``, by default published on the day in its name."""
        if "published" in file.properties or not (day := self._day_of(file.path)):
            return file.properties
        return {**file.properties, "published": [format_date(day)]}

    def finish(self, metadata: Metadata, edit: Edit, post: Post) -> None:
        """Add nothing: Jekyll's templates see ``visibility`` themselves."""

    def untold(self, post: Post) -> str:
        """Return its permalink: ``_config.yml`` makes those of a folder from names and dates."""
        return post.permalink

    def usual_url(self, file: File) -> str:
        """Return the URL by Jekyll's defaults: ``date`` for posts, the path in collections."""
        page = file.path.rpartition(".")[0]
        if "_posts" not in page.split("/"):
            return f"{page.removeprefix('_')}.html"
        dated = _DATED.fullmatch(file.path)
        slug = file.metadata.get("slug") or (dated[4] if dated else page.rpartition("/")[2])
        published = self.published(file.properties)
        days = [f"{published:%Y}", f"{published:%m}", f"{published:%d}"] if published else []
        return "/".join([*_categories(file), *days, f"{slug}.html"])

    def urlize(self, slug: str) -> str:
        """Return ``slug`` as it is: Jekyll's ``:title`` keeps it so."""
        return slug

    def end_url(self, url: str) -> str:
        """Return ``url`` as it is: Jekyll adds nothing to a ``permalink``."""
        return url

    def owned(self, path: str) -> str:
        """Return ``path``: a post of Jekyll's is one file."""
        return path

    def _day_of(self, path: str) -> datetime | None:
        if not (dated := _DATED.fullmatch(path)):
            return None
        year, month, day = map(int, dated.groups()[:3])
        try:
            return datetime(year, month, day, tzinfo=self.zone)
        except ValueError:
            return None

    @cached_property
    def _collections(self) -> frozenset[str]:
        paths = [place.path for place in self._places.values()]
        return frozenset(path.partition("/")[0] for path in paths if path.startswith("_"))


def _categories(file: File) -> list[str]:
    """Return the categories of a post, which Jekyll puts into its URL."""
    folders = file.path.split("/")
    above = folders[: folders.index("_posts")]
    given = [*_words(file.metadata.get("category")), *_words(file.metadata.get("categories"))]
    return list(dict.fromkeys(str(word).lower() for word in (*above, *given)))


def _words(value: Any) -> list[Any]:
    if isinstance(value, str):
        return value.split()
    return value if isinstance(value, list) else []
