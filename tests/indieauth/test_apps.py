"""Who may act for the owner: what came of each sign-in, put together app by app."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from endpoint.errors import NotFound
from endpoint.services.indieauth.apps import Apps
from endpoint.services.indieauth.grants import Grants, Lifetimes

BERLIN = ZoneInfo("Europe/Berlin")
QUILL = "https://quill.example/"
SHPUB = "https://shpub.example/"
LIFETIMES = Lifetimes(timedelta(minutes=5), timedelta(days=90), timedelta(days=365))
FOR_EVER = Lifetimes(timedelta(minutes=5), None, timedelta(days=365))


class Server:
    """Gives apps what they ask for, as the token endpoint does."""

    def __init__(self, parts, lifetimes=LIFETIMES):
        self.grants = Grants(parts.engine, lifetimes, parts.clock)
        self.tokens = parts.tokens

    def approve(self, client_id, scope):
        return self.grants.issue_code(client_id, f"{client_id}callback", scope.split(), "")

    def sign_in(self, client_id, scope="create"):
        made = self.grants.make_secrets()
        assert self.grants.redeem(self.grants.find_code(self.approve(client_id, scope)), made)
        return made

    def renew(self, secrets, scope="create"):
        made = self.grants.make_secrets()
        old = self.grants.find_refresh(secrets.refresh_token)
        assert self.grants.renew(old, made, scope)
        return made


@pytest.fixture
def server(parts):
    return Server(parts)


@pytest.fixture
def apps(parts):
    return Apps(parts.engine, BERLIN, parts.clock, are_ours=True)


def berlin(*moment):
    return datetime(*moment, tzinfo=BERLIN)


# Apps


def test_the_sign_ins_of_an_app_are_one_entry(apps, server, clock):
    server.sign_in(SHPUB, "media")
    clock.forward(hours=1)
    first = server.sign_in(QUILL, "create update")
    clock.forward(days=1)
    server.sign_in(QUILL, "profile create")
    clock.forward(days=1)
    server.tokens.verify(first.access_token)

    quill, shpub = apps.signed_in()

    assert (quill.client_id, shpub.client_id) == (QUILL, SHPUB)
    assert quill.scopes == {"profile", "create", "update"}
    assert quill.since == berlin(2025, 11, 22, 10, 30, 15)
    assert quill.last_used == berlin(2025, 11, 24, 10, 30, 15)
    assert quill.until == berlin(2026, 11, 23, 10, 30, 15)
    assert quill.renews
    assert (shpub.scopes, shpub.last_used) == ({"media"}, None)
    assert {moment.tzinfo for moment in (quill.since, quill.last_used, quill.until)} == {BERLIN}


def test_an_app_whose_token_is_over_is_there_while_it_can_renew(apps, server, clock):
    secrets = server.sign_in(QUILL, "create update")
    server.tokens.verify(secrets.access_token)
    clock.forward(days=91)

    [app] = apps.signed_in()

    assert app.scopes == {"create", "update"}
    assert app.last_used == berlin(2025, 11, 22, 9, 30, 15)
    assert app.until == berlin(2026, 11, 22, 9, 30, 15)
    clock.forward(days=365 - 91)
    assert apps.signed_in() == []


def test_renewing_moves_the_end_and_keeps_the_beginning(apps, server, clock):
    secrets = server.sign_in(QUILL, "create update")
    server.tokens.verify(secrets.access_token)
    clock.forward(days=100)
    server.renew(secrets, "create")

    [app] = apps.signed_in()

    assert app.since == berlin(2025, 11, 22, 9, 30, 15)
    assert app.last_used == berlin(2025, 11, 22, 9, 30, 15)
    assert app.until == berlin(2026, 11, 22, 9, 30, 15) + timedelta(days=100)
    assert app.scopes == {"create", "update"}


def test_a_sign_in_that_ended_says_nothing_about_the_one_that_goes_on(apps, server, clock):
    ended = server.sign_in(QUILL, "create delete")
    server.tokens.verify(ended.access_token)
    server.grants.revoke(ended.access_token)
    clock.forward(days=1)
    server.sign_in(QUILL, "update")

    [app] = apps.signed_in()

    assert app.scopes == {"update"}
    assert app.since == berlin(2025, 11, 23, 9, 30, 15)
    assert app.last_used is None


def test_one_token_for_ever_is_enough_to_have_no_end(apps, server, parts):
    server.sign_in(QUILL)
    Server(parts, FOR_EVER).sign_in(QUILL)

    [app] = apps.signed_in()

    assert app.until is None


def test_what_is_over_or_replaced_does_not_count(apps, server, parts, clock):
    secrets = server.sign_in(QUILL, "create update")
    Server(parts, FOR_EVER).renew(secrets, "create")
    clock.forward(days=91)

    [app] = apps.signed_in()

    assert app.scopes == {"create"}
    assert app.until is None
    assert not app.renews


def test_whoever_acted_last_comes_first(apps, server, clock):
    older = server.sign_in(QUILL)
    clock.forward(days=1)
    server.sign_in("https://b.example/")
    server.sign_in("https://a.example/")
    clock.forward(days=1)
    server.tokens.verify(older.access_token)

    found = [app.client_id for app in apps.signed_in()]

    assert found == [QUILL, "https://a.example/", "https://b.example/"]


def test_a_code_alone_is_no_app_yet(apps, server):
    server.approve(QUILL, "create")

    assert apps.signed_in() == []


def test_revoking_an_app_ends_all_it_was_given_and_nothing_else(apps, server):
    secrets, other = server.sign_in(QUILL), server.sign_in(SHPUB)
    code = server.approve(QUILL, "create")
    by_hand, _ = server.tokens.create(QUILL, ["create"])

    apps.revoke(QUILL)

    assert [app.client_id for app in apps.signed_in()] == [SHPUB]
    assert server.grants.find_token(secrets.access_token).revoked_at
    assert server.grants.find_token(by_hand).revoked_at
    assert server.grants.find_refresh(secrets.refresh_token) is None
    assert server.grants.find_code(code) is None
    assert server.grants.find_refresh(other.refresh_token)
    assert server.tokens.verify(other.access_token)


def test_revoking_an_app_again_changes_nothing(apps, server, clock):
    secrets = server.sign_in(QUILL)
    apps.revoke(QUILL)
    before = server.grants.find_token(secrets.access_token)
    clock.forward(days=1)

    apps.revoke(QUILL)

    assert server.grants.find_token(secrets.access_token) == before


@pytest.mark.parametrize("client_id", ["", QUILL, "https://else.example/", "\0"])
def test_only_apps_that_signed_in_can_be_revoked(apps, server, client_id):
    secrets = [server.tokens.create(client_id, ["create"])[0] for client_id in ("", QUILL)]
    server.sign_in(SHPUB)

    with pytest.raises(NotFound, match="look at the list"):
        apps.revoke(client_id)

    assert all(map(server.tokens.verify, secrets))
    assert len(apps.signed_in()) == 1


# Tokens made by hand


def test_tokens_made_by_hand_are_listed_while_they_are_good(apps, server, clock):
    server.sign_in(QUILL)
    server.tokens.create("", ["create"])
    clock.forward(hours=1)
    server.tokens.create("", [], timedelta(minutes=1))
    _, revoked = server.tokens.create("", ["create"])
    server.tokens.revoke(revoked.id)
    secret, _ = server.tokens.create(QUILL, ["update"], timedelta(days=1))
    clock.forward(minutes=1)
    server.tokens.verify(secret)

    newest, oldest = apps.by_hand()

    assert (newest.client_id, newest.scopes) == (QUILL, {"update"})
    assert newest.issued_at == berlin(2025, 11, 22, 10, 30, 15)
    assert newest.last_used_at == berlin(2025, 11, 22, 10, 31, 15)
    assert newest.expires_at == berlin(2025, 11, 23, 10, 30, 15)
    assert newest.expires_at.tzinfo == newest.last_used_at.tzinfo == BERLIN
    assert (oldest.client_id, oldest.expires_at, oldest.last_used_at) == ("", None, None)


def test_revoking_a_token_leaves_the_others(apps, server):
    _, token = server.tokens.create("", ["create"])
    _, other = server.tokens.create("", ["create"])

    apps.revoke_token(token.id)

    assert [left.id for left in apps.by_hand()] == [other.id]


def test_tokens_of_apps_are_revoked_with_their_app_only(apps, server):
    """The app would renew what it lost, and the owner believe that it is gone."""
    secrets = server.sign_in(QUILL)
    token = server.grants.find_token(secrets.access_token)

    for token_id in (token.id, "", "0" * 16, "\0"):
        with pytest.raises(NotFound, match="look at the list"):
            apps.revoke_token(token_id)

    assert server.grants.find_token(secrets.access_token) == token


def test_times_are_aware_whatever_the_database_keeps(apps, server):
    server.sign_in(QUILL)

    [app] = apps.signed_in()

    assert app.since.astimezone(UTC) == datetime(2025, 11, 22, 8, 30, 15, tzinfo=UTC)
