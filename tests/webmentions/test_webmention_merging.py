"""Mentions that are kept here while the owner works on the same files at a desk."""

import json

import pytest
from kept_mentions import KeptMentions, file_of, reply
from remotes import Hosting, publish, publish_due

from endpoint.stores.mentions.rows import REJECTED


@pytest.fixture
def site(hosting, parts, clock, installation) -> KeptMentions:
    return KeptMentions(parts, clock, installation.folder)


@pytest.fixture
def page(site, post) -> str:
    """A post with two mentions, here and at the hosting."""
    permalink = str(post("Hello"))
    for number in range(2):
        site.add(permalink, reply(f"https://ada.example/{number}"))
    site.work()
    publish_due(site.parts)
    return permalink


def sources(text: str) -> list[str]:
    return [entry["source"].rpartition("/")[2] for entry in json.loads(text)]


def edited(hosting: Hosting, path: str, *gone: str) -> str:
    entries = json.loads(hosting.read(path))
    return json.dumps([entry for entry in entries if not entry["source"].endswith(gone)])


def test_one_taken_out_there_and_one_added_here(site, page, hosting):
    path = file_of(page)
    hosting.edit({path: edited(hosting, path, "/0")})
    site.add(page, reply("https://ada.example/2"))
    site.work()

    backlog = publish(site.parts)
    site.work()
    publish(site.parts)

    assert backlog.conflicts == ()
    assert sources(hosting.read(path)) == ["1", "2"]
    states = [site.row(f"https://ada.example/{number}").state for number in range(3)]
    assert states == ["rejected", "approved", "approved"]


def test_the_post_deleted_there_and_a_mention_added_here(site, page, hosting):
    path = file_of(page)
    hosting.edit({path: None, path.replace("webmentions.json", "index.md"): None})
    source = site.add(page, reply("https://ada.example/2"))
    site.work()

    backlog = publish(site.parts)
    site.work()
    publish(site.parts)

    assert backlog.conflicts == ()
    assert path not in hosting.paths()
    assert site.row(source).state == "approved"


def test_one_rejected_here_and_the_words_of_another_mended_there(site, page, hosting):
    path = file_of(page)
    hosting.edit({path: hosting.read(path).replace("Well said &", "Well said, and")})
    site.change("https://ada.example/0", decision=REJECTED)
    site.work()

    backlog = publish(site.parts)
    site.work()
    publish(site.parts)

    [left] = json.loads(hosting.read(path))
    assert backlog.conflicts == ()
    assert (left["source"], left["content"]) == ("https://ada.example/1", "Well said, and done.")


def test_the_folder_renamed_there_and_a_mention_added_here(site, page, hosting):
    folder = file_of(page).removesuffix("webmentions.json")
    files = {name: hosting.read(folder + name) + "\n" for name in ("index.md", "webmentions.json")}
    new = folder.replace("hello", "goodbye")
    hosting.edit(
        {new + name: text for name, text in files.items()} | {folder + name: None for name in files}
    )
    site.add(page, reply("https://ada.example/2"))
    site.work()

    backlog = publish(site.parts)
    site.work()
    publish(site.parts)

    assert backlog.conflicts == ()
    assert sources(hosting.read(f"{new}webmentions.json")) == ["0", "1", "2"]
    assert [site.row(f"https://ada.example/{number}").state for number in range(3)] == [
        "approved"
    ] * 3
