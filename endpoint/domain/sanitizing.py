"""HTML from elsewhere: what of it may stand on the owner's pages."""

import re
from collections import Counter
from collections.abc import Callable
from html import escape, unescape
from typing import Literal
from urllib.parse import urljoin

import nh3


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TAGS = _names(
    "a abbr address article aside audio b bdi bdo blockquote br caption cite code col colgroup "
    "data dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr "
    "i img ins kbd li main mark ol p picture pre q rp rt ruby s samp section small source span "
    "strong sub summary sup table tbody td tfoot th thead time tr track u ul var video wbr"
)
_DROPPED_WITH_CONTENT = _names(
    "applet embed head iframe math noscript object script select style svg template textarea "
    "title xmp"
)
_ATTRIBUTES = {
    "*": {"class", "dir", "lang", "title"},
    "a": {"href", "hreflang", "rel", "type"},
    "audio": {"controls", "loop", "muted", "preload", "src"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "data": {"value"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "img": {"alt", "height", "loading", "sizes", "src", "srcset", "width"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "q": {"cite"},
    "source": {"height", "media", "sizes", "src", "srcset", "type", "width"},
    "td": {"align", "colspan", "rowspan", "style"},
    "th": {"align", "colspan", "rowspan", "scope", "style"},
    "time": {"datetime"},
    "track": {"kind", "label", "src", "srclang"},
    "video": {"controls", "height", "loop", "muted", "poster", "preload", "src", "width"},
}
_SCHEMES = {"http", "https", "mailto", "tel", "geo", "xmpp"}
_RELS = _names(
    "author bookmark contact external friend help license me met next nofollow noopener "
    "noreferrer prev search sponsored tag ugc"
)
_CLASS = re.compile(r"(?:(?:h|p|u|dt|e)(?:-[a-z0-9]+)+|language-[\w+#.-]+)", re.ASCII)
_PICTURE = re.compile(r"data:image/(?:avif|gif|jpeg|png|webp)[;,]", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_MAX_DEPTH = 1_000
_MAX_AMPERSANDS = 50_000
_NESTING_TAG = re.compile(
    r"<(/?)(?!(?:br|dd|dt|hr|img|li|p|source|tbody|td|th|tr|wbr)\b)([a-z]+)", re.IGNORECASE
)
_PRE = re.compile(r"<pre(?: [^>]*)?>(?=\n)")
# Making a cleaner for a base takes longer than cleaning a post.
_RELATIVE = re.compile(r' (?:cite|href|poster|src|srcset)="(?!https?://[^",]*")')
_IGNORED_IN_URLS = re.compile(r"[\x00-\x20]+")


def sanitize(html: str) -> str:
    """Return ``html`` as well-formed HTML that cannot run, frame or style anything.

    Of classes only microformats and ``language-*`` stay, and no ``id``, so that
    a post cannot dress as a part of the page. Pictures may be ``data:`` URLs,
    as editors without a media endpoint send them. Doing it twice changes nothing.
    HTML made to keep a parser busy is shown as text.
    """
    return _lasting(_CLEANER.clean(html)) if is_quick(html) else escape(html, quote=False)


def absolute(html: str, base_url: str) -> str:
    """Return ``html`` sanitized, with every URL in it made absolute against ``base_url``."""

    def join(tag: str, attribute: str, value: str) -> str | None:
        kept = _filter(tag, attribute, value)
        if kept is None or attribute not in ("cite", "srcset"):
            return kept
        return ", ".join(urljoin(base_url, url.strip()) for url in re.split(r",\s+", kept))

    clean = sanitize(html)
    if not _RELATIVE.search(clean):
        return clean
    return _lasting(_cleaner(join, ("rewrite_with_base", base_url)).clean(clean))


def is_quick(html: str) -> bool:
    """Return whether ``html`` is not made to keep a parser busy."""
    # Its time grows with the square of the ampersands that are shown: 0.1 s for so many.
    if html.count("&") > _MAX_AMPERSANDS and unescape(html).count("&") > _MAX_AMPERSANDS:
        return False
    # And with the depth, tag by tag.
    if html.count("<") < _MAX_DEPTH:
        return True
    depth, opened = 0, Counter[str]()
    for tag in _NESTING_TAG.finditer(html):
        name = tag[2].lower()
        before = opened[name]
        opened[name] = max(0, before + (-1 if tag[1] else 1))
        depth += opened[name] - before
        if depth >= _MAX_DEPTH:
            return False
    return True


def _filter(tag: str, attribute: str, value: str) -> str | None:
    match attribute:
        case "class":
            return _words(value, lambda word: bool(_CLASS.fullmatch(word)))
        case "rel":
            return _words(value.lower(), _RELS.__contains__)
        case "href" | "src" | "cite" | "poster":
            return value if _is_safe(value, picture=tag == "img") else None
        case "srcset":
            return value if all(map(_is_safe, value.split(","))) else None
    return value


def _words(value: str, keep: Callable[[str], bool]) -> str | None:
    return " ".join(word for word in value.split() if keep(word)) or None


def _is_safe(url: str, picture: bool = False) -> bool:
    # A browser skips blanks and control characters when it looks for the scheme.
    bare = _IGNORED_IN_URLS.sub("", url)
    scheme = _SCHEME.match(bare)
    if scheme and scheme[1].lower() == "data":
        return picture and bool(_PICTURE.match(bare))
    return not scheme or scheme[1].lower() in _SCHEMES


def _lasting(html: str) -> str:
    # A parser drops the first newline in <pre> and reads CR as LF, each time anew.
    return _PRE.sub(r"\g<0>\n", html.replace("\r", "\n"))


def _cleaner(
    attribute_filter: Callable[[str, str, str], str | None],
    url_relative: Literal["pass_through"] | tuple[Literal["rewrite_with_base"], str],
) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=attribute_filter,
        link_rel=None,
        url_schemes=_SCHEMES | {"data"},
        url_relative=url_relative,
        filter_style_properties={"text-align"},
    )


_CLEANER = _cleaner(_filter, "pass_through")
