"""Mentions on the pages that readers see: kept in git, built by the real Hugo and Jekyll."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import mf2py
import pytest
from conftest import Clock, make_bearer, make_installation
from kept_mentions import KeptMentions, reply
from photos import quarters
from programs import need
from pytest_httpserver import HTTPServer

from endpoint.app import make_app
from endpoint.assembly import assemble
from endpoint.domain.webmentions.mention import Author, Mention

SITE = "https://site.example/blog/"
SCRIPT = "<script>alert(1)</script>"
ADA = "https://ada.example/"
OLD = {"hugo": "content/notes/old.md", "jekyll": "_notes/2020-01-02-old.md"}
OLD_URL = {"hugo": f"{SITE}notes/old/", "jekyll": f"{SITE}notes/2020/01/old/"}


@dataclass(frozen=True)
class Built:
    """A site with a post that has mentions of all kinds, and another that is older than us."""

    generator: str
    folder: Path
    permalink: str

    def text(self, permalink: str) -> str:
        path = permalink.removeprefix(SITE)
        return (self.folder / path / "index.html").read_text(encoding="utf-8")

    def properties(self, permalink: str) -> dict[str, Any]:
        [entry] = mf2py.parse(doc=self.text(permalink), url=permalink)["items"]
        return dict(entry["properties"])


@pytest.fixture(scope="module", params=["hugo", "jekyll"])
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Built]:
    generator = str(request.param)
    folder = tmp_path_factory.mktemp(f"mentioned-{generator}") / "site"
    config = make_installation(folder, SITE, generator=generator)
    config = config.model_copy(
        update={"fetch": config.fetch.model_copy(update={"allow_hosts": ("127.0.0.1",)})}
    )
    clock = Clock()
    parts = assemble(config, clock)
    site = KeptMentions(parts, clock, folder)
    answer = (
        make_app(parts)
        .test_client()
        .post(
            "/micropub",
            base_url=SITE,
            data={"content": "Tea at five?"},
            headers=make_bearer(parts),
        )
    )
    permalink = answer.headers["Location"]
    with HTTPServer("127.0.0.1", 0) as server:
        saved = BytesIO()
        quarters((300, 300)).save(saved, "PNG")
        server.expect_request("/ada").respond_with_data(saved.getvalue())
        fill(site, permalink, server.url_for("/ada"))
        site.edit(**{OLD[generator]: "---\ndate: 2020-01-02T03:04:05Z\n---\nOld."})
        site.add(OLD_URL[generator], reply("https://eve.example/old"))
        site.work()
    yield Built(generator, build(site, generator), permalink)
    parts.close()


def fill(site: KeptMentions, permalink: str, photo: str) -> None:
    ada = Author("Ada", ADA, photo)
    first = f"{ADA}1"
    for number, mention in enumerate(
        [
            Mention(
                "reply", first, ada, "2025-11-21T10:00:00+01:00", text="With pleasure.\nAt yours?"
            ),
            Mention(
                "reply",
                "https://eve.example/2",
                Author("Eve"),
                text="Me too",
                in_reply_to=(first, permalink),
            ),
            Mention(
                "reply", f"{ADA}3", ada, text="Three, then", in_reply_to=("https://eve.example/2",)
            ),
            Mention("like", f"{ADA}4", ada),
            Mention("like", "https://eve.example/5", Author(url="https://eve.example/")),
            Mention("repost", f"{ADA}6", ada),
            Mention("bookmark", f"{ADA}7", ada),
            Mention("rsvp", f"{ADA}8", ada, rsvp="yes"),
            Mention("rsvp", "https://eve.example/9", Author("Eve"), rsvp="no"),
            Mention("mention", f"{ADA}10", ada, name="On tea & time"),
            Mention(
                "reply",
                "https://evil.example/11",
                Author(SCRIPT, "https://evil.example/?\"'<b>"),
                name=f"x{SCRIPT}",
                text=f"Hi {SCRIPT} {{{{ site }}}} {{%raw%}}",
                html="<b>Hi</b>",
            ),
        ]
    ):
        site.clock.forward(seconds=1)
        site.add(permalink, mention, id=str(number))


def build(site: KeptMentions, generator: str) -> Path:
    checkout = site.folder / "checkout"
    subprocess.run(["git", "clone", "-q", str(site.folder / "site.git"), str(checkout)], check=True)
    commands = {
        "hugo": [need("hugo"), "--panicOnWarning"],
        "jekyll": [
            need("jekyll"),
            "build",
            "--quiet",
            "--disable-disk-cache",
            "--destination",
            "public",
        ],
    }
    made = subprocess.run(commands[generator], cwd=checkout, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    return checkout / "public"


def test_replies_are_comments_in_threads(built: Built) -> None:
    first, evil = built.properties(built.permalink)["comment"]

    [second] = first["properties"]["comment"]
    [third] = second["properties"]["comment"]
    assert first["type"] == ["h-cite"]
    assert first["properties"]["url"] == [f"{ADA}1"]
    assert "With pleasure." in first["properties"]["content"][0]
    assert first["properties"]["published"][0].startswith("2025-11-21T10:00:00")
    assert second["properties"]["content"] == ["Me too"]
    assert third["properties"]["content"] == ["Three, then"]
    assert evil["properties"]["content"] == [f"Hi {SCRIPT} {{{{ site }}}} {{%raw%}}"]


def test_likes_and_the_like_are_rows_of_faces(built: Built) -> None:
    found = built.properties(built.permalink)

    assert [like["properties"]["url"] for like in found["like"]] == [
        [f"{ADA}4"],
        ["https://eve.example/5"],
    ]
    assert [len(found[name]) for name in ("repost", "bookmark", "mention", "rsvp")] == [1, 1, 1, 2]
    assert [rsvp["properties"]["rsvp"] for rsvp in found["rsvp"]] == [["yes"], ["no"]]
    assert found["mention"][0]["properties"]["name"] == ["On tea & time"]
    assert "2 likes" in built.text(built.permalink)
    assert "1 coming" in built.text(built.permalink)


def test_a_face_is_a_file_of_the_site(built: Built) -> None:
    [first, _] = built.properties(built.permalink)["comment"]

    [author] = first["properties"]["author"]
    photo = author["properties"]["photo"][0]
    photo = photo["value"] if isinstance(photo, dict) else photo
    assert photo.startswith(f"{SITE}faces/")
    assert (built.folder / photo.removeprefix(SITE)).is_file()


def test_no_word_of_theirs_is_markup(built: Built) -> None:
    text = built.text(built.permalink)

    assert "<script" not in text
    assert 'evil.example/?"' not in text
    assert "127.0.0.1" not in text


def test_a_post_without_a_folder_has_its_mentions_too(built: Built) -> None:
    [comment] = built.properties(OLD_URL[built.generator])["comment"]

    assert comment["properties"]["url"] == ["https://eve.example/old"]


def test_there_is_a_form_for_those_whose_site_sends_nothing(built: Built) -> None:
    text = built.text(built.permalink)

    assert 'rel="webmention" href="https://site.example/blog/webmention"' in text
    assert 'action="https://site.example/blog/webmention"' in text
    assert f'name="target" type="hidden" value="{built.permalink}"' in text
