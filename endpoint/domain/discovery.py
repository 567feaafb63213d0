"""Which endpoint a page declares: its Link header first, then its HTML."""

from collections.abc import Iterator, Mapping
from urllib.parse import urljoin

from endpoint.domain.html import find_base, parse_html
from endpoint.domain.link_header import parse_link_header


def find_rel(rel: str, headers: Mapping[str, str], html: str, url: str) -> str | None:
    """Return the absolute URL of the first link of relation ``rel``, or None.

    ``headers`` are those of the answer, several Link lines joined with commas;
    ``html`` is the page, empty for other media types; ``url`` is the address
    after redirects. The header goes before the page, and in the page the first
    ``link`` or ``a`` in document order (Webmention §3.1.2, IndieAuth §4.1).
    """
    return next(find_rels(rel, headers, html, url), None)


def find_rels(rel: str, headers: Mapping[str, str], html: str, url: str) -> Iterator[str]:
    """Yield the absolute URL of every link of relation ``rel``, as ``find_rel`` orders them."""
    yield from _in_header(rel.lower(), headers, url)
    yield from _in_page(rel.lower(), html, url)


def find_in_head(rel: str, html: str) -> list[str]:
    """Return the ``href``, as it is written, of each ``link`` in the head with this very ``rel``.

    Several clients look only there, take the attribute as a whole, and use the
    address without resolving it; what they miss is not in the list.
    """
    root = parse_html(html)
    links = () if root is None else root.iterfind("head/link")
    return [link.get("href", "") for link in links if link.get("rel") == rel]


def _in_header(rel: str, headers: Mapping[str, str], url: str) -> Iterator[str]:
    value = ", ".join(text for name, text in headers.items() if name.lower() == "link")
    for link in parse_link_header(value):
        # A link with another anchor speaks of another page (RFC 8288 §3.2).
        about = _resolve(url, link.parameters.get("anchor", ""))
        if rel in link.rels and about == _resolve(url, ""):
            yield from _known(_resolve(url, link.target))


def _in_page(rel: str, html: str, url: str) -> Iterator[str]:
    root = parse_html(html)
    if root is None:
        return
    base = find_base(root, url)
    for element in root.iter("link", "a"):
        href = element.get("href")
        if href is not None and rel in (element.get("rel") or "").lower().split():
            # An empty href is the page itself, wherever its base points.
            yield from _known(_resolve(base, href) if href.strip() else url)


def _resolve(base: str, href: str) -> str | None:
    try:
        return urljoin(base, href.strip())
    except ValueError:
        return None


def _known(url: str | None) -> Iterator[str]:
    if url is not None:
        yield url
