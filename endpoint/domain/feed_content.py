"""What a feed reader sees of a post: its content, or a line about what it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urljoin, urlsplit

from endpoint.domain.markup import absolute, paragraphs, render
from endpoint.domain.posts import Post, Properties

_LINKS = {
    "in-reply-to": "In reply to",
    "like-of": "Likes",
    "repost-of": "Reposts",
    "bookmark-of": "Bookmarks",
    "read-of": "Reads",
    "listen-of": "Listens to",
    "watch-of": "Watches",
    "checkin": "At",
}
_FAMILIES = {"photo": "image", "video": "video", "audio": "audio"}
_SUBTYPES = {
    "image": {"jpg": "jpeg", "png": "png", "gif": "gif", "webp": "webp", "avif": "avif",
              "heic": "heic", "heif": "heif", "svg": "svg+xml", "bmp": "bmp", "tif": "tiff",
              "tiff": "tiff", "jxl": "jxl", "": "jpeg"},
    "video": {"webm": "webm", "mov": "quicktime", "ogv": "ogg", "ogg": "ogg", "mkv": "x-matroska",
              "3gp": "3gpp", "mpg": "mpeg", "mpeg": "mpeg", "": "mp4"},
    "audio": {"m4a": "mp4", "mp4": "mp4", "ogg": "ogg", "oga": "ogg", "opus": "ogg", "wav": "wav",
              "flac": "flac", "webm": "webm", "weba": "webm", "aac": "aac", "": "mpeg"},
}  # fmt: skip


@dataclass(frozen=True)
class Media:
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
    text = _render_content(post.properties, literal) or _describe(post.properties)
    html = absolute(text, post.permalink)
    shown = [_show(media) for media in find_media(post) if f'src="{escape(media.url)}"' not in html]
    return html + absolute("".join(shown), post.permalink)


def find_media(post: Post) -> list[Media]:
    """Return the media of ``post`` in order, photos first, without what is not http(s)."""
    found = []
    for name, family in _FAMILIES.items():
        for value in post.properties.get(name, []):
            url, alt = _read_media(value)
            if (url := _join(post.permalink, url)) and Media(family, url, alt) not in found:
                found.append(Media(family, url, alt))
    return found


def find_links(properties: Properties) -> dict[str, list[str]]:
    """Return the URLs that the post likes, answers, …: for each property, those there are."""
    found = {
        name: [url for url, _ in _read_links(properties, name) if _is_web(url)] for name in _LINKS
    }
    return {name: urls for name, urls in found.items() if urls}


def _render_content(properties: Properties, literal: bool) -> str:
    match properties.get("content"):
        case [{"html": str(html)}]:
            return html
        case [{"markdown": str(markdown)}]:
            return render(markdown, html=True)
        case [str(text)] if text.strip():
            return paragraphs(text) if literal else render(text)
    return ""


def _describe(properties: Properties) -> str:
    lines = []
    for name, phrase in _LINKS.items():
        links = [_link(name, url, text) for url, text in _read_links(properties, name)]
        if name == "in-reply-to" and (answer := _first(properties, "rsvp")):
            phrase = (
                f'RSVP <data class="p-rsvp" value="{escape(answer)}">{escape(answer)}</data> to'
            )
        if links:
            lines.append(f"<p>{phrase} {', '.join(links)}</p>")
    return "\n".join([*lines, *_describe_event(properties)])


def _describe_event(properties: Properties) -> Iterator[str]:
    times = [
        f'<time class="dt-{name}" datetime="{escape(time)}">{escape(time)}</time>'
        for name in ("start", "end")
        if (time := _first(properties, name))
    ]
    places = [_link("location", url, text) for url, text in _read_links(properties, "location")]
    if times:
        yield f"<p>{' – '.join(times)}{''.join(f', {place}' for place in places)}</p>"


def _read_links(properties: Properties, name: str) -> Iterator[tuple[str, str]]:
    """Yield URL and text of each value of ``name``: a URL, or an mf2 object with ``url``."""
    for value in properties.get(name, []):
        if isinstance(value, dict):
            inner = value.get("properties")
            inner = inner if isinstance(inner, dict) else {}
            url = _first(inner, "url") or _text(value.get("value"))
            text = _first(inner, "name") or url
        else:
            url = text = _text(value)
        if text:
            yield url, text


def _link(name: str, url: str, text: str) -> str:
    if not _is_web(url):
        return f'<span class="p-{name}">{escape(text)}</span>'
    return f'<a class="u-{name}" href="{escape(url)}">{escape(text)}</a>'


def _show(media: Media) -> str:
    url, alt = escape(media.url), escape(media.alt)
    if media.family == "image":
        return f'<p><img class="u-photo" src="{url}" alt="{alt}"></p>'
    return f'<p><{media.family} class="u-{media.family}" src="{url}" controls></{media.family}></p>'


def _read_media(value: Any) -> tuple[str, str]:
    if isinstance(value, dict):
        return _text(value.get("value")), _text(value.get("alt"))
    return _text(value), ""


def _first(properties: Properties, name: str) -> str:
    values = properties.get(name)
    return _text(values[0]) if isinstance(values, list) and values else ""


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _join(base: str, url: str) -> str:
    try:
        joined = urljoin(base, url) if url else ""
    except ValueError:
        return ""
    return joined if _is_web(joined) else ""


def _is_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))
