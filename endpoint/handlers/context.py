"""What every handler needs: the services, and who is asking."""

from dataclasses import dataclass
from pathlib import Path

from flask import current_app, request

from endpoint.domain.discovery_links import DiscoveryLink
from endpoint.domain.tokens import Token
from endpoint.errors import InvalidRequest, Unauthorized
from endpoint.handlers.bodies import is_form, read_form
from endpoint.services.external_tokens import ExternalTokens
from endpoint.services.feed import FeedService
from endpoint.services.health import Health
from endpoint.services.hooks import Hooks
from endpoint.services.indieauth.apps import Apps
from endpoint.services.indieauth.authorizations import Authorizations
from endpoint.services.indieauth.client_information import Clients
from endpoint.services.indieauth.registrations import Registrations
from endpoint.services.indieauth.token_endpoint import TokenEndpoint
from endpoint.services.mastodon import Mastodon
from endpoint.services.media import Media
from endpoint.services.media_queries import MediaQueries
from endpoint.services.media_removal import MediaRemoval
from endpoint.services.microblog import Microblog
from endpoint.services.post_list import PostList
from endpoint.services.posts import Posts
from endpoint.services.queries import Queries
from endpoint.services.sign_in import SignIn
from endpoint.services.site import Site
from endpoint.services.status import Status
from endpoint.services.syndication.overview import Overview
from endpoint.services.tokens import Tokens
from endpoint.services.webmentions.deciding import Moderating
from endpoint.services.webmentions.deciding.links import DecisionLinks
from endpoint.services.webmentions.listing import Listing
from endpoint.services.webmentions.receiving import Receiving
from endpoint.services.webmentions.sending.outbox import Outbox


@dataclass(frozen=True)
class Services:
    """The use cases, as ``create_app()`` put them together."""

    posts: Posts
    queries: Queries
    feed: FeedService
    tokens: Tokens | ExternalTokens
    site: Site
    health: Health
    hooks: Hooks
    links: tuple[DiscoveryLink, ...]
    clients: Clients
    registrations: Registrations
    authorizations: Authorizations
    token_endpoint: TokenEndpoint
    sign_in: SignIn
    apps: Apps
    post_list: PostList
    status: Status
    receiving: Receiving
    mention_listing: Listing
    moderating: Moderating
    outbox: Outbox
    copies: Overview
    decision_links: DecisionLinks
    media: Media
    media_queries: MediaQueries
    media_removal: MediaRemoval
    mastodon: Mastodon
    microblog: Microblog
    has_mastodon_api: bool
    incoming: Path
    base_url: str
    strict_bearer: bool
    split_commas: bool


def services() -> Services:
    """Return the services of the running application."""
    found: Services = current_app.extensions["endpoint"]
    return found


def authorize(*schemes: str) -> Token:
    """Return the verified token of this request.

    ``schemes`` are what may stand before it in the header, in lower case: ``bearer``
    unless others are given.

    It comes in the ``Authorization`` header or as the body's ``access_token``
    (Micropub §5.1), never in the URL, where logs and histories keep it. The
    same token twice is accepted, because Quill and its family send it so;
    ``auth.strict_bearer`` refuses that too (RFC 6750 §3.1). The header's token is
    verified before the body is read. Raise Unauthorized without a token,
    InvalidRequest with two, and what ``verify()`` raises.
    """
    if "access_token" in request.args:
        raise InvalidRequest("access_token must not be in the URL; send it as a Bearer header")
    verify = services().tokens.verify
    in_header = _header_tokens(schemes or ("bearer",))
    verified = [verify(token) for token in in_header]
    tokens = [*in_header, *_body_tokens()]
    if not tokens:
        raise Unauthorized("This needs a token; send it as Authorization: Bearer TOKEN")
    if len(set(tokens)) > 1 or (services().strict_bearer and len(tokens) > 1):
        raise InvalidRequest("access_token was sent twice; send one token in one place")
    return verified[0] if verified else verify(tokens[0])


def _header_tokens(schemes: tuple[str, ...]) -> list[str]:
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    return [token.strip()] if scheme.lower() in schemes and token.strip() else []


def _body_tokens() -> list[str]:
    if request.method != "POST" or not is_form():
        return []
    return [token for token in read_form().fields.get("access_token", []) if token]
