"""Bluesky: posts, replies, likes and reposts as records of the owner's account."""

from dataclasses import replace
from datetime import datetime

from endpoint.config.syndication import SyndicationTarget
from endpoint.domain.bluesky.addresses import (
    POST,
    Address,
    parse_post,
    parse_uri,
    record_key,
)
from endpoint.syndicators import Copy, Outgoing, Syndicator, Tools
from endpoint.syndicators.bluesky.answers import NoSuchThing
from endpoint.syndicators.bluesky.records import LIKE, REPOST, Record
from endpoint.syndicators.bluesky.writing import Writing
from endpoint.syndicators.bluesky.xrpc import Account
from endpoint.syndicators.options import read_options
from endpoint.syndicators.outcomes import NotNow, Refused

_SERVER = "https://bsky.social/"
_PAGES = "https://bsky.app/"


def make(target: SyndicationTarget, tools: Tools) -> Syndicator:
    """Return what copies posts to the account ``username``, whose app password is ``token``.

    Raise ValueError if one of them is missing.
    """
    read_options(target)
    if not target.username:
        raise ValueError("username: must be your handle on Bluesky, like ada.bsky.social")
    if not target.token:
        raise ValueError("token: must be an app password, made in the settings of Bluesky")
    server = (target.server or _SERVER).rstrip("/") + "/"
    username = target.username.removeprefix("@")
    account = Account(tools.web, server, username, target.token, tools.clock)
    return Bluesky(account, target, tools)


class Bluesky:
    """Keeps the copies as records of ``account``, under keys that every attempt shares."""

    name = "bluesky"

    def __init__(self, account: Account, target: SyndicationTarget, tools: Tools) -> None:
        self.targets = (target,)
        self._account = account
        self._writing = Writing(account, tools.clock)

    def copy(self, outgoing: Outgoing, key: str) -> Copy:
        """Return the record that was made."""
        collection, record = self._writing.write(outgoing)
        address = Address(self._account.login().did, collection, record_key(key))
        self._account.tell("com.atproto.repo.createRecord", _place(address) | {"record": record})
        return self._copy_of(address, record)

    def find(self, outgoing: Outgoing, key: str, since: datetime) -> Copy | None:  # noqa: ARG002
        """Return what is there under the key of the attempt."""
        did = self._account.login().did
        # What the post is may have changed since.
        for collection in (POST, LIKE, REPOST):
            address = Address(did, collection, record_key(key))
            if record := self._read(address):
                return self._copy_of(address, record)
        return None

    def recognise(self, url: str) -> Copy | None:
        """Return the post at ``url`` if it is there, and the account's."""
        address = parse_post(url)
        login = self._account.login() if address else None
        if not address or not login or address.actor not in (login.did, login.handle):
            return None
        own = replace(address, actor=login.did)
        return Copy(url, str(own)) if self._read(own) else None

    def edit(self, copy: Copy, outgoing: Outgoing) -> Copy:
        """Put the record that the post is now in the place of the other; raise Refused if none is.

        A like or a repost that has become something else, or of something else, is
        taken away once what it has become is there.
        """
        address = self._own_address(copy)
        collection, record = self._writing.write(outgoing)
        other = Address(address.actor, collection, record_key(address.key))
        old = self._read(address)
        if old is None and self._read(other) is None:
            raise Refused("The copy is not on Bluesky any more.")
        if old is None:
            # An attempt before this one came as far as taking it away.
            return self._put(other, record)
        record["createdAt"] = old.get("createdAt", record["createdAt"])
        if collection == address.collection == POST:
            return self._put(address, record)
        if collection == address.collection and record["subject"] == old.get("subject"):
            return copy
        edited = self._put(other, record)
        self._delete(address)
        return edited

    def remove(self, copy: Copy) -> None:
        """Delete the record."""
        self._delete(self._own_address(copy))

    def check(self) -> str:
        """Return our handle."""
        return f"@{self._account.ask('com.atproto.server.getSession').get('handle', '')}"

    def _put(self, address: Address, record: Record) -> Copy:
        self._account.tell("com.atproto.repo.putRecord", _place(address) | {"record": record})
        return self._copy_of(address, record)

    def _delete(self, address: Address) -> None:
        self._account.tell("com.atproto.repo.deleteRecord", _place(address))

    def _read(self, address: Address) -> Record | None:
        try:
            answer = self._account.ask("com.atproto.repo.getRecord", **_place(address))
        except NoSuchThing:
            return None
        record = answer.get("value")
        if not isinstance(record, dict):
            raise NotNow("Bluesky gives an answer that cannot be read.")
        return record

    def _own_address(self, copy: Copy) -> Address:
        address = parse_uri(copy.id)
        if address is None or address.actor != self._account.login().did:
            raise Refused("The copy belongs to another account on Bluesky.")
        return address

    def _copy_of(self, address: Address, record: Record) -> Copy:
        if address.collection != POST:
            return Copy(_page_of_verb(address, record), str(address))
        page = f"{_PAGES}profile/{self._account.login().handle}/post/{address.key}"
        # Who has just moved may have no handle for a while.
        known = page if parse_post(page) else f"{_PAGES}profile/{address.actor}/post/{address.key}"
        return Copy(known, str(address))


def _place(address: Address) -> dict[str, str]:
    return {"repo": address.actor, "collection": address.collection, "rkey": address.key}


def _page_of_verb(address: Address, record: Record) -> str:
    """Return the page of what is liked or reposted; a fragment says what this is, and whose."""
    subject = record.get("subject")
    liked = parse_uri(str(subject.get("uri"))) if isinstance(subject, dict) else None
    if liked is None:
        raise NotNow("Bluesky gives a record that cannot be read.")
    verb = address.collection.rpartition(".")[2]
    return f"{_PAGES}profile/{liked.actor}/post/{liked.key}#{verb}-by-{address.actor}"
