"""Other people's HTML as a tree, and where its relative URLs begin."""

from urllib.parse import urljoin

from lxml import etree


def parse_html(html: str) -> etree._Element | None:
    """Return the root of a document, however malformed; None if it is empty.

    What lies deeper than some 2,000 elements is left out.
    """
    # Without huge_tree everything ends at a depth of 256, which unclosed elements reach.
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, huge_tree=True
    )
    try:
        return etree.fromstring(html.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def find_base(root: etree._Element, url: str) -> str:
    """Return the URL that a document at ``url`` resolves its links against (HTML §4.2.3)."""
    for element in root.iter("base"):
        if href := element.get("href"):
            try:
                return urljoin(url, href.strip())
            except ValueError:
                return url
    return url
