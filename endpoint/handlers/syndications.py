"""``/admin/syndications``: every copy of a post on another network, and what became of it."""

from flask import Blueprint, Response, request

from endpoint.handlers import page_errors
from endpoint.handlers.admin import tell_what_waits
from endpoint.handlers.context import services
from endpoint.handlers.own_paths import go_to
from endpoint.handlers.owner_forms import field, page_number
from endpoint.handlers.pages import page
from endpoint.handlers.session import check_csrf
from endpoint.handlers.sign_in_page import require_owner

bp = Blueprint("syndications", __name__, url_prefix="/admin/syndications")
bp.before_request(require_owner)
bp.before_request(check_csrf)
bp.context_processor(tell_what_waits)
page_errors.register(bp)

_NOTICES = {
    "retry": "It is tried again in a moment.",
    "resume": "Posts are copied there again.",
    "stop": "It is not copied there, unless you try again.",
}


@bp.get("", strict_slashes=False)
def show() -> Response:
    """Show them, those asked for last first, page by page."""
    number = page_number()
    return page(
        "admin-syndications.html",
        section="copies",
        found=services().copies.page(number),
        number=number,
        notice=_NOTICES.get(request.args.get("done", ""), ""),
    )


@bp.post("/retry")
def retry() -> Response:
    """Attempt one copy again, now."""
    services().copies.retry(field("permalink"), field("target"))
    return go_to("/admin/syndications?done=retry")


@bp.post("/resume")
def resume() -> Response:
    """Let a target that is paused go on."""
    services().copies.resume(field("target"))
    return go_to("/admin/syndications?done=resume")


@bp.post("/stop")
def stop() -> Response:
    """Never make one copy that is not there yet."""
    services().copies.stop(field("permalink"), field("target"))
    return go_to("/admin/syndications?done=stop")
