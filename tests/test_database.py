"""The database: its settings, its migrations, and many who use it at once."""

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import alembic.command
import alembic.config
import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, inspect, select, text
from sqlalchemy.exc import OperationalError

import endpoint.stores.database
from endpoint.errors import ConfigError, InsufficientStorage
from endpoint.stores.database import Moment, available, make_engine, metadata, prepare, writing
from endpoint.stores.followers import followers
from endpoint.stores.syndications import Syndications
from endpoint.stores.syndications.rows import WAITING
from endpoint.stores.tokens import tokens

MIGRATIONS = Path(endpoint.stores.database.__file__).parent / "migrations"


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'endpoint.db'}"


@pytest.fixture
def engine(url):
    engine = make_engine(url)
    yield engine
    engine.dispose()


def test_prepare_makes_the_tables(engine):
    prepare(engine)

    names = set(inspect(engine).get_table_names())
    assert {"tokens", "alembic_version"} <= names


def test_a_full_disk_is_told_apart_from_a_database_that_is_away(engine):
    prepare(engine)
    note = insert(followers).values(name="x", state="idle", last_error="x" * 1_000_000)
    with engine.connect() as connection:
        connection.execute(text("PRAGMA max_page_count = 1"))

        with pytest.raises(InsufficientStorage), available():
            connection.execute(note)


@pytest.mark.parametrize("table", metadata.tables.values(), ids=str)
def test_prepare_makes_the_columns_the_stores_read(engine, table):
    prepare(engine)

    columns = inspect(engine).get_columns(table.name)
    found = {column["name"]: column["nullable"] for column in columns}
    assert found == {column.name: column.nullable for column in table.columns}


def test_prepare_twice_keeps_what_is_there(engine):
    prepare(engine)
    with engine.begin() as connection:
        row = "('i', 'h', '', '', 0, 0, 0, 0, NULL)"
        connection.execute(text(f"INSERT INTO tokens VALUES {row}"))

    prepare(engine)

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM tokens")) == 1


def test_what_was_to_be_copied_before_there_was_anybody_to_do_it_is_due(engine):
    """The rows that are there already get what newer columns need."""
    asked_at = datetime(2025, 11, 22, 8, 30, tzinfo=UTC)
    with engine.connect() as connection, connection.begin():
        config = alembic.config.Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "0006")
        old = {"permalink": "https://site.example/a/", "target": "t", "state": "wanted"}
        values = "(:permalink, :target, :state, '2025-11-22 08:30:00.000000')"
        connection.execute(text(f"INSERT INTO syndications VALUES {values}"), old)

    prepare(engine)

    [row] = Syndications(engine).page(9)
    assert (row.permalink, row.target, row.state) == ("https://site.example/a/", "t", WAITING)
    assert (row.next_attempt_at, row.attempts, row.url) == (asked_at, 0, "")


def test_prepare_refuses_the_database_of_a_newer_version(engine):
    prepare(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(ConfigError, match="newer version"):
        prepare(engine)


def test_prepare_says_which_database_cannot_be_opened(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path}/missing/endpoint.db")

    with pytest.raises(ConfigError, match=r"missing/endpoint\.db"):
        prepare(engine)


def test_prepare_leaves_alembic_alone_when_there_is_nothing_to_do(engine, url):
    prepare(engine)
    program = (
        "import sys; from endpoint.stores.database import make_engine, prepare;"
        f"prepare(make_engine({url!r})); sys.exit('alembic' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_prepare_in_many_processes_at_once(url):
    program = f"from endpoint.stores.database import *; prepare(make_engine({url!r}))"

    racers = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(4)]

    assert [racer.wait() for racer in racers] == [0] * 4


@pytest.mark.parametrize(
    ("pragma", "expected"),
    [
        pytest.param("journal_mode", "wal", id="WAL"),
        pytest.param("busy_timeout", 10_000, id="waits 10 s"),
        pytest.param("foreign_keys", 1, id="foreign keys"),
        pytest.param("synchronous", 2, id="FULL"),
    ],
)
def test_sqlite_settings(engine, pragma, expected):
    with engine.connect() as connection:
        assert connection.scalar(text(f"PRAGMA {pragma}")) == expected


def test_only_what_is_relaxed_does_not_wait_for_the_disk(engine):
    levels = []
    for relaxed in (False, True, False):
        with writing(engine, relaxed=relaxed) as connection:
            levels.append(connection.scalar(text("PRAGMA synchronous")))

    assert levels == [2, 1, 2]


def test_a_failed_transaction_leaves_nothing(engine):
    prepare(engine)

    def fail_halfway():
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE half (done INTEGER)"))
            connection.execute(text("INSERT INTO half VALUES (1)"))
            connection.execute(text("INSERT INTO nowhere VALUES (1)"))

    with pytest.raises(OperationalError):
        fail_halfway()

    assert not inspect(engine).has_table("half")


def test_threads_that_read_and_then_write(engine):
    """Each adds one to what it read; none is refused and none is lost."""
    counter = Table("counter", MetaData(), Column("value", Integer))
    counter.create(engine)
    with engine.begin() as connection:
        connection.execute(insert(counter).values(value=0))
    failures = []

    def count():
        try:
            for _ in range(20):
                with writing(engine) as connection:
                    value = connection.scalar(select(counter.c.value))
                    connection.execute(counter.update().values(value=value + 1))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with engine.connect() as connection:
        assert connection.scalar(select(counter.c.value)) == 160


def test_a_forked_child_opens_its_own_connection(engine, url):
    prepare(engine)
    program = f"""
import os
from sqlalchemy import text
from endpoint.stores.database import make_engine
engine = make_engine({url!r})
with engine.connect() as connection:
    connection.execute(text("SELECT 1"))
before = id(engine.pool)
child = os.fork()
if child == 0:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE child (x INTEGER)"))
    os._exit(id(engine.pool) == before)
_, status = os.waitpid(child, 0)
with engine.begin() as connection:
    connection.execute(text("INSERT INTO child VALUES (1)"))
raise SystemExit(os.waitstatus_to_exitcode(status))
"""

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_times_come_back_aware_and_the_same(engine):
    moments = Table("moments", MetaData(), Column("at", Moment))
    moments.create(engine)
    evening = datetime(2026, 11, 22, 23, 30, tzinfo=timezone(timedelta(hours=-5)))

    with engine.begin() as connection:
        connection.execute(insert(moments).values(at=evening))
        found = connection.scalar(select(moments.c.at))

    assert found == evening
    assert found.tzinfo is UTC


def test_the_tables_share_one_metadata():
    assert metadata.tables["tokens"] is tokens
