"""``GET /metrics``, for Prometheus: requests as they are answered, the rest as it stands."""

import hmac
import time
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, exposition
from prometheus_client.metrics_core import GaugeMetricFamily

from endpoint.errors import NotFound, Unauthorized
from endpoint.handlers.context import services
from endpoint.services.health import Readiness

bp = Blueprint("metrics", __name__)

_EXTENSION = "endpoint metrics"
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})

_MENTIONS = "Sources of Webmentions that are to be looked at."
_COPIES = "Copies of posts on other networks that are to be made or changed."
_BACKFEED = "Copies on other networks that are to be looked at for answers."

_Told = dict[str, tuple[str, float]]
"""Figures by name, each with a sentence on it."""


def register(app: Flask, token: str) -> None:
    """Count the requests of ``app``, and show the figures to whoever has ``token``.

    Each process counts its own requests. Without a token nobody is shown any.
    """
    registry = CollectorRegistry(auto_describe=False)
    app.extensions[_EXTENSION] = registry, token
    app.register_blueprint(bp)
    _count_requests(app, registry)
    registry.register(_Figures(app))


def _count_requests(app: Flask, registry: CollectorRegistry) -> None:
    answered = Counter(
        "endpoint_http_requests",
        "Requests that were answered.",
        ["endpoint", "method", "status"],
        registry=registry,
    )
    took = Histogram(
        "endpoint_http_request_seconds",
        "Seconds until the answer began.",
        ["endpoint"],
        registry=registry,
    )

    @cache
    def series(view: str, method: str, status: int) -> tuple[Counter, Histogram]:
        return answered.labels(view, method, str(status)), took.labels(view)

    @app.before_request
    def begin() -> None:
        g.began_at = time.perf_counter()

    @app.after_request
    def count(response: Response) -> Response:
        # Names of views and known methods: what a client makes up must not become a series.
        view = request.endpoint or "none"
        method = request.method if request.method in _METHODS else "other"
        count_one, seconds = series(view, method, response.status_code)
        count_one.inc()
        if began_at := g.get("began_at"):
            seconds.observe(time.perf_counter() - began_at)
        return response


@bp.get("/metrics")
def show() -> Response:
    """Show the figures; 404 where ``metrics.token`` is not set, 401 without it."""
    registry, token = current_app.extensions[_EXTENSION]
    if not token:
        raise NotFound("There is nothing at this URL")
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(
        given.strip().encode(), token.encode()
    ):
        raise Unauthorized("The figures need the token of metrics.token; send it as Bearer TOKEN")
    encode, content_type = exposition.choose_encoder(request.headers.get("Accept", ""))
    headers = {"Cache-Control": "no-store", "Content-Type": content_type}
    return Response(encode(registry), headers=headers)


class _Figures:
    """What is not counted here but asked for at each look: true of other processes' work too."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def collect(self) -> Iterator[Any]:
        """Yield the figures of prometheus-client."""
        with self._app.app_context():
            health = services().health
            readiness = health.examine()
        ready = ("Whether a post could be made now.", float(readiness.is_ready))
        figures = {"ready": ready, **health.figures(), **_find_waiting(readiness)}
        for name, (help_text, figure) in figures.items():
            yield _gauge(name, help_text, {"": figure})
        yield from _describe_followers(readiness)


def _find_waiting(readiness: Readiness) -> _Told:
    """Return how much waits, but for what nobody can say now."""
    figures: _Told = {}
    if backlog := readiness.backlog:
        figures["commits_waiting"] = ("Commits that wait to be pushed.", backlog.commits)
        figures["conflicts"] = (
            "Commits that could not be merged and wait for the owner.",
            len(backlog.conflicts),
        )
    for help_text, name, queue in (
        (_MENTIONS, "mentions_waiting", readiness.mentions),
        (_COPIES, "copies_waiting", readiness.copies),
        (_BACKFEED, "backfeed_waiting", readiness.backfeed),
    ):
        if queue:
            figures[name] = (help_text, queue.waiting)
    return figures


def _describe_followers(readiness: Readiness) -> Iterator[Any]:
    behind = {one.name: float(not one.is_done) for one in readiness.followers}
    failures = {one.name: float(one.attempts) for one in readiness.followers}
    yield _gauge("follower_behind", "Whether a follower has work to do.", behind, "follower")
    yield _gauge(
        "follower_failures",
        "Attempts of a follower that failed since its last success.",
        failures,
        "follower",
    )


def _gauge(name: str, help_text: str, figures: Mapping[str, float], label: str = "") -> Any:
    family = GaugeMetricFamily(f"endpoint_{name}", help_text, labels=[label] if label else None)
    for value, figure in figures.items():
        family.add_metric([value] if label else [], figure)
    return family
