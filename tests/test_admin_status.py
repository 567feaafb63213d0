"""``/admin/status``: how the site is, in words for its owner."""

import pytest
from bs4 import BeautifulSoup
from oauth_apps import sign_in
from received_mentions import receive
from remotes import Hosting, git

from endpoint.app import make_app

NOTE = {"content": "Hello"}


@pytest.fixture
def look(bearer_of):
    """Return a function: what the page says of each part of an installation."""

    def look(parts):
        response = sign_in(make_app(parts).test_client()).get("/admin/status")
        assert response.status_code == 200
        page = BeautifulSoup(response.text, "lxml")
        return {
            entry.h2.get_text(): " ".join(entry.get_text(" ").split())
            for entry in page.find_all("li", "entry")
        }

    return look


def post(parts, bearer_of, **note):
    headers = bearer_of(parts)
    return make_app(parts).test_client().post("/micropub", data={**NOTE, **note}, headers=headers)


def test_all_is_fine_after_the_worker_ran(parts, bearer_of, look):
    post(parts, bearer_of)
    before = look(parts)

    parts.following.work()

    assert "Waiting" in before["Checkout"]
    assert look(parts) == {
        "Checkout": "Checkout Fine It shows the newest commit.",
        "Build": "Build Fine The newest commit is built.",
        "Hosting": "Hosting Fine None is set; the repository on this machine is it.",
        "Mentions": "Mentions Fine No source of a mention waits to be looked at.",
        "Mentions in git": "Mentions in git Fine No mention waits to be committed"
        " to your repository.",
        "Links in posts": "Links in posts Fine What is live was searched for links to others.",
        "Sent mentions": "Sent mentions Fine No page that you link to waits to be told.",
    }


def test_what_waits_on_the_way_of_mentions_and_since_when(
    installation, start, bearer_of, look, clock
):
    mail = {"host": "127.0.0.1", "port": 9, "security": "none", "to": "me@site.example"}
    installation.configure(mail=mail)
    parts = start()
    parts.following.work("site")
    moderating, told = parts.webmentions.moderation.moderating, []
    for number in range(3):
        told.append(receive(parts, f"https://grace.example/{number}"))
    moderating.decide(tuple(told[:1]), "approve")
    post(parts, bearer_of, content="See https://a.invalid/ and https://b.invalid/")
    parts.following.work("site")
    clock.forward(minutes=1)

    shown = look(parts)

    since = "Since 22 Nov 2025, 09:30"
    assert (
        f"Waiting 1 mention waits to be committed to your repository. {since}"
        in (shown["Mentions in git"])
    )
    assert f"Waiting 2 mentions wait for the next mail to you. {since}" in shown["Mail"]
    assert f"Waiting 2 pages that you link to wait to be told. {since}" in shown["Sent mentions"]


def test_what_a_build_said_is_shown_as_text(installation, start, look):
    script = "echo 'ERROR <b>no such theme</b>'; echo; echo chatter; exit 1"
    installation.configure(site={"build": f'sh -c "{script}" {{output}}'})
    parts = start()
    parts.following.work()

    shown = look(parts)

    assert "Needs you" in shown["Build"]
    assert "failed once; the last good one stays" in shown["Build"]
    assert "<b>no such theme</b>" in shown["Build"]
    assert "Next attempt 22 Nov 2025, 09:30" in shown["Build"]


def test_how_far_the_hosting_is_behind(installation, start, bearer_of, look, tmp_path, clock):
    hosting = Hosting.of(installation.folder / "site.git", tmp_path)
    installation.configure(repository={"remote": str(hosting.bare)}, site={"build": ""})
    parts = start()
    parts.following.work("remote")
    fine = look(parts)["Hosting"]
    hosting.bare.rename(tmp_path / "away.git")
    for number in range(2):
        post(parts, bearer_of, content=f"Number {number}")
    parts.following.work("remote")

    shown = look(parts)["Hosting"]

    assert fine == "Hosting Fine It has every commit."
    assert "Needs you 2 commits wait to be pushed." in shown
    assert "repository.remote" in shown
    assert "Since 22 Nov 2025, 09:30 Next attempt 22 Nov 2025, 09:30" in shown


def test_what_could_not_be_merged(installation, start, bearer_of, look, tmp_path):
    hosting = Hosting.of(installation.folder / "site.git", tmp_path)
    installation.configure(repository={"remote": str(hosting.bare)}, site={"build": ""})
    parts = start()
    created = post(parts, bearer_of, content="First line")
    parts.following.work("remote")
    [path] = [path for path in hosting.paths() if "first-line" in path]
    hosting.edit({path: hosting.read(path).replace("First line", "Theirs")})
    update = {"url": created.headers["Location"], "replace": {"content": ["Ours"]}}
    client, headers = make_app(parts).test_client(), bearer_of(parts)
    client.post("/micropub", json={"action": "update", **update}, headers=headers)
    parts.publishing.look_soon()
    parts.following.work("remote")

    shown = look(parts)["Conflicts"]

    [found] = parts.publishing.backlog().conflicts
    assert "1 commit could not be merged" in shown
    assert found.branch in shown
    assert "endpoint conflicts resolve" in shown


def test_files_that_cannot_be_read(installation, start, look, tmp_path):
    git(tmp_path, "clone", "--quiet", str(installation.folder / "site.git"), "desk")
    file = tmp_path / "desk/content/notes/broken.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("---\ntitle: [\n---\n")
    git(tmp_path / "desk", "add", "--all")
    git(tmp_path / "desk", "commit", "--quiet", "-m", "By hand")
    git(tmp_path / "desk", "push", "--quiet", "origin", "HEAD:main")

    shown = look(start())

    assert "1 file cannot be read as a post." in shown["Files"]
    assert "content/notes/broken.md" in shown["Files"]


def test_every_page_tells_that_something_waits_for_the_owner(installation, start):
    installation.configure(site={"build": "false {output}"})
    parts = start()
    owner = sign_in(make_app(parts).test_client())
    before = owner.get("/admin/posts").text

    parts.following.work()

    assert "Needs you" not in before
    assert "Needs you" in owner.get("/admin/posts").text
