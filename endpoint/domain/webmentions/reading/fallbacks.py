"""What a page without microformats says of itself: Open Graph, title and description."""

from collections.abc import Iterator

from endpoint.domain.webmentions.mention import Author, Mention
from endpoint.domain.webmentions.reading.pages import HtmlPage
from endpoint.domain.webmentions.reading.values import content, date, is_url, line

_NAMES = ("og:title", "twitter:title")
_DESCRIPTIONS = ("og:description", "twitter:description", "description")
_AUTHORS = ("author", "article:author")
_DATES = ("article:published_time", "date")


def read_head(page: HtmlPage) -> Mention:
    """Return a mention as the page's head describes it."""
    said = _metas(page)
    html, text = content(_first(said, _DESCRIPTIONS))
    author = _first(said, _AUTHORS)
    return Mention(
        kind="mention",
        url=page.url,
        author=Author(url=author) if is_url(author) else Author(name=line(author)),
        published=date(_first(said, _DATES)),
        name=line(_first(said, _NAMES) or next(_titles(page), "")),
        html=html,
        text=text,
    )


def is_gone(page: HtmlPage) -> bool:
    """Tell whether a page says that its status is 410, where its server cannot."""
    return any(
        (meta.get("http-equiv") or "").strip().lower() == "status"
        and (meta.get("content") or "").split()[:1] == ["410"]
        for meta in page.root.iter("meta")
    )


def _metas(page: HtmlPage) -> dict[str, str]:
    said: dict[str, str] = {}
    for meta in page.root.iter("meta"):
        name = (meta.get("property") or meta.get("name") or "").strip().lower()
        said.setdefault(name, (meta.get("content") or "").strip())
    return said


def _first(said: dict[str, str], names: tuple[str, ...]) -> str:
    return next((said[name] for name in names if said.get(name)), "")


def _titles(page: HtmlPage) -> Iterator[str]:
    # Pictures in SVG have titles, too.
    for title in page.root.iter("title"):
        if text := "".join(str(piece) for piece in title.itertext()).strip():
            yield text
