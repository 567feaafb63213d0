"""Builds of the site after commits: few, bounded in time, and never half shown."""

import time
from datetime import UTC, datetime

import pytest
from programs import is_alive, wait_for

from endpoint.assembly.following import make_site_followers
from endpoint.stores.builder import Builder, BuildError

AT = datetime(2025, 11, 22, 8, 30, tzinfo=UTC)


@pytest.fixture
def build_with(installation, start):
    """Return a function: the parts of an installation that builds with a shell script."""

    def build_with(script):
        path = installation.folder / "build.sh"
        path.write_text(script)
        installation.configure(site={"build": f"sh {path} {{output}}"})
        return start()

    return build_with


def commit(parts, path):
    with parts.repository.writing() as writer:
        writer.commit({path: b"text"}, path, AT)


COUNTING = 'echo built >> "$0.log"; cp -r . "$1"\n'


def built(installation):
    log = installation.folder / "build.sh.log"
    return len(log.read_text().splitlines()) if log.exists() else 0


def test_many_commits_are_one_build(build_with, installation):
    parts = build_with(COUNTING)
    for number in range(10):
        commit(parts, f"static/{number}.txt")

    for _ in range(3):
        parts.following.work("site")

    assert built(installation) == 1
    assert (installation.folder / "public/static/9.txt").is_file()


def test_commits_during_a_build_are_one_more(build_with, installation, clock):
    parts = build_with(COUNTING)
    _, build, *_ = make_site_followers(parts.config, parts, clock)
    commit(parts, "static/first.txt")
    parts.checkout.update()
    version = build.wanted()
    for number in range(5):
        commit(parts, f"static/{number}.txt")
    build.act()
    during = build.wanted()

    for _ in range(3):
        parts.following.work("site")

    assert during == version
    assert built(installation) == 2
    assert (installation.folder / "public/static/4.txt").is_file()


def test_the_last_good_build_stays_when_one_fails(build_with, installation):
    good = 'test -e static/broken.txt && { echo half > "$1/index.html"; exit 1; }\n' + COUNTING
    parts = build_with(good)
    commit(parts, "static/good.txt")
    parts.following.work("site")
    before = (installation.folder / "public").resolve()

    commit(parts, "static/broken.txt")
    parts.following.work("site")

    assert (installation.folder / "public").resolve() == before
    assert (installation.folder / "public/static/good.txt").is_file()
    # What the failed one had written is gone.
    assert [path.name for path in before.parent.iterdir() if path.is_dir()] == [before.name]


def test_a_build_over_its_time_is_killed_with_all_it_started(tmp_path):
    pid = tmp_path / "pid"
    (tmp_path / "build.sh").write_text(f"sleep 60 & echo $! > {pid}; sleep 60")
    (tmp_path / "site").mkdir()
    command = f"sh {tmp_path}/build.sh {{output}}"
    builder = Builder(command, tmp_path / "site", tmp_path / "public", timeout_s=2)
    began = time.monotonic()

    with pytest.raises(BuildError, match=r"longer than 2 s"):
        builder.run(tmp_path)

    assert time.monotonic() - began < 30
    wait_for(lambda: not is_alive(int(pid.read_text())))


def test_the_lines_of_errors_are_what_is_told(tmp_path):
    lines = ["Start building sites", *["chatter"] * 100, "ERROR no such theme", "Total in 3 ms"]
    (tmp_path / "build.sh").write_text("cat <<END\n" + "\n".join(lines) + "\nEND\nexit 1\n")
    builder = Builder(f"sh {tmp_path}/build.sh {{output}}", tmp_path, tmp_path / "public", 10)

    with pytest.raises(BuildError) as failed:
        builder.build()

    assert str(failed.value) == "sh failed: ERROR no such theme"
    assert not (tmp_path / "public").exists()
