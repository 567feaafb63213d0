"""Whether this server answers at its public address, as apps that sign in need it."""

from collections.abc import Iterator
from http import HTTPStatus

from endpoint.config import Config
from endpoint.domain.discovery_links import ascii_url, discovery_links, metadata_url
from endpoint.domain.indieauth.server_metadata import describe_server
from endpoint.domain.introspection import read_object
from endpoint.services.doctor.findings import Finding, Ill, look
from endpoint.stores.web import FetchError, Page, Web

NOT_HERE = "start endpoint serve, and have your web server pass this address on to it"
_JSON = {"Accept": "application/json"}


class Answers:
    """Asks at the addresses that the site's pages name."""

    def __init__(self, config: Config, web: Web) -> None:
        self._web = web
        self._is_builtin = config.auth.mode == "builtin"
        self._has_api = config.mastodon.api
        self._has_password = bool(config.auth.password_hash)
        self._base = ascii_url(config.base_url)
        self._metadata = metadata_url(config.base_url)
        receives = config.webmention.receive
        self._links = discovery_links(config.base_url, signs_in=self._is_builtin, receives=receives)

    def examine(self) -> Iterator[Finding]:
        """Yield what the public addresses answer, and whether the owner can sign in."""
        yield look("public address", self._examine_urls)
        if self._is_builtin:
            yield look("IndieAuth metadata", self._examine_metadata)
            yield look("password", self._examine_password)

    def _examine_urls(self) -> str:
        for link in self._links:
            # Without a token most of them refuse, and so they are there.
            if link.url != self._metadata:
                self._fetch(link.url)
        return f"the endpoints answer below {self._base}/"

    def _examine_metadata(self) -> str:
        """Check the document as clients do (IndieAuth §4.1.1, RFC 8414 §3.3)."""
        page = self._fetch(self._metadata)
        try:
            document = read_object(page.text)
        except ValueError as error:
            raise Ill(f"{self._metadata} answers with something else; {NOT_HERE}") from error
        ours = describe_server(self._base, has_api=self._has_api)
        for name in ours:
            if name.endswith(("issuer", "_endpoint")) and document.get(name) != ours[name]:
                raise Ill(
                    f"{self._metadata} says {document.get(name)} for {name}, not {ours[name]};"
                    " make public_url agree with it and restart endpoint serve"
                )
        if not page.url.startswith(f"{self._base}/"):
            raise Ill(f"{self._metadata} redirects to {page.url}; answer it without a redirect")
        if "S256" not in _list(document.get("code_challenge_methods_supported")):
            raise Ill(f"{self._metadata} does not offer PKCE with S256; {NOT_HERE}")
        return f"{self._metadata} agrees with the links"

    def _examine_password(self) -> str:
        if not self._has_password:
            raise Ill("there is none, so nobody can sign in; run endpoint password set")
        return "is set"

    def _fetch(self, url: str) -> Page:
        try:
            page = self._web.get(url, _JSON)
        except FetchError as error:
            raise Ill(f"{url} cannot be fetched ({error}); {NOT_HERE}") from error
        if page.status == HTTPStatus.NOT_FOUND or page.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Ill(f"{url} answers {page.status}; {NOT_HERE}")
        return page


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
