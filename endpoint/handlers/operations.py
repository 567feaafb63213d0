"""For whoever runs the server: is it up, can it post, how far behind is what follows."""

from http import HTTPStatus

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from endpoint.errors import Unavailable
from endpoint.handlers.context import services
from endpoint.services.health import Readiness
from endpoint.services.publishing import Backlog
from endpoint.stores.queues import Queue

bp = Blueprint("operations", __name__)


@bp.get("/healthz")
def show_alive() -> ResponseReturnValue:
    """Answer while the process answers at all."""
    return jsonify(status="ok")


@bp.get("/readyz")
def show_readiness() -> ResponseReturnValue:
    """Answer 200 while a post could be made, else 503, and tell how far behind the rest is.

    Anybody may read it, so it holds figures, and no reasons.
    """
    readiness = services().health.examine()
    error = {} if readiness.is_ready else {"error": Unavailable.error}
    response = jsonify(
        **error,
        status=_word(readiness.is_ready),
        database=_word(readiness.has_database),
        repository=_word(readiness.has_repository),
        followers=_describe_followers(readiness),
        publishing=_describe_backlog(readiness.backlog),
        mentions=_describe_queue(readiness.mentions),
        copies=_describe_queue(readiness.copies),
        backfeed=_describe_queue(readiness.backfeed),
    )
    if not readiness.is_ready:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        response.headers["Retry-After"] = str(Unavailable.retry_after_s)
    response.headers["Cache-Control"] = "no-store"
    return response


def _describe_followers(readiness: Readiness) -> dict[str, dict[str, object]]:
    return {
        follower.name: {"behind": not follower.is_done, "failures": follower.attempts}
        for follower in readiness.followers
    }


def _describe_backlog(backlog: Backlog | None) -> dict[str, object] | None:
    if backlog is None:
        return None
    since = backlog.since.isoformat() if backlog.since else None
    return {"commits": backlog.commits, "since": since, "conflicts": len(backlog.conflicts)}


def _describe_queue(queue: Queue | None) -> dict[str, object] | None:
    if queue is None:
        return None
    return {"waiting": queue.waiting, "since": queue.since and queue.since.isoformat()}


def _word(is_well: bool) -> str:
    return "ok" if is_well else "unavailable"
