"""``/admin/mentions``: the owner looks mentions over and decides on them."""

import re
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from endpoint.domain.webmentions.deciding import rules, words
from endpoint.domain.webmentions.deciding.rules import Rule, host_of
from endpoint.errors import InvalidRequest
from endpoint.handlers import last_action, page_errors
from endpoint.handlers.admin import tell_what_waits
from endpoint.handlers.bodies import read_form
from endpoint.handlers.context import services
from endpoint.handlers.own_paths import go_to
from endpoint.handlers.owner_forms import field
from endpoint.handlers.pages import page
from endpoint.handlers.session import check_csrf
from endpoint.handlers.sign_in_page import require_owner
from endpoint.services.webmentions.deciding import PAGE_SIZE, Undo

bp = Blueprint("mentions_admin", __name__, url_prefix="/admin/mentions")
bp.before_request(require_owner)
bp.before_request(check_csrf)
bp.context_processor(tell_what_waits)
page_errors.register(bp)

_NOTICES = {
    "approve": "Approved. It is shown with the next build of your site.",
    "reject": "Rejected. It is not shown.",
    "spam": "Marked as spam. It is not shown.",
    "block": "Blocked. Nothing like it is shown or taken in.",
    "trust": "Trusted. What they send is shown without a decision.",
    "undo": "It is as it was before.",
    "remove": "The rule is removed, and what it did is undone.",
}
"""What a page says after an action, by the ``done`` of its URL, which anybody may have written."""


@bp.get("", strict_slashes=False)
def show() -> Response:
    """Show the mentions of a tray, newest first, page by page."""
    below = _number(request.args.get("below"))
    tray = services().moderating.look(request.args.get("show", "waiting"), below)
    return page(
        "admin-mentions.html",
        script="admin-mentions.js",
        section="mentions",
        tray=tray,
        below=below,
        feed_url=services().decision_links.feed_url,
        in_words=words,
        host_of=host_of,
        **_say_what_was_done(),
    )


@bp.post("/decide")
def decide() -> Response:
    """Approve or reject one mention or several, or call them spam."""
    fields = read_form().fields
    ids = tuple(fields.get("id", ()))
    if not 1 <= len(ids) <= PAGE_SIZE:
        raise InvalidRequest("id must name a mention; use the buttons of the page")
    word = field("decision")
    return _go_back(word, services().moderating.decide(ids, word))


@bp.post("/block")
def block() -> Response:
    """Block an author, a host, or sources that fit a pattern."""
    rule = rules.block(field("subject"), field("pattern"))
    return _go_back("block", services().moderating.add_rule(rule))


@bp.post("/trust")
def trust() -> Response:
    """Trust the author of the mention ``id``, in what comes the way that it did."""
    moderating = services().moderating
    return _go_back("trust", moderating.add_rule(moderating.rule_like(field("id"))))


@bp.post("/undo")
def undo() -> Response:
    """Take back what this browser did last here."""
    services().moderating.undo(last_action.take())
    return _go_back("undo")


@bp.get("/rules", strict_slashes=False)
def show_rules() -> Response:
    """Show whom the owner blocks and trusts."""
    found = services().moderating.rules()
    return page("admin-mention-rules.html", section="mentions", rules=found, **_say_what_was_done())


@bp.post("/rules/remove")
def remove_rule() -> Response:
    """Remove a rule, and what it did."""
    rule = Rule(field("action"), field("subject"), field("pattern"))
    services().moderating.remove_rule(rule)
    return _go_back("remove")


def _say_what_was_done() -> dict[str, Any]:
    done = request.args.get("done", "")
    return {"notice": _NOTICES.get(done, ""), "can_undo": last_action.is_kept(done)}


def _go_back(did: str, undo: Undo | None = None) -> Response:
    """Lead back to the page of the button, and to the mention that comes next there."""
    if undo is not None:
        last_action.keep(did, undo)
    form = read_form()
    asked = {"show": form.first("show"), "below": form.first("below"), "done": did}
    query = urlencode({name: value for name, value in asked.items() if value})
    if form.first("page") == "rules":
        return go_to(f"/admin/mentions/rules?{query}")
    following = form.first("next")
    return go_to(f"/admin/mentions?{query}{f'#m-{following}' if following.isalnum() else ''}")


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,15}", text, re.ASCII):
        raise InvalidRequest("below must be a number; use the links of the page")
    return int(text)
