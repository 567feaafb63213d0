"""The apps that may act for the owner, and the tokens made by hand: listed and revoked."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

import structlog
from sqlalchemy import Engine

from endpoint.domain.tokens import split_scopes
from endpoint.errors import NotFound
from endpoint.stores.grants import GrantStore
from endpoint.stores.refresh_tokens import IssuedRefresh
from endpoint.stores.tokens import IssuedToken, TokenStore

_Issued = IssuedToken | IssuedRefresh
_log = structlog.get_logger()


@dataclass(frozen=True)
class App:
    """An app the owner signed in to that may still act; the times are in their zone.

    ``last_used`` is None if it never acted, ``until`` None if it may act for
    ever. An app that ``renews`` can put that off by acting.
    """

    client_id: str
    scopes: frozenset[str]
    since: datetime
    last_used: datetime | None
    until: datetime | None
    renews: bool


class Apps:
    """Who was given tokens here, in times of ``zone``.

    ``are_ours`` is false where apps sign in with another server, so that none
    of these tokens counts.
    """

    def __init__(
        self, engine: Engine, zone: tzinfo, clock: Callable[[], datetime], *, are_ours: bool
    ) -> None:
        self.are_ours = are_ours
        self._tokens = TokenStore(engine)
        self._grants = GrantStore(engine)
        self._zone = zone
        self._clock = clock

    def signed_in(self) -> list[App]:
        """Return the apps that may act or renew what lets them act, the last active first."""
        if not self.are_ours:
            return []
        now = self._clock()
        found: dict[str, list[_Issued]] = defaultdict(list)
        for grant in self._by_grant():
            if any(_is_good(issued, now) for issued in grant):
                found[grant[0].client_id] += grant
        apps = [self._describe(client_id, found[client_id], now) for client_id in sorted(found)]
        return sorted(apps, key=lambda app: app.last_used or app.since, reverse=True)

    def by_hand(self) -> list[IssuedToken]:
        """Return the good tokens that came of no sign-in, newest first."""
        if not self.are_ours:
            return []
        now = self._clock()
        tokens = (token for token in self._tokens.all() if token.grant_id is None)
        return [self._in_zone(token) for token in tokens if _is_good(token, now)]

    def revoke(self, client_id: str) -> None:
        """End all that an app was given; raise NotFound if it never signed in here."""
        if client_id not in {grant[0].client_id for grant in self._by_grant()}:
            raise NotFound("No app with this client_id has signed in here; look at the list again")
        self._grants.revoke_client(client_id, self._clock())
        _log.info("app_revoked", client_id=client_id)

    def revoke_token(self, token_id: str) -> None:
        """End a token that was made by hand; raise NotFound if there is none with this id."""
        if token_id not in {token.id for token in self._tokens.all() if token.grant_id is None}:
            raise NotFound("No token with this id was made by hand; look at the list again")
        self._tokens.revoke(token_id, self._clock())

    def _by_grant(self) -> Iterable[list[_Issued]]:
        """Return what came of each sign-in, good or not."""
        grants: dict[tuple[str, str], list[_Issued]] = defaultdict(list)
        everything: list[_Issued] = [*self._tokens.all(), *self._grants.refreshes()]
        for issued in everything:
            if issued.grant_id is not None:
                grants[issued.grant_id, issued.client_id].append(issued)
        return grants.values()

    def _describe(self, client_id: str, issued: list[_Issued], now: datetime) -> App:
        good = [each for each in issued if _is_good(each, now)]
        ends = [each.expires_at for each in good if each.expires_at]
        uses = [each.last_used_at for each in issued if isinstance(each, IssuedToken)]
        last_used = max(filter(None, uses), default=None)
        return App(
            client_id=client_id,
            scopes=frozenset().union(*map(_scopes, good)),
            since=min(each.issued_at for each in issued).astimezone(self._zone),
            last_used=self._local(last_used),
            until=self._local(max(ends)) if len(ends) == len(good) else None,
            renews=any(isinstance(each, IssuedRefresh) for each in good),
        )

    def _in_zone(self, token: IssuedToken) -> IssuedToken:
        return replace(
            token,
            issued_at=token.issued_at.astimezone(self._zone),
            expires_at=self._local(token.expires_at),
            last_used_at=self._local(token.last_used_at),
        )

    def _local(self, moment: datetime | None) -> datetime | None:
        return moment.astimezone(self._zone) if moment else None


def _is_good(issued: _Issued, now: datetime) -> bool:
    is_replaced = isinstance(issued, IssuedRefresh) and issued.used_at is not None
    is_over = issued.expires_at is not None and issued.expires_at <= now
    return issued.revoked_at is None and not is_replaced and not is_over


def _scopes(issued: _Issued) -> frozenset[str]:
    return issued.scopes if isinstance(issued, IssuedToken) else split_scopes(issued.scope)
