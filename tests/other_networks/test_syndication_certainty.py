"""Copies never made twice and never forgotten, whatever is lost on the way."""

import pytest
from mastodon_answers import ME, Server, reply, status
from networks import refusing
from sqlalchemy import delete
from werkzeug.wrappers import Response

from endpoint.services.syndication.copying import SYNDICATE
from endpoint.stores.syndications.rows import syndications


@pytest.fixture
def mastodon(httpserver):
    return Server.at(httpserver)


def test_a_target_that_refuses_us_twice_after_a_lost_answer_is_looked_at_first(
    publisher, network, clock
):
    network.answers = [refusing(503, is_done=True)]
    publisher.post("small", content="Hello")
    publisher.deploy()
    network.token = "another"
    for _ in range(3):
        clock.forward(hours=1)
        publisher.parts.syndication.overview.retry()
        publisher.work()

    network.token = "good"
    publisher.parts.syndication.overview.retry()
    publisher.work()

    assert len(network.texts) == 1


def test_a_text_asked_for_after_a_lost_answer_is_not_what_is_looked_for(
    publisher, network, clock, monkeypatch
):
    looked_for = []
    syndicator = publisher.parts.syndication.syndicators["small"]
    find = syndicator.find

    def note(outgoing, key, since):
        looked_for.append(outgoing.own_text)
        return find(outgoing, key, since)

    monkeypatch.setattr(syndicator, "find", note)
    permalink = publisher.post(content="Hello")
    publisher.deploy()
    network.answers = [refusing(503, is_done=True)]
    publisher.parts.syndications.ask(permalink, ["small"], clock(), "First words")
    publisher.work()

    publisher.parts.syndications.ask(permalink, ["small"], clock(), "Other words")
    clock.forward(minutes=10)
    publisher.work()

    assert looked_for == ["First words"]
    assert network.texts == ["Other words"]


def test_a_wish_for_a_post_that_is_not_here_yet_is_not_forgotten(publisher, network, clock):
    publisher.parts.syndications.ask("https://site.example/notes/later/", ["small"], clock())
    publisher.deploy()

    row = publisher.row("https://site.example/notes/later/")
    assert row.next_attempt_at > clock()
    assert "cannot be found" in row.last_error


def test_a_change_that_another_machine_has_seen_first_is_looked_at_here_too(
    publisher, network, clock
):
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    publisher.act("update", permalink, replace={"content": ["Better"]})
    commit = publisher.parts.repository.head()
    # Another machine follows the live site, and one that is behind finds nothing new.
    publisher.parts.syndications.touch([permalink], commit, clock())
    publisher.parts.following.work(SYNDICATE)
    with publisher.parts.engine.begin() as connection:
        connection.execute(syndications.update().values(state="copied", next_attempt_at=None))

    publisher.deploy()

    assert network.texts == ["<p>Better</p>\n"]


def test_copies_of_a_target_that_is_configured_no_more_wait_for_nobody(
    publisher, network, installation, configure, start_publisher
):
    publisher.post("small", content="Hello")
    configure({"uid": "other"})

    other = start_publisher()

    assert other.parts.syndication.copying.queue().waiting == 0


@pytest.fixture
def lost(publisher):
    """Return a function that loses what the database knows of copies."""

    def lose():
        with publisher.parts.engine.begin() as connection:
            connection.execute(delete(syndications))

    return lose


def test_a_copy_that_the_post_names_is_taken_up_after_the_database_is_lost(
    publisher, network, lost, clock
):
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    lost()

    for _ in range(2):
        publisher.act("update", permalink, replace={"mp-syndicate-to": ["small"]})
        publisher.deploy()
    publisher.act("update", permalink, replace={"content": ["Better"]})
    publisher.deploy()

    assert [method for method, _ in network.heard].count("POST") == 1
    assert network.texts == ["<p>Better</p>\n"]
    assert publisher.source(permalink)["syndication"] == [f"{network.url}posts/1"]
    publisher.act("delete", permalink)
    publisher.deploy()
    assert network.texts == []


@pytest.fixture
def forgotten(publisher, lost):
    """The permalink of a post with a copy that only the post knows of."""
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    publisher.deploy()
    lost()
    return permalink


def test_an_edit_finds_the_copy_again_that_only_the_post_knows_of(publisher, network, forgotten):
    publisher.act("update", forgotten, replace={"content": ["Better"]})
    publisher.deploy()
    publisher.act("update", forgotten, replace={"content": ["Best"]})
    publisher.deploy()

    assert network.texts == ["<p>Best</p>\n"]
    assert len(network.said("POST")) == 1
    assert publisher.source(forgotten)["syndication"] == [f"{network.url}posts/1"]


@pytest.mark.parametrize("status", ["deleted", "draft"])
def test_a_deletion_finds_the_copy_again_that_only_the_post_knows_of(
    publisher, network, forgotten, status
):
    if status == "deleted":
        publisher.act("delete", forgotten)
    else:
        publisher.act("update", forgotten, replace={"post-status": ["draft"]})
    publisher.deploy()

    assert network.texts == []


def test_a_file_deleted_by_hand_takes_the_copy_along_that_it_alone_knew_of(
    publisher, network, forgotten, edit
):
    publisher.parts.index.catch_up()
    edit({publisher.parts.index.find(forgotten).path: None})
    publisher.deploy()

    assert network.texts == []


def test_a_network_that_is_down_is_asked_later_for_the_copy_that_a_post_names(
    publisher, network, forgotten, clock
):
    network.answers = [refusing(503)]
    publisher.act("update", forgotten, replace={"content": ["Better"]})
    publisher.deploy()
    before = network.texts
    clock.forward(hours=2)
    publisher.work()

    assert before == ["<p>Hello</p>\n"]
    assert network.texts == ["<p>Better</p>\n"]


def test_a_network_that_refuses_the_token_is_asked_once_the_owner_has_another(
    publisher, network, forgotten, clock
):
    network.token = "another"
    publisher.act("update", forgotten, replace={"content": ["Better"]})
    publisher.deploy()
    paused = list(publisher.parts.syndication.pausing.all())
    network.token = "good"
    publisher.parts.syndication.overview.retry()
    clock.forward(hours=2)
    publisher.work()

    assert paused == ["small"]
    assert network.texts == ["<p>Better</p>\n"]


def test_a_network_that_forbids_everything_is_asked_once_the_owner_has_another_token(
    publisher, network, forgotten, clock
):
    network.answers = [refusing(403)] * 2
    publisher.act("update", forgotten, replace={"content": ["Better"]})
    publisher.deploy()
    paused = list(publisher.parts.syndication.pausing.all())
    publisher.parts.syndication.overview.retry()
    clock.forward(hours=2)
    publisher.work()

    assert paused == ["small"]
    assert network.texts == ["<p>Better</p>\n"]


def test_an_answer_that_trips_a_fault_is_in_nobodys_way(publisher, network, forgotten):
    other = publisher.post(content="Other")
    link = {"add": {"syndication": [f"{network.url}posts/1"]}}
    publisher.act("update", other, **link)
    publisher.deploy()
    network.answers = [Response("[{}]")]
    publisher.act("update", other, replace={"content": ["Another"]})
    publisher.deploy()

    publisher.act("update", forgotten, replace={"content": ["Better"]})
    publisher.deploy()

    assert network.texts == ["<p>Better</p>\n"]


def test_a_link_that_is_written_by_hand_changes_no_copy(publisher, network, forgotten):
    more = {"add": {"syndication": ["https://elsewhere.example/1"]}}

    publisher.act("update", forgotten, **more)
    publisher.deploy()

    assert network.said("PUT") == []
    assert publisher.parts.syndications.page(9) == []


def test_what_a_post_names_of_others_is_left_alone(publisher, network, forgotten):
    links = ["https://elsewhere.example/1", f"{network.url}posts/7"]
    publisher.act("update", forgotten, replace={"syndication": links})
    publisher.deploy()

    publisher.act("update", forgotten, replace={"content": ["Better"]})
    publisher.deploy()
    publisher.act("delete", forgotten)
    publisher.deploy()

    assert network.texts == ["<p>Hello</p>\n"]
    assert {method for method, _ in network.heard} == {"GET", "POST"}


def by_hand(publisher, edit, permalink, **names):
    """Commit what ``names`` says of the file of a post, whose own path is ``path``.

    Each is a folder, and what becomes of the text there; None for a file that goes.
    """
    publisher.parts.index.catch_up()
    path = publisher.parts.index.find(permalink).path
    text = publisher.parts.repository.read(path).decode()
    files = {name: change(text) if change else None for name, change in names.items()}
    edit({path.replace("/hello/", f"/{name}/"): said for name, said in files.items()})


def test_a_file_that_moves_by_hand_takes_the_copy_along_that_it_alone_knew_of(
    publisher, network, forgotten, edit
):
    by_hand(publisher, edit, forgotten, hello=None, moved=str)
    publisher.deploy()
    moved = forgotten.replace("/hello/", "/moved/")
    publisher.act("update", moved, replace={"content": ["Better"]})
    publisher.deploy()

    assert network.texts == ["<p>Better</p>\n"]
    assert network.said("DELETE") == []


def test_a_link_that_goes_with_an_edit_leaves_its_copy_as_it_is(publisher, network, forgotten):
    publisher.act("update", forgotten, replace={"content": ["Better"]}, delete=["syndication"])
    publisher.deploy()

    assert network.texts == ["<p>Hello</p>\n"]


def test_two_places_in_one_account_have_a_copy_each(configure, start_publisher, network):
    configure({}, {"uid": "other"})
    publisher = start_publisher()
    permalink = publisher.post("other", content="Hello")
    publisher.deploy()
    first = publisher.source(permalink)["syndication"]

    publisher.parts.syndications.ask(permalink, ["small"], publisher.clock())
    publisher.work()

    assert first == [f"{network.url}posts/1"]
    assert publisher.source(permalink)["syndication"] == [*first, f"{network.url}posts/2"]


def test_a_post_made_of_the_file_of_another_leaves_the_copy_of_that_alone(publisher, network, edit):
    first = publisher.post("small", content="Hello")
    publisher.deploy()
    publisher.deploy()
    by_hand(publisher, edit, first, second=str)
    publisher.deploy()
    second = first.replace("/hello/", "/second/")

    publisher.act("update", second, replace={"content": ["Another"]})
    publisher.deploy()
    edited = network.texts
    publisher.act("delete", second)
    publisher.deploy()

    assert edited == network.texts == ["<p>Hello</p>\n"]
    assert publisher.row(first).url == f"{network.url}posts/1"


def test_a_post_made_of_the_file_of_another_is_copied_itself(publisher, network, edit):
    first = publisher.post("small", content="Hello")
    publisher.deploy()
    publisher.deploy()
    by_hand(publisher, edit, first, second=lambda text: text.replace("Hello", "Another"))
    second = first.replace("/hello/", "/second/")
    publisher.parts.index.catch_up()

    publisher.act("update", second, replace={"mp-syndicate-to": ["small"]})
    publisher.deploy()

    assert network.texts == ["<p>Hello</p>\n", "<p>Another</p>\n"]


def test_all_of_a_target_waits_and_it_is_asked_once(publisher, network, clock):
    network.answers = [refusing(429, Retry_After="900")] * 9
    for number in range(70):
        publisher.parts.syndications.ask(publisher.post(content=f"{number}"), ["small"], clock())

    publisher.deploy()

    assert len(network.heard) == 1


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"hashtags": True}, {"hashtags": False}, "<p>Hello</p><p>#sea</p>"),
        ({"hashtags": False}, {"hashtags": True}, "<p>Hello</p>"),
        ({"permalink": "never"}, {"permalink": "always"}, "<p>Hello</p><p>#sea</p>"),
        (
            {"permalink": "always"},
            {"permalink": "never"},
            '<p>Hello</p><p><a href="PERMALINK">PERMALINK</a> #sea</p>',
        ),
    ],
    ids=["no hashtags now", "hashtags now", "link now", "no link now"],
)
def test_what_was_tried_is_looked_for_although_settings_and_post_are_others(
    mastodon, installation, start_publisher, clock, before, after, said
):
    def start(settings):
        table = {"kind": "mastodon", "uid": "m", "name": "M", "server": mastodon.url, "token": "t"}
        installation.configure(
            syndication=[table | settings],
            site={"build": ""},
            fetch={"allow_hosts": ["127.0.0.1"]},
        )
        return start_publisher()

    publisher = start(before)
    mastodon.answers["POST", "/api/v1/statuses"] = reply({}, 503)
    permalink = publisher.post("m", content="Hello", category=["sea"])
    publisher.deploy()
    said = said.replace("PERMALINK", permalink)
    made = status("7", ME, content=said, created_at=clock().isoformat())
    mastodon.answers["GET", "/api/v1/accounts/1/statuses"] = [made]
    mastodon.answers["PUT", "/api/v1/statuses/7"] = made
    mastodon.answers["GET", "/api/v1/statuses/7"] = made

    publisher = start(after)
    publisher.act("update", permalink, replace={"content": ["Better"]})
    clock.forward(hours=1)
    publisher.deploy()

    assert publisher.row(permalink, "m").url == made["url"]
    assert len(mastodon.sent("POST", "/api/v1/statuses")) == 1
    [edit] = mastodon.sent("PUT", "/api/v1/statuses/7")
    assert edit["status"].startswith("Better")
