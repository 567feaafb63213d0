"""The head of a page, read as the simplest clients read it."""

from lxml import etree


def find_in_head(rel: str, html: str) -> list[str]:
    """Return the ``href``, as it is written, of each ``link`` in the head with this very ``rel``.

    Several clients look only there, take the attribute as a whole, and use the
    address without resolving it; what they miss is not in the list.
    """
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(html.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        # The document is empty.
        return []
    if root is None:
        return []
    links = root.iterfind("head/link")
    return [link.get("href", "") for link in links if link.get("rel") == rel]
