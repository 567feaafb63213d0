"""The doors that apps for Mastodon know: ``/oauth/…``, before the same server as IndieAuth's."""

from http import HTTPStatus

from flask import Blueprint, Response, request

from endpoint.errors import InvalidClient
from endpoint.handlers.context import services
from endpoint.handlers.errors import answer
from endpoint.handlers.mastodon.parameters import read
from endpoint.handlers.oauth import answer_app, client_in_header
from endpoint.handlers.own_paths import current_query, go_to
from endpoint.services.indieauth.requests import KNOWN, Parameters

bp = Blueprint("mastodon_oauth", __name__, url_prefix="/oauth")


@bp.get("/authorize", strict_slashes=False)
def authorize() -> Response:
    """Lead to the authorization endpoint, which may lie below a path of its own.

    The owner's cookie is for that path alone.
    """
    return go_to(f"/auth{current_query()}")


@bp.post("/token", strict_slashes=False)
def issue() -> Response:
    """Give a token for a code, or for an app itself, whichever way the app asks."""
    return answer_app(services().token_endpoint.issue(_read()))


@bp.errorhandler(InvalidClient)
def refuse_client(refusal: InvalidClient) -> Response:
    """Ask again, in the words of HTTP, whoever came with a header (RFC 6749 §5.2)."""
    response = answer(refusal)
    if "Authorization" in request.headers:
        response.status_code = HTTPStatus.UNAUTHORIZED
        response.headers["WWW-Authenticate"] = 'Basic realm="apps"'
    return response


@bp.post("/revoke", strict_slashes=False)
def revoke() -> Response:
    """Make a token useless: its app signs out (RFC 7009)."""
    services().token_endpoint.revoke(_read())
    return answer_app({})


def _read() -> Parameters:
    """Return the parameters of query and body; from the header who asks, where it says so."""
    asked = read()
    sent = {name: [asked.text(name)] for name in KNOWN if asked.has(name)}
    return sent | client_in_header()
