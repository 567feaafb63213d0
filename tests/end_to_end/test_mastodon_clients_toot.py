"""toot in a terminal: signing in, posting, reading and deleting as a person would."""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from foreign import installed
from programs import wait_for


@dataclass(frozen=True)
class Terminal:
    """A home folder where toot keeps what it knows."""

    folder: Path

    def __call__(self, *words, succeeds=True):
        """Return what ``toot`` prints, and with ``succeeds`` False what it complains of."""
        done = subprocess.run(
            [installed("new", "bin", "toot"), *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
        )
        assert (done.returncode == 0) == succeeds, done.stdout + done.stderr
        return done.stdout if succeeds else done.stderr

    @property
    def environment(self):
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder),
            "PYTHONUNBUFFERED": "1",
        }

    def sign_in(self, site):
        """Follow what ``toot login`` says."""
        command = [installed("new", "bin", "toot"), "login", "--instance", site.url]
        with subprocess.Popen(
            command,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            url = next(line for line in process.stdout if line.startswith("http"))
            said, _ = process.communicate(f"n\n{site.allow(url.strip())}\n", timeout=60)
        assert "Successfully logged in" in said


@pytest.fixture(scope="module")
def toot(tmp_path_factory, running_site):
    """toot, signed in."""
    terminal = Terminal(tmp_path_factory.mktemp("toot"))
    terminal.sign_in(running_site)
    return terminal


def post(toot, *words):
    return json.loads(toot("post", "--json", *words))


def test_knows_who_and_where_it_is(site, toot):
    assert "ada" in toot("whoami")
    assert "4.2.1" in toot("instance")
    assert "@ada" in toot("auth").replace("ada@", "@ada")


def test_a_post_with_all_that_can_be_said(site, toot):
    words = ("Bonjour #Paris", "--language", "fr", "--spoiler-text", "Greeting", "--sensitive")

    status = post(toot, *words)

    assert (status["language"], status["spoiler_text"]) == ("fr", "Greeting")
    assert site.read(status["url"]).content.startswith("Bonjour")
    assert "Bonjour" in site.page(status["url"])


def test_a_picture_and_its_description(site, toot, picture):
    words = ("Look", "--media", str(picture), "--description", "Four colours")

    status = post(toot, *words)

    assert [one["description"] for one in status["media_attachments"]] == ["Four colours"]
    assert "Four colours" in site.page(status["url"])


def test_an_unlisted_post_is_one(site, toot):
    status = post(toot, "For those who know", "--visibility", "unlisted")

    assert status["visibility"] == "unlisted"
    assert site.read(status["url"])["visibility"] == "unlisted"


@pytest.mark.parametrize("visibility", ["private", "direct"])
def test_what_not_everybody_may_read_is_refused(site, toot, visibility):
    before = site.commits()

    said = toot("post", "A secret", "--visibility", visibility, succeeds=False)

    assert visibility in said
    assert site.commits() == before


def test_a_thread(site, toot):
    first = post(toot, "A first word")
    post(toot, "A second word", "--reply-to", first["id"])

    shown = toot("thread", first["id"])

    assert shown.index("A first word") < shown.index("A second word")


def test_replies_arrive_and_are_answered(site, toot):
    status = post(toot, "Who is there?")
    source = site.mention(status["url"], words="Grace is here")

    wait_for(lambda: "Grace is here" in toot("notifications"))
    found = json.loads(toot("search", source, "--resolve", "--json"))["statuses"]
    answer = post(toot, "Welcome", "--reply-to", found[0]["id"])

    assert "Grace" in toot("notifications", "--mentions")
    assert site.read(answer["url"])["inReplyTo"] == [source]
    shown = toot("thread", status["id"])
    assert re.search(r"Who is there\?.*Grace is here.*Welcome", shown, re.DOTALL)


def test_pages_of_others_are_liked_boosted_and_kept_by_their_address(site, toot):
    url = site.pages.put("/for-toot", '<p class="h-entry"><b class="e-content">Ideas</b></p>')

    said = [toot(verb, url) for verb in ("favourite", "reblog", "bookmark")]
    undone = [toot(f"un{verb}", url) for verb in ("favourite", "reblog", "bookmark")]

    assert len(said + undone) == 6
    assert url in toot("search", url, "--resolve")


def test_the_timelines(site, toot):
    post(toot, "In the timelines #listed")

    assert "In the timelines" in toot("timelines", "home", "--no-pager")
    assert "In the timelines" in toot("timelines", "public", "--no-pager")
    assert "In the timelines" in toot("timelines", "tag", "listed", "--no-pager")
    assert "In the timelines" in toot("timelines", "account", "ada", "--no-pager")


def test_it_is_deleted(site, toot):
    status = post(toot, "Only for now")

    toot("delete", status["id"])

    assert "no status with this id" in toot("status", status["id"], succeeds=False)
