"""What a static site generator must tell: where posts live, and how their files are written."""

from datetime import datetime
from typing import Protocol

from endpoint.domain.posts import Post


class Generator(Protocol):
    """A site's generator, as pure functions from posts to files and back."""

    @property
    def gone_folder(self) -> str:
        """The folder of the data files that say which posts are gone."""

    @property
    def faces_folder(self) -> str:
        """The folder whose files readers find below ``faces/`` of the site."""

    def place(self, kind: str, slug: str, published: datetime) -> tuple[str, str]:
        """Return path and permalink of a new post; ``published`` counts in the site's zone."""

    def write(self, post: Post) -> bytes:
        """Return the file of a new post."""

    def read(self, path: str, data: bytes) -> Post | None:
        """Return the post that the file at ``path`` holds, or None if it is no post's file.

        Raise ValueError, with one sentence, if its front matter is broken.
        """

    def rewrite(self, data: bytes, post: Post) -> bytes:
        """Return the file ``data`` with the properties of ``post``; other lines stay.

        Raise ValueError if its front matter is broken.
        """

    def readdress(self, data: bytes, permalink: str) -> bytes:
        """Return the file ``data`` with ``permalink``, if its front matter names one at all.

        Raise ValueError if its front matter is broken.
        """

    def is_post(self, path: str) -> bool:
        """Return whether the file at ``path`` may be a post or a page."""

    def is_listed(self, path: str) -> bool:
        """Return whether the file lies where posts go, unlike a page such as about.md."""

    def owned(self, path: str) -> str:
        """Return what belongs to the post at ``path``: its file, or its whole folder."""

    def media_path(self, path: str, name: str) -> str:
        """Return where the file ``name`` goes for the post at ``path``."""

    def mentions_path(self, path: str, permalink: str) -> str:
        """Return where the mentions of the page at ``permalink`` go.

        ``path`` is that of the page's file, or empty if it is made of none.
        """

    def is_mentions(self, path: str) -> bool:
        """Return whether the file at ``path`` is one that ``mentions_path`` may name."""
