"""Statuses written by apps: published, edited, deleted, and their text as it was written."""

import re

from flask import Response, request

from endpoint.domain.mastodon.requests import StatusRequest
from endpoint.domain.micropub.values import shown
from endpoint.domain.warnings import find_warning
from endpoint.errors import InvalidRequest
from endpoint.handlers.context import services
from endpoint.handlers.mastodon.answers import blueprint, entity
from endpoint.handlers.mastodon.parameters import Parameters, read
from endpoint.handlers.mastodon.tokens import authorize_app

bp = blueprint("writing")

_LINE_END = re.compile(r"\r\n?")
_NOT_DONE = {
    "poll": "a static site cannot count votes",
    "scheduled_at": "send the post when it is to be published",
    "quoted_status_id": "put the URL of the other post into the text",
    "quote_id": "put the URL of the other post into the text",
}
"""What is refused rather than left out, and why or what to do instead."""


@bp.post("/api/v1/statuses")
def publish() -> Response:
    """Publish a post; it is in a durable commit when this answers, and its page comes soon."""
    token = authorize_app("write:statuses")
    parameters = read()
    _refuse_extras(parameters)
    key = request.headers.get("Idempotency-Key", "").strip()
    post = services().mastodon.publishing.publish(_read_status(parameters), token, key or None)
    return entity(services().mastodon.showing.one(post))


@bp.put("/api/v1/statuses/<number>")
def edit(number: str) -> Response:
    """Change a post; what apps cannot show of it stays as it is."""
    token = authorize_app("write:statuses")
    parameters = read()
    _refuse_extras(parameters)
    post = services().mastodon.editing.edit(number, _read_status(parameters), token)
    return entity(services().mastodon.showing.one(post))


@bp.delete("/api/v1/statuses/<number>")
def delete(number: str) -> Response:
    """Delete a post, and answer with its text and files, so that it can be written anew."""
    token = authorize_app("write:statuses")
    editing = services().mastodon.editing
    post = editing.delete(number, token)
    return entity({**services().mastodon.showing.one(post), "text": editing.text_of(post)})


@bp.get("/api/v1/statuses/<number>/source")
def source(number: str) -> Response:
    """Answer with the Markdown of a post, for an app that edits it."""
    authorize_app("read:statuses")
    editing = services().mastodon.editing
    post = editing.find_own(number)
    text = editing.text_of(post)
    return entity({"id": number, "text": text, "spoiler_text": find_warning(post.properties)})


def _read_status(parameters: Parameters) -> StatusRequest:
    attributes = parameters.objects("media_attributes")
    return StatusRequest(
        # Of a form every line end is CRLF.
        text=_LINE_END.sub("\n", parameters.text("status")),
        spoiler_text=parameters.text("spoiler_text"),
        sensitive=parameters.flag("sensitive"),
        language=parameters.text("language"),
        visibility=parameters.text("visibility"),
        media_ids=tuple(filter(None, parameters.texts("media_ids"))),
        alts={
            each.text("id"): each.text("description")
            for each in attributes
            if each.has("description")
        },
        in_reply_to_id=parameters.text("in_reply_to_id"),
    )


def _refuse_extras(parameters: Parameters) -> None:
    for name, why in _NOT_DONE.items():
        if parameters.values.get(name) not in (None, "", [], {}):
            raise InvalidRequest(f"{shown(name)} is not supported here: {why}")
