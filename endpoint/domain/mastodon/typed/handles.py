"""People named in a text as ``@name@host``, made links to their profiles, and bare again."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from endpoint.domain.markup import render, to_text

_HANDLE_PATTERN = r"@[\w-](?:[\w.-]*[\w-])?@[\w-]++(?:\.[\w-]++)*+"
_BARE = re.compile(rf"(?<![\w/@.\[&-]){_HANDLE_PATTERN}(?![\w@/])")
_LINKED = re.compile(rf"\[({_HANDLE_PATTERN})\]\((https?://[^\s()<>\\]+)\)")
_MOST = 50


def find_handles(text: str) -> list[str]:
    """Return the handles in ``text``, each once, 50 at most."""
    return list(dict.fromkeys(_BARE.findall(text)))[:_MOST]


def link_handles(markdown: str, people: Mapping[str, str]) -> str:
    """Return ``markdown`` with links to ``people``, URLs by handle, if it then says the same."""

    def link(found: re.Match[str]) -> str:
        url = people.get(found[0])
        return f"[{found[0]}]({url})" if url else found[0]

    linked = _BARE.sub(link, markdown)
    # In code, or within another link, it would be something else.
    same = linked == markdown or to_text(render(linked)) == to_text(render(markdown))
    return linked if same else markdown


def bare_handles(markdown: str) -> str:
    """Return ``markdown`` with handles in the place of links from them to where they say."""
    return _LINKED.sub(lambda found: found[1] if _is_there(*found.groups()) else found[0], markdown)


def linked_handles(markdown: str) -> dict[str, str]:
    """Return the people whom ``markdown`` has links to, as URLs by handle."""
    return {handle: url for handle, url in _LINKED.findall(markdown) if _is_there(handle, url)}


def _is_there(handle: str, url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return host.removeprefix("www.") == handle.rpartition("@")[2].lower()
