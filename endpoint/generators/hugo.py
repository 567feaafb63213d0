"""How Hugo wants posts: page bundles under ``content/``, and Hugo's own front matter keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from unicodedata import category
from urllib.parse import quote, urljoin

from endpoint.domain.posts import Post, Properties
from endpoint.generators.addresses import File
from endpoint.generators.body import HUGO, Escape
from endpoint.generators.frontmatter.format import Metadata
from endpoint.generators.mapping import Edit
from endpoint.generators.places import FOLDERS, Place
from endpoint.generators.site_files import SUFFIXES, SiteFiles
from endpoint.generators.values import Shapes

PLACES: Mapping[str, Place] = {
    kind: Place(
        path=f"content/{folder}/{{year}}/{{month}}/{{slug}}/index.md",
        url=f"{folder}/{{year}}/{{month}}/{{slug}}/",
    )
    for kind, folder in FOLDERS.items()
}
"""A folder for each kind and month, a page bundle for each post."""

_ALIASES: Mapping[str, tuple[str, ...]] = {
    "name": ("title", "name"),
    "summary": ("summary",),
    "published": ("date", "publishDate", "pubdate", "published"),
    "updated": ("lastmod", "modified", "updated"),
    "category": ("tags", "category"),
    "photo": ("photos", "photo"),
    "video": ("videos", "video"),
    "audio": ("audios", "audio"),
    "post-status": ("draft", "post-status"),
}

_ALLOWED = frozenset("./\\_#+~-@")
"""What else than letters and digits Hugo leaves in a path."""


@dataclass(frozen=True)
class Hugo(SiteFiles):
    """The files of a Hugo site."""

    gone_folder: ClassVar[str] = "data/gone"
    mentions_folder: ClassVar[str] = "data/webmentions"
    faces_folder: ClassVar[str] = "static/faces"
    usual_spelling: ClassVar[str] = "camelCase"
    usual_media_folder: ClassVar[str] = "static/media"
    usual_places: ClassVar[Mapping[str, Place]] = PLACES
    aliases: ClassVar[Mapping[str, tuple[str, ...]]] = _ALIASES
    escape: ClassVar[Escape] = HUGO
    url_key: ClassVar[str] = "url"
    dates_by_path: ClassVar[bool] = True
    old_urls_key: ClassVar[str] = "aliases"

    @property
    def shapes(self) -> Shapes:
        """How Hugo writes values: ``draft: true``."""
        return Shapes(self.zone, draft=True)

    def is_post(self, path: str) -> bool:
        """Return whether ``path`` is a page under ``content/``, and no section's own page."""
        name = path.rpartition("/")[2]
        is_page = path.startswith("content/") and name.endswith(SUFFIXES)
        return is_page and not name.startswith("_index.")

    def owned(self, path: str) -> str:
        """Return the folder of a page bundle, whose files are the post's; else the file."""
        folder, _, name = path.rpartition("/")
        return folder if name.startswith("index.") and folder != "content" else path

    def complete(self, file: File) -> Properties:
        """Return the properties of ``file``: unlisted if it is built and in no list."""
        if _is_in_no_list(file.metadata) and "visibility" not in file.properties:
            return {**file.properties, "visibility": ["unlisted"]}
        return file.properties

    def finish(self, metadata: Metadata, edit: Edit, post: Post) -> None:
        """Keep an unlisted post out of Hugo's lists and feeds."""
        hide = post.properties.get("visibility") == ["unlisted"]
        if hide != _is_in_no_list(metadata):
            build = metadata.get("build")
            build = {**build} if isinstance(build, dict) else {}
            build.pop("list", None)
            edit.put("build", build | {"list": "never"} if hide else build or None)

    def untold(self, post: Post) -> str:
        """Return the permalink that Hugo makes of the path alone.

        What a site's ``[permalinks]`` make of a post may hang on its title, or on
        the day in another zone.
        """
        return self.absolute(self.usual_url(File(post.path, {}, {})))

    def usual_url(self, file: File) -> str:
        """Return the URL that Hugo makes of the path below ``content/``."""
        page = file.path.removeprefix("content/").rpartition(".")[0]
        page = page.removesuffix("/index") if page != "index" else ""
        if slug := file.metadata.get("slug"):
            page = f"{page.rpartition('/')[0]}/{slug}".lstrip("/")
        return self.urlize(page) + "/" if page else ""

    def urlize(self, slug: str) -> str:
        """Return ``slug`` in lower case, blanks as hyphens, and without what Hugo drops."""
        kept = (c for c in slug.replace(" ", "-") if c.isalnum() or c in _ALLOWED or _is_mark(c))
        # Python makes two characters of this capital, Hugo one.
        return "".join(kept).replace("İ", "i").lower()

    def old_url(self, path: str, permalink: str) -> str:
        """Return the URL at ``path``, beside the page unless it begins with a slash."""
        if path.startswith("/"):
            return super().old_url(path, permalink)
        return urljoin(permalink.rstrip("/"), quote(path, safe="/%"))

    def end_url(self, url: str) -> str:
        """Return ``url`` with the slash that Hugo adds to what has no file extension."""
        last = url.rpartition("/")[2]
        return url if not last or "." in last else url + "/"


def _is_in_no_list(metadata: Metadata) -> bool:
    build = metadata.get("build")
    return isinstance(build, dict) and build.get("list") in ("never", False)


def _is_mark(character: str) -> bool:
    return category(character).startswith("M")
