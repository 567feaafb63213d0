"""Signed commits: git itself says who made them, and what cannot be signed is not saved."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from programs import need
from remotes import Hosting, git, make_key

from endpoint.errors import ConfigError, Unavailable
from endpoint.stores.git.signing import Signer

NOTE = {"content": "Hello"}
AUTHOR = "ada@site.example"


@pytest.fixture
def ssh_key(tmp_path):
    need("ssh-keygen", "openssh-client")
    return make_key(tmp_path / "signing")


@pytest.fixture
def signing(installation, start, client_of, bearer_of, ssh_key):
    """A client and headers of an installation that signs with ``ssh_key``."""
    installation.configure(repository={"sign_with": str(ssh_key), "author": f"Ada <{AUTHOR}>"})
    parts = start()
    return client_of(parts), bearer_of(parts), parts


def verify(bare, key, commit="HEAD"):
    """Return how git ends and what it says of the signature."""
    allowed = bare.parent / "allowed_signers"
    allowed.write_text(f"{AUTHOR} {key.with_suffix('.pub').read_text()}")
    command = ["git", "-c", f"gpg.ssh.allowedSignersFile={allowed}", "-C", str(bare)]
    command += ["verify-commit", commit]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_every_action_is_a_commit_that_git_verifies(signing, installation, ssh_key):
    client, headers, _ = signing
    bare = installation.folder / "site.git"
    created = client.post("/micropub", data={"content": "Grüße 🦊\n\n-- Ada"}, headers=headers)
    url = created.headers["Location"]
    update = {"action": "update", "url": url, "replace": {"content": ["Changed"]}}
    client.post("/micropub", json=update, headers=headers)
    client.post("/micropub", json={"action": "delete", "url": url}, headers=headers)

    verified = [verify(bare, ssh_key, f"HEAD~{number}") for number in range(3)]

    assert created.status_code == 201
    assert [code for code, _ in verified] == [0, 0, 0]
    assert all(f'Good "git" signature for {AUTHOR}' in said for _, said in verified)
    assert git(bare, "fsck", "--strict") == ""
    assert git(bare, "log", "-1", "--format=%s", "HEAD~2").startswith("note: Grüße")


def test_commits_of_many_at_once_are_all_signed(signing, installation, ssh_key):
    client, headers, _ = signing
    application = client.application

    def post(number):
        note = {"content": f"Number {number}"}
        return application.test_client().post("/micropub", data=note, headers=headers).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(post, range(8)))

    bare = installation.folder / "site.git"
    assert statuses == [201] * 8
    assert {verify(bare, ssh_key, f"HEAD~{number}")[0] for number in range(8)} == {0}


def test_a_commit_that_is_replayed_is_signed_anew(
    installation, start, client_of, bearer_of, ssh_key, tmp_path
):
    hosting = Hosting.of(installation.folder / "site.git", tmp_path)
    hosting.edit({"static/theirs.txt": "theirs"})
    installation.configure(
        repository={
            "sign_with": str(ssh_key),
            "author": f"Ada <{AUTHOR}>",
            "remote": str(hosting.bare),
        }
    )
    parts = start()
    client_of(parts).post("/micropub", data=NOTE, headers=bearer_of(parts))

    parts.publishing.work()

    assert git(hosting.bare, "log", "--format=%s", "-2") == "note: Hello\nBy hand"
    assert verify(hosting.bare, ssh_key)[0] == 0


def test_a_signature_of_another_key_is_not_taken_for_it(signing, installation, tmp_path):
    client, headers, _ = signing
    client.post("/micropub", data=NOTE, headers=headers)

    code, said = verify(installation.folder / "site.git", make_key(tmp_path / "other"))

    assert code != 0
    assert "No principal matched" in said


def test_503_what_cannot_be_signed_is_not_saved(signing, repo, ssh_key):
    client, headers, parts = signing
    before = repo.head.commit.hexsha
    ssh_key.unlink()

    response = client.post("/micropub", data=NOTE, headers=headers)

    sentence = response.json["error_description"]
    assert response.status_code == 503
    assert "repository.sign_with" in sentence
    assert sentence.isascii()
    assert not set(sentence) & {'"', "\\", "\n"}
    assert repo.head.commit.hexsha == before
    assert parts.repository.head() == before


def test_503_a_key_with_a_passphrase_is_not_waited_for(installation, start, client_of, bearer_of):
    key = installation.folder / "locked"
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret phrase", "-f", str(key)]
    subprocess.run(command, check=True)
    installation.configure(repository={"sign_with": "locked"})
    parts = start()
    before = parts.repository.head()

    response = client_of(parts).post("/micropub", data=NOTE, headers=bearer_of(parts))

    assert response.status_code == 503
    assert parts.repository.head() == before


def test_a_key_that_an_agent_holds(ssh_key, installation, start, client_of, bearer_of, monkeypatch):
    """The setting names the public half then."""
    said = subprocess.run([need("ssh-agent"), "-s"], capture_output=True, text=True, check=True)
    agent = dict(part.split("=", 1) for part in said.stdout.split("; ") if "=" in part)
    agent = {name.split("\n")[-1]: value for name, value in agent.items()}
    environment = {**os.environ, "SSH_AUTH_SOCK": agent["SSH_AUTH_SOCK"]}
    try:
        subprocess.run(["ssh-add", "-q", str(ssh_key)], env=environment, check=True)
        ssh_key.unlink()
        monkeypatch.setenv("SSH_AUTH_SOCK", agent["SSH_AUTH_SOCK"])
        public = ssh_key.with_suffix(".pub")
        installation.configure(repository={"sign_with": str(public), "author": f"Ada <{AUTHOR}>"})
        parts = start()

        response = client_of(parts).post("/micropub", data=NOTE, headers=bearer_of(parts))
    finally:
        os.kill(int(agent["SSH_AGENT_PID"]), 15)

    assert response.status_code == 201
    assert verify(installation.folder / "site.git", ssh_key)[0] == 0


@pytest.fixture
def gpg_home(tmp_path_factory, monkeypatch):
    """A key ring of its own with one key without a passphrase, in a short path for sockets."""
    gpg = need("gpg", "gnupg")
    home = tmp_path_factory.mktemp("g")
    monkeypatch.setenv("GNUPGHOME", str(home))
    make = ["--batch", "--quiet", "--passphrase", "", "--quick-generate-key", f"Ada <{AUTHOR}>"]
    subprocess.run([gpg, *make, "ed25519", "sign"], check=True, capture_output=True)
    yield home
    subprocess.run(["gpgconf", "--kill", "all"], check=False)


def test_a_gpg_key(gpg_home, installation, start, client_of, bearer_of):
    installation.configure(repository={"sign_with": AUTHOR, "author": f"Ada <{AUTHOR}>"})
    parts = start()

    response = client_of(parts).post("/micropub", data=NOTE, headers=bearer_of(parts))

    bare = installation.folder / "site.git"
    command = ["git", "-C", str(bare), "verify-commit", "HEAD"]
    verified = subprocess.run(command, capture_output=True, text=True, check=False)
    assert response.status_code == 201
    assert verified.returncode == 0
    assert f'Good signature from "Ada <{AUTHOR}>"' in verified.stderr
    assert git(bare, "fsck", "--strict") == ""


def test_503_a_gpg_key_that_nobody_has(gpg_home, installation, start, client_of, bearer_of):
    installation.configure(repository={"sign_with": "0123456789ABCDEF"})
    parts = start()
    before = parts.repository.head()

    response = client_of(parts).post("/micropub", data=NOTE, headers=bearer_of(parts))

    assert response.status_code == 503
    assert "secret key" in response.json["error_description"]
    assert parts.repository.head() == before


def test_git_would_have_written_the_same(ssh_key, tmp_path):
    """The object is byte for byte what ``git commit -S`` makes: ed25519 signs the same twice."""
    git(tmp_path, "init", "--quiet", "desk")
    desk = tmp_path / "desk"
    settings = ("-c", "gpg.format=ssh", "-c", f"user.signingkey={ssh_key}")
    git(desk, *settings, "commit", "--quiet", "-S", "--allow-empty", "-m", "One\n\nTwo\n")
    raw = subprocess.run(
        ["git", "-C", str(desk), "cat-file", "commit", "HEAD"], capture_output=True, check=True
    ).stdout
    head, _, rest = raw.partition(b"\ngpgsig ")
    _, _, message = rest.partition(b"-----END SSH SIGNATURE-----\n")

    signed = Signer(str(ssh_key)).sign(head + b"\n" + message)

    assert signed == raw


@pytest.mark.parametrize("value", ["no/such/key", "-----BEGIN", "--version", "Ada <a@b.example>"])
def test_a_key_that_is_none_stops_the_start(installation, value):
    installation.configure(repository={"sign_with": value})

    with pytest.raises(ConfigError, match=r"repository\.sign_with"):
        _ = installation.config


def test_the_program_has_no_terminal_to_ask_at(tmp_path, monkeypatch):
    program = tmp_path / "ssh-keygen"
    program.write_text(f"#!/bin/sh\ncut -d ' ' -f 6 /proc/self/stat > {tmp_path}/session\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    with pytest.raises(Unavailable):
        Signer("/key").sign(b"tree\n\nHello\n")

    assert int((tmp_path / "session").read_text()) != os.getsid(0)
