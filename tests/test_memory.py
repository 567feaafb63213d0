"""What was read from the database is kept until anything is committed to it, by anybody."""

import os
import sqlite3

import pytest

from endpoint.stores.database import make_engine
from endpoint.stores.memory import Memory


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "some.db"
    engine = make_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE notes (text)")
    engine.dispose()
    return path


@pytest.fixture
def engine(path):
    engine = make_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


def count(engine) -> int:
    with engine.connect() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM notes").scalar_one()


def add(path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO notes VALUES ('a')")
    connection.close()


def test_a_value_is_read_once(engine):
    memory, reads = Memory(engine), []

    for _ in range(3):
        memory.get("key", lambda: reads.append("read") or len(reads))

    assert reads == ["read"]


def test_keys_have_values_of_their_own(engine):
    memory = Memory(engine)

    assert [memory.get(key, lambda key=key: f"of {key}") for key in "aba"] == [
        "of a",
        "of b",
        "of a",
    ]


def test_a_commit_from_elsewhere_makes_it_read_again(engine, path):
    memory = Memory(engine)
    before = memory.get("count", lambda: count(engine))

    add(path)

    assert (before, memory.get("count", lambda: count(engine))) == (0, 1)


def test_a_commit_of_our_own_makes_it_read_again(engine):
    memory = Memory(engine)
    before = memory.get("count", lambda: count(engine))

    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO notes VALUES ('a')")

    assert (before, memory.get("count", lambda: count(engine))) == (0, 1)


def test_what_is_read_while_somebody_commits_is_not_kept(engine, path):
    memory = Memory(engine)

    def read_and_be_overtaken() -> int:
        found = count(engine)
        add(path)
        return found

    overtaken = memory.get("count", read_and_be_overtaken)

    assert (overtaken, memory.get("count", lambda: count(engine))) == (0, 1)


def test_several_values_of_one_look_can_be_refused(engine):
    look = Memory(engine).look()
    first = look.get("key", lambda: "old")

    second = look.get("key", lambda: "new", is_good=lambda value: value != "old")

    assert (first, second, look.get("key", lambda: "newer")) == ("old", "new", "new")


def test_a_failure_is_not_kept(engine):
    memory = Memory(engine)

    with pytest.raises(ZeroDivisionError):
        memory.get("key", lambda: 1 // 0)

    assert memory.get("key", lambda: "mended") == "mended"


def test_it_goes_on_after_the_engine_was_disposed_of(engine, path):
    memory = Memory(engine)
    memory.get("count", lambda: count(engine))

    engine.dispose()
    add(path)

    assert memory.get("count", lambda: count(engine)) == 1


def test_a_forked_process_looks_for_itself(engine, path):
    memory = Memory(engine)
    memory.get("count", lambda: count(engine))
    add(path)

    child = os.fork()
    if not child:
        os._exit(0 if memory.get("count", lambda: count(engine)) == 1 else 1)

    assert os.waitpid(child, 0)[1] == 0
    assert memory.get("count", lambda: count(engine)) == 1


def test_without_a_file_every_value_is_read():
    memory, reads = Memory(make_engine("sqlite://")), []

    for _ in range(3):
        memory.get("key", lambda: reads.append("read") or len(reads))

    assert len(reads) == 3


def test_401_token_that_another_process_revoked(client, parts, bearer, installation):
    headers = bearer("create")
    before = client.get("/micropub?q=config", headers=headers)

    with sqlite3.connect(installation.folder / "state/endpoint.db") as connection:
        connection.execute("UPDATE tokens SET revoked_at = '2025-11-22 08:30:15.000000'")
    connection.close()

    assert before.status_code == 200
    assert client.get("/micropub?q=config", headers=headers).status_code == 401
