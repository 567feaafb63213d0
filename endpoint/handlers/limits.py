"""How often a visitor may ask, at the URLs that say so."""

import ipaddress
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from threading import Lock
from typing import Any, TypeVar

from flask import Flask, Response, g, request
from flask_limiter import Limiter, RateLimitExceeded

from endpoint.errors import TooManyRequests

View = Callable[..., Any]
V = TypeVar("V", bound=View)

_IPV6_NETWORK_BITS = 64


@dataclass(frozen=True)
class _Rule:
    figures: str
    who: Callable[[], str]
    unless: Callable[[], bool] | None
    counts: Callable[[Response], bool] | None


_rules: dict[View, list[_Rule]] = {}
_turn = Lock()


def visitor() -> str:
    """Return who asks: an IPv4 address, or the /64 network that one household has in IPv6."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    host_bits = address.max_prefixlen - _IPV6_NETWORK_BITS
    return str(ipaddress.IPv6Address(int(address) >> host_bits << host_bits))


def limit(
    figures: str,
    *,
    who: Callable[[], str] = visitor,
    unless: Callable[[], bool] | None = None,
    counts: Callable[[Response], bool] | None = None,
) -> Callable[[V], V]:
    """Return a decorator for a view that answers 429 beyond ``"5 per minute; 30 per hour"``.

    ``who`` names whoever shares one count; requests for which ``unless`` is true
    are free, and ``counts`` tells from the answer whether the request counted.
    """

    def note(view: V) -> V:
        _rules.setdefault(view, []).append(_Rule(figures, who, unless, counts))
        return view

    return note


def register(app: Flask, queue_url: str) -> None:
    """Put the limits into force, once every view of ``app`` is there.

    The counts are kept in the queue's Redis, or else in each process for itself.
    """
    before = [list(hooks.get(None, ())) for hooks in _hooks(app)]
    limiter = Limiter(
        visitor,
        app=app,
        storage_uri=_storage(queue_url),
        strategy="moving-window",
        fail_on_first_breach=False,
        # A Redis that is away for a moment must not keep the owner out.
        in_memory_fallback_enabled=True,
        key_prefix="endpoint",
    )
    _narrow(app, before)
    app.teardown_request(_end_turn)
    for endpoint, view in app.view_functions.items():
        if view in _rules:
            app.view_functions[endpoint] = _guard(view, limiter)


def _hooks(app: Flask) -> tuple[dict[Any, list[Any]], ...]:
    return app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs


def _narrow(app: Flask, before: list[list[Any]]) -> None:
    """Let the limiter look at requests for limited views only; it would look at every one.

    Before a view nothing is to be done: each limit is a decorator, which looks for itself.
    """
    _, after, end = (
        [hook for hook in hooks[None] if hook not in known]
        for hooks, known in zip(_hooks(app), before, strict=True)
    )
    for hooks, known in zip(_hooks(app), before, strict=True):
        hooks[None] = known

    @app.after_request
    def count(response: Response) -> Response:
        for hook in after if "is_limited" in g else ():
            response = hook(response)
        return response

    @app.teardown_request
    def forget(error: BaseException | None) -> None:
        for hook in end if "is_limited" in g else ():
            hook(error)


def _storage(queue_url: str) -> str:
    match queue_url.partition(":")[0]:
        case "redis" | "rediss":
            return queue_url
        case "unix":
            return f"redis+{queue_url}"
    return "memory://"


def _guard(view: View, limiter: Limiter) -> View:
    limited = view
    counts_later = any(rule.counts for rule in _rules[view])
    for rule in _rules[view]:
        limited = limiter.limit(
            rule.figures, key_func=rule.who, exempt_when=rule.unless, deduct_when=rule.counts
        )(limited)

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> Any:
        g.is_limited = True
        if counts_later:
            _take_turn()
        try:
            return limited(*args, **values)
        except RateLimitExceeded as error:
            raise _refusal(limiter) from error

    return guarded


def _take_turn() -> None:
    # What counts by its answer is counted after it: of many who came at once, each would find
    # that there is room for one more.
    _turn.acquire()
    g.has_turn = True


def _end_turn(_error: BaseException | None) -> None:
    if g.pop("has_turn", False):
        _turn.release()


def _refusal(limiter: Limiter) -> TooManyRequests:
    # The limiter goes by the clock of the machine.
    resets = [limit.window.reset_time for limit in limiter.current_limits if limit.breached]
    wait_s = max(1, math.ceil(max(resets) - time.time()))
    minutes = math.ceil(wait_s / 60)
    refusal = TooManyRequests(
        f"There were too many attempts; try again in {minutes} minute{'s' * (minutes > 1)}"
    )
    refusal.retry_after_s = wait_s
    return refusal
