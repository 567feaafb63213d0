"""Mentions in git: what the owner wants shown is in the repository, and the other way round."""

import json

import pytest
from kept_mentions import KeptMentions, file_of, reply

from endpoint.stores.mentions.keeping import KeptMentions as KeptRows
from endpoint.stores.mentions.rows import ABSENT, APPROVED, MISSING, PRESENT, REJECTED, UNDECIDED


@pytest.fixture
def site(parts, clock, installation) -> KeptMentions:
    return KeptMentions(parts, clock, installation.folder)


def test_an_approved_mention_is_a_file_beside_its_post(site, post):
    permalink = post("Hello")
    site.add(permalink, reply())

    site.work()

    [entry] = site.read(file_of(permalink))
    assert entry == {
        "source": "https://ada.example/1",
        "target": permalink,
        "kind": "reply",
        "url": "https://ada.example/1",
        "author": {"name": "Ada", "url": "https://ada.example/"},
        "received": "2025-11-22T08:30:15+00:00",
        "content": "Well said & done.",
        "html": "<p>Well <b>said</b> &amp; done.</p>",
    }
    assert (
        site.git("log", "-1", "--format=%B").strip()
        == "mention: add reply by Ada: /notes/2025/11/hello/"
    )


def test_nothing_is_committed_twice(site, post):
    site.add(post("Hello"), reply())
    site.work()
    before = site.commits()

    site.work()

    assert site.commits() == before


def test_many_approvals_within_seconds_are_one_commit(site, post):
    pages = [post("One"), post("Two")]
    before = site.commits()
    for number in range(10):
        site.add(pages[number % 2], reply(f"https://ada.example/{number}"))

    site.parts.following.work("keeping")
    waiting = site.commits()
    site.work()

    assert (waiting, site.commits()) == (before, before + 1)
    assert [len(site.read(file_of(page))) for page in pages] == [5, 5]
    told = site.git("log", "-1", "--format=%B").splitlines()
    assert told[0] == "mentions: add 10"
    assert "- add reply by Ada: /notes/2025/11/two/" in told


def test_mentions_that_keep_coming_wait_half_a_minute_at_most(site, post):
    page = post("Hello")
    before = site.commits()

    for number in range(20):
        site.add(page, reply(f"https://ada.example/{number}"))
        site.clock.forward(seconds=2)
        site.parts.following.work("keeping")

    assert site.commits() == before + 1


def test_what_is_undecided_is_not_in_git(site, post):
    page = post("Hello")
    before = site.commits()

    site.add(page, reply(), decision=UNDECIDED)
    site.work()

    assert site.commits() == before


@pytest.mark.parametrize(
    "values", [{"decision": REJECTED}, {"finding": MISSING}], ids=["rejected", "404"]
)
def test_what_is_no_longer_shown_goes_and_may_come_back(site, post, values):
    page = post("Hello")
    source = site.add(page, reply())
    site.work()

    site.change(source, **values)
    site.work()
    gone = file_of(page) not in site.files()
    told = site.git("log", "-1", "--format=%s").strip()
    site.change(source, decision=APPROVED, finding=PRESENT)
    site.work()

    assert gone
    assert told == "mention: remove reply by Ada: /notes/2025/11/hello/"
    assert [entry["source"] for entry in site.read(file_of(page))] == [source]


def test_a_source_that_is_gone_is_told_of_by_whom_it_was(site, post):
    """After 410 the database has forgotten what it said, and the file has not."""
    page = post("Hello")
    source = site.add(page, reply())
    site.work()

    site.change(source, finding=ABSENT, content="", kind="", author="")
    site.work()

    told = site.git("log", "-1", "--format=%s").strip()
    assert told == "mention: remove reply by Ada: /notes/2025/11/hello/"
    assert file_of(page) not in site.files()


def test_what_the_source_says_by_now_is_in_the_file(site, post):
    page = post("Hello")
    source = site.add(page, reply())
    site.work()

    site.change(source, content=reply(text="I was wrong.", html="").to_json())
    site.work()

    [entry] = site.read(file_of(page))
    assert (entry["content"], "html" in entry) == ("I was wrong.", False)


def test_oldest_first_and_answers_name_what_they_answer(site, post):
    page = post("Hello")
    first = site.add(page, reply("https://ada.example/1"))
    site.clock.forward(minutes=1)
    answer = reply("https://eve.example/2", in_reply_to=(page, first))
    site.add(page, answer)
    site.work()

    found = site.read(file_of(page))

    assert [entry["source"] for entry in found] == [first, "https://eve.example/2"]
    assert [entry.get("parent") for entry in found] == [None, first]


def test_an_entry_that_the_owner_deletes_is_rejected(site, post):
    page = post("Hello")
    sources = [site.add(page, reply(f"https://ada.example/{number}")) for number in range(2)]
    site.work()
    kept = [entry for entry in site.read(file_of(page)) if entry["source"] == sources[0]]

    site.edit(**{file_of(page): json.dumps(kept)})
    site.work()

    assert [site.row(source).state for source in sources] == ["approved", "rejected"]
    assert [entry["source"] for entry in site.read(file_of(page))] == sources[:1]


def test_a_file_that_the_owner_deletes_is_all_of_them_rejected(site, post):
    page = post("Hello")
    source = site.add(page, reply())
    site.work()

    site.edit(**{file_of(page): None})
    site.work()

    assert site.row(source).state == "rejected"
    assert file_of(page) not in site.files()


def test_an_entry_that_the_owner_puts_back_is_approved(site, post):
    page = post("Hello")
    source = site.add(page, reply())
    site.work()
    text = site.git("show", f"main:{file_of(page)}")
    site.edit(**{file_of(page): None})
    site.work()

    site.clock.forward(hours=1)
    site.edit(**{file_of(page): text})
    site.work()

    assert site.row(source).state == "approved"
    assert site.git("show", f"main:{file_of(page)}") == text


def test_the_owners_edit_stays_until_the_source_says_something_new(site, post):
    page = post("Hello")
    source = site.add(page, reply())
    site.work()
    [entry] = site.read(file_of(page))

    site.edit(**{file_of(page): json.dumps([{**entry, "content": "Well said!", "mood": "glad"}])})
    site.add(page, reply("https://eve.example/2"))
    site.work()
    edited = site.read(file_of(page))[0]
    site.change(source, content=reply(text="New words.").to_json())
    site.work()

    assert (edited["content"], edited["mood"]) == ("Well said!", "glad")
    assert site.read(file_of(page))[0]["content"] == "New words."


def test_an_entry_that_the_owner_writes_comes_into_the_lists(site, post):
    page = post("Hello")
    entry = {"source": "https://old.example/1", "kind": "like", "note": "from my old blog"}

    site.edit(**{file_of(page): json.dumps([entry])})
    site.work()

    assert site.row("https://old.example/1").state == "approved"
    assert site.read(file_of(page)) == [entry]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param({"kind": "reply", "content": "without a source"}, id="no source"),
        pytest.param({"source": "javascript:alert(1)"}, id="javascript"),
        pytest.param({"source": 7, "author": "Ada", "received": "yesterday"}, id="wrong types"),
        pytest.param({"source": "https://x.example/", "author": ["Ada"], "kind": {}}, id="lists"),
    ],
)
def test_odd_entries_of_the_owner_stay_as_they_are(site, post, entry):
    page = post("Hello")

    site.edit(**{file_of(page): json.dumps([entry])})
    source = site.add(page, reply())
    site.work()

    found = site.read(file_of(page))
    assert entry in found
    assert source in [each["source"] for each in found if "source" in each]


@pytest.mark.parametrize("text", ["[{", "{}", "[1]", "[" * 100_000], ids=str.__len__)
def test_a_broken_file_waits_for_the_owner_and_others_do_not(site, post, text):
    broken, sound = post("Broken"), post("Sound")
    source = site.add(broken, reply("https://ada.example/1"))
    site.work()

    site.edit(**{file_of(broken): text})
    site.add(broken, reply("https://ada.example/2"))
    site.add(sound, reply("https://ada.example/3"))
    site.work()
    left = site.git("show", f"main:{file_of(broken)}")
    site.edit(**{file_of(broken): "[]"})
    site.work()

    assert left == text
    assert len(site.read(file_of(sound))) == 1
    assert site.row(source).state == "approved"
    assert len(site.read(file_of(broken))) == 2


def forget(site: KeptMentions) -> None:
    """Lose the database, but for its tables."""
    with site.parts.engine.begin() as connection:
        for table in ("mentions", "followers", "mention_photos"):
            connection.exec_driver_sql(f"DELETE FROM {table}")


def test_a_lost_database_gets_the_mentions_back_from_git(site, post):
    page = post("Hello")
    site.add(page, reply(rsvp="yes", kind="rsvp", published="2025-11-22T08:00:00+01:00"))
    site.work()
    before, was = site.commits(), site.row("https://ada.example/1")

    forget(site)
    site.work()

    row = site.row("https://ada.example/1")
    assert (row.mention, row.state, row.permalink) == (was.mention, "approved", page)
    assert row.received_at == was.received_at
    assert site.commits() == before


def test_a_worker_killed_after_the_commit_makes_no_second_one(site, post):
    page = post("Hello")
    source = site.add(page, reply())
    site.work()
    before = site.commits()

    site.change(source, kept="")
    with site.parts.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM followers WHERE name = 'keeping'")
    site.work()

    assert site.commits() == before
    assert site.row(source).kept
    assert site.row(source).state == "approved"


def test_a_deleted_post_takes_its_mentions_along_and_brings_them_back(site, post, client, bearer):
    page = post("Hello")
    source = site.add(page, reply())
    site.work()

    client.post("/micropub", data={"action": "delete", "url": page}, headers=bearer())
    site.work()
    gone = [path for path in site.files() if "webmentions" in path and "layouts" not in path]
    client.post("/micropub", data={"action": "undelete", "url": page}, headers=bearer())
    site.work()

    assert gone == []
    assert site.row(source).state == "approved"
    assert [entry["source"] for entry in site.read(file_of(page))] == [source]


def test_a_mention_that_was_rejected_meanwhile_does_not_come_back_with_its_post(
    site, post, client, bearer
):
    page = post("Hello")
    source = site.add(page, reply())
    site.work()
    client.post("/micropub", data={"action": "delete", "url": page}, headers=bearer())
    site.work()

    site.change(source, decision=REJECTED, decided_at=site.clock.now)
    client.post("/micropub", data={"action": "undelete", "url": page}, headers=bearer())
    site.work()

    assert site.row(source).state == "rejected"
    assert file_of(page) not in site.files()


def move(site: KeptMentions, old: str, new: str) -> None:
    """Rename a file or folder, as ``git mv`` does."""
    entry = site.parts.repository
    with entry.writing() as writer:
        writer.commit({new: writer.object_id(old), old: None}, "move", site.clock.now)


def test_mentions_go_with_a_folder_that_the_owner_renames(site, post):
    page = post("Hello")
    source = site.add(page, reply())
    site.work()

    move(site, "content/notes/2025/11/hello", "content/notes/2025/11/goodbye")
    site.work()

    new = page.replace("hello", "goodbye")
    assert site.row(source).permalink == new
    assert site.row(source).state == "approved"
    assert [entry["target"] for entry in site.read(file_of(new))] == [new]


def test_mentions_go_with_a_page_that_gets_another_address(site, post):
    page = post("Hello")
    source = site.add(page, reply())
    site.work()
    path = file_of(page).replace("webmentions.json", "index.md")
    text = site.git("show", f"main:{path}")

    site.edit(**{path: text.replace("---\n", '---\nurl: "/elsewhere/"\n', 1)})
    site.work()

    assert site.row(source).permalink == "https://site.example/elsewhere/"
    [entry] = site.read(file_of(page))
    assert entry["target"] == "https://site.example/elsewhere/"


def test_a_copied_folder_does_not_copy_mentions(site, post):
    page = post("Hello")
    source = site.add(page, reply())
    site.work()

    with site.parts.repository.writing() as writer:
        entry = writer.object_id("content/notes/2025/11/hello")
        writer.commit({"content/notes/2025/11/again": entry}, "copy", site.clock.now)
    site.work()
    site.add(page.replace("hello", "again"), reply("https://eve.example/2"))
    site.work()

    assert site.row(source).permalink == page
    assert [entry["source"] for entry in site.read(file_of(page.replace("hello", "again")))] == [
        "https://eve.example/2"
    ]


def test_a_page_without_a_folder_has_its_mentions_among_the_data(site):
    page = "https://site.example/about/"
    site.add(page, reply())
    site.work()
    before = site.read("data/webmentions/about.json")
    text = site.git("show", "main:content/about.md")

    site.edit(
        **{
            "content/about.md": None,
            "content/ueber.md": text.replace("---\n", "---\naliases: [/about/]\n", 1)
            if text.startswith("---")
            else text.replace("+++\n", '+++\naliases = ["/about/"]\n', 1),
        }
    )
    site.work()

    assert [entry["target"] for entry in before] == [page]
    assert "data/webmentions/about.json" not in site.files()
    [entry] = site.read("data/webmentions/ueber.json")
    assert entry["target"] == "https://site.example/ueber/"


def test_pages_whose_names_differ_in_other_alphabets_share_a_file(site):
    pages = [f"https://site.example/{name}/" for name in ("%D0%B0", "%D0%B1")]
    site.edit(**{"content/а.md": "---\n---\na", "content/б.md": "---\n---\nb"})
    sources = [
        site.add(page, reply(f"https://ada.example/{number}"), id=str(number))
        for number, page in enumerate(pages)
    ]
    site.work()
    both = site.read("data/webmentions/home.json")

    site.change(sources[0], decision=REJECTED)
    site.work()

    assert [entry["target"] for entry in both] == pages
    assert [entry["target"] for entry in site.read("data/webmentions/home.json")] == pages[1:]


def test_jekyll_has_them_among_its_data(start, jekyll_installation, clock, client_of, bearer_of):
    parts = start(jekyll_installation)
    site = KeptMentions(parts, clock, jekyll_installation.folder)
    answer = client_of(parts).post("/micropub", data={"content": "Hi"}, headers=bearer_of(parts))

    site.add(answer.headers["Location"], reply())
    site.work()

    [entry] = site.read("_data/webmentions/notes-2025-11-hi.json")
    assert entry["target"] == answer.headers["Location"]


def test_text_is_escaped_once_and_no_more(site, post):
    page = post("Hello")
    words = 'Ω & <b> "quotes" \\ \u2028 </script> \x07'
    site.add(page, reply(text=words, html=""))
    site.work()

    [entry] = site.read(file_of(page))

    assert entry["content"] == words


def test_characters_that_no_database_keeps_stop_nothing(site, post):
    page = post("Hello")
    entry = {"source": "https://old.example/1", "content": "a\0b\ud800c"}
    odd = {"source": "https://old.example/\ud800"}
    site.edit(**{file_of(page): json.dumps([entry, odd])})
    source = site.add(page, reply())
    site.work()

    found = site.read(file_of(page))

    assert site.row("https://old.example/1").mention.text == "a\ufffdb?c"
    assert source in [each["source"] for each in found]


def test_a_file_that_says_what_it_should_keeps_its_formatting(site, post):
    page = post("Hello")
    site.add(page, reply())
    site.work()
    text = json.dumps(site.read(file_of(page)))

    site.edit(**{file_of(page): text})
    site.work()

    assert site.git("show", f"main:{file_of(page)}") == text


def rewind(site: KeptMentions, commits: int) -> None:
    """Let the worker have been killed after its commits, before it noted anything."""
    commit = site.git("rev-parse", f"main~{commits}").strip()
    with site.parts.engine.begin() as connection:
        statement = "UPDATE followers SET done = ? || substr(done, 41) WHERE name = 'keeping'"
        connection.exec_driver_sql(statement, (commit,))


def test_what_we_took_out_ourselves_was_not_rejected_by_the_owner(site, post):
    page = post("Hello")
    source = site.add(page, reply())
    site.work()
    kept = site.row(source).kept
    site.change(source, finding=MISSING)
    site.work()

    site.change(source, kept=kept)
    rewind(site, 1)
    site.work()

    assert site.row(source).decision == APPROVED


def test_what_is_approved_again_before_its_removal_was_noted_comes_back(site, post):
    page = post("Hello")
    source = site.add(page, reply())
    site.work()
    site.change(source, decision=REJECTED)
    site.work()

    site.change(source, decision=APPROVED)
    rewind(site, 1)
    site.work()

    assert site.row(source).decision == APPROVED
    assert len(site.read(file_of(page))) == 1


def test_a_page_that_takes_anothers_place_keeps_its_own_mention(site, post):
    old, new = post("Old"), post("New")
    source = "https://ada.example/both"
    site.add(old, reply(source), id="old")
    site.add(new, reply(source), id="new")
    site.add(old, reply("https://ada.example/one"))

    KeptRows(site.parts.engine).readdress(old, new)

    assert site.row("https://ada.example/one").permalink == new
    found = KeptRows(site.parts.engine).at([old, new])
    assert [row.source for rows in found.values() for row in rows].count(source) == 2


def test_what_came_in_one_second_stands_in_the_order_of_its_arrival(site, post):
    page = post("Hello")
    names = ("zoe", "ada", "mel")

    sources = [site.add(page, reply(f"https://{name}.example/"), id=name) for name in names]
    site.work()

    entries = site.read(file_of(page))
    assert [entry["source"] for entry in entries] == sources
    assert len({entry["received"] for entry in entries}) == 1
