"""The ``endpoint`` command, run as its user runs it."""

import os
import re
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import git
import pytest
from programs import small_disk

from endpoint.config import load

COMMAND = Path(sys.executable).parent / "endpoint"
ME = "https://site.example/"


@pytest.fixture
def run(tmp_path):
    def run(*words, cwd=None, said="") -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path / "home"),
            "LANG": "C.UTF-8",
        }
        return subprocess.run(
            [COMMAND, *words],
            cwd=cwd or tmp_path,
            env=environment,
            input=said,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def folder(hugo_seed, tmp_path):
    """A folder as ``endpoint init`` leaves it, which the tests of ``init`` make themselves."""
    return shutil.copytree(hugo_seed, tmp_path / "here")


def test_help_names_every_command(run):
    shown = run("--help")

    for command in "init serve worker demo token check build index".split():
        assert re.search(rf"^  {command} +\S", shown.stdout, re.MULTILINE), command
    assert shown.returncode == 0


def test_init_makes_the_four_parts(run, tmp_path):
    made = run("init", "here", "--me", ME, "--yes")

    folder = tmp_path / "here"
    [password] = re.findall(r"password.*: (\S+)$", made.stdout, re.MULTILINE)
    assert made.returncode == 0
    assert stat.S_IMODE((folder / "config.toml").stat().st_mode) == 0o600
    assert password not in (folder / "config.toml").read_text()
    assert load(folder / "config.toml").auth.password_hash.startswith("$argon2id$")
    assert (folder / "site" / "hugo.toml").is_file()
    assert (folder / "state").is_dir()
    with git.Repo(folder / "site.git") as repo:
        assert repo.bare
        assert repo.head.commit.message == "Begin the site\n"


def test_init_takes_the_password_from_standard_input(run, tmp_path):
    made = run("init", "here", "--me", ME, "--yes", "--password-stdin", said="swordfish\n")

    assert made.returncode == 0
    assert "swordfish" not in made.stdout
    assert "assword" not in made.stdout


def test_init_asks_what_it_needs(run, tmp_path):
    made = run("init", "here", said=f"{ME}\nAda\n\n")

    config = load(tmp_path / "here" / "config.toml")
    assert made.returncode == 0
    assert (config.me, config.owner.name, config.base_url) == (ME, "Ada", "https://site.example")


def test_init_asks_only_for_what_was_not_said(run, tmp_path):
    made = run("init", "here", "--me", ME, "--name", "Ada", said="https://site.example/api\n")

    config = load(tmp_path / "here" / "config.toml")
    assert made.stdout.count("[") == 1
    assert (config.owner.name, config.base_url) == ("Ada", "https://site.example/api")


@pytest.mark.parametrize("generator", ["hugo", "jekyll"])
def test_init_fills_the_template(run, tmp_path, generator):
    run(
        "init",
        "here",
        "--me",
        "https://ada.example/blog/",
        "--name",
        'Ada "L" <x>: é',
        "--public-url",
        "https://ada.example/api",
        "--generator",
        generator,
        "--yes",
    )

    name = "hugo.toml" if generator == "hugo" else "_config.yml"
    text = (tmp_path / "here" / "site" / name).read_text()
    assert "https://ada.example/api" in text
    assert "https://site.example" not in text
    assert "Site title" not in text
    assert "Author name" not in text


def test_init_adopts_an_existing_site(run, tmp_path):
    with git.Repo.init(tmp_path / "old", initial_branch="trunk") as old:
        (tmp_path / "old" / "_config.yml").write_text("title: Old\n")
        old.index.add(["_config.yml"])
        commit = old.index.commit("Long ago")

    made = run("init", "here", "--me", ME, "--yes", "--repository", str(tmp_path / "old"))

    config = load(tmp_path / "here" / "config.toml")
    assert made.returncode == 0, made.stderr
    assert '<link rel="micropub" href="https://site.example/micropub">' in made.stdout
    assert (config.repository.branch, config.site.generator) == ("trunk", "jekyll")
    with git.Repo(config.repository.path) as repo:
        assert repo.head.commit.hexsha == commit.hexsha
    assert (tmp_path / "here" / "site" / "_config.yml").is_file()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["--me", "site.example"], "absolute http or https URL", id="no URL"),
        pytest.param(["--me", ME, "--timezone", "X/Y"], "time zone", id="zone"),
        pytest.param(["--me", ME, "--repository", "/nowhere"], "/nowhere", id="nothing to adopt"),
        pytest.param(["--me", ME, "--repository", "--upload-pack=x"], "repository", id="option"),
        pytest.param([], "--me", id="no me"),
    ],
)
def test_init_refuses_and_leaves_nothing(run, tmp_path, words, says):
    made = run("init", "here", "--yes", *words)

    assert made.returncode != 0
    assert says in made.stderr
    assert "Traceback" not in made.stderr
    assert [entry.name for entry in tmp_path.iterdir() if entry.name != "home"] == []


def test_init_here_in_an_empty_folder(run, tmp_path):
    (tmp_path / "empty").mkdir()

    made = run("init", ".", "--me", ME, "--yes", cwd=tmp_path / "empty")

    assert made.returncode == 0, made.stderr
    assert (tmp_path / "empty" / "config.toml").is_file()


def test_init_on_a_disk_of_its_own(run, tmp_path):
    with small_disk(tmp_path / "disk", "16m") as disk:
        made = run("init", "disk", "--me", ME, "--yes")
        names = sorted(entry.name for entry in disk.iterdir())

    assert made.returncode == 0, made.stderr
    assert names == ["config.toml", "site", "site.git", "state"]


def test_init_where_a_file_is(run, tmp_path):
    (tmp_path / "file").write_text("mine")

    made = run("init", "file", "--me", ME, "--yes")

    assert made.returncode == 1
    assert made.stderr.startswith("Error: ")
    assert (tmp_path / "file").read_text() == "mine"


def test_the_web_server_can_read_the_built_site_and_nothing_secret(run, folder):
    run("build", cwd=folder)

    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    assert mode(folder) & mode(folder / "public") & 0o005 == 0o005
    assert (mode(folder / "config.toml"), mode(folder / "state")) == (0o600, 0o700)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        pytest.param('[database]\nurl = "foo"', "database.url", id="no URL"),
        pytest.param('[queue]\nurl = "foo"', "queue.url", id="no queue"),
        pytest.param('[queue]\nurl = "sqlite:///nowhere/queue.db"', "queue.url", id="no folder"),
        pytest.param('[database]\nurl = "postgresql+nodriver://h/d"', "database.url", id="driver"),
    ],
)
def test_stores_that_cannot_be_opened(run, folder, table, says):
    with (folder / "config.toml").open("a") as file:
        file.write(f"\n{table}\n")

    failed = run("token", "list", cwd=folder)

    assert failed.returncode == 1
    assert says in failed.stderr
    assert "Traceback" not in failed.stderr


def test_token_with_an_unknown_scope_is_made_with_a_note(run, folder):
    made = run("token", "create", "--scope", "craete update", cwd=folder)

    assert re.fullmatch(r"\S{40,}\n", made.stdout)
    assert made.stderr == "Note: craete is no scope that grants anything here\n"


def test_token_with_scopes_of_apps_for_mastodon_is_made_without_a_note(run, folder):
    made = run("token", "create", "--scope", "read write write:favourites", cwd=folder)

    assert (made.returncode, made.stderr) == (0, "")


def test_init_never_touches_what_is_there(run, folder):
    before = (folder / "config.toml").read_text()

    again = run("init", "here")

    assert (again.returncode, again.stdout) == (1, "")
    assert "already" in again.stderr
    assert (folder / "config.toml").read_text() == before


def test_no_conflicts(run, folder):
    listed = run("conflicts", "list", cwd=folder)

    assert (listed.returncode, listed.stdout, listed.stderr) == (0, "", "There are none\n")


def test_token_create_prints_the_token_alone(run, folder):
    made = run(
        "token",
        "create",
        "--scope",
        "create update",
        "--client-id",
        "https://a.example/",
        cwd=folder,
    )

    listed = run("token", "list", cwd=folder)
    assert re.fullmatch(r"\S{40,}\n", made.stdout)
    assert made.stdout.strip() not in listed.stdout
    assert "https://a.example/" in listed.stdout
    assert "create update" in listed.stdout


def test_token_revoke(run, folder):
    run("token", "create", cwd=folder)
    [identity] = re.findall(r"^([0-9a-f]{16})\b", run("token", "list", cwd=folder).stdout, re.M)

    revoked = run("token", "revoke", identity, cwd=folder)
    unknown = run("token", "revoke", "0" * 16, cwd=folder)

    assert revoked.returncode == 0
    assert "revoked" in run("token", "list", cwd=folder).stdout
    assert unknown.returncode == 1
    assert "no token" in unknown.stderr


def test_build_and_index_rebuild(run, folder):
    built = run("build", cwd=folder)
    rebuilt = run("index", "rebuild", cwd=folder)

    assert built.returncode == 0, built.stderr
    assert (folder / "public" / "index.html").is_file()
    assert rebuilt.returncode == 0, rebuilt.stderr


def test_build_that_fails_keeps_the_last_good_one(run, folder):
    run("build", cwd=folder)
    config = folder / "config.toml"
    config.write_text(config.read_text().replace("hugo --minify", "hugo --no-such-option"))

    failed = run("build", cwd=folder)

    assert failed.returncode == 1
    assert "no-such-option" in failed.stderr
    assert (folder / "public" / "index.html").is_file()


def test_check_says_what_to_mend(run, folder):
    checked = run("check", cwd=folder)

    lines = checked.stdout.splitlines()
    assert checked.returncode == 1
    assert any(line.startswith("ok    repository") for line in lines)
    assert any(line.startswith("MEND  discovery") for line in lines)
    assert all(line.startswith(("ok    ", "MEND  ")) for line in lines)


def test_check_finds_permalinks_that_the_build_lacks(run, folder):
    config = folder / "config.toml"
    config.write_text(
        config.read_text()
        + '\n[posts.note]\npath = "content/notes/{slug}.md"\nurl = "elsewhere/{slug}/"\n'
    )
    with git.Repo.clone_from(folder / "site.git", folder / "clone") as clone:
        file = folder / "clone/content/notes/mine.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("---\ndate: 2025-01-01T00:00:00Z\n---\nMine\n")
        clone.index.add([str(file)])
        clone.index.commit("By hand")
        clone.remote().push()

    checked = run("check", cwd=folder)

    [line] = [line for line in checked.stdout.splitlines() if "permalinks" in line]
    assert line.startswith("MEND")
    assert "https://site.example/elsewhere/mine/" in line


@pytest.mark.parametrize("command", [["serve"], ["check"], ["token", "list"], ["build"]])
def test_without_a_configuration_one_clear_line(run, command):
    failed = run(*command)

    assert failed.returncode == 1
    assert "endpoint init" in failed.stderr
    assert len(failed.stderr.splitlines()) == 1


def test_serve_at_a_taken_port_says_so_in_one_line(run, folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        failed = run("serve", "--port", port, cwd=folder)

    assert failed.returncode == 1
    [line] = failed.stderr.splitlines()
    assert line.startswith(f"Error: 127.0.0.1:{port} cannot be listened")
    assert "Traceback" not in failed.stderr


def test_demo_at_a_taken_port_promises_nothing(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        failed = run("demo", "--port", str(taken.getsockname()[1]))

    assert failed.returncode == 1
    assert failed.stdout == ""
    assert "choose another --host or --port" in failed.stderr


def test_demo_stays_at_its_port(run, tmp_path):
    run("init", "demo", "--me", "http://127.0.0.1:8123/", "--yes")

    failed = run("demo", "--port", "8124")

    assert failed.returncode == 1
    assert "8123" in failed.stderr


def test_check_finds_a_hugo_that_refuses_html(run, tmp_path):
    with git.Repo.init(tmp_path / "old", initial_branch="main") as old:
        (tmp_path / "old" / "hugo.toml").write_text("baseURL = 'https://site.example/'\n")
        old.index.add(["hugo.toml"])
        old.index.commit("Long ago")
    run("init", "here", "--me", ME, "--yes", "--repository", str(tmp_path / "old"))

    checked = run("check", cwd=tmp_path / "here")

    assert "MEND  posts in HTML: this Hugo refuses" in checked.stdout
    assert "allowContent" in checked.stdout


def test_build_that_never_ends_is_killed(run, folder):
    config = folder / "config.toml"
    text = config.read_text().replace("hugo --minify", "sh -c 'sleep 60' {output}")
    config.write_text(text.replace('output = "public"', 'output = "public"\nbuild_timeout_s = 1'))

    failed = run("build", cwd=folder)

    assert failed.returncode == 1
    assert "longer than 1 s" in failed.stderr
    assert not (folder / "public").exists()
