"""Publishing over real SSH and HTTP: what opens the hosting, and what is said where it does not."""

import os
import random
import socket
import stat
import threading
import time
from pathlib import Path

import pytest
from programs import wait_for
from remotes import Hosting, git, make_key, run_http, run_sshd

from endpoint.config.addresses import parse_address
from endpoint.errors import ConfigError, Unavailable
from endpoint.stores.git.access import Access
from endpoint.stores.git.push_reports import Outcome
from endpoint.stores.remote import Limits, Remote

TOKEN = "glpat-Se_cr.et-42"


@pytest.fixture
def hosting(installation, tmp_path):
    return Hosting.of(installation.folder / "site.git", tmp_path)


@pytest.fixture(scope="module")
def sshd(tmp_path_factory):
    with run_sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
def http(tmp_path):
    with run_http(tmp_path, TOKEN) as server:
        yield server


@pytest.fixture
def note(installation, start):
    """Return a function that assembles, commits a note, publishes, and returns the parts."""

    def note(**repository):
        installation.configure(repository=repository, site={"build": ""})
        parts = start()
        with parts.repository.writing() as writer:
            writer.commit({"static/a.txt": b"A\n"}, "note: Hello", parts.clock())
        parts.following.work("remote")
        return parts

    return note


def test_ssh_publishes_with_a_deploy_key(hosting, sshd, note):
    hosting.edit({"README.md": "Hi\n"})

    parts = note(
        remote=sshd.url(hosting.bare), ssh_key=str(sshd.key), known_hosts=str(sshd.known_hosts)
    )

    assert parts.publishing.backlog().last_error == ""
    assert hosting.subjects()[-2:] == ["By hand", "note: Hello"]


def test_ssh_keys_may_have_strange_paths(hosting, sshd, note, tmp_path):
    folder = tmp_path / "a 'b' %h"
    folder.mkdir()
    for source in (sshd.key, sshd.known_hosts):
        target = folder / source.name
        target.write_bytes(source.read_bytes())
        target.chmod(0o600)

    parts = note(
        remote=sshd.url(hosting.bare),
        ssh_key=str(folder / "client"),
        known_hosts=str(folder / "known_hosts"),
    )

    assert parts.publishing.backlog().last_error == ""
    assert hosting.head() == parts.repository.head()


def test_a_wrong_ssh_key_is_told_with_the_mend(hosting, sshd, note, tmp_path):
    key = make_key(tmp_path / "wrong")

    parts = note(remote=sshd.url(hosting.bare), ssh_key=str(key), known_hosts=str(sshd.known_hosts))

    assert "does not accept the key" in parts.publishing.backlog().last_error
    assert "deploy key" in parts.publishing.backlog().last_error


def test_an_ssh_host_that_nobody_has_confirmed_gets_nothing(hosting, sshd, note, tmp_path):
    known = tmp_path / "known"

    parts = note(remote=sshd.url(hosting.bare), ssh_key=str(sshd.key), known_hosts=str(known))

    error = parts.publishing.backlog().last_error
    assert f"ssh-keyscan -p {sshd.port} 127.0.0.1 >> {known}" in error
    assert not known.exists()


def test_an_ssh_host_with_another_key_gets_nothing(hosting, sshd, note, tmp_path):
    known = tmp_path / "known"
    algorithm, key, *_ = Path(f"{make_key(tmp_path / 'other')}.pub").read_text().split()
    known.write_text(f"[127.0.0.1]:{sshd.port} {algorithm} {key}\n")

    parts = note(remote=sshd.url(hosting.bare), ssh_key=str(sshd.key), known_hosts=str(known))

    assert "another host key" in parts.publishing.backlog().last_error


def test_http_publishes_with_a_token(hosting, http, note):
    hosting.edit({"README.md": "Hi\n"})

    parts = note(remote=http.url(hosting.bare), token=TOKEN)

    assert parts.publishing.backlog().last_error == ""
    assert hosting.subjects()[-2:] == ["By hand", "note: Hello"]
    assert set(http.seen) == {("oauth2", TOKEN)}


def test_a_wrong_token_is_told_with_the_mend(hosting, http, note):
    parts = note(remote=http.url(hosting.bare), token="wrong-one", username="ada")

    error = parts.publishing.backlog().last_error
    assert "repository.token" in error
    assert "wrong-one" not in error
    assert ("ada", "wrong-one") in http.seen


def test_a_redirect_carries_the_token_nowhere(hosting, http, note, tmp_path):
    with run_http(tmp_path, TOKEN) as other:
        http.redirect = f"http://127.0.0.1:{other.port}"

        parts = note(remote=http.url(hosting.bare), token=TOKEN)

    assert "moved to another address" in parts.publishing.backlog().last_error
    assert other.seen == []


def test_the_token_shows_nowhere(hosting, http, installation, note, capfd, monkeypatch, tmp_path):
    for name in ("GIT_TRACE", "GIT_TRACE_CURL", "GIT_CURL_VERBOSE"):
        monkeypatch.setenv(name, str(tmp_path / "trace"))
    http.hold = threading.Event()
    working = threading.Thread(
        target=note, kwargs={"remote": http.url(hosting.bare), "token": TOKEN}
    )
    working.start()
    http.held.wait(60)

    commands = _read_commands()
    http.hold.set()
    working.join()

    assert any("push" in command or "fetch" in command for command in commands)
    assert not any(TOKEN in command for command in commands)
    kept = [path for path in (installation.folder / "site.git").rglob("*") if path.is_file()]
    assert not any(TOKEN.encode() in path.read_bytes() for path in kept)
    assert TOKEN not in "".join(capfd.readouterr())
    assert not (tmp_path / "trace").exists()
    assert hosting.subjects()[-1] == "note: Hello"


def test_a_helper_of_the_repositorys_own_settings_hears_no_token(
    hosting, http, installation, note, tmp_path
):
    site = installation.folder / "site.git"
    git(site, "config", "credential.helper", f"!cat >> {tmp_path}/heard; true")
    git(site, "config", f"credential.{http.url(site)}.helper", f"!cat >> {tmp_path}/heard; true")

    note(remote=http.url(hosting.bare), token=TOKEN)

    assert hosting.subjects()[-1] == "note: Hello"
    assert not (tmp_path / "heard").exists()


def test_a_hook_that_tells_the_token_is_not_quoted(hosting, http, note):
    hosting.hook("pre-receive", f"echo 'Your token {TOKEN} is old' >&2; exit 1")

    parts = note(remote=http.url(hosting.bare), token=TOKEN)

    assert "Your token *** is old" in parts.publishing.backlog().last_error


def _wait_until_gone(words: str) -> None:
    wait_for(lambda: not any(words in command for command in _read_commands()))


def _read_commands() -> list[str]:
    commands = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            commands.append(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        except OSError:
            continue
    assert commands
    return commands


def make_remote(bare, url, **limits):
    return Remote(bare, "main", Access(parse_address(url)), Limits(**limits))


def test_a_remote_that_hangs_is_left(hosting, installation):
    """It answers the connection and nothing more; git and its helpers are gone afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/site.git"
        remote = make_remote(installation.folder / "site.git", url, long_s=0.5)
        began = time.monotonic()

        with pytest.raises(Unavailable, match=r"within 0\.5 seconds"):
            remote.fetch()

    assert time.monotonic() - began < 30
    _wait_until_gone(url)


def test_a_hook_that_hangs_is_left(hosting, installation):
    words = f"sleep {random.randrange(10_000, 1_000_000)}"
    hosting.hook("pre-receive", f"exec {words}")
    remote = make_remote(installation.folder / "site.git", str(hosting.bare), long_s=0.5)
    git(hosting.bare, "update-ref", "-d", "refs/heads/main")
    head = git(installation.folder / "site.git", "rev-parse", "main")

    with pytest.raises(Unavailable, match="did not come to an end"):
        remote.push(head)

    _wait_until_gone(words)


def test_a_stopped_server_ends_a_push(hosting, installation):
    hosting.hook("pre-receive", "exec sleep 4322")
    remote = make_remote(installation.folder / "site.git", str(hosting.bare))
    git(hosting.bare, "update-ref", "-d", "refs/heads/main")
    head = git(installation.folder / "site.git", "rev-parse", "main")
    threading.Timer(0.5, remote.stop).start()
    began = time.monotonic()

    with pytest.raises(Unavailable):
        remote.push(head)

    assert time.monotonic() - began < 30


def test_what_a_hook_says_is_cleaned_and_bounded(hosting, installation):
    hosting.hook("pre-receive", r"printf '\033[31mNo\033[0m \a%0999d\n' 1 >&2; exit 1")
    remote = make_remote(installation.folder / "site.git", str(hosting.bare))
    git(hosting.bare, "update-ref", "-d", "refs/heads/main")
    head = git(installation.folder / "site.git", "rev-parse", "main")

    with pytest.raises(Unavailable) as refusal:
        remote.push(head)

    said = refusal.value.description
    assert said.startswith("The remote refuses the push: No ?")
    assert said.isascii()
    assert said.isprintable()
    assert len(said) < 400


def test_a_trial_push_changes_nothing(hosting, installation):
    remote = make_remote(installation.folder / "site.git", str(hosting.bare))
    git(hosting.bare, "update-ref", "-d", "refs/heads/main")
    head = git(installation.folder / "site.git", "rev-parse", "main")

    outcome = remote.push(head, only_try=True)

    assert outcome is Outcome.DONE
    assert remote.newest() is None
    assert remote.known.joined() is None


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        pytest.param(
            {"remote": "https://ada:x@h.example/a.git"}, "repository.token", id="password"
        ),
        pytest.param({"remote": "https://ada@h.example/a.git"}, "repository.username", id="user"),
        pytest.param({"remote": "ext::sh -c true"}, "ssh, https", id="a program"),
        pytest.param({"remote": "git://h.example/a.git"}, "use ssh, https", id="no safe scheme"),
        pytest.param({"remote": "--upload-pack=x"}, "the address", id="an option"),
        pytest.param({"remote": "ssh://-oProxyCommand=x/a"}, "host", id="an option as host"),
        pytest.param({"remote": "ssh://-oProxyCommand=x@h/a"}, "a user", id="an option in a URL"),
        pytest.param({"remote": "-oProxyCommand=x@h:a"}, "the address", id="an option as user"),
        pytest.param({"remote": "/a.git", "token": "t"}, "by https", id="token for a path"),
        pytest.param(
            {"remote": "http://h.example/a", "token": "t"}, "by https", id="token in clear"
        ),
        pytest.param({"token": "t"}, "by https", id="token for nothing"),
        pytest.param({"remote": "https://h/a", "token": "a b"}, "without blanks", id="bad token"),
        pytest.param({"remote": "https://h/a", "known_hosts": "k"}, "by SSH", id="known_hosts"),
        pytest.param({"remote": "git@h:a", "ssh_key": "none"}, "No such file", id="no key"),
        pytest.param({"remote": "git@h:a", "ssh_key": "open"}, "chmod 600", id="a key for all"),
        pytest.param({"remote": "https://h/a", "ssh_key": "key"}, "by SSH", id="key for https"),
        pytest.param({"remote": "https://h/a", "username": "a:b"}, "colons", id="bad username"),
    ],
)
def test_settings_that_do_not_work_are_refused(installation, settings, said):
    for name, mode in (("open", 0o644), ("key", 0o600)):
        (installation.folder / name).write_text("KEY")
        (installation.folder / name).chmod(mode)
    installation.configure(repository=settings)

    with pytest.raises(ConfigError) as refusal:
        _ = installation.config

    assert said in str(refusal.value)
    assert "ada:x" not in str(refusal.value)
    assert "a b" not in str(refusal.value)


@pytest.mark.parametrize(
    "remote",
    [
        "git@host.example:ada/site.git",
        "ssh://git@host.example:2222/ada/site.git",
        "host:site.git",
        "https://host.example/ada/site.git",
        "http://host.example/ada/site.git",
        "/srv/site.git",
        "file:///srv/site.git",
    ],
)
def test_addresses_that_git_takes(installation, remote):
    installation.configure(repository={"remote": remote})

    assert installation.config.repository.remote == remote


def test_a_relative_remote_starts_at_the_configuration(installation):
    installation.configure(repository={"remote": "backup/site.git"})

    assert installation.config.repository.remote == str(installation.folder / "backup/site.git")


def test_the_key_may_be_the_groups_if_somebody_else_owns_it(installation):
    if os.geteuid() != 0:
        pytest.skip("needs the right to give files away")
    key = installation.folder / "key"
    key.write_text("KEY")
    key.chmod(0o640)
    os.chown(key, 12345, 12345)
    installation.configure(repository={"remote": "git@h:a", "ssh_key": "key"})

    assert stat.S_IMODE(installation.config.repository.ssh_key.stat().st_mode) == 0o640
