"""Conversations with a Mastodon server, through our own guarded client."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from mastodon import Mastodon
from mastodon.errors import MastodonError, MastodonNetworkError
from requests import Response
from requests.structures import CaseInsensitiveDict

from endpoint import __version__
from endpoint.config.syndication import SyndicationTarget
from endpoint.stores.web import Web
from endpoint.syndicators.answers import Answer, outcome
from endpoint.syndicators.outcomes import NotNow

# What the library, and we, stumble over where an answer has another shape.
_UNREADABLE = (AttributeError, LookupError, TypeError, AssertionError)
_NO_ANSWER = "Could not complete request: "
_UPLOAD_TIMEOUT_S = 120
_USUAL = 0
"""The time limit of the guarded client, which knows none of zero seconds."""

# The library asks for the version by itself, unless it is told one that has all it needs.
_VERSION = "4.2.0"


class Connections:
    """Opens conversations as the account of ``target``; each has a session of its own."""

    def __init__(self, target: SyndicationTarget, web: Web, clock: Callable[[], datetime]) -> None:
        self._target = target
        self._web = web
        self._clock = clock

    @contextmanager
    def open(self, *, changes: bool = False) -> Iterator[Mastodon]:
        """Yield the server's API; raise a SyndicationError for what goes wrong in between.

        With ``changes`` it is unknown what came of a request without an answer.
        """
        last: list[Answer] = []
        with self._web.session() as session:
            session.hooks["response"].append(lambda response, **_: _note(response, last))
            api = Mastodon(
                access_token=self._target.token,
                api_base_url=self._target.server,
                ratelimit_method="throw",
                request_timeout=_USUAL,
                mastodon_version=_VERSION,
                version_check_mode="created",
                session=session,
                user_agent=f"indieweb-endpoint/{__version__}",
            )
            try:
                yield api
            except MastodonNetworkError as error:
                why = str(error).removeprefix(_NO_ANSWER).rstrip(".")
                raise NotNow(f"The server cannot be reached: {why}.", is_unknown=changes) from error
            except (MastodonError, *_UNREADABLE) as error:
                answer = last[-1] if last else Answer(0, {}, b"")
                raise outcome(answer, self._clock(), is_unknown=changes) from error


@contextmanager
def patiently(api: Mastodon) -> Iterator[None]:
    """Give a request of ``api`` the time that a file takes."""
    api.request_timeout = _UPLOAD_TIMEOUT_S
    try:
        yield
    finally:
        api.request_timeout = _USUAL


def read(entity: Any, name: str) -> str:
    """Return a text or number of an entity as text; raise NotNow if the answer lacks it."""
    value = entity.get(name) if isinstance(entity, dict) else None
    if not isinstance(value, str | int) or not str(value):
        raise NotNow("The server answers what cannot be read.", is_unknown=True)
    return str(value)


def _note(response: Response, last: list[Answer]) -> None:
    headers = CaseInsensitiveDict(response.headers)
    last[:] = [Answer(response.status_code, headers, response.content)]
    # The library takes an answer for a refusal if it cannot read these.
    for name in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"):
        response.headers.pop(name, None)
