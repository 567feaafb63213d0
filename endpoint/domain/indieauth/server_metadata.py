"""What this authorization server says of itself (RFC 8414 §2, IndieAuth §4.1.1)."""

from typing import Any

from endpoint.domain.indieauth.scopes import scopes_supported


def issuer_of(base_url: str) -> str:
    """Return the issuer for a server at ``base_url``, which ends without a slash."""
    return f"{base_url}/"


def describe_server(base_url: str, *, has_api: bool) -> dict[str, Any]:
    """Return the metadata document of the server at ``base_url``.

    Apps for Mastodon read it too: they find the same endpoints, and with
    ``has_api`` where to register and what else they may ask.
    """
    metadata = {
        "issuer": issuer_of(base_url),
        "authorization_endpoint": f"{base_url}/auth",
        "token_endpoint": f"{base_url}/token",
        "token_endpoint_auth_methods_supported": ["none"],
        "introspection_endpoint": f"{base_url}/introspect",
        "introspection_endpoint_auth_methods_supported": ["bearer"],
        "revocation_endpoint": f"{base_url}/revoke",
        "revocation_endpoint_auth_methods_supported": ["none"],
        "userinfo_endpoint": f"{base_url}/userinfo",
        "scopes_supported": scopes_supported(has_api=has_api),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }
    return {**metadata, **_describe_registration(base_url)} if has_api else metadata


def _describe_registration(base_url: str) -> dict[str, Any]:
    # Mastodon has a name of its own for what RFC 7591 calls a registration endpoint, and a way.
    return {
        "app_registration_endpoint": f"{base_url}/api/v1/apps",
        "token_endpoint_auth_methods_supported": [
            "none",
            "client_secret_post",
            "client_secret_basic",
        ],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
    }
