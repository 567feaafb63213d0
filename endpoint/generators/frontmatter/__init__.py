"""A post's file: front matter, fences and body, taken apart and put together byte for byte."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from frontmatter import Post as Document

from endpoint.domain.sameness import is_same
from endpoint.generators.frontmatter.format import Format, Metadata
from endpoint.generators.frontmatter.json import JsonFormat
from endpoint.generators.frontmatter.toml import TomlFormat
from endpoint.generators.frontmatter.yaml import YamlFormat

FORMATS: Mapping[str, Format] = {"yaml": YamlFormat(), "toml": TomlFormat(), "json": JsonFormat()}


@dataclass(frozen=True)
class Page:
    """A file in its parts; their sum is the file.

    ``opening`` is the first fence with what stands before it, ``text`` the
    front matter, ``closing`` the second fence, ``gap`` the blank line after it,
    ``end`` the newline after ``body``. A file without front matter has no
    ``format``, and only a ``body`` and an ``end``.
    """

    format: Format | None
    opening: str
    text: str
    closing: str
    gap: str
    body: str
    end: str

    def __str__(self) -> str:
        return f"{self.opening}{self.text}{self.closing}{self.gap}{self.body}{self.end}"

    @property
    def newline(self) -> str:
        """The line end this file uses."""
        first = str(self).partition("\n")[0]
        return "\r\n" if first.endswith("\r") else "\n"

    def load(self) -> Metadata:
        """Return the front matter as a mapping. Raise ValueError if it is broken."""
        return self.format.load(self.text) if self.format else {}

    def edit(self, changes: Mapping[str, Any], dropped: Collection[str], default: Format) -> "Page":
        """Return the page with ``changes`` set and ``dropped`` keys gone.

        Only their lines change. A page without front matter gets some in the
        format ``default``, above all it had.
        """
        if self.format is None:
            return self._begin(changes, default) if changes else self
        before = self.load()
        expected = {k: v for k, v in before.items() if k not in dropped} | {**changes}
        if is_same(before, expected):
            return self
        return replace(self, text=_edit(self, self.format, changes, dropped, expected))

    def with_body(self, body: str) -> "Page":
        """Return the page with another body, in its own line ends.

        The blank line above and the newline below stay as they were, unless
        without them the body could not be read back.
        """
        body = body.replace("\n", self.newline)
        if not body:
            return replace(self, gap="", body="", end="")
        needs_gap = self.format and (not self.body or body.startswith(("\n", "\r")))
        needs_end = not self.body or body.endswith("\n")
        return replace(
            self,
            gap=self.newline if needs_gap else self.gap,
            body=body,
            end=self.newline if needs_end else self.end,
            closing=_closed(self.closing, self.newline),
        )

    def _begin(self, metadata: Mapping[str, Any], format_: Format) -> "Page":
        page = split(format_.format(_document(metadata, "")))
        mark = "\ufeff" if self.body.startswith("\ufeff") else ""
        lines = {
            name: getattr(page, name).replace("\n", self.newline)
            for name in ("opening", "text", "closing")
        }
        body = self.body.removeprefix(mark)
        return Page(
            format_,
            mark + lines["opening"],
            lines["text"],
            lines["closing"],
            self.newline,
            body,
            self.end,
        )


def split(text: str) -> Page:
    """Return the parts of a file. Raise ValueError if its front matter never ends."""
    for format_ in FORMATS.values():
        if found := format_.find(text):
            start, stop, rest = found
            gap, after = _take_newline(text, rest)
            body, end = _take_end(text[after:])
            return Page(format_, text[:start], text[start:stop], text[stop:rest], gap, body, end)
    body, end = _take_end(text)
    return Page(None, "", "", "", "", body, end)


def compose(format_: str, metadata: Mapping[str, Any], body: str) -> str:
    """Return a new file with ``metadata`` in the format yaml, toml or json.

    The lines of ``body`` end with line feeds alone.
    """
    return FORMATS[format_].format(_document(metadata, body))


def _document(metadata: Mapping[str, Any], body: str) -> Document:
    document = Document(body)
    document.metadata.update(metadata)
    return document


def _edit(
    page: Page,
    format_: Format,
    changes: Mapping[str, Any],
    dropped: Collection[str],
    expected: Metadata,
) -> str:
    """Return the edited front matter; written anew if it could not be edited by the line.

    That is so for anchors whose key goes, for a flow mapping as the whole
    front matter, and the like: nothing is lost but comments.
    """
    try:
        text = format_.edit(page.text, changes, dropped, page.newline)
        if is_same(format_.load(text), _plain(format_, expected)):
            return text
    except (ValueError, LookupError):
        pass
    return format_.export(expected).replace("\n", page.newline)


def _plain(format_: Format, metadata: Metadata) -> Metadata:
    """Return ``metadata`` as it is after writing and reading: JSON has no times."""
    return format_.load(format_.export(metadata))


def _take_newline(text: str, at: int) -> tuple[str, int]:
    newline = next((end for end in ("\r\n", "\n") if text.startswith(end, at)), "")
    return newline, at + len(newline)


def _take_end(body: str) -> tuple[str, str]:
    end = next((end for end in ("\r\n", "\n") if body.endswith(end)), "")
    return body[: len(body) - len(end)], end


def _closed(closing: str, newline: str) -> str:
    return closing if not closing or closing.endswith("\n") else closing + newline
