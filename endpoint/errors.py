"""Everything a client can be told went wrong: an OAuth error code, a status and a sentence."""

from http import HTTPStatus


class EndpointError(Exception):
    """A refusal the client should hear about.

    A subclass names one OAuth error code and the HTTP status it travels with;
    an instance adds the description, one ASCII sentence without ``"`` and ``\\``
    (RFC 6749 §5.2) that names the parameter at fault and the mend.
    """

    error = "server_error"
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    retry_after_s: int | None = None

    def __init__(self, description: str, *, scope: str | None = None) -> None:
        super().__init__(description)
        self.description = description
        self.scope = scope


class InvalidRequest(EndpointError):
    """A parameter is missing, malformed or impossible (Micropub §3.8)."""

    error = "invalid_request"
    status = HTTPStatus.BAD_REQUEST


class NotFound(EndpointError):
    """There is nothing at this URL."""

    error = "not_found"
    status = HTTPStatus.NOT_FOUND


class Gone(EndpointError):
    """There was something at this URL, and it was removed for good."""

    error = "not_found"
    status = HTTPStatus.GONE


class MethodNotAllowed(EndpointError):
    """The URL exists and does not answer this method."""

    error = "invalid_request"
    status = HTTPStatus.METHOD_NOT_ALLOWED


class TooLarge(EndpointError):
    """The request body is larger than the server takes."""

    error = "invalid_request"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class UnsupportedMediaType(EndpointError):
    """The request body is of a type that this URL does not read."""

    error = "invalid_request"
    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class Unauthorized(EndpointError):
    """The request carries no token (Micropub §5.1, RFC 6750 §3)."""

    error = "unauthorized"
    status = HTTPStatus.UNAUTHORIZED


class InvalidToken(EndpointError):
    """The token is unknown, expired, revoked, or somebody else's (RFC 6750 §3.1)."""

    error = "invalid_token"
    status = HTTPStatus.UNAUTHORIZED


class InvalidSignature(EndpointError):
    """A notice from the hosting is not signed with the secret we share with it."""

    error = "invalid_signature"
    status = HTTPStatus.UNAUTHORIZED


class InsufficientScope(EndpointError):
    """The token lacks the scope this action needs (RFC 6750 §3.1).

    The Micropub Recommendation of 2017 said 401 (§3.8); the maintained
    draft and IndieAuth §8.1 say 403, and so do the other servers.
    """

    error = "insufficient_scope"
    status = HTTPStatus.FORBIDDEN


class Forbidden(EndpointError):
    """Nobody may do this here, whatever the token grants (RFC 9110 §15.5.4)."""

    error = "forbidden"
    status = HTTPStatus.FORBIDDEN


class InvalidGrant(EndpointError):
    """The code or refresh token is unknown, used, expired or another app's (RFC 6749 §5.2)."""

    error = "invalid_grant"
    status = HTTPStatus.BAD_REQUEST


class InvalidClient(EndpointError):
    """The app does not say properly who it is (RFC 6749 §5.2)."""

    error = "invalid_client"
    status = HTTPStatus.BAD_REQUEST


class InvalidScope(EndpointError):
    """More is asked for than was granted (RFC 6749 §5.2)."""

    error = "invalid_scope"
    status = HTTPStatus.BAD_REQUEST


class UnsupportedGrantType(EndpointError):
    """The token endpoint knows codes and refresh tokens (RFC 6749 §5.2)."""

    error = "unsupported_grant_type"
    status = HTTPStatus.BAD_REQUEST


class AuthorizationRefused(EndpointError):
    """The app hears of it: the browser goes back to ``location`` (RFC 6749 §4.1.2.1)."""

    error = "invalid_request"
    status = HTTPStatus.FOUND

    def __init__(self, description: str, location: str) -> None:
        super().__init__(description)
        self.location = location


class TooManyRequests(EndpointError):
    """Somebody asks too often; wait (RFC 6585 §4)."""

    error = "too_many_requests"
    status = HTTPStatus.TOO_MANY_REQUESTS
    retry_after_s = 60


class Unavailable(EndpointError):
    """Something the answer depends on is out of reach for now; try again."""

    error = "temporarily_unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE
    retry_after_s = 30


class InsufficientStorage(EndpointError):
    """The disk is full, and nothing was written."""

    error = "insufficient_storage"
    status = HTTPStatus.INSUFFICIENT_STORAGE


class ConfigError(Exception):
    """The installation cannot start as it is configured; the message names key and mend."""
