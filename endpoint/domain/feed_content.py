"""What a feed reader sees of a post: its content, or a line about what it is."""

from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urljoin, urlsplit

from endpoint.domain.descriptions import describe, is_web
from endpoint.domain.markup import absolute, paragraphs, render, sanitize
from endpoint.domain.posts import Post, Properties

_FAMILIES = {"photo": "image", "video": "video", "audio": "audio"}
_SUBTYPES = {
    "image": {"jpg": "jpeg", "png": "png", "gif": "gif", "webp": "webp", "avif": "avif",
              "heic": "heic", "heif": "heif", "svg": "svg+xml", "bmp": "bmp", "tif": "tiff",
              "tiff": "tiff", "jxl": "jxl", "": "jpeg"},
    "video": {"webm": "webm", "mov": "quicktime", "ogv": "ogg", "ogg": "ogg", "mkv": "matroska",
              "3gp": "3gpp", "mpg": "mpeg", "mpeg": "mpeg", "": "mp4"},
    "audio": {"m4a": "mp4", "mp4": "mp4", "ogg": "ogg", "oga": "ogg", "opus": "ogg", "wav": "wav",
              "flac": "flac", "webm": "webm", "weba": "webm", "aac": "aac", "": "mpeg"},
}  # fmt: skip


@dataclass(frozen=True)
class Medium:
    """A picture, film or recording of a post; ``family`` is ``image``, ``video`` or ``audio``."""

    family: str
    url: str
    alt: str

    @property
    def mime_type(self) -> str:
        """The media type its file name suggests, or the commonest of the family."""
        subtypes = _SUBTYPES[self.family]
        extension = urlsplit(self.url).path.rpartition(".")[2].lower()
        return f"{self.family}/{subtypes.get(extension) or subtypes['']}"


def to_html(post: Post, *, literal: bool) -> str:
    """Return what a reader should see of ``post``: sanitised HTML, every URL absolute.

    That is the content, or else a line marked up as microformats; the media
    follow unless the content shows them. With ``literal`` plain text is shown as
    typed instead of read as Markdown.
    """
    text = render_content(post.properties, literal) or describe(post.properties)
    html = absolute(text, post.permalink)
    return html + "".join(
        sanitize(_show(medium))
        for medium in find_media(post)
        if f'src="{escape(medium.url)}"' not in html
    )


def render_content(properties: Properties, literal: bool) -> str:
    """Return the content as HTML that has yet to be sanitised; "" if there is none."""
    match properties.get("content"):
        case [{"html": str(html)}]:
            return html
        case [{"markdown": str(markdown)}]:
            return render(markdown, html=True)
        case [str(text)] if text.strip():
            return paragraphs(text) if literal else render(text)
    return ""


def find_media(post: Post) -> list[Medium]:
    """Return the media of ``post`` in order, photos first, without what is not http(s)."""
    found = []
    for name, family in _FAMILIES.items():
        for value in post.properties.get(name, []):
            url, alt = _read_media(value)
            if (url := join(post.permalink, url)) and Medium(family, url, alt) not in found:
                found.append(Medium(family, url, alt))
    return found


def find_image(post: Post) -> str:
    """Return the URL of the picture that stands for ``post``: ``featured``, or its first photo."""
    for value in post.properties.get("featured", []):
        if url := join(post.permalink, _read_media(value)[0]):
            return url
    return next((medium.url for medium in find_media(post) if medium.family == "image"), "")


def _show(medium: Medium) -> str:
    url, alt, family = escape(medium.url), escape(medium.alt), medium.family
    if family == "image":
        return f'<p><img class="u-photo" src="{url}" alt="{alt}"></p>'
    return f'<p><{family} class="u-{family}" src="{url}" controls></{family}></p>'


def _read_media(value: Any) -> tuple[str, str]:
    if isinstance(value, dict):
        return _text(value.get("value")), _text(value.get("alt"))
    return _text(value), ""


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def join(base: str, url: str) -> str:
    """Return ``url`` as it is on the page ``base``; empty if that is nothing for the web."""
    try:
        joined = urljoin(base, url) if url else ""
    except ValueError:
        return ""
    return joined if is_web(joined) else ""
