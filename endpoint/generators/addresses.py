"""Which path and which permalink a post has: by front matter, by its place, or by default."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cached_property
from typing import ClassVar
from urllib.parse import quote, unquote

from endpoint.domain.posts import Properties
from endpoint.generators.encoders import try_date
from endpoint.generators.frontmatter.format import Metadata
from endpoint.generators.places import Place, fill, time_fields

_SAFE = "/!$&'()*+,;=:@[]~%"
"""What stays as it is in a permalink's path (RFC 3986 §3.3)."""


@dataclass(frozen=True)
class File:
    """A file at ``path`` with its front matter, and the properties of its post."""

    path: str
    metadata: Metadata
    properties: Properties


@dataclass(frozen=True)
class Addresses(ABC):
    """Paths and permalinks on a site whose root is ``site_url``, with a slash at its end.

    ``places`` are the owner's; all other kinds have the generator's usual ones.
    """

    site_url: str
    zone: tzinfo
    places: Mapping[str, Place] = field(default_factory=dict, kw_only=True)

    usual_places: ClassVar[Mapping[str, Place]]
    url_key: ClassVar[str]
    """The front matter key that sets a page's URL."""
    dates_by_path: ClassVar[bool]
    """Whether the path's date counts in a URL, where it differs from the post's."""
    old_urls_key: ClassVar[str]
    """The front matter key of the URLs that lead to a page beside its own."""

    @abstractmethod
    def is_post(self, path: str) -> bool:
        """Return whether the file at ``path`` may be a post or a page."""

    @abstractmethod
    def usual_url(self, file: File) -> str:
        """Return the URL, relative to the site, of a file that is in no place."""

    @abstractmethod
    def urlize(self, slug: str) -> str:
        """Return ``slug`` as the generator shows it in URLs."""

    @abstractmethod
    def end_url(self, url: str) -> str:
        """Return a URL that front matter sets, as the generator completes it."""

    def is_listed(self, path: str) -> bool:
        """Return whether the file lies where posts go, unlike a page such as about.md."""
        return path.startswith(self._folders)

    def place(self, kind: str, slug: str, published: datetime) -> tuple[str, str]:
        """Return path and permalink of a new post; ``published`` counts in the site's zone.

        Raise ValueError if the owner's pattern holds a field that does not exist.
        """
        place = self.place_of(kind)
        fields = time_fields(published.astimezone(self.zone)) | {"slug": slug, "type": kind}
        path, url = fill(place.path, fields), fill(place.url, fields)
        if path is None or url is None:
            raise ValueError(f"The place of {kind} holds a field that does not exist")
        return path, self.absolute(url)

    def place_of(self, kind: str) -> Place:
        """Return the place of posts of ``kind``: that of notes if it has none."""
        return self._places.get(kind, self._places["note"])

    def permalink(self, file: File, kind: str, *, by_path: bool) -> str:
        """Return the permalink of ``file``, dated ``by_path`` where path and post differ."""
        pinned = file.metadata.get(self.url_key)
        if isinstance(pinned, str) and pinned:
            return self.absolute(self.end_url(pinned.lstrip("/")))
        for place in (self.place_of(kind), *self._places.values()):
            if (fields := place.match(file.path)) is not None:
                url = self._fill(place, fields, file, kind, by_path=by_path)
                return self.absolute(self.usual_url(file) if url is None else url)
        return self.absolute(self.usual_url(file))

    def permalinks(self, file: File, kind: str) -> frozenset[str]:
        """Return the permalinks that a site's settings may give ``file``."""
        return frozenset(self.permalink(file, kind, by_path=by_path) for by_path in (True, False))

    def old_urls(self, file: File, permalink: str) -> tuple[str, ...]:
        """Return the URLs that lead to ``file`` beside its ``permalink``, as it says itself."""
        said = file.metadata.get(self.old_urls_key)
        paths = said if isinstance(said, list) else [said]
        return tuple(
            self.old_url(path, permalink) for path in paths if isinstance(path, str) and path
        )

    def old_url(self, path: str, _permalink: str) -> str:
        """Return the URL at ``path``, as the front matter of the page at ``permalink`` has it."""
        return self.absolute(path.lstrip("/"))

    def pin(self, permalink: str) -> str | None:
        """Return what front matter says to keep ``permalink``; None if it is not on the site."""
        if not permalink.startswith(self.site_url):
            return None
        return "/" + unquote(permalink.removeprefix(self.site_url))

    def absolute(self, url: str) -> str:
        """Return the permalink of the page at ``url``, which is relative to the site."""
        return self.site_url + quote(url, safe=_SAFE)

    def published(self, properties: Properties) -> datetime | None:
        """Return the time of a post in the site's zone, if it has one."""
        values = properties.get("published")
        moment = try_date(str(values[0])) if values else None
        return moment.astimezone(self.zone) if moment else None

    def _fill(
        self, place: Place, fields: dict[str, str], file: File, kind: str, *, by_path: bool
    ) -> str | None:
        published = self.published(file.properties)
        times = time_fields(published) if published else {}
        fields = times | fields if by_path else fields | times
        slug = str(file.metadata.get("slug") or fields.get("slug", ""))
        return fill(place.url, {"type": kind, **fields, "slug": self.urlize(slug)})

    @cached_property
    def _places(self) -> Mapping[str, Place]:
        return {**self.usual_places, **self.places}

    @cached_property
    def _folders(self) -> tuple[str, ...]:
        return tuple({place.folder for place in self._places.values()})
