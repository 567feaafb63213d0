"""Adopting a site that exists: cloned by path, SSH and HTTP, whole or only its newest commits."""

import itertools
import re
from datetime import UTC, datetime

import pytest
from conftest import ME, Installation, cheap_hash
from programs import need
from remotes import Hosting, git, run_http, run_sshd

from endpoint.assembly.doctor import make_doctor
from endpoint.errors import ConfigError, Unavailable
from endpoint.services.installation import Wishes, install
from endpoint.stores.repository import Repository

NOW = datetime(2025, 1, 1, tzinfo=UTC)
AUTHOR = "Ada <ada@site.example>"


@pytest.fixture(scope="module")
def old_site(tmp_path_factory):
    """A site with a history of three commits, in the bare repository of its hosting."""
    folder = tmp_path_factory.mktemp("old")
    git(folder, "init", "--quiet", "--bare", "--initial-branch=trunk", "old.git")
    git(folder, "clone", "--quiet", str(folder / "old.git"), "desk")
    desk = folder / "desk"
    for number in range(3):
        (desk / "hugo.toml").write_text(f"title = 'Old {number}'\n")
        (desk / "content/notes").mkdir(parents=True, exist_ok=True)
        page = f"---\ndate: 2024-01-0{number + 1}T10:00:00Z\n---\nNote {number}\n"
        (desk / f"content/notes/{number}.md").write_text(page)
        git(desk, "add", "--all")
        git(desk, "commit", "--quiet", "-m", f"Note {number}")
    git(desk, "push", "--quiet", "origin", "HEAD:trunk")
    return folder / "old.git"


@pytest.fixture
def adopt(tmp_path):
    def adopt(source, **wishes) -> Installation:
        made = Wishes(me=ME, password="secret", repository=str(source), **wishes)
        install(tmp_path / "site", made, NOW)
        adopted = Installation(tmp_path / "site")
        adopted.configure(auth={"password_hash": cheap_hash("secret")})
        return adopted

    return adopt


def post(parts, client_of, bearer_of, **note):
    client = client_of(parts)
    return client.post("/micropub", data={"content": "New", **note}, headers=bearer_of(parts))


def test_a_path_becomes_the_remote(adopt, old_site):
    adopted = adopt(old_site)

    config = adopted.config
    assert config.repository.remote == str(old_site)
    assert config.repository.branch == "trunk"
    assert git(config.repository.path, "log", "--format=%s") == "Note 2\nNote 1\nNote 0"
    assert (config.repository.checkout / "content/notes/2.md").is_file()


def test_of_a_work_tree_its_own_remote_is_taken(adopt, old_site, tmp_path):
    """Nothing can be pushed to a branch that somebody works on."""
    git(tmp_path, "clone", "--quiet", str(old_site), "desk")

    assert adopt(tmp_path / "desk").config.repository.remote == str(old_site)


def test_a_work_tree_without_a_remote_gives_none(adopt, old_site, tmp_path):
    git(tmp_path, "clone", "--quiet", str(old_site), "desk")
    git(tmp_path / "desk", "remote", "remove", "origin")

    assert adopt(tmp_path / "desk").config.repository.remote == ""


def test_by_ssh_with_a_key(adopt, old_site, tmp_path):
    (tmp_path / "ssh").mkdir()
    with run_sshd(tmp_path / "ssh") as server:
        opened_by = {"ssh_key": str(server.key), "known_hosts": str(server.known_hosts)}
        adopted = adopt(server.url(old_site), **opened_by)

    config = adopted.config.repository
    assert (config.ssh_key, config.known_hosts) == (server.key, server.known_hosts)
    assert git(config.path, "rev-parse", "trunk") == git(old_site, "rev-parse", "trunk")


def test_by_ssh_a_host_that_is_not_known_is_refused_with_the_mend(adopt, old_site, tmp_path):
    (tmp_path / "ssh").mkdir()
    with run_sshd(tmp_path / "ssh") as server, pytest.raises(ConfigError) as refused:
        adopt(server.url(old_site), ssh_key=str(server.key), known_hosts="/dev/null")

    assert "ssh-keyscan" in str(refused.value)
    assert not (tmp_path / "site").exists()


def test_by_http_with_a_token_that_is_kept_in_its_own_file(adopt, old_site, tmp_path):
    token = tmp_path / "token"
    token.write_text("s3cret-token\n")
    with run_http(old_site.parent, "s3cret-token") as server:
        adopted = adopt(server.url(old_site), token_file=str(token))

    text = (adopted.folder / "config.toml").read_text()
    assert "s3cret-token" not in text
    assert "s3cret-token" not in (adopted.folder / "site.git/config").read_text()
    assert adopted.config.repository.token == "s3cret-token"
    assert (adopted.config.repository.checkout / "hugo.toml").is_file()


def test_only_the_newest_commits_and_all_goes_on_from_there(
    adopt, old_site, start, client_of, bearer_of
):
    """The owner clones and pushes, posts come and go, and the hosting gets them."""
    git(old_site.parent, "clone", "--quiet", "--bare", str(old_site), "large.git")
    large = old_site.parent / "large.git"
    adopted = adopt(large, depth=1)
    bare = adopted.config.repository.path
    begun_with = git(bare, "rev-list", "--count", "trunk")
    parts = start(adopted)

    created = post(parts, client_of, bearer_of)

    client, headers = client_of(parts), bearer_of(parts)
    old = client.get("/micropub?q=source", headers=headers).json["items"]
    url = {"action": "delete", "url": created.headers["Location"]}
    deleted = client.post("/micropub", json=url, headers=headers)
    undeleted = client.post("/micropub", json={**url, "action": "undelete"}, headers=headers)
    parts.checkout.update()
    parts.publishing.work()
    git(adopted.folder, "clone", "--quiet", str(bare), "desk")
    assert begun_with == "1"
    assert (created.status_code, deleted.status_code, undeleted.status_code) == (201, 204, 204)
    assert len(old) == 4
    assert parts.checkout.commit() == parts.repository.head()
    assert git(large, "rev-parse", "trunk") == parts.repository.head()
    assert git(large, "rev-list", "--count", "trunk") == "6"
    assert git(large, "fsck", "--strict") == ""
    assert git(bare, "fsck", "--strict") == ""


def test_a_repository_without_commits_is_refused(adopt, tmp_path):
    git(tmp_path, "init", "--quiet", "--bare", "empty.git")

    with pytest.raises(ConfigError, match="no commits"):
        adopt(tmp_path / "empty.git")

    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    ("source", "says"),
    [
        pytest.param("https://ada:secret@host.example/site.git", "password", id="a password"),
        pytest.param("git://host.example/site.git", "not spoken", id="without protection"),
        pytest.param("ext::sh -c touch% /tmp/x", "URL", id="a command"),
        pytest.param("-oProxyCommand=touch", "address", id="an option"),
        pytest.param("ssh://-oProxyCommand=touch/x", "host", id="an option as a host"),
        pytest.param("/nowhere/site.git", "/nowhere", id="nothing there"),
    ],
)
def test_what_is_no_repository_is_refused_and_nothing_is_left(adopt, tmp_path, source, says):
    with pytest.raises(ConfigError) as refused:
        adopt(source)

    assert says in str(refused.value)
    assert "secret" not in str(refused.value)
    assert not (tmp_path / "site").exists()


def test_a_partial_clone_without_folders_is_refused_with_the_way_to_make_it_whole(
    old_site, tmp_path
):
    git(old_site, "config", "uploadpack.allowFilter", "true")
    words = ("--quiet", "--bare", "--filter=tree:0", f"file://{old_site}", "part.git")
    git(tmp_path, "clone", *words)
    part = tmp_path / "part.git"

    with pytest.raises(Unavailable, match="partial clone") as refused:
        Repository(part, branch="trunk", author=AUTHOR).prepare()

    for words in re.findall(r"git ((?:fetch|config) [^,]*)", refused.value.description):
        git(part, *words.split())
    repository = Repository(part, branch="trunk", author=AUTHOR)
    repository.prepare()
    oids = [oid for _, oid in repository.files(repository.head())]
    assert len(list(repository.read_many(oids))) == 4


# What a checkout takes from elsewhere


@pytest.fixture
def with_theme(old_site, tmp_path):
    """A hosting whose site has a theme as a submodule, named by a relative address."""
    hosting = Hosting(tmp_path / "hosting.git", tmp_path / "desk")
    git(tmp_path, "clone", "--quiet", "--bare", str(old_site), "hosting.git")
    git(tmp_path, "clone", "--quiet", str(old_site), "theme-desk")
    git(tmp_path, "clone", "--quiet", "--bare", str(old_site), "theme.git")
    git(tmp_path, "clone", "--quiet", str(hosting.bare), "desk")
    allowed = ("-c", "protocol.file.allow=always")
    git(hosting.desk, *allowed, "submodule", "--quiet", "add", "../theme.git", "themes/plain")
    git(hosting.desk, "commit", "--quiet", "-m", "Take a theme")
    git(hosting.desk, "push", "--quiet", "origin", "HEAD:trunk")
    return hosting


def test_themes_are_in_the_checkout_and_follow(adopt, with_theme, tmp_path, monkeypatch, start):
    (tmp_path / "ssh").mkdir()
    with run_sshd(tmp_path / "ssh") as server:
        words = ["ssh", "-i", str(server.key), "-o", f"UserKnownHostsFile={server.known_hosts}"]
        monkeypatch.setenv("GIT_SSH_COMMAND", " ".join([*words, "-o", "BatchMode=yes"]))
        adopted = adopt(server.url(with_theme.bare))
        theme = adopted.config.repository.checkout / "themes/plain"
        first = (theme / "hugo.toml").read_text()
        work = tmp_path / "theme-desk"
        (work / "hugo.toml").write_text("title = 'Newer'\n")
        git(work, "commit", "--quiet", "-am", "Newer")
        git(work, "push", "--quiet", str(tmp_path / "theme.git"), "HEAD:trunk")
        git(with_theme.desk / "themes/plain", "pull", "--quiet", "origin", "trunk")
        git(with_theme.desk, "commit", "--quiet", "-am", "Take the newer theme")
        git(with_theme.desk, "push", "--quiet", "origin", "HEAD:trunk")
        (theme / "hugo.toml").write_text("changed by hand")
        parts = start(adopted)
        parts.publishing.work()
        parts.checkout.update()

    assert first == "title = 'Old 2'\n"
    assert (theme / "hugo.toml").read_text() == "title = 'Newer'\n"


def test_a_theme_on_this_machine_is_not_taken(adopt, with_theme, tmp_path, start):
    """Whoever pushes names it, and could have any repository of ours shown on the site."""
    modules = with_theme.desk / ".gitmodules"
    modules.write_text(modules.read_text().replace("../theme.git", f"file://{tmp_path}/theme.git"))
    git(with_theme.desk, "commit", "--quiet", "-am", "A theme on the server")
    git(with_theme.desk, "push", "--quiet", "origin", "HEAD:trunk")

    parts = start(adopt(with_theme.bare))
    with pytest.raises(Unavailable, match="submodule"):
        parts.checkout.update()

    theme = parts.config.repository.checkout / "themes/plain"
    assert list(theme.iterdir()) == []
    assert parts.checkout.commit() == parts.repository.head()


def test_files_of_git_lfs_are_themselves_in_the_checkout(
    adopt, old_site, tmp_path, start, client_of, bearer_of
):
    need("git-lfs")
    git(tmp_path, "clone", "--quiet", "--bare", str(old_site), "hosting.git")
    git(tmp_path, "clone", "--quiet", str(tmp_path / "hosting.git"), "desk")
    desk = tmp_path / "desk"
    git(desk, "lfs", "install", "--local")
    git(desk, "lfs", "track", "*.bin")
    (desk / "large.bin").write_bytes(b"large " * 1000)
    git(desk, "add", "--all")
    git(desk, "commit", "--quiet", "-m", "A large file")
    git(desk, "push", "--quiet", "origin", "HEAD:trunk")

    parts = start(adopt(tmp_path / "hosting.git"))
    shown = parts.config.repository.checkout / "large.bin"
    first = shown.read_bytes()
    created = post(parts, client_of, bearer_of)
    parts.checkout.update()

    assert first == b"large " * 1000
    assert created.status_code == 201
    assert shown.read_bytes() == b"large " * 1000
    assert parts.repository.read("large.bin").startswith(b"version https://git-lfs")


def test_without_git_lfs_pointers_stay_and_the_doctor_says_so(
    adopt, old_site, tmp_path, start, monkeypatch
):
    git(tmp_path, "clone", "--quiet", "--bare", str(old_site), "hosting.git")
    hosting = Hosting(tmp_path / "hosting.git", tmp_path / "desk")
    git(tmp_path, "clone", "--quiet", str(hosting.bare), "desk")
    (hosting.desk / ".gitattributes").write_text("*.bin filter=lfs diff=lfs merge=lfs -text\n")
    git(hosting.desk, "add", "--all")
    git(hosting.desk, "commit", "--quiet", "-m", "Large files")
    git(hosting.desk, "push", "--quiet", "origin", "HEAD:trunk")
    adopted = adopt(hosting.bare)
    # A machine that has git, and no git-lfs.
    (tmp_path / "programs").mkdir()
    (tmp_path / "programs/git").symlink_to(need("git"))
    monkeypatch.setenv("PATH", str(tmp_path / "programs"))

    findings = make_doctor(start(adopted)).examine()

    [found] = itertools.islice((one for one in findings if one.part == "large files"), 1)
    assert not found.is_well
    assert "git-lfs" in found.says
