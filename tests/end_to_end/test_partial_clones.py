"""Partial clones of large sites: files that are not here come from the hosting when needed."""

import shutil

import pytest
from click.testing import CliRunner
from conftest import ME, Installation
from remotes import Hosting, git, run_http, run_sshd

from endpoint.cli import main
from endpoint.domain.lists import Selection
from endpoint.errors import Unavailable
from endpoint.stores.git.bulk import read_blobs
from endpoint.stores.git.objects import MissingObject

AUTHOR = "Ada <ada@site.example>"
NOTE = "content/notes/2024/{}.md"
PICTURE = "static/large.bin"


def page(number, text="Note"):
    return f"---\ndate: 2024-01-{number + 1:02}T10:00:00Z\n---\n{text} {number}\n"


@pytest.fixture
def hosting(installation, tmp_path):
    """A hosting with twelve notes and a large file, all of which had other versions before."""
    made = Hosting.of(installation.folder / "site.git", tmp_path)
    for text in ("First", "Note"):
        notes = {NOTE.format(number): page(number, text) for number in range(12)}
        made.edit({**notes, PICTURE: text * 50_000})
    return made


@pytest.fixture
def clone(hosting, installation, tmp_path):
    """Return a function that makes the installation's repository a fresh partial clone."""
    bare = tmp_path / "part.git"

    def clone(left_out="blob:none", *, remote=None, **settings):
        shutil.rmtree(bare, ignore_errors=True)
        sender = ("--no-local", "-u", "git -c uploadpack.allowFilter=true upload-pack")
        words = ("--quiet", "--bare", f"--filter={left_out}", *sender)
        git(tmp_path, "clone", *words, str(hosting.bare), str(bare))
        access = {"remote": str(hosting.bare) if remote is None else remote, **settings}
        installation.configure(repository={"path": str(bare), **access}, site={"build": ""})
        return bare

    return clone


def missing(bare, *commits):
    listing = git(bare, "rev-list", "--objects", "--missing=print", *(commits or ["--all"]))
    return {line[1:] for line in listing.splitlines() if line.startswith("?")}


@pytest.fixture
def site(clone, start, client_of, bearer_of):
    """Parts that know all posts, and a client; then not one file is here any more."""
    clone()
    parts = start()
    parts.index.catch_up()
    clone()
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    return parts, lambda **action: client.post("/micropub", json=action, headers=headers)


def address(parts, number):
    [found] = [
        item
        for item in parts.index.select(Selection(limit=100)).posts
        if item.path == NOTE.format(number)
    ]
    return found.permalink


def test_init_leaves_large_files_there_and_shows_the_newest(hosting, tmp_path):
    words = ["--yes", "--me", ME, "--repository", str(hosting.bare), "--filter", "blob:limit=100k"]

    done = CliRunner().invoke(main, ["init", str(tmp_path / "site"), *words])

    config = Installation(tmp_path / "site").config.repository
    assert done.exit_code == 0, done.output
    assert len(missing(config.path)) == 1
    assert missing(config.path, "main^{tree}") == set()
    assert (config.checkout / PICTURE).read_text() == "Note" * 50_000
    assert git(config.checkout, "log", "--name-only", "--format=%s").count(PICTURE) == 2


@pytest.mark.parametrize("given", ["tree:0", "blob:limit=1x", "sparse:oid=main:x", "combine:a"])
def test_init_takes_no_other_filter(tmp_path, given):
    words = ["--yes", "--me", ME, "--repository", str(tmp_path), "--filter", given]

    done = CliRunner().invoke(main, ["init", str(tmp_path / "site"), *words])

    assert done.exit_code == 2
    assert "blob:none" in done.output
    assert not (tmp_path / "site").exists()


def test_old_posts_are_changed_and_published(site, hosting):
    parts, act = site
    old, gone = address(parts, 1), address(parts, 2)
    bare = parts.repository.path
    begun_with = len(missing(bare))

    answers = [
        act(type=["h-entry"], properties={"content": ["New"]}),
        act(action="update", url=old, replace={"content": ["Changed"]}),
        act(action="delete", url=gone),
        act(action="undelete", url=gone),
    ]

    parts.following.work("remote")
    assert [answer.status_code for answer in answers] == [201, 204, 204, 204]
    assert parts.publishing.backlog().last_error == ""
    assert "Changed" in hosting.read(NOTE.format(1))
    assert "Note 2" in hosting.read(NOTE.format(2))
    assert hosting.head() == parts.repository.head()
    assert len(missing(bare)) == begun_with - 2


def test_what_the_owner_pushed_is_merged_with_what_was_posted(site, hosting):
    parts, act = site
    path = NOTE.format(3)
    url = address(parts, 3)
    act(action="update", url=url, add={"category": ["tea"]})
    hosting.edit({path: hosting.read(path) + "\nAnd more\n", PICTURE: "Newest" * 50_000})

    parts.following.work("remote")

    assert parts.publishing.backlog().last_error == ""
    assert "tea" in hosting.read(path)
    assert "And more" in hosting.read(path)
    # The repository stays what it is.
    assert git(hosting.bare, "rev-parse", f"main:{PICTURE}") in missing(parts.repository.path)
    parts.index.catch_up()
    assert parts.index.problems() == []


def test_a_rebuild_fetches_all_posts_at_once(site):
    parts, _ = site
    packs = parts.repository.path / "objects/pack"
    before, known = len(list(packs.glob("*.promisor"))), parts.index.count()

    parts.index.rebuild()

    assert parts.index.count() == known > 12
    assert parts.index.problems() == []
    assert len(list(packs.glob("*.promisor"))) == before + 1


def test_while_the_hosting_is_down_apps_are_told_to_try_again(site, hosting):
    parts, act = site
    url = address(parts, 1)
    away = hosting.bare.rename(hosting.bare.with_name("away.git"))

    refused = act(action="update", url=url, replace={"content": ["Changed"]})
    made = act(type=["h-entry"], properties={"content": ["New"]})
    away.rename(hosting.bare)
    done = act(action="update", url=url, replace={"content": ["Changed"]})

    assert (refused.status_code, made.status_code, done.status_code) == (503, 201, 204)
    assert int(refused.headers["Retry-After"]) > 0
    assert "cannot be fetched" in refused.json["error_description"]


def test_the_checkout_has_every_file_and_outlives_a_hosting_that_is_down(site, hosting):
    parts, _ = site
    checkout, shown = parts.checkout, parts.config.repository.checkout
    checkout.update()
    first = (shown / PICTURE).read_text()
    hosting.edit({PICTURE: "Newest" * 50_000})
    parts.following.work("remote")
    away = hosting.bare.rename(hosting.bare.with_name("away.git"))

    with pytest.raises(Unavailable, match="cannot be fetched"):
        checkout.update()

    kept = (shown / PICTURE).read_text()
    away.rename(hosting.bare)
    newest = checkout.update()
    assert first == kept == "Note" * 50_000
    assert (shown / PICTURE).read_text() == "Newest" * 50_000
    assert newest == parts.repository.head()
    # A power cut: what is damaged is made anew.
    (shown / ".git/index").write_bytes(b"")
    (shown / ".git/HEAD").write_bytes(b"")
    (shown / PICTURE).unlink()
    assert checkout.update() == newest
    assert (shown / PICTURE).read_text() == "Newest" * 50_000


def test_a_generator_may_ask_the_checkout_for_its_history(site, hosting):
    """As Hugo does with enableGitInfo; git would look into both files for a rename."""
    parts, _ = site
    text = page(6, "Note\n" * 50)
    hosting.edit({NOTE.format(6): text})
    hosting.edit({NOTE.format(6): None, NOTE.format("six"): text + "More\n"})
    hosting.edit({NOTE.format("six"): "Other\n"})
    parts.following.work("remote")

    parts.checkout.update()

    shown = parts.config.repository.checkout
    assert NOTE.format("six") in git(shown, "log", "--name-only", "--format=%H")


def test_a_checkout_goes_on_with_a_repository_that_was_cloned_anew(site, clone, start):
    parts, _ = site
    parts.checkout.update()
    shown = parts.config.repository.checkout
    clone()
    (shown / PICTURE).unlink()

    start().checkout.update()

    assert (shown / PICTURE).read_text() == "Note" * 50_000


def test_the_owner_pushes_to_it(site, hosting):
    parts, _ = site
    theirs = hosting.edit({NOTE.format(5): page(5, "Edited")}, push=False)

    git(hosting.desk, "push", "--quiet", str(parts.repository.path), "HEAD:main")

    assert parts.repository.head() == theirs
    assert parts.repository.read(NOTE.format(5)) == page(5, "Edited").encode()


def test_gc_and_fsck_leave_all_as_it_was(site):
    parts, act = site
    act(action="update", url=address(parts, 1), replace={"content": ["Changed"]})
    bare = parts.repository.path
    before = missing(bare)

    git(bare, "gc", "--quiet", "--prune=now")
    git(bare, "fsck", "--strict")

    assert missing(bare) == before
    assert parts.repository.read(NOTE.format(4)) == page(4).encode()


def test_a_shallow_partial_clone(hosting, tmp_path, start):
    adopted = ["--yes", "--me", ME, "--repository", str(hosting.bare), "--depth", "1"]
    CliRunner().invoke(main, ["init", str(tmp_path / "s"), *adopted, "--filter", "blob:none"])
    parts = start(Installation(tmp_path / "s"))
    hosting.edit({PICTURE: "Newest" * 50_000})

    parts.following.work("remote")
    parts.checkout.update()

    shown = parts.config.repository.checkout
    assert (shown / PICTURE).read_text() == "Newest" * 50_000
    assert git(shown, "log", "--format=%s") == "By hand\nBy hand"
    git(shown, "fsck")


def test_without_a_configured_remote_the_clones_own_is_asked(clone, start):
    clone(remote="")

    assert start().repository.read(NOTE.format(1)) == page(1).encode()


def test_a_new_hosting_gets_what_the_old_one_has(clone, start, hosting, tmp_path):
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "new.git")
    clone(remote=str(tmp_path / "new.git"))
    parts = start()

    parts.following.work("remote")

    assert parts.publishing.backlog().last_error == ""
    assert git(tmp_path / "new.git", "show", f"main~1:{NOTE.format(1)}") == page(1, "First").strip()


def test_a_new_hosting_by_another_way_gets_it_too(clone, start, tmp_path):
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "new.git")
    git(tmp_path / "new.git", "config", "http.receivepack", "true")
    with run_http(tmp_path, "s3cret-token") as server:
        clone(remote=server.url(tmp_path / "new.git"), token="s3cret-token", username="ada")
        parts = start()

        parts.following.work("remote")

    assert parts.publishing.backlog().last_error == ""
    assert git(tmp_path / "new.git", "show", f"main~1:{NOTE.format(1)}") == page(1, "First").strip()


def test_git_itself_fetches_nothing(clone):
    """It would do so past our key, token and limits."""
    bare = clone()
    oid = git(bare, "rev-parse", f"main:{NOTE.format(1)}")

    with pytest.raises(Unavailable):
        list(read_blobs(bare, [oid]))

    assert oid in missing(bare)


def test_by_ssh_with_the_key(clone, start, hosting, tmp_path):
    git(hosting.bare, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(hosting.bare, "config", "uploadpack.allowFilter", "true")
    (tmp_path / "ssh").mkdir()
    with run_sshd(tmp_path / "ssh") as server:
        opened_by = {"ssh_key": str(server.key), "known_hosts": str(server.known_hosts)}
        bare = clone(remote=server.url(hosting.bare), **opened_by)
        git(bare, "config", "remote.origin.url", server.url(hosting.bare))

        read = start().repository.read(NOTE.format(1))

    assert read == page(1).encode()


def test_by_http_with_the_token(clone, start, hosting, tmp_path):
    git(hosting.bare, "config", "uploadpack.allowFilter", "true")
    with run_http(tmp_path, "s3cret-token") as server:
        url = server.url(hosting.bare)
        bare = clone(remote=url, token="s3cret-token", username="ada")
        git(bare, "config", "remote.origin.url", url)

        read = start().repository.read(NOTE.format(1))

    assert read == page(1).encode()
    assert set(server.seen) == {("ada", "s3cret-token")}
    assert "s3cret-token" not in (bare / "config").read_text()


def test_what_nobody_has_is_missing(clone, start):
    clone()

    with pytest.raises(MissingObject):
        start().repository.read_object("1" * 40)
