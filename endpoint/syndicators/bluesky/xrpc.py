"""An account on Bluesky, asked and told things over XRPC (atproto.com/specs/xrpc)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any

from endpoint.stores.web import FetchError, Web
from endpoint.syndicators.bluesky.answers import Answer, ExpiredToken, read_answer
from endpoint.syndicators.outcomes import NotAllowed, NotNow, Refused

_TIMEOUT_S = 60
"""A picture may take its time."""


@dataclass(frozen=True)
class Login:
    """Who we are, by ``did`` and ``handle``, and the secrets of a session."""

    did: str
    handle: str
    access: str = field(repr=False)
    refresh: str = field(repr=False)


class Account:
    """An account on ``server``, whose URL ends with a slash; its session is kept in memory.

    Whatever goes wrong is raised as an outcome: NotNow if the server cannot be
    reached or is busy, NotAllowed if it does not let us in, Forbidden if it does
    not let us do that, Refused if it does not take what it was told, NoSuchThing if
    it has not what it was asked for.
    """

    def __init__(
        self, web: Web, server: str, username: str, password: str, clock: Callable[[], datetime]
    ) -> None:
        self._web = web
        self._server = server
        self._username = username
        self._password = password
        self._clock = clock
        self._login: Login | None = None
        self._lock = Lock()

    def login(self) -> Login:
        """Return the session that there is, or begin one."""
        with self._lock:
            self._login = self._login or self._begin()
            return self._login

    def ask(self, name: str, **parameters: str) -> Answer:
        """Return the answer to a query."""
        return self._call("GET", name, params=parameters)

    def tell(self, name: str, body: Mapping[str, Any]) -> Answer:
        """Return the answer to a procedure."""
        return self._call("POST", name, json=body)

    def upload(self, content: bytes, media_type: str) -> Answer:
        """Return the blob that ``content`` has become, as records name it."""
        headers = {"Content-Type": media_type}
        answer = self._call("POST", "com.atproto.repo.uploadBlob", data=content, headers=headers)
        blob = answer.get("blob")
        if not isinstance(blob, dict):
            raise NotNow("Bluesky gave no proper answer to a picture.")
        return blob

    def _call(self, method: str, name: str, **options: Any) -> Answer:
        login = self.login()
        try:
            return self._send(method, name, login.access, **options)
        except ExpiredToken:
            return self._send(method, name, self._renew(login).access, **options)

    def _renew(self, old: Login) -> Login:
        with self._lock:
            # Another thread may have been quicker.
            if self._login is old:
                try:
                    self._login = self._continue(old)
                except (NotAllowed, Refused):
                    self._login = None
            self._login = self._login or self._begin()
            return self._login

    def _begin(self) -> Login:
        body = {"identifier": self._username, "password": self._password}
        try:
            return _read_login(
                self._send("POST", "com.atproto.server.createSession", "", json=body)
            )
        except Refused as error:
            raise NotAllowed(f"Signing in was refused. {error}") from error

    def _continue(self, old: Login) -> Login:
        return _read_login(self._send("POST", "com.atproto.server.refreshSession", old.refresh))

    def _send(
        self,
        method: str,
        name: str,
        token: str,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Answer:
        authorization = {"Authorization": f"Bearer {token}"} if token else {}
        sent = {"Accept": "application/json", **authorization, **(headers or {})}
        changes = method == "POST"
        try:
            with self._web.session() as session:
                url = f"{self._server}xrpc/{name}"
                response = session.request(method, url, headers=sent, timeout=_TIMEOUT_S, **options)
        except FetchError as error:
            raise NotNow(f"Bluesky cannot be reached: {error}.", is_unknown=changes) from error
        return read_answer(response, self._clock(), changes=changes)


def _read_login(answer: Answer) -> Login:
    fields = ("did", "handle", "accessJwt", "refreshJwt")
    values = [answer.get(field) for field in fields]
    if not all(isinstance(value, str) and value.isascii() and value for value in values):
        raise NotNow("Bluesky gives an answer to signing in that cannot be read.")
    return Login(*map(str, values))
