"""The owner's pages at ``/admin/``: apps that may act for them, their posts, how the site is."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from endpoint.domain.indieauth.scopes import describe, in_order
from endpoint.errors import EndpointError, NotFound
from endpoint.handlers import page_errors
from endpoint.handlers.context import services
from endpoint.handlers.own_paths import go_to
from endpoint.handlers.owner_forms import field
from endpoint.handlers.pages import page
from endpoint.handlers.session import check_csrf
from endpoint.handlers.sign_in_page import require_owner

bp = Blueprint("admin", __name__, url_prefix="/admin")
# In this order: whose session is over is asked to sign in, not to reload the page.
bp.before_request(require_owner)
bp.before_request(check_csrf)
page_errors.register(bp)

_NOTICES = {
    "app": "The app was revoked. It can do nothing here until you sign in to it again.",
    "token": "The token was revoked. Whatever still uses it is refused.",
}
"""What a page says after an action, by the ``done`` of its URL, which anybody may have written."""


@bp.get("/", strict_slashes=False)
def show_apps() -> Response:
    """Show which apps may act, and the tokens made by hand."""
    apps = services().apps
    return page(
        "admin-apps.html",
        section="apps",
        notice=_NOTICES.get(request.args.get("done", ""), ""),
        are_ours=apps.are_ours,
        apps=apps.signed_in(),
        tokens=apps.by_hand(),
        name_of=_name_of,
        registered=services().registrations.look_up,
        in_words=_in_words,
    )


@bp.get("/posts", strict_slashes=False)
def show_posts() -> Response:
    """Show the posts, newest first, page by page."""
    before, after = (request.args.get(name) or None for name in ("before", "after"))
    found = services().post_list.page(before, after)
    is_first = before is None and after is None
    return page("admin-posts.html", section="posts", found=found, is_first=is_first)


@bp.get("/status", strict_slashes=False)
def show_status() -> Response:
    """Show what follows a commit, how far behind the hosting is, and what waits for the owner."""
    return page("admin-status.html", section="status", parts=services().status.examine())


@bp.post("/apps/revoke")
def revoke_app() -> Response:
    """End all that the app ``client_id`` was given."""
    services().apps.revoke(field("client_id"))
    return go_to("/admin/?done=app")


@bp.post("/tokens/revoke")
def revoke_token() -> Response:
    """End the token ``id``, which was made by hand."""
    services().apps.revoke_token(field("id"))
    return go_to("/admin/?done=token")


@bp.get("/<path:_>")
def miss(_: str) -> Response:
    """Say in a page that there is none here."""
    raise NotFound("There is nothing at this URL; the owner's pages begin at /admin/")


@bp.context_processor
def tell_what_waits() -> dict[str, object]:
    """Tell every page how many mentions wait for the owner, and whether the status does."""
    has_targets = services().copies.has_targets
    try:
        parts = services().status.examine()
        mentions_wait = services().moderating.count_waiting()
    except EndpointError:
        return {"needs_owner": True, "has_targets": has_targets}
    needs_owner = any(part.state == "failed" for part in parts)
    return {
        "needs_owner": needs_owner,
        "mentions_wait": mentions_wait,
        "has_targets": has_targets,
    }


def _name_of(client_id: str) -> str:
    """Return the name of an app that registered itself, else its host.

    All of what an owner wrote instead of a URL.
    """
    if app := services().registrations.look_up(client_id):
        return app.name
    try:
        return urlsplit(client_id).netloc or client_id
    except ValueError:
        return client_id


def _in_words(scopes: frozenset[str]) -> dict[str, list[str]]:
    """Return sentences on what ``scopes`` let an app do, each with the scopes that do."""
    sentences: dict[str, list[str]] = {}
    for scope in in_order(tuple(sorted(scopes))):
        sentences.setdefault(describe(scope), []).append(scope)
    return sentences
