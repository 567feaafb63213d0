"""The owner decides: the consent page, and what they answer on it (IndieAuth §5.2)."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from endpoint.domain.indieauth.client_ids import check_client_id, is_loopback
from endpoint.domain.indieauth.client_information import ClientInformation
from endpoint.domain.indieauth.redirect_uris import (
    OUT_OF_BAND,
    check_redirect_uri,
    is_own,
    is_web,
)
from endpoint.domain.indieauth.scopes import (
    API_WRITING,
    IDENTITY,
    WRITING,
    describe,
    in_order,
    is_known,
)
from endpoint.errors import InvalidRequest, NotFound
from endpoint.handlers import page_errors
from endpoint.handlers.app_redirects import place_of, redirect_to_app
from endpoint.handlers.bodies import read_form
from endpoint.handlers.context import services
from endpoint.handlers.limits import limit
from endpoint.handlers.own_paths import current_path
from endpoint.handlers.pages import page
from endpoint.handlers.sealing import seal, unseal
from endpoint.handlers.session import check_csrf, is_signed_in
from endpoint.handlers.sign_in_page import require_owner, sign_in_page
from endpoint.services.indieauth.authorizations import AuthorizationRequest

bp = Blueprint("consent", __name__)
bp.before_request(check_csrf)
page_errors.register(bp)


def _costs_a_fetch() -> bool:
    """Return whether only the app's own page can say if it may be answered where it asks."""
    client_id, redirect_uri = (request.args.get(name, "") for name in ("client_id", "redirect_uri"))
    try:
        client_id = check_client_id(client_id)
        check_redirect_uri(redirect_uri)
    except ValueError:
        return False
    return not (is_own(client_id, redirect_uri) or is_loopback(client_id))


def _is_free() -> bool:
    return not _costs_a_fetch() or is_signed_in()


@bp.get("/auth", strict_slashes=False)
@limit("10 per minute; 60 per hour", unless=_is_free)
def show() -> Response:
    """Ask the owner what an app may do; ask everybody else to sign in."""
    if is_signed_in():
        return _ask(_read())
    if not _costs_a_fetch():
        return _ask_in(_read().client_id)
    with services().clients.turn() as is_ours:
        # Strangers have one page fetched at a time; for the others it is looked at later.
        return _ask_in(_read().client_id if is_ours else request.args["client_id"])


@bp.post("/auth/consent")
def decide() -> Response:
    """Send the browser back to the app with the owner's answer."""
    if way_in := require_owner():
        return way_in
    form = read_form()
    fields = form.fields
    asked = unseal(form.first("request"))
    authorizations = services().authorizations
    match fields.get("decision"):
        case ["approve"]:
            ticked, drafts_only = fields.get("scope", []), "drafts_only" in fields
            location = authorizations.approve(asked, ticked, drafts_only=drafts_only)
            return redirect_to_app(location, "Signed in")
        case ["deny"]:
            return redirect_to_app(authorizations.deny(asked), "Not signed in")
    raise InvalidRequest("decision must be approve or deny; use the buttons of the page")


@bp.get("/auth/<path:_>")
def miss(_: str) -> Response:
    """Say in a page that there is none here."""
    raise NotFound("There is nothing at this URL; go back to the app and sign in again")


def _read() -> AuthorizationRequest:
    return services().authorizations.read(request.args.to_dict(flat=False))


def _ask_in(client_id: str) -> Response:
    return sign_in_page(current_path(), client_id=client_id)


def _ask(asked: AuthorizationRequest) -> Response:
    app = services().registrations.look_up(asked.client_id) or services().clients.look_up(
        asked.client_id
    )
    return page(
        "consent.html",
        forms_to=_forms_to(asked.redirect_uri),
        sealed=seal(asked),
        app=app,
        app_host=urlsplit(asked.client_id).netloc,
        logo="" if app.is_registered else services().clients.logo(asked.client_id),
        place=place_of(asked.redirect_uri),
        goes=_goes(asked, app),
        is_protected=app.is_registered or bool(asked.code_challenge),
        scopes=[(scope, describe(scope)) for scope in in_order(asked.scopes)],
        is_known=is_known,
        acts=not IDENTITY.issuperset(asked.scopes),
        offers_drafts=not (WRITING | API_WRITING).isdisjoint(asked.scopes),
    )


def _forms_to(redirect_uri: str) -> str:
    # Browsers hold each hop of the redirects that follow a form against the policy,
    # and an app may send its visitors on to other addresses.
    is_plain = urlsplit(redirect_uri).scheme == "http"
    return "'self' https: http:" if is_plain else "'self' https:"


def _goes(asked: AuthorizationRequest, app: ClientInformation) -> str:
    """Return where the answer goes, seen from the app: home, device, scheme, hand or elsewhere."""
    if asked.redirect_uri == OUT_OF_BAND:
        return "hand"
    if not is_web(asked.redirect_uri):
        return "scheme"
    if is_own(asked.client_id, asked.redirect_uri):
        return "home"
    if is_loopback(asked.redirect_uri):
        return "device"
    # An app that registered itself has no address of its own.
    return "home" if app.is_registered else "elsewhere"
