"""Several installations and an owner publish to one remote at once, and all arrives once."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from conftest import Installation, make_bearer
from ports import free_port
from programs import wait_for
from remotes import Hosting, git

from endpoint.app import make_app


@pytest.fixture
def two(installation, start, tmp_path):
    """Two installations with clones of one remote."""
    hosting = Hosting.of(installation.folder / "site.git", tmp_path)
    settings = {"repository": {"remote": str(hosting.bare)}, "site": {"build": ""}}
    installation.configure(**settings)
    copy = subprocess.run(
        ["cp", "-r", str(installation.folder), str(tmp_path / "second")], check=True
    )
    assert copy.returncode == 0
    second = Installation(tmp_path / "second")
    return hosting, start(), start(second)


def test_two_installations_post_at_once(two):
    hosting, *both = two
    rounds = 6

    def post_and_publish(parts, name):
        client, headers = make_app(parts).test_client(), make_bearer(parts)
        for number in range(rounds):
            # The same address is promised on both sides, for two posts.
            data = {"content": f"Hi {number} from {name}", "mp-slug": f"hi-{number}"}
            answer = client.post("/micropub", data=data, headers=headers)
            assert answer.status_code == 201
            parts.following.work("remote")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(post_and_publish, both, "ab"))
    for _ in range(3):
        for parts in both:
            parts.publishing.look_soon()
            parts.following.work("remote")

    posts = [path for path in hosting.paths() if path.startswith("content/notes/2025/")]
    assert len(posts) == 2 * rounds
    assert sorted(hosting.subjects()[-2 * rounds :]) == sorted(
        f"note: Hi {number} from {name}" for number in range(rounds) for name in "ab"
    )
    assert [parts.repository.head() for parts in both] == [hosting.head()] * 2
    for parts in both:
        items = make_app(parts).test_client().get("/feed.json").json["items"]
        assert len({item["url"] for item in items}) == 2 * rounds
        assert parts.publishing.backlog().conflicts == ()
        assert git(parts.repository.path, "fsck", "--strict", "--no-dangling") == ""


def test_posts_and_the_owners_pushes_at_the_same_time(two, tmp_path):
    """The owner pushes to the hosting and to our own repository while an app posts."""
    hosting, parts, _ = two
    git(tmp_path, "clone", "--quiet", str(parts.repository.path), "here")
    here = Hosting(parts.repository.path, tmp_path / "here")
    stop = threading.Event()

    def publish():
        while not stop.is_set():
            parts.publishing.look_soon()
            parts.following.work("remote")

    def post():
        client, headers = make_app(parts).test_client(), make_bearer(parts)
        for number in range(8):
            data = {"content": f"Post {number}"}
            while client.post("/micropub", data=data, headers=headers).status_code == 503:
                pass

    def push(desk, name):
        for number in range(4):
            _push(desk, f"static/{name}{number}.txt")

    publishing = threading.Thread(target=publish)
    publishing.start()
    with ThreadPoolExecutor(3) as pool:
        work = [
            pool.submit(post),
            pool.submit(push, hosting, "far"),
            pool.submit(push, here, "near"),
        ]
        for done in work:
            done.result()
    stop.set()
    publishing.join()
    parts.publishing.look_soon()
    parts.following.work("remote")

    paths = hosting.paths()
    wanted = {f"static/{name}{number}.txt" for name in ("far", "near") for number in range(4)}
    assert paths >= wanted
    assert sum(path.startswith("content/notes/2025/") for path in paths) == 8
    assert hosting.head() == parts.repository.head()
    assert parts.publishing.backlog().conflicts == ()


def _push(desk: Hosting, path: str) -> None:
    """Push a file as a person does: again, until nobody was faster."""
    target = desk.desk / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(path)
    git(desk.desk, "add", "--all")
    git(desk.desk, "commit", "--quiet", "-m", f"Add {path}")
    for _ in range(100):
        # A replay made other commits of those that were fetched: only our own are moved.
        git(desk.desk, "fetch", "--quiet", "origin", "main")
        git(desk.desk, "rebase", "--quiet", "--onto", "origin/main", "HEAD~1")
        done = subprocess.run(
            ["git", "-C", str(desk.desk), "push", "--quiet", "origin", "HEAD:main"],
            capture_output=True,
            check=False,
        )
        if done.returncode == 0:
            return
    raise AssertionError("others were always faster")


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, subprocess.Popen]]:
    """Run the server with its worker, and yield its address."""
    port = str(free_port())
    command = [sys.executable, "-c", "from endpoint.cli import main; main()", "serve"]
    root = str(Path(__file__).parents[2])
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": root}
    with subprocess.Popen(
        [*command, "--port", port], cwd=folder, env=environment, stderr=subprocess.DEVNULL
    ) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(lambda: is_up(url))
            yield url, process
        finally:
            process.kill()


def is_up(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=30).ok
    except requests.RequestException:
        return False


def test_the_server_publishes_by_itself(installation, bearer, tmp_path):
    """Out after each commit and in by polling, while a hook that hangs holds up nothing else."""
    hosting = Hosting.of(installation.folder / "site.git", tmp_path)
    installation.configure(
        repository={"remote": str(hosting.bare), "poll_s": 1}, site={"build": ""}
    )
    headers = bearer()
    with serving(installation.folder) as (url, process):
        requests.post(f"{url}/micropub", data={"content": "One"}, headers=headers, timeout=30)
        wait_for(lambda: hosting.subjects()[-1] == "note: One")
        theirs = hosting.edit({"static/a.txt": "A\n"})
        site = installation.folder / "site.git"
        wait_for(lambda: git(site, "rev-parse", "main") == theirs)
        hosting.hook("pre-receive", "exec sleep 60")
        answer = requests.post(
            f"{url}/micropub", data={"content": "Two"}, headers=headers, timeout=30
        )
        wait_for((installation.folder / "site/static/a.txt").exists)
        wait_for(lambda: list((installation.folder / "site").rglob("two/index.md")))
        began = time.monotonic()
        process.terminate()
        ended = process.wait(60)

    assert answer.status_code == 201
    assert ended == 0
    assert time.monotonic() - began < 40
    assert hosting.subjects()[-1] == "By hand"


POSTER = """
import json, sys
from pathlib import Path
from endpoint.app import make_app
from endpoint.assembly import assemble
from endpoint.config import load
parts = assemble(load(Path(sys.argv[1]) / "config.toml"))
secret, _ = parts.tokens.create("https://app.example/", ["create"])
client = make_app(parts).test_client()
urls = []
for number in range(4):
    data = {"content": f"{sys.argv[2]} {number}"}
    answer = client.post(
        "/micropub", data=data, headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 201, answer.data
    urls.append(answer.headers["Location"])
    parts.following.work("remote")
parts.close()
print(json.dumps(urls))
"""


def test_two_processes_of_two_installations(two):
    hosting, *both = two

    def run(parts, name):
        folder = parts.config.folder
        command = [sys.executable, "-c", POSTER, str(folder), name]
        done = subprocess.run(
            command, cwd=Path(__file__).parents[2], capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout.splitlines()[-1])

    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run, parts, name) for parts, name in zip(both, "ab", strict=True)]
        urls = [url for done in runs for url in done.result()]
    for parts in (*both, *both):
        parts.publishing.look_soon()
        parts.following.work("remote")

    posts = [path for path in hosting.paths() if path.startswith("content/notes/20")]
    assert len(set(urls)) == len(posts) == 8
    assert [parts.repository.head() for parts in both] == [hosting.head()] * 2
    for parts in both:
        parts.index.catch_up()
    assert all(parts.index.find(url) for url in urls for parts in both)
