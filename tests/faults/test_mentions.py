"""The server is killed again and again while mentions come and go: each arrives, and once."""

import itertools
import json
import os
import random
import shutil
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import requests
from clients import Acknowledged, Client
from conftest import Installation, make_bearer
from examining import require_answers, require_posts, require_single_commits, require_whole
from leases import make_free
from neighbours import Neighbour
from programs import fill, small_disk, wait_for
from remotes import git
from servers import Server
from sqlalchemy import select

from endpoint.assembly import Parts, assemble
from endpoint.errors import InsufficientStorage
from endpoint.stores.database import writing
from endpoint.stores.mentions.rows import mentions
from endpoint.stores.sent_mentions.rows import sent_mentions

_KILLS = int(os.environ.get("KILLS") or 6)
_SEED = int(os.environ.get("SEED") or 20251122)
_SENDERS = 3


@dataclass
class Sender:
    """Sends mentions of ``targets``, each until it is taken, and some of them again.

    ``taken`` holds the sources of those that were answered 201. Half are likes,
    which a policy approves.
    """

    name: str
    url: str
    neighbour: Neighbour
    targets: list[str]
    until: threading.Event
    taken: list[str] = field(default_factory=list)
    refusals: int = 0
    failure: BaseException | None = None

    def __post_init__(self) -> None:
        self._random = random.Random(f"{_SEED} {self.name}")
        self._sent: dict[str, str] = {}
        self._numbers = itertools.count()

    def run(self) -> None:
        """Send until it is told to stop; what fails is in ``failure``."""
        try:
            while not self.until.is_set():
                source = self._choose()
                if self._send(source) and source not in self.taken:
                    self.taken.append(source)
        except BaseException as error:
            self.failure = error

    def _choose(self) -> str:
        if self._sent and self._random.random() < 0.15:
            return self._random.choice(list(self._sent))
        target = self._random.choice(self.targets)
        kind = self._random.choice(["like-of", "in-reply-to"])
        host = self._random.choice(["127.0.0.1", "localhost"])
        source = self.neighbour.source(f"{self.name}-{next(self._numbers)}", kind, target, host)
        self._sent[source] = target
        return source

    def _send(self, source: str) -> bool:
        """Send until there is an answer; return whether it was one, and not the end."""
        body = {"source": source, "target": self._sent[source]}
        while True:
            with suppress(requests.RequestException):
                answer = requests.post(f"{self.url}/webmention", data=body, timeout=30)
                if answer.status_code == HTTPStatus.CREATED:
                    return True
                assert answer.status_code in (503, 507), answer.text
                self.refusals += 1
            if self.until.wait(0.05):
                return False


@pytest.fixture
def neighbour() -> Iterator[Neighbour]:
    with Neighbour() as neighbour:
        yield neighbour


def configure(installation: Installation, server: Server) -> None:
    """Let the site be at its server, and be built in no time."""
    url = f"{server.url}/"
    installation.configure(
        me=url,
        public_url=url,
        site={"build": "sh -c ': {output}'", "url": url, "serve": True},
        limits={"enabled": False},
        fetch={"allow_hosts": ["127.0.0.1", "localhost"]},
        webmention={"approve": ["likes"]},
    )


@pytest.fixture
def server(installation: Installation) -> Iterator[Server]:
    with Server(installation.folder) as server:
        configure(installation, server)
        yield server


@pytest.fixture
def parts(installation: Installation, server: Server) -> Iterator[Parts]:
    parts = assemble(installation.config)
    yield parts
    parts.close()


def start(server: Server, parts: Parts) -> None:
    """Start the server; nobody waits for what those before it had begun."""
    make_free(parts.engine)
    server.start()


def post(server: Server, bearer: dict[str, str], words: str) -> str:
    body = {"content": words}
    answer = requests.post(f"{server.url}/micropub", data=body, headers=bearer, timeout=30)
    assert answer.status_code == HTTPStatus.CREATED, answer.text
    return answer.headers["Location"]


@pytest.fixture
def small(installation: Installation, tmp_path: Path) -> Iterator[Installation]:
    """An installation on a small disk of its own, with a server and parts."""
    with small_disk(tmp_path / "disk", "24m") as folder:
        shutil.copytree(installation.folder, folder / "site", symlinks=True)
        yield Installation(folder / "site")


def test_no_mention_is_lost_or_doubled(installation, server, parts, neighbour, capsys):
    moments, stop, over = random.Random(_SEED), threading.Event(), threading.Event()
    bearer, bare = make_bearer(parts), installation.folder / "site.git"
    start(server, parts)
    server.wait_until_up()
    targets = [post(server, bearer, f"Target {number}") for number in range(3)]
    senders = [
        Sender(f"s{number}", server.url, neighbour, targets, stop) for number in range(_SENDERS)
    ]
    clients = [
        Client(f"c{number}", (server.url,), bearer, _SEED + number, stop, links_to=neighbour.url)
        for number in range(2)
    ]
    deciding = threading.Thread(target=approve_now_and_then, args=(parts, over))
    deciding.start()
    began = time.monotonic()
    for number in range(_KILLS):
        if number % 2 == 0:
            # They come without pause, and the server dies at any moment.
            stop.clear()
            threads = [threading.Thread(target=each.run) for each in (*senders, *clients)]
            for thread in threads:
                thread.start()
            if moments.random() < 0.85:
                server.wait_until_up()
            time.sleep(moments.uniform(0, 2))
            server.kill()
            stop.set()
            start(server, parts)
        else:
            # They rest, and so there is a commit: it dies before, in or right after it.
            for thread in threads:
                thread.join(120)
            await_commit(bare, moments.uniform(3, 9))
            time.sleep(moments.uniform(0, 0.05))
            server.kill()
            start(server, parts)
    server.wait_until_up()
    for thread in threads:
        thread.join(120)
    taken = {source for sender in senders for source in sender.taken}
    wait_for(lambda: has_settled(parts, bare, taken))
    over.set()
    deciding.join(30)
    posts = [post for client in clients for post in client.posts]
    require_answers(server.url, bearer, posts)
    require_listed(server.url, targets, taken)
    ended = server.stop()

    with capsys.disabled():
        sys.stdout.write(
            f"\n{_KILLS} kills (SEED={_SEED}), {len(taken)} mentions, {len(posts)} posts,"
            f" {time.monotonic() - began:.0f} s\n"
        )
    assert [each.failure for each in (*senders, *clients)] == [None] * (_SENDERS + 2)
    assert ended == 0
    assert len(taken) > _KILLS
    require_taken(parts, taken)
    require_kept(bare, taken)
    require_told(parts, neighbour, posts)
    require_no_commit_twice(bare)
    require_posts(bare, posts)
    require_single_commits(bare, posts)
    require_whole(bare)
    require_whole(installation.folder / "site")


def test_nothing_is_lost_while_another_program_holds_the_database(
    installation, server, parts, neighbour
):
    """For longer than anybody waits for it."""
    bearer, stop = make_bearer(parts), threading.Event()
    start(server, parts)
    server.wait_until_up()
    sender = Sender("s0", server.url, neighbour, [post(server, bearer, "Hello")], stop)
    thread = threading.Thread(target=sender.run)
    thread.start()
    wait_for(lambda: len(sender.taken) > 10)

    with writing(parts.engine):
        body = {"source": f"{neighbour.url}late", "target": sender.targets[0]}
        refused = requests.post(f"{server.url}/webmention", data=body, timeout=120)
    before = len(sender.taken)
    wait_for(lambda: len(sender.taken) > before + 10)
    stop.set()
    thread.join(30)
    approve_until_settled(installation, parts, sender)
    ended = server.stop()

    assert sender.failure is None
    assert refused.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert int(refused.headers["Retry-After"]) > 0
    assert ended == 0
    require_taken(parts, set(sender.taken))
    require_kept(installation.folder / "site.git", set(sender.taken))


def test_nothing_is_lost_while_the_disk_is_full(small, neighbour):
    stop, server = threading.Event(), Server(small.folder)
    configure(small, server)
    parts = assemble(small.config)
    bearer = make_bearer(parts)
    with server:
        start(server, parts)
        server.wait_until_up()
        sender = Sender("s0", server.url, neighbour, [post(server, bearer, "Hello")], stop)
        thread = threading.Thread(target=sender.run)
        thread.start()
        wait_for(lambda: len(sender.taken) > 10)

        filler = fill(small.folder)
        wait_for(lambda: sender.refusals > 3)
        with suppress(InsufficientStorage):
            approve_all(parts)
        time.sleep(4)  # in which what was approved is to be committed, and cannot be
        filler.unlink()
        before = len(sender.taken)
        wait_for(lambda: len(sender.taken) > before + 10)
        stop.set()
        thread.join(30)
        make_free(parts.engine)
        approve_until_settled(small, parts, sender)
        ended = server.stop()

    assert sender.failure is None
    assert ended == 0
    require_taken(parts, set(sender.taken))
    require_kept(small.folder / "site.git", set(sender.taken))
    require_whole(small.folder / "site.git")
    parts.close()


def approve_until_settled(installation: Installation, parts: Parts, sender: Sender) -> None:
    def is_over() -> bool:
        approve_all(parts)
        return has_settled(parts, installation.folder / "site.git", set(sender.taken))

    wait_for(is_over)


def approve_now_and_then(parts: Parts, over: threading.Event) -> None:
    """Approve what waits, in a process of its own, as the owner may at any time."""
    while not over.wait(0.3):
        approve_all(parts)


def approve_all(parts: Parts) -> None:
    moderating = parts.webmentions.moderation.moderating
    waiting = moderating.look("waiting", most=100).mentions
    moderating.decide(tuple(received.id for received in waiting), "approve")


def await_commit(bare: Path, seconds: float) -> None:
    """Return as soon as there is another commit, or after ``seconds``."""
    ref = bare / "refs/heads/main"
    before, deadline = ref.read_text(), time.monotonic() + seconds
    while ref.read_text() == before and time.monotonic() < deadline:
        time.sleep(0.002)


def has_settled(parts: Parts, bare: Path, taken: set[str]) -> bool:
    """Whether nothing is left to be done."""
    with parts.engine.connect() as connection:
        looks = select(mentions.c.number).where(mentions.c.next_look_at.is_not(None))
        tells = select(sent_mentions.c.key).where(sent_mentions.c.next_attempt_at.is_not(None))
        rests = [connection.execute(each).first() is None for each in (looks, tells)]
    if not all(rests) or taken - read_kept(bare).keys():
        return False
    return all(progress.is_done for progress in parts.following.progress())


def require_taken(parts: Parts, taken: set[str]) -> None:
    """Each of ``taken`` is there once, in its final state."""
    with parts.engine.connect() as connection:
        rows = connection.execute(select(mentions)).all()
    assert max(Counter(row.source for row in rows).values()) == 1
    found = {row.source: (row.finding, row.decision, row.next_look_at) for row in rows}
    assert {found.get(source) for source in taken} == {("present", "approved", None)}


def read_kept(bare: Path, commit: str = "main") -> Counter[str]:
    """Return how often git has each source at ``commit``."""
    found = Counter[str]()
    for path in git(bare, "ls-tree", "-r", "--name-only", commit).splitlines():
        if path.endswith("webmentions.json"):
            entries = json.loads(git(bare, "show", f"{commit}:{path}"))
            found.update(entry["source"] for entry in entries)
    return found


def require_kept(bare: Path, taken: set[str]) -> None:
    """Each of ``taken`` is in git once."""
    kept = read_kept(bare)
    assert taken <= kept.keys()
    assert set(kept.values()) == {1}


def require_listed(url: str, targets: list[str], taken: set[str]) -> None:
    """The public list has each of ``taken`` once."""
    found = Counter[str]()
    for page in itertools.count():
        query: dict[str, Any] = {"target[]": targets, "per-page": 100, "page": page}
        answer = requests.get(f"{url}/webmention/mentions", params=query, timeout=30)
        children = answer.json()["children"]
        found.update(child["wm-source"] for child in children)
        if not children:
            break
    assert taken <= found.keys()
    assert set(found.values()) == {1}


def require_no_commit_twice(bare: Path) -> None:
    """No commit has changed nothing, and what one has added no later one adds again."""
    trees = git(bare, "log", "--format=%T", "main").splitlines()
    assert all(one != other for one, other in itertools.pairwise(trees))
    path = "*/webmentions.json"
    commits = git(bare, "log", "--reverse", "--format=%H", "main", "--", path).splitlines()
    states = [read_kept(bare, commit).keys() for commit in commits]
    assert all(before < after for before, after in itertools.pairwise(states))


def require_told(parts: Parts, neighbour: Neighbour, posts: list[Acknowledged]) -> None:
    """Whoever a post links to has heard of it, and the rows say so."""
    heard = neighbour.heard()
    rows = {
        (row.source, row.target): row.state for row in parts.webmentions.outgoing.sent.page(100_000)
    }
    linking = {(post.url, post.link) for post in posts if not post.is_deleted}
    assert {rows.get(pair) for pair in linking} == {"told"}
    assert linking <= heard
    assert {pair for pair, state in rows.items() if state == "told"} <= heard
    assert set(rows.values()) <= {"told", "needless"}
