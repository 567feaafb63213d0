"""Pictures on other sites, fetched so that a post does not lose them when they go."""

import structlog

from endpoint.domain.descriptions import is_web
from endpoint.domain.urls import same_site
from endpoint.stores.web import FetchError, Web

_log = structlog.get_logger()


class RemoteMedia:
    """Fetches pictures by URL, but for those below one of ``own_urls``."""

    def __init__(self, web: Web, own_urls: tuple[str, ...]) -> None:
        self._web = web
        self._own_urls = own_urls

    def fetch(self, url: str) -> bytes | None:
        """Return what is at ``url``, or None if it is our own or cannot be had."""
        if not is_web(url) or any(same_site(url, own) for own in self._own_urls):
            return None
        try:
            page = self._web.get(url, {"Accept": "image/*"})
        except FetchError as error:
            _log.warning("picture not fetched", url=url, reason=str(error))
            return None
        return page.content if page.status == 200 else None
