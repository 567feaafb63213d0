"""Who may act for the owner: the IndieAuth server, and what verifies tokens."""

from datetime import timedelta

from endpoint.assembly import Parts
from endpoint.domain.discovery_links import ascii_url
from endpoint.domain.indieauth.profiles import Profile
from endpoint.domain.indieauth.server_metadata import issuer_of
from endpoint.services.external_tokens import ExternalTokens
from endpoint.services.indieauth.authorizations import Authorizations
from endpoint.services.indieauth.client_information import Clients
from endpoint.services.indieauth.grants import Grants, Lifetimes
from endpoint.services.indieauth.registrations import Registrations
from endpoint.services.indieauth.server import Server
from endpoint.services.indieauth.token_endpoint import TokenEndpoint
from endpoint.services.tokens import Tokens


def make_indieauth(
    parts: Parts, clients: Clients, registrations: Registrations
) -> tuple[Authorizations, TokenEndpoint]:
    """Return the two endpoints of the IndieAuth server.

    It is for apps that ``clients`` can look up, and for those that registered.
    """
    config, owner = parts.config, parts.config.owner
    profile = Profile(config.me, owner.name, owner.photo, owner.email)
    server = Server(
        Grants(parts.engine, _lifetimes(parts), parts.clock),
        profile,
        clients.allows,
        registrations,
        requires_pkce=config.auth.require_pkce,
    )
    issuer = issuer_of(ascii_url(config.base_url))
    return Authorizations(server, config.me, issuer), TokenEndpoint(server, profile)


def _lifetimes(parts: Parts) -> Lifetimes:
    auth = parts.config.auth
    return Lifetimes(
        code=timedelta(seconds=auth.code_s),
        token=timedelta(seconds=auth.token_s) if auth.token_s else None,
        refresh=timedelta(seconds=auth.refresh_s),
    )


def make_verifier(parts: Parts) -> Tokens | ExternalTokens:
    """Return what verifies tokens: our own, or those of the endpoint that ``me`` names."""
    auth = parts.config.auth
    if auth.mode == "builtin":
        return parts.tokens
    return ExternalTokens(
        parts.web,
        me=parts.config.me,
        clock=parts.clock,
        token_endpoint=auth.token_endpoint,
        introspection_endpoint=auth.introspection_endpoint,
        introspection_token=auth.introspection_token,
        cache_s=auth.cache_s,
        negative_cache_s=auth.negative_cache_s,
    )
