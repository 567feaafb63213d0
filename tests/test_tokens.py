"""Tokens made here: what they grant, and when they are refused (RFC 6750 §3.1)."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from endpoint.domain.tokens import Token
from endpoint.errors import InsufficientScope, InvalidToken, NotFound, Unavailable
from endpoint.services.tokens import Tokens
from endpoint.stores.database import make_engine, prepare

ME = "https://site.example/"
APP = "https://app.example/"


class Clock:
    def __init__(self):
        self.now = datetime(2026, 11, 22, 8, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "endpoint.db"


@pytest.fixture
def tokens(path, clock):
    engine = make_engine(f"sqlite:///{path}")
    prepare(engine)
    yield Tokens(engine, me=ME, clock=clock)
    engine.dispose()


@pytest.mark.parametrize(
    ("scopes", "granted"),
    [
        pytest.param("create", {"create", "media", "undelete"}, id="create"),
        pytest.param("post", {"create", "media", "undelete", "post"}, id="post is create"),
        pytest.param("delete", {"delete", "undelete"}, id="delete grants undelete"),
        pytest.param("undelete", {"undelete"}, id="undelete grants no delete"),
        pytest.param("update", {"update"}, id="update"),
        pytest.param("media", {"media"}, id="media"),
        pytest.param("draft", {"draft", "media"}, id="draft grants no create"),
        pytest.param("profile", {"profile"}, id="profile"),
        pytest.param("creates updated", set(), id="whole words"),
        pytest.param(
            "write",
            {"create", "update", "delete", "undelete", "media"},
            id="Mastodon's write",
        ),
        pytest.param(
            "write draft",
            {"draft", "update", "delete", "undelete", "media"},
            id="write that drafts alone",
        ),
        pytest.param(
            "write:statuses", {"create", "update", "delete", "undelete"}, id="a part of write"
        ),
        pytest.param("write:media", {"media"}, id="another part"),
        pytest.param("read follow push", set(), id="Mastodon's read"),
        pytest.param("", set(), id="none"),
    ],
)
def test_scopes(scopes, granted):
    token = Token(ME, APP, frozenset(scopes.split()), "id")

    names = {"create", "post", "draft", "update", "delete", "undelete", "media", "profile"}
    assert {name for name in names if token.may(name)} == granted


@pytest.mark.parametrize(
    ("scopes", "expected"),
    [
        pytest.param({"draft"}, True, id="draft"),
        pytest.param({"draft", "update"}, True, id="draft and update"),
        pytest.param({"draft", "create"}, False, id="draft and create"),
        pytest.param({"draft", "write"}, True, id="draft and write"),
        pytest.param({"create"}, False, id="create"),
        pytest.param(set(), False, id="none"),
    ],
)
def test_drafts_only(scopes, expected):
    assert Token(ME, APP, frozenset(scopes), "id").drafts_only is expected


def test_require_any_of_several_scopes():
    token = Token(ME, APP, frozenset({"draft"}), "id")

    token.require("create", "draft")

    with pytest.raises(InsufficientScope, match="update") as refusal:
        token.require("update", "delete")
    assert refusal.value.scope == "update"


def test_a_new_token_is_verified(tokens, clock):
    secret, made = tokens.create(APP, ["create", "update"], timedelta(days=1))

    token = tokens.verify(secret)

    assert token == made
    assert (token.me, token.client_id) == (ME, APP)
    assert token.scopes == {"create", "update"}
    assert token.expires_at == clock.now + timedelta(days=1)


def test_secrets_are_long_and_different(tokens):
    secrets = {tokens.create(APP, ["create"])[0] for _ in range(20)}

    assert len(secrets) == 20
    assert all(len(secret.removeprefix("endpoint_")) == 43 for secret in secrets)


def test_the_secret_is_kept_nowhere(tokens, path):
    secret, token = tokens.create(APP, ["create"])

    tokens.verify(secret)

    kept = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert token.id.encode() in kept
    assert secret.encode() not in kept
    assert secret.removeprefix("endpoint_").encode() not in kept


@pytest.mark.parametrize(
    "bearer",
    [
        pytest.param("", id="empty"),
        pytest.param("endpoint_unknown", id="unknown"),
        pytest.param("ü\ud800\0", id="odd characters"),
        pytest.param("x" * 1_000_000, id="long"),
        pytest.param("' OR 1=1 --", id="injection"),
    ],
)
def test_unknown_token(tokens, bearer):
    tokens.create(APP, ["create"])

    with pytest.raises(InvalidToken, match="not known"):
        tokens.verify(bearer)


def test_neither_id_nor_hash_is_a_token(tokens, path):
    secret, token = tokens.create(APP, ["create"])
    with sqlite3.connect(path) as connection:
        [[stored]] = connection.execute("SELECT hash FROM tokens").fetchall()
    connection.close()

    assert len(stored) == 64
    for guess in (token.id, stored, secret[:-1], secret + "x", secret.upper()):
        with pytest.raises(InvalidToken):
            tokens.verify(guess)


def test_expired_token(tokens, clock):
    secret, _ = tokens.create(APP, ["create"], timedelta(seconds=60))
    clock.now += timedelta(seconds=59)
    tokens.verify(secret)

    clock.now += timedelta(seconds=1)

    with pytest.raises(InvalidToken, match="expired"):
        tokens.verify(secret)


def test_revoked_token(tokens):
    secret, token = tokens.create(APP, ["create"])
    other, _ = tokens.create(APP, ["create"])

    tokens.revoke(token.id)

    with pytest.raises(InvalidToken, match="revoked"):
        tokens.verify(secret)
    tokens.verify(other)


def test_revoking_again_keeps_the_first_time(tokens, clock):
    _, token = tokens.create(APP, ["create"])
    tokens.revoke(token.id)
    clock.now += timedelta(days=1)

    tokens.revoke(token.id)

    [listed] = tokens.list()
    assert listed.revoked_at == clock.now - timedelta(days=1)


def test_revoking_what_does_not_exist(tokens):
    secret, _ = tokens.create(APP, ["create"])

    with pytest.raises(NotFound):
        tokens.revoke("0" * 16)

    tokens.verify(secret)


def test_list_newest_first(tokens, clock):
    _, first = tokens.create(APP, ["create"])
    clock.now += timedelta(seconds=1)
    _, second = tokens.create("https://other.example/", ["update", "delete"])

    listed = tokens.list()

    assert [token.id for token in listed] == [second.id, first.id]
    assert listed[0].client_id == "https://other.example/"
    assert listed[0].scopes == {"update", "delete"}
    assert listed[0].issued_at == clock.now
    assert listed[0].last_used_at is None


def test_last_use_is_written_once_a_minute(tokens, clock):
    secret, _ = tokens.create(APP, ["create"])
    start = clock.now
    tokens.verify(secret)

    clock.now = start + timedelta(seconds=59)
    tokens.verify(secret)
    after_59_s = tokens.list()[0].last_used_at
    clock.now = start + timedelta(seconds=60)
    tokens.verify(secret)

    assert after_59_s == start
    assert tokens.list()[0].last_used_at == clock.now


def test_database_out_of_reach(tmp_path, clock):
    engine = make_engine(f"sqlite:///{tmp_path}/missing/endpoint.db")
    tokens = Tokens(engine, me=ME, clock=clock)

    with pytest.raises(Unavailable):
        tokens.verify("endpoint_x")


def test_a_use_that_cannot_be_noted_does_not_matter(tokens, path):
    secret, _ = tokens.create(APP, ["create"])
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TRIGGER broken BEFORE UPDATE ON tokens BEGIN DELETE FROM missing; END"
        )
    connection.close()

    token = tokens.verify(secret)

    assert token.scopes == {"create"}
    assert tokens.list()[0].last_used_at is None
