"""Places that read a post themselves, such as IndieNews and Bridgy Publish.

Their URL is linked in the post, and a Webmention tells them to look. The answer
names the copy, in ``Location`` or as ``url`` of a JSON object.
"""

from contextlib import suppress
from datetime import datetime
from http import HTTPStatus

from endpoint.config.syndication import SyndicationTarget
from endpoint.domain.discovery import find_rel
from endpoint.domain.html import is_html
from endpoint.domain.posts import Post
from endpoint.domain.urls import canonical
from endpoint.stores.web import FetchError, Page, RefusedError
from endpoint.syndicators import Copy, Outgoing, Syndicator, Tools
from endpoint.syndicators.answers import busy, in_one_line
from endpoint.syndicators.link.pages import (
    find_copy,
    find_known_copy,
    links_of,
    read_json,
    spell,
)
from endpoint.syndicators.options import read_options
from endpoint.syndicators.outcomes import NeedsLink, NotNow, Refused

_GONE = (HTTPStatus.GONE, HTTPStatus.NOT_FOUND)


def make(target: SyndicationTarget, tools: Tools) -> Syndicator:
    """Return what copies posts to the place that ``server``, or else ``uid``, is the URL of.

    Raise ValueError if neither is a URL.
    """
    read_options(target)
    url = target.server or target.uid
    try:
        canonical(url)
    except ValueError as error:
        raise ValueError("server: must be the URL that posts are to link to") from error
    return Link(url, target, tools)


class Link:
    """Tells the place at ``url`` of posts that link to it."""

    name = "link"

    def __init__(self, url: str, target: SyndicationTarget, tools: Tools) -> None:
        self.targets = (target,)
        self._url = url
        self._tools = tools

    def copy(self, outgoing: Outgoing, key: str) -> Copy:  # noqa: ARG002
        """Return the copy that the answer names, with the address of the post for its id."""
        if not self._is_linked(outgoing):
            raise NeedsLink(self._url)
        self._require_link(outgoing.post.permalink)
        return self._tell(outgoing.post.permalink)

    def find(self, outgoing: Outgoing, key: str, since: datetime) -> Copy | None:  # noqa: ARG002
        """Return None: who is told twice makes no second copy, and says where the first is."""
        return None

    def recognise(self, url: str) -> Copy | None:  # noqa: ARG002
        """Return None: who is told twice makes no second copy."""
        return None

    def edit(self, copy: Copy, outgoing: Outgoing) -> Copy:
        """Tell the place again, which looks again; return the copy it names now."""
        told = self.copy(outgoing, "")
        return Copy(told.url or copy.url, told.id)

    def remove(self, copy: Copy) -> None:
        """Tell the place once the page is gone."""
        if not copy.id:
            return
        with suppress(RefusedError):
            status = self._get(copy.id).status
            if status not in _GONE:
                raise NotNow(f"The deleted page still answers {status}.")
        self._tell(copy.id)

    def check(self) -> str:
        """Return the URL of the place, which takes Webmentions."""
        self._find_endpoint()
        return self._url

    def _is_linked(self, outgoing: Outgoing) -> bool:
        written = links_of(outgoing.html, outgoing.post.permalink)
        return spell(self._url) in {*written, *map(spell, _named(outgoing.post))}

    def _require_link(self, permalink: str) -> None:
        try:
            page = self._get(permalink)
        except RefusedError:
            return  # Our own site, on a network of our own: nobody can look from here.
        if spell(self._url) not in links_of(page.text, page.url):
            raise NotNow(
                f"The page does not link to {self._url}, although its front matter says so in"
                " syndicate-to; the theme must show it."
            )

    def _get(self, url: str) -> Page:
        try:
            return self._tools.web.get(url)
        except RefusedError:
            raise
        except FetchError as error:
            raise NotNow(f"The page of the post cannot be fetched: {error}.") from error

    def _tell(self, source: str) -> Copy:
        endpoint = self._find_endpoint()
        try:
            page = self._tools.web.post(endpoint, {"source": source, "target": self._url})
        except FetchError as error:
            raise NotNow(f"{endpoint} cannot be reached: {error}.", is_unknown=True) from error
        if HTTPStatus.OK <= page.status < HTTPStatus.MULTIPLE_CHOICES:
            return Copy(find_copy(page), source)
        if known := find_known_copy(page):
            return Copy(known, source)
        raise self._failure(endpoint, page)

    def _find_endpoint(self) -> str:
        try:
            page = self._tools.web.get(self._url, is_part_enough=True)
        except FetchError as error:
            raise NotNow(f"{self._url} cannot be fetched: {error}.") from error
        if page.status != HTTPStatus.OK:
            raise self._failure(self._url, page)
        html = page.text if is_html(page.media_type) else ""
        endpoint = find_rel("webmention", page.headers, html, page.url)
        if not endpoint:
            raise Refused(f"{self._url} takes no Webmentions.")
        return endpoint

    def _failure(self, url: str, page: Page) -> Exception:
        said = read_json(page)
        words = in_one_line(said.get("error_description") or said.get("error"))
        sentence = f"{url} answers {page.status}{f': {words}' if words else ''}."
        # Who knows no token means by 401 or 403, too, that the post is refused.
        waiting = busy(page.status, page.headers, sentence, self._tools.clock())
        return waiting or Refused(sentence)


def _named(post: Post) -> list[str]:
    return [url for url in post.properties.get("syndicate-to", []) if isinstance(url, str)]
