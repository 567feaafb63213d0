"""Copies of posts in an account on a server that speaks Mastodon's API."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from mastodon import Mastodon
from mastodon.errors import MastodonNotFoundError

from endpoint.config.syndication import SyndicationTarget
from endpoint.domain.copies.reactions import Reaction
from endpoint.domain.urls import canonical
from endpoint.syndicators import Attachment, Copy, Outgoing, Tools
from endpoint.syndicators.files import fingerprint
from endpoint.syndicators.mastodon.connections import Connections, read
from endpoint.syndicators.mastodon.editing import edit_status
from endpoint.syndicators.mastodon.finding import Sought, find_status
from endpoint.syndicators.mastodon.limits import KnownLimits
from endpoint.syndicators.mastodon.media import upload
from endpoint.syndicators.mastodon.reactions import find_reactions
from endpoint.syndicators.mastodon.statuses import Answered, Wanted, write
from endpoint.syndicators.mastodon.verbs import (
    STATUS,
    do_verb,
    find_answered,
    find_number,
    find_verb,
    is_at,
    split,
    undo_verb,
)
from endpoint.syndicators.options import read_options
from endpoint.syndicators.outcomes import Refused

_GONE = "The copy is not there any more."


class MastodonSyndicator:
    """Copies posts to one account; likes and reposts of statuses become favourites and boosts."""

    name = "mastodon"

    def __init__(self, target: SyndicationTarget, tools: Tools) -> None:
        self.targets = (target,)
        self._target = target
        self._clock = tools.clock
        self._connections = Connections(target, tools.web, tools.clock)
        self._limits = KnownLimits()
        self._account = ""

    def copy(self, outgoing: Outgoing, key: str) -> Copy:
        """Return the copy that was made: a status, a favourite or a boost."""
        verb, urls = find_verb(outgoing)
        if verb != STATUS:
            with self._connections.open() as api:
                return do_verb(api, self._target.server, self._own_id(api), verb, urls)
        with self._connections.open() as api:
            wanted = self._write(api, outgoing)
            media = self._upload(api, wanted)
        with self._connections.open(changes=True) as api:
            return _to_copy(_post(api, wanted, media, key), wanted.attachments)

    def find(self, outgoing: Outgoing, key: str, since: datetime) -> Copy | None:  # noqa: ARG002
        """Return the status that was made since ``since``; favourites and boosts are repeatable."""
        if find_verb(outgoing)[0] != STATUS:
            return None
        with self._connections.open() as api:
            limits = self._limits.get(api, self._clock())
            sought = Sought(outgoing, limits, self._find_answered(api, outgoing), since)
            status = find_status(api, self._own_id(api), sought)
        return _to_copy(status, sought.files(status)) if status else None

    def recognise(self, url: str) -> Copy | None:
        """Return the status at ``url`` if it is there, and the account's."""
        number = find_number(self._target.server, url)
        if not number:
            return None
        with self._connections.open() as api:
            try:
                status = api.status(number)
            except MastodonNotFoundError:
                return None
            is_own = read(status.get("account"), "id") == self._own_id(api)
        return Copy(url, f"{STATUS}:{number}:") if is_own and is_at(status, url) else None

    def edit(self, copy: Copy, outgoing: Outgoing) -> Copy:
        """Let the status say what the post says now; a favourite or boost stays what it is."""
        kind, number, files = split(copy)
        if kind != STATUS or find_verb(outgoing)[0] != STATUS:
            return copy
        with self._connections.open() as api:
            wanted = self._write(api, outgoing)
            is_same = files == fingerprint(wanted.attachments)
            media = None if is_same else self._upload(api, wanted)
            try:
                limits = self._limits.get(api, self._clock())
                return _to_copy(edit_status(api, number, wanted, media, limits), wanted.attachments)
            except MastodonNotFoundError as error:
                raise Refused(_GONE) from error

    def remove(self, copy: Copy) -> None:
        """Delete the status, or take back the favourite or boost."""
        kind, number, _ = split(copy)
        with self._connections.open() as api:
            if kind != STATUS:
                undo_verb(api, kind, number)
                return
            try:
                api.status_delete(number)
            except MastodonNotFoundError:
                return

    def check(self) -> str:
        """Return the account's full name, such as ``@ada@social.example``."""
        with self._connections.open() as api:
            name = read(api.account_verify_credentials(), "acct")
        return f"@{name}@{urlsplit(self._target.server).netloc}"

    def reactions(self, copy: Copy) -> Iterable[Reaction]:
        """Return the answers, favourites and boosts that the copy has got."""
        kind, number, _ = split(copy)
        if kind != STATUS:
            return ()
        with self._connections.open() as api:
            try:
                return find_reactions(api, number, self._own_id(api), copy.url)
            except MastodonNotFoundError as error:
                raise Refused(_GONE) from error

    def _write(self, api: Mastodon, outgoing: Outgoing) -> Wanted:
        limits = self._limits.get(api, self._clock())
        return write(outgoing, limits, self._find_answered(api, outgoing))

    def _find_answered(self, api: Mastodon, outgoing: Outgoing) -> Answered:
        is_answer = "in-reply-to" in outgoing.post.properties
        own_id = self._own_id(api) if is_answer else ""
        return find_answered(api, self._target.server, outgoing, own_id)

    def _upload(self, api: Mastodon, wanted: Wanted) -> list[str]:
        limits = self._limits.get(api, self._clock())
        return [upload(api, attachment, data, limits) for attachment, data in wanted.files]

    def _own_id(self, api: Mastodon) -> str:
        if not self._account:
            self._account = read(api.account_verify_credentials(), "id")
        return self._account


def make(target: SyndicationTarget, tools: Tools) -> MastodonSyndicator:
    """Return what copies to ``target``; raise ValueError if it names no server, or no token."""
    read_options(target)
    if not target.server:
        raise ValueError("server is missing: where the account is, like https://social.example/")
    if not target.token:
        raise ValueError(
            "token is missing: an access token with the scopes read and write, which the server"
            " makes under Preferences, Development"
        )
    return MastodonSyndicator(target, tools)


def _post(api: Mastodon, wanted: Wanted, media: list[str], key: str) -> Any:
    return api.status_post(
        wanted.text,
        in_reply_to_id=wanted.answers,
        media_ids=media or None,
        sensitive=wanted.is_sensitive,
        visibility=wanted.visibility,
        spoiler_text=wanted.warning or None,
        language=wanted.language,
        idempotency_key=key,
    )


def _to_copy(status: Any, shown: Sequence[Attachment]) -> Copy:
    id_ = f"{STATUS}:{read(status, 'id')}:{fingerprint(shown)}"
    try:
        # It will be a link on the owner's pages.
        return Copy(canonical(str(status.get("url") or status.get("uri"))), id_)
    except ValueError:
        return Copy("", id_)
