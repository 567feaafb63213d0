"""Whether apps that are given the owner's profile URL find this server."""

from collections.abc import Iterator
from http import HTTPStatus

from endpoint.config import Config
from endpoint.domain.discovery import find_in_head, find_rel
from endpoint.domain.discovery_links import DiscoveryLink, discovery_links
from endpoint.services.doctor.findings import Finding, Ill
from endpoint.stores.web import FetchError, Page, Web

_PART = "discovery"
_METADATA = "indieauth-metadata"
_SETTINGS = {"hugo": "hugo.toml", "jekyll": "_config.yml"}


class Discovery:
    """Reads the live profile page as apps do, the simplest of them too."""

    def __init__(self, config: Config, web: Web) -> None:
        self._me = config.me
        self._web = web
        self._is_builtin = config.auth.mode == "builtin"
        receives = config.webmention.receive
        links = discovery_links(config.base_url, signs_in=self._is_builtin, receives=receives)
        # A site may have feeds of its own beside ours.
        self._links = [link for link in links if link.rel != "alternate"]
        self._hint = (
            " (in a site made by endpoint init, look at endpoint, micropub, media, webmention"
            f" and indieauth in {_SETTINGS[config.site.generator]})"
        )

    def examine(self) -> Iterator[Finding]:
        """Yield each fault of the page, or that it has none."""
        try:
            faults = list(self._find_faults(self._fetch()))
        except Ill as ill:
            faults = [str(ill)]
        for fault in faults:
            yield Finding(_PART, is_well=False, says=fault)
        if not faults:
            yield Finding(_PART, is_well=True, says=f"{self._me} names this server")

    def _fetch(self) -> Page:
        try:
            page = self._web.get(self._me)
        except FetchError as error:
            raise Ill(f"{self._me} cannot be fetched: {error}") from error
        if page.status != HTTPStatus.OK:
            raise Ill(f"{self._me} answers {page.status}; it must show your site")
        return page

    def _find_faults(self, page: Page) -> Iterator[str]:
        html = page.text if "html" in page.media_type else ""
        for link in self._links:
            if fault := self._find_fault(link, page, html):
                yield f"{self._me} {fault}"
        wanted = {link.rel for link in self._links}
        unwanted = self._is_builtin and _METADATA not in wanted
        if unwanted and find_rel(_METADATA, page.headers, html, page.url):
            yield f"{self._me} names {_METADATA}, which apps refuse on plain http; take it out"

    def _find_fault(self, link: DiscoveryLink, page: Page, html: str) -> str:
        """Return what an app would stumble over, header before page; empty if nothing."""
        in_header = find_rel(link.rel, page.headers, "", page.url)
        in_page = find_rel(link.rel, {}, html, page.url)
        if in_header not in (None, link.url):
            return (
                f"names {in_header} as its {link.rel} in a Link header, which apps read first;"
                f" take that out, or make it {link.header}"
            )
        if in_page is None and in_header:
            return (
                f"names its {link.rel} in a header alone, and several apps read only the page;"
                f" add {link.element} to its head{self._hint}"
            )
        if in_page is None:
            return f"names no {link.rel}; add {link.element} to its head{self._hint}"
        if in_page != link.url:
            return f"names {in_page} as its {link.rel}; make it {link.element}{self._hint}"
        if find_in_head(link.rel, html) != [link.url]:
            return (
                f"names its {link.rel} in a way that some apps cannot read; have it once, in the"
                f" head, written {link.element}"
            )
        return ""
