"""The IndieAuth server's endpoints for apps: tokens for codes, and questions about them."""

from typing import Any
from urllib.parse import unquote_plus, urlencode, urlsplit

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from endpoint.domain.indieauth.server_metadata import describe_server
from endpoint.errors import NotFound
from endpoint.handlers.bodies import read_form
from endpoint.handlers.context import authorize, services
from endpoint.services.indieauth.requests import Parameters

bp = Blueprint("oauth", __name__)

_FORM = "application/x-www-form-urlencoded"
METADATA_PATH = "/.well-known/oauth-authorization-server"


@bp.post("/auth", strict_slashes=False)
def identify() -> ResponseReturnValue:
    """Say who signed in, for a code (IndieAuth §5.3.2)."""
    return answer_app(services().token_endpoint.identify(read_form().fields))


@bp.post("/token", strict_slashes=False)
def issue() -> ResponseReturnValue:
    """Give tokens for a code or a refresh token; older apps also give them back here."""
    fields = read_form().fields | client_in_header()
    if fields.get("action") == ["revoke"]:
        return _revoke(_named(fields))
    return answer_app(services().token_endpoint.issue(fields))


@bp.get("/token", strict_slashes=False)
def verify() -> ResponseReturnValue:
    """Say whose token this is, as it was done before introspection."""
    return answer_app(services().token_endpoint.describe(authorize()))


@bp.post("/introspect", strict_slashes=False)
def introspect() -> ResponseReturnValue:
    """Say what a token grants, to whoever has a good token of their own (IndieAuth §6)."""
    authorize()
    return answer_app(services().token_endpoint.introspect(read_form().fields))


@bp.post("/revoke", strict_slashes=False)
def revoke() -> ResponseReturnValue:
    """Make a token useless (IndieAuth §7)."""
    return _revoke(read_form().fields)


@bp.get("/userinfo", strict_slashes=False)
def userinfo() -> ResponseReturnValue:
    """Return the owner's profile (IndieAuth §9)."""
    return answer_app(services().token_endpoint.userinfo(authorize()))


@bp.get(METADATA_PATH, strict_slashes=False)
@bp.get(f"{METADATA_PATH}/<path:issuer_path>", strict_slashes=False)
def metadata(issuer_path: str = "") -> ResponseReturnValue:
    """Describe this server, also where RFC 8414 §3.1 looks for an issuer with a path."""
    base_url = services().base_url
    if issuer_path and issuer_path.strip("/") != urlsplit(base_url).path.strip("/"):
        raise NotFound("There is nothing at this URL")
    return jsonify(describe_server(base_url, has_api=services().has_mastodon_api))


def client_in_header() -> dict[str, list[str]]:
    """Return the client of a Basic ``Authorization`` header, as parameters (RFC 6749 §2.3.1)."""
    client = request.authorization
    if client is None or client.type != "basic":
        return {}
    sent = {"client_id": client.username, "client_secret": client.password}
    return {name: [unquote_plus(value)] for name, value in sent.items() if value}


def _named(fields: Parameters) -> Parameters:
    """Return ``fields`` with a token in it: one app sends its token without a name."""
    unnamed = [name for name, values in fields.items() if values == [""]]
    return {"token": unnamed, **fields} if unnamed else fields


def _revoke(fields: Parameters) -> Response:
    services().token_endpoint.revoke(fields)
    return answer_app({})


def answer_app(body: dict[str, Any]) -> Response:
    """Return ``body`` as JSON, or as a form where the app asks for nothing else."""
    if request.accept_mimetypes.best_match(["application/json", _FORM]) == _FORM:
        response = Response(urlencode(_flatten(body)), mimetype=_FORM)
    else:
        response = jsonify(body)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    return response


def _flatten(body: dict[str, Any]) -> dict[str, Any]:
    profile = body.get("profile", {})
    plain = {name: value for name, value in body.items() if name != "profile"}
    return plain | {f"profile[{name}]": value for name, value in profile.items()}
