"""The files of posts, written and read the same way for every generator."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlsplit

from endpoint.domain.post_types import discover
from endpoint.domain.posts import Post, Properties
from endpoint.generators.addresses import Addresses, File
from endpoint.generators.body import Body, Escape
from endpoint.generators.contents import Contents
from endpoint.generators.frontmatter import FORMATS, Page, compose, split
from endpoint.generators.frontmatter.format import Metadata
from endpoint.generators.keys import Keys
from endpoint.generators.mapping import Edit, Found, Mapper
from endpoint.generators.mention_files import FILE, mentions_key
from endpoint.generators.values import Shapes

SUFFIXES = (".md", ".markdown", ".html")
"""What the name of a post's file ends with."""


@dataclass(frozen=True)
class SiteFiles(Addresses):
    """A Generator but for what each generator has of its own.

    ``format`` of new files is ``yaml``, ``toml`` or ``json``; an empty
    ``spelling`` is the generator's usual one; ``keys`` are the owner's own keys
    for properties; with ``literal``, plain text is shown as typed. ``media_store``
    is ``static`` if the files of posts shall lie in ``media_folder``, even of posts
    that have a folder of their own.
    """

    format: str = "yaml"
    spelling: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    literal: bool = False
    media_store: str = ""
    media_folder: str = ""

    usual_spelling: ClassVar[str]
    usual_media_folder: ClassVar[str]
    mentions_folder: ClassVar[str]
    aliases: ClassVar[Mapping[str, tuple[str, ...]]]
    escape: ClassVar[Escape]

    @property
    @abstractmethod
    def shapes(self) -> Shapes:
        """How values are written."""

    @abstractmethod
    def complete(self, file: File) -> Properties:
        """Return the properties of ``file``, with those the generator finds elsewhere."""

    @abstractmethod
    def finish(self, metadata: Metadata, edit: Edit, post: Post) -> None:
        """Add to ``edit`` what only this generator needs to show ``post`` right."""

    @abstractmethod
    def untold(self, post: Post) -> str:
        """Return the permalink of a new ``post`` whose front matter says nothing of it."""

    @abstractmethod
    def owned(self, path: str) -> str:
        """Return what belongs to the post at ``path``: its file, or its whole folder."""

    def media_path(self, path: str, name: str) -> str:
        """Return where the file ``name`` goes: into the post's own folder, if it has one."""
        folder = self.owned(path)
        if folder == path or self.media_store == "static":
            folder = self.media_folder or self.usual_media_folder
        return f"{folder}/{name}"

    def mentions_path(self, path: str, permalink: str) -> str:
        """Return where a page's mentions go: into its own folder, if it has one."""
        folder = self.owned(path)
        if folder != path:
            return f"{folder}/{FILE}"
        key = mentions_key(urlsplit(permalink.removeprefix(self.site_url)).path)
        return f"{self.mentions_folder}/{key}.json"

    def is_mentions(self, path: str) -> bool:
        """Return whether the file at ``path`` is one of mentions."""
        folder, _, name = path.rpartition("/")
        if folder == self.mentions_folder:
            return name.endswith(".json")
        page = f"{folder}/index.md"
        return name == FILE and self.is_post(page) and self.owned(page) == folder

    def write(self, post: Post) -> bytes:
        """Return the file of a new post."""
        built = {self.untold(post)} & {post.permalink}
        edit, body = self._edit(File(post.path, {}, {}), Found({}, {}, {}), post, built)
        return compose(self.format, edit.changes, body or "").encode()

    def read(self, path: str, data: bytes) -> Post | None:
        """Return the post in the file at ``path``; None if that is no text, or no post's path.

        Raise ValueError, with one sentence, if its front matter is broken.
        """
        if not self.is_post(path):
            return None
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return None
        return self._read(path, split(text))

    def rewrite(self, data: bytes, post: Post) -> bytes:
        """Return the file ``data`` with the properties of ``post``; other lines stay.

        Raise ValueError if its front matter is broken.
        """
        page = split(data.decode())
        found, file = self._find(post.path, page)
        edit, body = self._edit(file, found, post, self.permalinks(file, post.kind))
        edited = page.edit(edit.changes, edit.dropped, FORMATS[self.format])
        return str(edited if body is None else edited.with_body(body)).encode()

    def readdress(self, data: bytes, permalink: str) -> bytes:
        """Return the file ``data`` with ``permalink``, if its front matter names one at all.

        Raise ValueError if its front matter is broken.
        """
        page = split(data.decode())
        if self.url_key not in page.load():
            return data
        url = {self.url_key: self.pin(permalink)}
        return str(page.edit(url, (), FORMATS[self.format])).encode()

    def _read(self, path: str, page: Page) -> Post:
        _, file = self._find(path, page)
        type_ = str(self._mapper.own(file.metadata, "mf2-type") or "h-entry")
        channels = self._mapper.own(file.metadata, "channels")
        kind = discover(type_, file.properties)
        permalink = self.permalink(file, kind, by_path=self.dates_by_path)
        return Post(
            type=type_,
            kind=kind,
            properties=file.properties,
            permalink=permalink,
            path=path,
            channels=tuple(map(str, channels)) if isinstance(channels, list) else (),
            old_urls=self.old_urls(file, permalink),
        )

    def _find(self, path: str, page: Page) -> tuple[Found, File]:
        """Return what the front matter of a file holds, and the file with all its properties."""
        metadata = page.load()
        found = self._mapper.read(metadata)
        properties = self.complete(File(path, metadata, found.properties))
        content = self._contents.read(path, page.body, metadata)
        if content is not None:
            properties = {**properties, "content": [content]}
        return found, File(path, metadata, properties)

    def _edit(
        self, file: File, found: Found, post: Post, before: set[str] | frozenset[str]
    ) -> tuple[Edit, str | None]:
        """Return the edit that makes ``file`` that of ``post``, and the body if it changes.

        ``before`` are the permalinks that the file may have had until now.
        """
        body = self._contents.write(file, post)
        # Content without a text leaves no body, and would not be read back.
        kept = found.rest.get("content")
        unseen = kept if body is None else None if body.text else post.properties.get("content")
        held = Found(_with_content(file.properties, kept), found.keys, found.rest)
        edit = self._mapper.edit(file.metadata, held, _with_content(post.properties, unseen))
        self.finish(file.metadata, edit, post)
        self._put_own(file.metadata, edit, post, body)
        after = File(post.path, edit.apply(file.metadata), post.properties)
        if self.permalinks(after, post.kind) != before and (url := self.pin(post.permalink)):
            edit.put(self.url_key, url)
        return edit, None if body is None else body.text

    def _put_own(self, metadata: Metadata, edit: Edit, post: Post, body: Body | None) -> None:
        own = {
            "mf2-type": None if post.type == "h-entry" else post.type,
            "channels": list(post.channels) or None,
        }
        if body:
            own |= self._contents.describe(metadata, post.path, body)
        for name, value in own.items():
            self._mapper.put_own(metadata, edit, name, value)

    @cached_property
    def _mapper(self) -> Mapper:
        keys = Keys(self.aliases, self.spelling or self.usual_spelling, self.keys)
        return Mapper(keys, self.shapes)

    @property
    def _contents(self) -> Contents:
        # Not kept: this object goes to processes that read for the index, and its functions cannot.
        return Contents(self._mapper, self.escape, self.literal)


def _with_content(properties: Properties, content: list[Any] | None) -> Properties:
    others = {name: values for name, values in properties.items() if name != "content"}
    return others | {"content": content} if content else others
