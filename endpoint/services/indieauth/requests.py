"""Requests as authlib reads them: parameters, each known one once."""

from collections.abc import Mapping

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request

from endpoint.errors import InvalidRequest

Parameters = Mapping[str, list[str]]
"""Each parameter's name with its values, in the order sent."""

_TRANSPORT = "https://localhost/"
"""Whether this server is reached by https is the owner's matter, and authlib need not ask."""

KNOWN = (
    "response_type",
    "client_id",
    "client_secret",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "grant_type",
    "code",
    "code_verifier",
    "refresh_token",
    "token",
)
"""What is read; older apps also send ``me``, ``state`` and more to the token endpoint."""


class OAuthRequest(OAuth2Request):
    """A request for authlib, of what the body or the query held; the rest it need not know."""

    def __init__(self, parameters: Parameters) -> None:
        super().__init__("POST", _TRANSPORT)
        self.payload = _Payload({name: parameters[name] for name in KNOWN if name in parameters})

    @property
    def form(self) -> dict[str, str]:
        """The parameters of the body."""
        return self.payload.data


class _Payload(OAuth2Payload):
    def __init__(self, parameters: Parameters) -> None:
        self._values = parameters

    @property
    def data(self) -> dict[str, str]:
        return {name: values[0] for name, values in self._values.items()}

    @property
    def datalist(self) -> Parameters:
        return self._values


def require_single(parameters: Parameters) -> None:
    """Raise InvalidRequest if a parameter that is read came twice (RFC 6749 §3.2)."""
    for name in KNOWN:
        if len(parameters.get(name, [])) > 1:
            raise InvalidRequest(f"{name} was sent twice; send it once")


def require(parameters: Parameters, *names: str) -> None:
    """Raise InvalidRequest if one of ``names`` is missing (RFC 6749 §5.2)."""
    for name in names:
        if name not in parameters:
            raise InvalidRequest(f"{name} is missing")
