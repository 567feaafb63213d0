"""Which page of the site a target means, however its URL is spelled."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from endpoint.domain.permalinks import address
from endpoint.domain.urls import canonical

_TRACKING = re.compile(
    r"(utm|mtm|pk|piwik)_\w+|\w*clk?id|[gw]braid|mc_[ce]id|igsh(id)?|_hs(enc|mi)|mkt_tok|ref_src"
)
"""Names of parameters that say where a reader comes from, and nothing of the page."""

_INDEX = re.compile(r"(^|/)index\.html?$")


@dataclass(frozen=True)
class Grounds:
    """The site's ``root``, with a slash at its end, and the other roots it has or had."""

    root: str
    others: tuple[str, ...] = ()

    def find(self, target: str) -> str | None:
        """Return the URL, below ``root``, of the page that ``target`` means.

        Scheme, ``www``, the usual ports, a fragment, tracking parameters and
        ``index.html`` do not count. None if it is a page of another site, or no
        http or https URL at all.
        """
        try:
            parts = urlsplit(canonical(target))
        except ValueError:
            return None
        for root in (self.root, *self.others):
            if (path := _path_below(parts, root)) is not None:
                query = _strip(parts.query)
                return f"{self.root}{path}?{query}" if query else self.root + path
        return None


def _path_below(parts: SplitResult, root: str) -> str | None:
    """Return the path of ``parts`` from ``root``, which may be spelled otherwise; None if not."""
    home = urlsplit(canonical(root))
    folder, path = (f"{urlsplit(address(one.geturl())).path}/" for one in (home, parts))
    if _host(parts) != _host(home) or not path.startswith(folder):
        return None
    below = path.removeprefix(folder)
    if {".", ".."} & set(below.split("/")):
        return None
    # With a slash at its end only if it came with one.
    return _INDEX.sub(r"\1", below if parts.path.endswith("/") else below[:-1])


def _host(parts: SplitResult) -> tuple[str, int | None]:
    """Return what tells a host from others; a scheme's own port is gone in a canonical URL."""
    return (parts.hostname or "").removeprefix("www."), parts.port


def _strip(query: str) -> str:
    return "&".join(_untracked(query.split("&")))


def _untracked(pairs: Iterable[str]) -> Iterable[str]:
    return (pair for pair in pairs if not _TRACKING.fullmatch(pair.partition("=")[0].lower()))
