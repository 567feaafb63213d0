"""The content of a post file: its body, and what the front matter says of that."""

from dataclasses import dataclass
from typing import Any

from endpoint.domain.posts import Post
from endpoint.domain.sameness import is_same
from endpoint.generators.addresses import File
from endpoint.generators.body import Body, Escape, read_body, write_body
from endpoint.generators.frontmatter.format import Metadata
from endpoint.generators.mapping import Mapper

_USUAL_FORMAT = {"markdown": "text", "html": "html"}


@dataclass(frozen=True)
class Contents:
    """Reads and writes the content of files; with ``literal``, plain text is shown as typed."""

    mapper: Mapper
    escape: Escape
    literal: bool

    def read(self, path: str, body: str, metadata: Metadata) -> Any:
        """Return the content that a file's body shows, or None if it is empty."""
        if not body:
            return None
        own = self.mapper.own
        is_html = path.endswith(".html") or own(metadata, "markup") == "html"
        markup = "html" if is_html else "markdown"
        told, source = own(metadata, "content-format"), own(metadata, "content-source")
        format_ = told if told in ("text", "html", "markdown") else _USUAL_FORMAT[markup]
        text = body.replace("\r\n", "\n").replace("\0", "\ufffd")
        sent = source if isinstance(source, str) else None
        return read_body(Body(text, markup, format_, sent), self.escape)

    def write(self, file: File, post: Post) -> Body | None:
        """Return the body of ``post``; None if the file shows its content already."""
        content = post.properties.get("content")
        if is_same(content, file.properties.get("content")):
            return None
        if not content:
            return Body("", "markdown", "text", None)
        return write_body(content[0], literal=self.literal, escape=self.escape)

    def describe(self, metadata: Metadata, path: str, body: Body) -> dict[str, Any]:
        """Return what front matter must say of ``body``, where it is not what one would think."""
        usual = "html" if path.endswith(".html") else "markdown"
        is_usual = body.markup == usual and body.format == _USUAL_FORMAT[usual]
        own = {"content-format": None if is_usual else body.format, "content-source": body.source}
        told = self.mapper.own(metadata, "markup")
        if self.escape.html_mark or (body.markup == usual and told not in _USUAL_FORMAT):
            return own
        return own | {"markup": None if body.markup == usual else body.markup}
