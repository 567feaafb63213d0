"""Which links lead apps and readers to this server, and how clients need them written."""

from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlsplit

from endpoint.domain.urls import canonical

_SAFE = "/:[]%@!$&'()*+;=~"


@dataclass(frozen=True)
class DiscoveryLink:
    """One relation of the profile page to a URL, which is absolute and ASCII, without commas.

    Simple clients split headers at commas and compare whole attributes: one
    relation to a link, ``rel`` first, in double quotes after one blank.
    """

    rel: str
    url: str
    media_type: str = ""

    @property
    def header(self) -> str:
        """The value of a ``Link`` header line of its own (RFC 8288 §3)."""
        return f'<{self.url}>; rel="{self.rel}"' + (self.media_type and f"; {self._type}")

    @property
    def element(self) -> str:
        """The element for a page's head."""
        type_ = self.media_type and f" {self._type}"
        return f'<link rel="{self.rel}"{type_} href="{escape(self.url)}">'

    @property
    def _type(self) -> str:
        return f'type="{self.media_type}"'


def discovery_links(
    base_url: str, *, signs_in: bool, receives: bool = True
) -> tuple[DiscoveryLink, ...]:
    """Return the links that a page of the owner's site has to this server at ``base_url``.

    With ``signs_in``, which is ``auth.mode = "builtin"``, those of IndieAuth are
    among them (IndieAuth §4.1); with ``receives``, that for Webmentions. The
    metadata is left out on plain http, where clients refuse its issuer; the older
    relations say the same without one.
    """
    base = ascii_url(base_url)
    links = [
        DiscoveryLink("micropub", f"{base}/micropub"),
        DiscoveryLink("micropub_media", f"{base}/media"),
    ]
    if receives:
        links.append(DiscoveryLink("webmention", f"{base}/webmention"))
    if signs_in and urlsplit(base).scheme == "https":
        links.append(DiscoveryLink("indieauth-metadata", metadata_url(base)))
    if signs_in:
        links.append(DiscoveryLink("authorization_endpoint", f"{base}/auth"))
        links.append(DiscoveryLink("token_endpoint", f"{base}/token"))
    links.append(DiscoveryLink("alternate", f"{base}/feed.json", "application/feed+json"))
    return tuple(links)


def metadata_url(base_url: str) -> str:
    """Return where the server's metadata document is: its issuer is the URL's beginning."""
    return f"{ascii_url(base_url)}/.well-known/oauth-authorization-server"


def ascii_url(url: str) -> str:
    """Return ``url`` as it can stand in a header: ASCII, the host too, and without commas."""
    try:
        spelled = url if url.isascii() else canonical(url).rstrip("/")
    except ValueError:
        spelled = url
    return quote(spelled, safe=_SAFE)
