"""The stores that machines may share, on SQLite and on PostgreSQL."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from sqlalchemy import inspect

from endpoint.domain.lists import Selection
from endpoint.errors import Unavailable
from endpoint.stores.codes import CodeStore, IssuedCode
from endpoint.stores.conflicts import Conflicts, SetAside
from endpoint.stores.creations import Creation, Creations
from endpoint.stores.database import metadata, ping, prepare
from endpoint.stores.followers import Followers
from endpoint.stores.grants import GrantStore, Issue
from endpoint.stores.keys import KeyStore
from endpoint.stores.markers import Marker, MarkerStore
from endpoint.stores.media.drafts import Drafts
from endpoint.stores.media.files import MediaFiles
from endpoint.stores.media.rows import KeptUpload, UploadRows
from endpoint.stores.media.uploads import UploadStore
from endpoint.stores.refresh_tokens import IssuedRefresh
from endpoint.stores.sent_mentions import GONE, TOLD, WAITING, Answer, Pair, SentMentions
from endpoint.stores.sessions import SessionStore
from endpoint.stores.syndications import Syndications
from endpoint.stores.syndications.pauses import Pause, Pauses
from endpoint.stores.syndications.work import SyndicationWork
from endpoint.stores.tokens import IssuedToken, TokenStore

NOW = datetime(2025, 11, 22, 8, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def at_once(call, times: int = 8) -> list:
    """Return what ``call`` returns to each of so many threads."""
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(lambda _: call(), range(times)))


def test_the_migrations_make_what_the_stores_read(engine):
    inspector = inspect(engine)

    for table in metadata.tables.values():
        columns = {
            column["name"]: column["nullable"] for column in inspector.get_columns(table.name)
        }
        assert columns == {column.name: column.nullable for column in table.columns}


def test_preparing_in_many_threads_at_once(engine):
    at_once(lambda: prepare(engine))

    ping(engine)


def make_token(name: str = "t") -> IssuedToken:
    return IssuedToken(name, "https://app.example/", frozenset({"create", "media"}), NOW, LATER)


def test_a_token_is_found_touched_and_revoked(engine):
    store = TokenStore(engine)
    store.add(make_token(), "hash")

    store.touch(store.find("hash"), NOW + 2 * MINUTE)
    touched = store.find("hash")
    store.revoke("t", LATER)

    assert touched.scopes == {"create", "media"}
    assert touched.last_used_at == NOW + 2 * MINUTE
    assert store.find("hash").revoked_at == LATER
    assert store.find("other") is None
    assert [token.id for token in store.all()] == ["t"]


def test_a_key_is_made_once_whoever_asks_first(engine):
    made = at_once(lambda: KeyStore(engine).get("apps"))

    assert len(set(made)) == 1
    assert len(made[0]) == 32
    assert isinstance(made[0], bytes)
    assert KeyStore(engine).get("apps") == made[0] != KeyStore(engine).get("other")


def test_a_place_is_moved_by_several_at_once_and_counts_each_time(engine):
    greatest = str(2**63 - 1)
    at_once(lambda: MarkerStore(engine).move("home", greatest, NOW))

    moved = MarkerStore(engine).move("home", "7", LATER)

    assert moved == Marker("home", "7", 9, LATER)
    assert MarkerStore(engine).find({"home", "notifications"}) == {"home": moved}


def make_code(name: str = "code") -> IssuedCode:
    uris = ("https://app.example/", "https://app.example/back")
    return IssuedCode(name, "grant", *uris, "create", "", LATER)


def test_a_code_is_used_once_whoever_comes_at_the_same_time(engine):
    store = CodeStore(engine)
    store.add(make_code())

    used = at_once(lambda: store.use("code", NOW))

    assert sorted(used) == [False] * 7 + [True]
    assert store.find("code").used_at == NOW


def make_issue(name: str) -> Issue:
    token = IssuedToken(name, "https://app.example/", frozenset({"create"}), NOW, LATER)
    refresh = IssuedRefresh(f"r{name}", "grant", "https://app.example/", "create", NOW, LATER)
    return Issue(token, f"h{name}", refresh)


def test_a_code_and_a_refresh_token_give_tokens_once(engine):
    store, names = GrantStore(engine), iter("abcdefghijklmnopqrstuvwxyz")
    CodeStore(engine).add(make_code())

    redeemed = at_once(lambda: store.redeem("code", make_issue(next(names)), NOW))
    [first] = store.refreshes()
    renewed = at_once(lambda: store.renew(first.hash, make_issue(next(names)), NOW))

    assert sorted(redeemed) == sorted(renewed) == [False] * 7 + [True]
    assert len(store.refreshes()) == len(TokenStore(engine).all()) == 2


def test_a_grant_is_revoked_with_all_that_came_of_it(engine):
    store = GrantStore(engine)
    CodeStore(engine).add(make_code())
    store.redeem("code", make_issue("a"), NOW)

    store.revoke("grant", LATER)

    assert [refresh.revoked_at for refresh in store.refreshes()] == [LATER]
    assert store.renew("ra", make_issue("b"), LATER) is False


def test_sessions_begin_and_end(engine):
    store = SessionStore(engine)
    store.add("one", NOW, LATER)
    store.add("two", NOW, LATER)

    store.remove("two")

    assert [store.holds("one", at) for at in (NOW, LATER)] == [True, False]
    assert not store.holds("two", NOW)


def test_copies_are_asked_for_once(engine):
    store = Syndications(engine)

    store.ask("https://site.example/a/", ["https://x.example/", "https://y.example/"], NOW)
    store.ask("https://site.example/a/", ["https://y.example/"], LATER)

    rows = store.page(9)
    assert sorted(row.target for row in rows) == ["https://x.example/", "https://y.example/"]


def test_a_wanted_copy_is_taken_by_one_worker_alone(engine):
    syndications, work = Syndications(engine), SyndicationWork(engine)
    at_once(lambda: syndications.ask("https://site.example/a/", ["x", "y"], NOW))

    taken = at_once(lambda: work.take(["x", "y"], NOW, 9, MINUTE))

    assert sorted(row.target for _, rows in taken for row in rows) == ["x", "y"]


def test_a_copy_is_noted_by_who_has_taken_it(engine):
    syndications, work = Syndications(engine), SyndicationWork(engine)
    syndications.ask("https://site.example/a/", ["x"], NOW)
    holder, [row] = work.take(["x"], NOW, 9, MINUTE)
    begun = work.begin(row, holder, NOW)

    work.note(row, replace(begun, state="copied", url="u", next_attempt_at=None), holder)
    work.note(row, replace(begun, state="refused", next_attempt_at=None), "another")

    [kept] = syndications.page(9)
    assert (kept.state, kept.url, kept.next_attempt_at) == ("copied", "u", None)
    assert syndications.queue(["x"]).waiting == 0


def test_a_target_is_paused_once(engine):
    pauses = Pauses(engine)

    at_once(lambda: pauses.add(Pause("x", "why", "", NOW)))

    assert [pause.target for pause in pauses.all()] == ["x"]


def test_copies_move_with_their_post(engine):
    store = Syndications(engine)
    store.ask("old", ["x", "y"], NOW)
    store.ask("new", ["y"], LATER)

    store.readdress("old", "new")
    touched = store.touch(["new"], "v", LATER)

    assert touched
    assert {(row.permalink, row.target) for row in store.page(9)} == {("new", "x"), ("new", "y")}
    assert store.retry(LATER) == ["x", "y"]


def test_conflicts_wait_until_they_are_resolved(engine):
    store = Conflicts(engine)
    found = [SetAside(f"conflicts/{n}", str(n) * 40, "note", "why", NOW) for n in range(2)]

    store.add(found)
    store.add(found)
    store.note_pushed("conflicts/0")
    resolved = [store.resolve("conflicts/1", LATER) for _ in range(2)]

    assert [(one.branch, one.is_pushed) for one in store.open()] == [("conflicts/0", True)]
    assert resolved == [True, False]


def test_a_creation_is_remembered_for_its_time(engine):
    store = Creations(engine, "here")
    made = [Creation(f"k{n}", f"https://site.example/{n}/", NOW, "here") for n in range(3)]

    store.remember(made, keep=MINUTE)
    store.remember([Creation("k0", "https://site.example/0/", LATER, "here")], keep=MINUTE)

    assert store.find("k0", since=NOW).created_at == LATER
    assert store.find("k0", since=LATER + MINUTE) is None
    assert store.find("k1", since=NOW - MINUTE) is None


def test_a_permalink_belongs_to_the_last_request_of_its_clone(engine):
    here, there = Creations(engine, "here"), Creations(engine, "there")
    place = "https://site.example/here/"

    here.remember([Creation("killed", place, NOW, "here")], keep=LATER - NOW)
    here.remember([Creation("second", place, NOW, "here")], keep=LATER - NOW)
    with pytest.raises(Unavailable):
        there.remember([Creation("third", place, NOW, "there")], keep=LATER - NOW)

    found = {key for key in ("killed", "second", "third") if here.find(key, NOW)}
    assert found == {"second"}
    assert (here.is_given_elsewhere(place), there.is_given_elsewhere(place)) == (False, True)


def test_the_same_request_at_several_machines_at_once(engine):
    """One of them is told to come again, or all of them note the same."""
    store = Creations(engine, "here")

    def remember() -> bool:
        try:
            store.remember([Creation("k", "https://site.example/a/", NOW, "here")], keep=MINUTE)
        except Unavailable:
            return False
        return True

    assert any(at_once(remember))
    assert store.find("k", NOW).permalink == "https://site.example/a/"


def test_a_follower_is_taken_by_one(engine):
    store = Followers(engine)
    store.take("x", "0", NOW, MINUTE)
    store.settle("x", "0")
    later = NOW + 2 * MINUTE

    taken = at_once(lambda: store.take("x", "1", later, MINUTE))
    [holder] = filter(None, taken)
    store.fail("x", holder, "no such theme", later)

    assert store.progress("x").attempts == 1
    assert store.progress("x").next_attempt_at == later + timedelta(seconds=5)
    assert store.take("x", "1", later, MINUTE) is None


def test_uploads_are_kept_found_and_removed(engine, tmp_path):
    folder = tmp_path / "media"
    rows = UploadRows(engine)
    store = UploadStore(rows, Drafts(folder), MediaFiles(folder))
    name = f"{'a' * 32}.jpg"
    kept = KeptUpload(name, "image/jpeg", 3, "a.jpg", NOW, 1, 2)
    draft = tmp_path / "draft"
    draft.write_bytes(b"abc")
    shutil.copy(draft, tmp_path / "second")

    folder.mkdir()
    store.keep(draft, kept)
    store.keep(tmp_path / "second", kept)
    found = rows.select(Selection(limit=5), "image/").uploads
    store.remove(name, LATER)

    assert [(one.name, one.uploaded_at, one.width) for one in found] == [(name, NOW, 1)]
    assert rows.find(name) is None
    assert rows.is_removed(name)


BUCKET = {
    "bucket": "photos",
    "endpoint_url": "http://127.0.0.1:9",
    "access_key_id": "ada",
    "secret_access_key": "secret",
}


@pytest.mark.parametrize(
    ("media", "known"),
    [
        pytest.param({}, [1, 0], id="a folder is one machine's"),
        pytest.param({"s3": BUCKET}, [1, 1], id="a bucket is everybody's"),
    ],
)
def test_uploads_are_known_to_the_machines_that_have_them(
    installation, start, client_of, bearer_of, postgresql, tmp_path, media, known
):
    installation.configure(
        database={"url": postgresql.make_database()}, site={"build": ""}, media=media
    )
    shutil.copytree(installation.folder, tmp_path / "second")
    both = [start(), start(replace(installation, folder=tmp_path / "second"))]
    clients = [client_of(parts) for parts in both]
    headers = bearer_of(both[0])
    film = BytesIO(b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2")

    added = clients[0].post("/media", data={"file": (film, "a.mp4")}, headers=headers)

    lists = [client.get("/media?q=source", headers=headers).json["items"] for client in clients]
    assert added.status_code == 201
    assert list(map(len, lists)) == known


def test_sent_mentions_are_in_one_hand_at_a_time(engine):
    sent = SentMentions(engine)
    pairs = [Pair("https://a.example/", f"https://b.example/{n}", GONE, "v1") for n in range(40)]
    is_news = at_once(lambda: sent.ask(pairs, NOW), 4)

    taken = at_once(lambda: sent.take(NOW, 10, MINUTE)[1])

    keys = [row.key for rows in taken for row in rows]
    assert any(is_news)
    assert len(keys) == len(set(keys)) == 40
    assert not sent.is_due(NOW)
    assert sent.is_due(NOW + 2 * MINUTE)


def test_sent_mentions_know_what_was_told(engine):
    sent = SentMentions(engine)
    pair = Pair("https://a.example/", "https://b.example/", GONE, "v1")
    sent.ask([pair], NOW)
    holder, [row] = sent.take(NOW, 10, MINUTE)
    failed = Answer(WAITING, "https://b.example/e", 503, "", "Busy.", NOW + MINUTE)
    sent.note(row, holder, failed, NOW)
    early = sent.is_due(NOW), sent.page(1)[0].attempts
    holder, [row] = sent.take(NOW + MINUTE, 10, MINUTE)

    sent.note(row, holder, Answer(TOLD, "https://b.example/e", 202), LATER)

    [known] = sent.page(10)
    assert early == (False, 1)
    assert (known.sent_version, known.state, known.sent_at) == ("v1", TOLD, LATER)
    assert not sent.ask([pair], LATER)
    assert sent.ask([Pair(pair.source, pair.target, "v1", "v2")], LATER)
    assert sent.targets(pair.source) == [pair.target]
