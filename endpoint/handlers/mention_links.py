"""Mentions away from the owner's pages: a feed of those that wait, and links in mail."""

from urllib.parse import urlencode

from flask import Blueprint, Response, request

from endpoint.domain.webmentions.deciding import words
from endpoint.domain.webmentions.deciding.waiting_feed import to_atom
from endpoint.errors import NotFound
from endpoint.handlers import page_errors
from endpoint.handlers.bodies import read_form
from endpoint.handlers.context import services
from endpoint.handlers.own_paths import go_to
from endpoint.handlers.pages import page

bp = Blueprint("mention_links", __name__, url_prefix="/webmention")
page_errors.register(bp)


@bp.get("/waiting.atom")
def show_feed() -> Response:
    """Answer with the mentions that wait for the owner, for their feed reader (RFC 4287)."""
    links = services().decision_links
    if not links.opens_feed(request.args.get("token", "")):
        raise NotFound("There is no feed at this URL; /admin/mentions has the link to it")
    tray = services().moderating.look("waiting")
    page_url = f"{services().base_url}/admin/mentions"
    response = Response(to_atom(tray.mentions, links.feed_url, page_url))
    response.mimetype = "application/atom+xml"
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


@bp.get("/decide")
def show() -> Response:
    """Show a mention to whoever has the link from the mail, and decide nothing.

    Programs that look through mail open every link in it.
    """
    token = request.args.get("token", "")
    received = services().moderating.find(services().decision_links.read(token))
    return page(
        "mention-decision.html",
        token=token,
        received=received,
        in_words=words,
    )


@bp.post("/decide")
def decide() -> Response:
    """Decide as the button says, and show what is so now. The token stands for the owner."""
    form = read_form()
    token = form.first("token")
    mention_id = services().decision_links.read(token)
    services().moderating.decide((mention_id,), form.first("decision"))
    return go_to(f"/webmention/decide?{urlencode({'token': token})}")
