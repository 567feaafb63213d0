"""Requests to a Micropub endpoint, with a token, and what their answers mean."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Any

from requests import Response, Session

from endpoint.stores.web import FetchError, Web
from endpoint.syndicators.answers import Answer, outcome
from endpoint.syndicators.files import File
from endpoint.syndicators.outcomes import NotNow

_UPLOAD_TIMEOUT_S = 120
_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class Connection:
    """Sends requests with ``token``; raises SyndicationErrors for answers of no success."""

    def __init__(self, token: str, web: Web, clock: Callable[[], datetime]) -> None:
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._web = web
        self._clock = clock

    def get(self, url: str, query: Mapping[str, str]) -> dict[str, Any]:
        """Return the JSON object that is the answer to a query."""
        with self._session() as session:
            answer = self._judge(session.get(url, params=query, headers=self._headers))
            try:
                said = answer.json()
            except ValueError as error:
                raise NotNow("The server answers what cannot be read.") from error
        return said if isinstance(said, dict) else {}

    def send(
        self, url: str, action: Mapping[str, Any], key: str = "", *, is_gone_fine: bool = False
    ) -> Response:
        """Return the answer to an action; ``is_gone_fine`` if it may be about what is gone."""
        headers = {**self._headers, **({"Idempotency-Key": key} if key else {})}
        with self._session(is_unknown=True) as session:
            answer = session.post(url, json=action, headers=headers)
            if is_gone_fine and answer.status_code in _GONE:
                return answer
            return self._judge(answer, is_unknown=True)

    def upload(self, url: str, file: File, more: Mapping[str, str]) -> Response:
        """Return the answer of a media endpoint to a file."""
        attachment, data = file
        with self._session() as session:
            return self._judge(
                session.post(
                    url,
                    files={"file": (attachment.name, data, attachment.media_type)},
                    data=more,
                    headers=self._headers,
                    timeout=_UPLOAD_TIMEOUT_S,
                )
            )

    @contextmanager
    def _session(self, *, is_unknown: bool = False) -> Iterator[Session]:
        with self._web.session() as session:
            try:
                yield session
            except FetchError as error:
                reason = f"The server cannot be reached: {error}."
                raise NotNow(reason, is_unknown=is_unknown) from error

    def _judge(self, answer: Response, *, is_unknown: bool = False) -> Response:
        if HTTPStatus.OK <= answer.status_code < HTTPStatus.MULTIPLE_CHOICES:
            return answer
        said = Answer(answer.status_code, answer.headers, answer.content)
        raise outcome(said, self._clock(), is_unknown=is_unknown)
