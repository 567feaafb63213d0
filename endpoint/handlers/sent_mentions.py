"""``/admin/sent``: which pages were told of the owner's posts, and what they answered."""

from flask import Blueprint, Response, request

from endpoint.handlers import page_errors
from endpoint.handlers.admin import tell_what_waits
from endpoint.handlers.context import services
from endpoint.handlers.own_paths import go_to
from endpoint.handlers.owner_forms import field, page_number
from endpoint.handlers.pages import page
from endpoint.handlers.session import check_csrf
from endpoint.handlers.sign_in_page import require_owner

bp = Blueprint("sent_mentions", __name__, url_prefix="/admin/sent")
bp.before_request(require_owner)
bp.before_request(check_csrf)
bp.context_processor(tell_what_waits)
page_errors.register(bp)


@bp.get("", strict_slashes=False)
def show() -> Response:
    """Show them, those of the posts that changed last first, page by page."""
    number = page_number()
    notice = "It is told again in a moment." if request.args.get("done") == "again" else ""
    return page(
        "admin-sent.html",
        section="mentions",
        found=services().outbox.page(number),
        number=number,
        notice=notice,
    )


@bp.post("/again")
def try_again() -> Response:
    """Tell the target of one of them again."""
    services().outbox.try_again(field("key"))
    return go_to("/admin/sent?done=again")
