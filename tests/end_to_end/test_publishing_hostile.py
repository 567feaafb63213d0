"""Publishing to a hosting, and from a site, that mean harm: secrets, paths, hosts that hang."""

import os
import socket
import subprocess
import threading
import time

import pytest
from remotes import Hosting, git, publish, run_http

from endpoint.config.addresses import parse_address
from endpoint.domain.merging import Clash
from endpoint.domain.merging.lines import merge_text
from endpoint.errors import Unavailable
from endpoint.stores.checkout import Checkout
from endpoint.stores.git.access import Access
from endpoint.stores.git.network import Network
from endpoint.stores.git.refusals import explain
from endpoint.stores.lfs import uses_lfs

TOKEN = "glpat-Se_cr.et-42"


def test_the_token_is_for_the_remotes_own_host(hosting, installation, tmp_path):
    """A site's files may name other hosts, as those of Git LFS do."""
    with run_http(tmp_path, TOKEN) as own, run_http(tmp_path, TOKEN) as other:
        access = Access(parse_address(own.url(hosting.bare)), username="ada", token=TOKEN)
        network = Network(installation.folder / "site.git", access)
        let_in = network.run("ls-remote", "--", own.url(hosting.bare), timeout_s=20)
        refused = network.run("ls-remote", "--", other.url(hosting.bare), timeout_s=20)

    assert let_in.code == 0
    assert own.seen == [("ada", TOKEN)] * len(own.seen)
    assert refused.code != 0
    assert other.seen == []


@pytest.mark.parametrize("errors", ["fatal: {}", "remote: {}\nerror: 403", "{}"])
def test_what_is_shown_of_a_failure_is_clean(errors):
    said = explain(errors.format("\x1b[2J\x07\x9bm\u202e<b>\\" * 99), Access(parse_address("h:a")))

    assert said.isascii()
    assert said.isprintable()
    assert "\\" not in said
    assert len(said) < 600


def make_tree(bare, rows):
    """Make a tree of any names, which git itself refuses to make."""
    data = b"".join(
        mode + b" " + name + b"\0" + bytes.fromhex(oid) for mode, name, oid in sorted(rows)
    )
    command = ["git", "-C", str(bare), "hash-object", "-w", "--literally", "-t", "tree", "--stdin"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()[:40]


@pytest.mark.parametrize("name", [b"..", b".git", b".GIT", b"git~1", b"a/b"])
def test_trees_that_lead_out_of_a_checkout_are_not_taken(hosting, parts, name):
    before = parts.repository.head()
    blob = git(hosting.bare, "rev-parse", "main:hugo.toml")
    inner = make_tree(hosting.bare, [(b"100644", b"config", blob)])
    tree = make_tree(hosting.bare, [(b"100644", b"hugo.toml", blob), (b"40000", name, inner)])
    harm = git(hosting.bare, "commit-tree", "-p", "main", "-m", "Harm", tree)
    git(hosting.bare, "update-ref", "refs/heads/main", harm)

    backlog = publish(parts)

    assert "fsck" in backlog.last_error or "object" in backlog.last_error
    assert parts.repository.head() == before


def test_what_another_submodules_file_names_is_no_program(hosting, parts, tmp_path):
    """As a newer git would run it if nobody forbade it."""
    modules = f'[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch {tmp_path}/ran"\n'
    hosting.edit({".gitmodules": modules}, push=False)
    head = git(hosting.desk, "rev-parse", "HEAD")
    git(hosting.desk, "update-index", "--add", "--cacheinfo", f"160000,{head},x")
    git(hosting.desk, "commit", "--quiet", "-m", "A submodule")
    git(hosting.desk, "push", "--quiet", "origin", "HEAD:main")
    publish(parts)

    with pytest.raises(Unavailable, match="submodule"):
        parts.checkout.update()

    assert not (tmp_path / "ran").exists()


def test_attributes_that_are_a_link_are_not_followed(tmp_path):
    (tmp_path / "elsewhere").write_text("*.jpg filter=lfs")
    (tmp_path / ".gitattributes").symlink_to("elsewhere")

    assert not uses_lfs(tmp_path)


def test_a_submodule_whose_host_hangs_ends_with_the_server(installation, tmp_path):
    repository = installation.folder / "site.git"
    hosting = Hosting.of(repository, tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/theme.git"
        modules = f'[submodule "x"]\n\tpath = x\n\turl = {url}\n'
        head = hosting.edit({".gitmodules": modules})
        git(hosting.desk, "update-index", "--add", "--cacheinfo", f"160000,{head},x")
        git(hosting.desk, "commit", "--quiet", "-m", "A submodule")
        git(hosting.desk, "push", "--quiet", "origin", "HEAD:main")
        checkout = Checkout(tmp_path / "work", hosting.bare, "main")
        ended = []

        def update():
            try:
                checkout.update()
            except Unavailable as error:
                ended.append(error)

        working = threading.Thread(target=update)
        working.start()
        peer, _ = silent.accept()
        began = time.monotonic()
        checkout.stop()
        working.join(30)
        peer.close()

    assert len(ended) == 1
    assert time.monotonic() - began < 25


def test_a_git_that_is_stopped_leaves_no_lock(hosting, installation):
    """Asked first, and killed only then: a lock that stays would hold up every fetch to come."""
    folder = installation.folder / "site.git"
    network = Network(folder, Access(parse_address(str(hosting.bare))))
    lock = folder / "refs/remotes/origin/x.lock"
    script = f"!trap 'rm {lock}; exit' TERM; mkdir -p {lock.parent}; touch {lock}; sleep 30 & wait"

    with pytest.raises(Unavailable):
        network.run("-c", f"alias.hang={script}", "hang", timeout_s=1)

    assert not lock.exists()


def test_a_git_that_does_not_listen_is_killed(hosting, installation):
    network = Network(installation.folder / "site.git", Access(parse_address(str(hosting.bare))))
    began = time.monotonic()

    with pytest.raises(Unavailable):
        network.run("-c", "alias.hang=!trap '' TERM; sleep 31", "hang", timeout_s=0.3)

    assert time.monotonic() - began < 25


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["\n"] * 19_000, id="all the same"),
        pytest.param([f"{n % 150}\n" for n in range(19_000)], id="all of them often"),
        pytest.param([f"{n}\n" * (n % 2) or "\n" for n in range(19_000)], id="every second blank"),
    ],
)
def test_long_texts_merge_in_no_time(lines):
    """Under the repository's lock, at worst; posts wait meanwhile."""
    ours = ["Ours\n", *lines[:9_000], "Ours again\n", *lines[9_000:]]
    theirs = [*lines, "Theirs\n"]
    began = time.process_time()

    try:
        merged = merge_text("".join(lines), "".join(ours), "".join(theirs))
    except Clash:
        merged = ""

    assert time.process_time() - began < 5
    assert merged in ("", "".join([*ours, "Theirs\n"]))


def test_long_texts_of_few_lines_merge_all_the_same():
    blank = "\n" * 1000

    assert merge_text(blank, f"{blank}Ours\n", f"Theirs\n{blank}") == f"Theirs\n{blank}Ours\n"


def test_nothing_secret_outlives_the_command(hosting, installation):
    """The token is in the environment of git alone, not of this process and what it starts."""
    access = Access(parse_address("https://127.0.0.1:1/x.git"), token=TOKEN)
    Network(installation.folder / "site.git", access).run(
        "ls-remote", "--", access.address.url, timeout_s=20
    )

    assert TOKEN not in "".join(os.environ.values())
    assert TOKEN not in (installation.folder / "site.git/config").read_text()
    assert TOKEN not in repr(access)
