"""Posts copied to other networks: when, what, and what becomes of an attempt."""

import json

import pytest
from networks import refusing
from structlog.testing import capture_logs
from werkzeug.wrappers import Response

from endpoint.services.syndication.copying import SYNDICATE


def file_of(publisher, permalink):
    publisher.parts.index.catch_up()
    path = publisher.parts.index.find(permalink).path
    return path, publisher.parts.repository.read(path).decode()


# When


def test_a_post_is_copied_once_it_is_live(publisher, network):
    permalink = publisher.post("small", content="Hello *there*")
    publisher.work()
    before = list(network.texts)

    publisher.deploy()

    assert before == []
    assert network.texts == ["<p>Hello <em>there</em></p>\n"]
    row = publisher.row(permalink)
    assert (row.state, row.url) == ("copied", f"{network.url}posts/1")
    assert publisher.source(permalink)["syndication"] == [f"{network.url}posts/1"]


def test_a_post_that_nobody_asked_to_copy_is_not(publisher, network):
    publisher.post(content="Hello")

    publisher.deploy()

    assert network.heard == []


def test_a_copy_makes_no_second_round(publisher, network, clock):
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()

    for _ in range(3):
        clock.forward(hours=2)
        publisher.deploy()

    assert [method for method, _ in network.heard] == ["POST"]
    assert publisher.row(permalink).state == "copied"
    assert publisher.parts.syndication.copying.queue().waiting == 0


def test_a_live_post_is_copied_when_it_is_asked_for(publisher, network):
    permalink = publisher.post(content="Hello")
    publisher.deploy()

    publisher.act("update", permalink, replace={"mp-syndicate-to": ["small"]})
    publisher.work()

    assert network.texts == ["<p>Hello</p>\n"]


@pytest.mark.parametrize(
    "hidden", [{"post-status": "draft"}, {"published": "2025-11-23T08:00:00Z"}]
)
def test_what_is_not_out_is_copied_when_it_is(publisher, network, clock, hidden):
    permalink = publisher.post("small", content="Hello", **hidden)
    publisher.deploy()
    before = list(network.texts)

    if "post-status" in hidden:
        publisher.act("update", permalink, replace={"post-status": ["published"]})
    clock.forward(days=1)
    publisher.deploy()

    assert before == []
    assert network.texts == ["<p>Hello</p>\n"]


def test_what_is_private_is_never_sent(publisher, network, edit):
    permalink = publisher.post("small", content="Hello")
    path, text = file_of(publisher, permalink)
    edit({path: text.replace("---\n", "---\nvisibility: private\n", 1)})

    publisher.deploy()

    assert network.heard == []
    assert publisher.row(permalink).state == "waiting"


def test_what_is_unlisted_is_copied(publisher, network):
    publisher.post("small", content="Hello", visibility="unlisted")

    publisher.deploy()

    assert network.texts == ["<p>Hello</p>\n"]


def test_what_is_deleted_before_it_was_copied_is_never_sent(publisher, network):
    permalink = publisher.post("small", content="Hello")
    publisher.act("delete", permalink)

    publisher.deploy()

    assert network.heard == []
    assert publisher.row(permalink).state == "removed"


# What follows


def test_an_edit_changes_the_copy(publisher, network):
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()

    publisher.act("update", permalink, replace={"content": ["Better"]})
    publisher.deploy()

    assert network.texts == ["<p>Better</p>\n"]
    assert [method for method, _ in network.heard] == ["POST", "PUT"]
    assert publisher.row(permalink).state == "copied"


def test_an_edit_by_hand_changes_the_copy(publisher, network, edit):
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    path, text = file_of(publisher, permalink)

    edit({path: text.replace("Hello", "By hand")})
    publisher.deploy()

    assert network.texts == ["<p>By hand</p>\n"]


def test_a_delete_removes_the_copy_and_an_undelete_makes_another(publisher, network):
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    publisher.act("delete", permalink)
    publisher.deploy()
    gone = publisher.row(permalink)
    left = list(network.texts)

    publisher.act("undelete", permalink)
    publisher.deploy()

    assert (gone.state, gone.url, left) == ("removed", "", [])
    assert network.texts == ["<p>Hello</p>\n"]
    keys = [body["key"] for body in network.said("POST")]
    assert len(set(keys)) == 2
    assert publisher.source(permalink)["syndication"] == [f"{network.url}posts/2"]


def test_a_file_deleted_by_hand_removes_the_copy(publisher, network, edit):
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    path, _ = file_of(publisher, permalink)

    edit({path: None})
    publisher.deploy()

    assert network.texts == []
    assert publisher.row(permalink).state == "removed"


def test_a_post_deleted_between_two_looks_leaves_no_copy(publisher, network):
    permalink = publisher.post("small", content="Hello")
    publisher.parts.live.hear(publisher.parts.repository.head())
    publisher.clock.forward(seconds=1)
    # Before the follower of the live site has come by.
    publisher.parts.following.work(SYNDICATE)
    publisher.act("delete", permalink)

    publisher.deploy()

    assert network.texts == []


def test_a_broken_file_removes_nothing(publisher, network, edit):
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    path, text = file_of(publisher, permalink)

    edit({path: "---\ntitle: [\n---\n"})
    publisher.deploy()
    publisher.parts.syndication.overview.retry(permalink)
    publisher.work()
    broken = publisher.row(permalink)
    edit({path: text.replace("Hello", "Mended")})
    publisher.deploy()

    assert "broken" in broken.last_error
    assert network.texts == ["<p>Mended</p>\n"]
    assert not network.said("DELETE")


def test_a_post_made_a_draft_again_loses_its_copy_and_the_link(publisher, network):
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()

    publisher.act("update", permalink, replace={"post-status": ["draft"]})
    publisher.deploy()

    assert network.texts == []
    assert "syndication" not in publisher.source(permalink)


def test_a_post_that_moves_takes_its_copy_along(publisher, network, edit):
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    path, text = file_of(publisher, permalink)
    new = permalink.replace("/hello/", "/moved/")
    aliases = f"---\naliases: [{permalink.removeprefix('https://site.example')}]\n"

    edit({path: None, path.replace("/hello/", "/moved/"): text.replace("---\n", aliases, 1)})
    publisher.deploy()

    assert [post["permalink"] for post in network.posts.values()] == [new]
    assert publisher.row(new).url == f"{network.url}posts/1"
    assert not network.said("DELETE")


# What comes of an attempt


def test_a_refusal_is_final_until_the_post_changes(publisher, network, clock):
    network.answers = [refusing(422, "too long")]
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    clock.forward(days=5)
    publisher.deploy()
    refused, asked = publisher.row(permalink), len(network.heard)

    publisher.act("update", permalink, replace={"content": ["Short"]})
    publisher.deploy()

    assert (refused.state, refused.last_error) == ("refused", "It refuses: too long.")
    assert asked == 1
    assert network.texts == ["<p>Short</p>\n"]


def test_what_may_be_better_soon_is_tried_again(publisher, network, clock):
    network.answers = [refusing(429)] * 2
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    waiting = publisher.row(permalink)
    publisher.work()
    at_once = len(network.heard)

    for _ in range(3):
        clock.forward(minutes=10)
        publisher.work()

    assert (waiting.state, waiting.attempts, at_once) == ("waiting", 1, 1)
    assert waiting.began_at is None
    assert network.texts == ["<p>Hello</p>\n"]
    assert [method for method, _ in network.heard] == ["POST"] * 3


def test_an_attempt_with_an_unknown_outcome_is_looked_for_first(publisher, network, clock):
    network.answers = [refusing(503, is_done=True)]
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    unknown = publisher.row(permalink)

    clock.forward(minutes=10)
    publisher.work()

    assert unknown.began_at
    assert [method for method, _ in network.heard] == ["POST", "GET"]
    assert len(network.texts) == 1
    assert publisher.row(permalink).state == "copied"
    assert publisher.row(permalink).began_at is None


def test_what_was_not_found_is_made_with_the_same_key(publisher, network, clock):
    network.answers = [refusing(503), refusing(503), refusing(503)]
    publisher.post("small", content="Hello")
    publisher.deploy()

    for _ in range(4):
        clock.forward(hours=1)
        publisher.work()

    assert [method for method, _ in network.heard] == ["POST", "GET", "GET", "GET", "POST"]
    first, second = network.said("POST")
    assert first["key"] == second["key"]
    assert len(network.texts) == 1


def test_a_copy_found_that_says_less_is_edited(publisher, network, clock):
    network.answers = [refusing(503, is_done=True)]
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    publisher.act("update", permalink, replace={"content": ["More"]})

    clock.forward(minutes=10)
    publisher.deploy()
    publisher.deploy()

    assert network.texts == ["<p>More</p>\n"]
    assert [method for method, _ in network.heard] == ["POST", "GET", "PUT"]


def test_what_a_network_made_of_an_earlier_version_is_edited(publisher, network, clock):
    network.remembers_keys = True
    network.answers = [refusing(503, is_done=True), Response("[]")]
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    publisher.act("update", permalink, replace={"content": ["More"]})

    clock.forward(minutes=10)
    publisher.deploy()

    assert [method for method, _ in network.heard] == ["POST", "GET", "POST", "PUT"]
    assert network.texts == ["<p>More</p>\n"]


def test_a_post_deleted_while_the_outcome_is_unknown_leaves_no_copy(publisher, network, clock):
    network.answers = [refusing(503, is_done=True)]
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    publisher.act("delete", permalink)

    clock.forward(minutes=10)
    publisher.deploy()

    assert network.texts == []
    assert publisher.row(permalink).state == "removed"


def test_a_fault_of_a_module_keeps_no_other_from_being_copied(publisher, network, clock):
    permalink = publisher.post(content="Hello")
    other = publisher.post(content="Other")
    publisher.parts.syndications.ask(permalink, ["small"], clock(), "fault")
    publisher.parts.syndications.ask(other, ["small"], clock())

    publisher.deploy()
    clock.forward(minutes=2)
    publisher.work()

    assert network.texts == ["<p>Other</p>\n"]
    assert publisher.row(permalink).last_error == "Something went wrong here: RuntimeError."
    assert publisher.row(permalink).began_at


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"url": "https://s.example/\ud800", "id": "1"}, id="half a letter"),
        pytest.param({"url": "https://s.example/\x9b31m", "id": "1"}, id="terminal"),
        pytest.param({"url": "javascript:alert(1)", "id": "1"}, id="script"),
        pytest.param({"url": "https://s.example/1", "id": "\ud800"}, id="odd number"),
        pytest.param({"url": "https://s.example/1", "id": "1\x00"}, id="NUL"),
    ],
)
def test_what_cannot_be_kept_keeps_no_other_from_being_copied(publisher, network, clock, said):
    network.answers.append(Response(json.dumps(said)))
    odd = publisher.post("small", content="Odd")
    clock.forward(seconds=1)
    other = publisher.post("small", content="Other")

    publisher.deploy()

    assert "cannot be kept" in publisher.row(odd).last_error
    clock.forward(hours=1)
    publisher.work()
    assert [publisher.row(each).state for each in (odd, other)] == ["copied", "copied"]
    assert len(network.texts) == 2


def test_after_days_it_is_given_up_and_a_retry_begins_anew(publisher, network, clock):
    network.answers = [refusing(429)] * 9
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    for _ in range(20):
        clock.forward(days=1.5)
        publisher.work()
    given_up = publisher.row(permalink)

    publisher.parts.syndication.overview.retry()
    publisher.work()

    assert (given_up.state, given_up.last_error) == ("given up", "It is too much.")
    assert network.texts == ["<p>Hello</p>\n"]


def test_when_a_network_says_when_all_wait_until_then(publisher, network, clock):
    network.answers = [refusing(429, Retry_After="900")]
    permalinks = [publisher.post("small", content=f"Number {n}") for n in range(3)]
    publisher.deploy()
    rows = [publisher.row(permalink) for permalink in permalinks]
    clock.forward(minutes=14)
    publisher.work()
    asked = len(network.heard)

    clock.forward(minutes=5)
    publisher.work()

    assert sorted(row.attempts for row in rows) == [0, 0, 1]
    assert asked == 1
    assert len(network.texts) == 3


def test_one_network_that_fails_keeps_no_other_waiting(configure, start_publisher, network):
    closed = {"uid": "closed", "server": "http://127.0.0.1:9/"}
    configure({}, closed)
    publisher = start_publisher()

    permalink = publisher.post("closed", "small", content="Hello")
    publisher.deploy()

    assert network.texts == ["<p>Hello</p>\n"]
    assert publisher.row(permalink, "closed").state == "waiting"
    assert "cannot be reached" in publisher.row(permalink, "closed").last_error


def test_the_log_says_once_what_became_of_a_copy(publisher, network):
    with capture_logs() as logs:
        permalink = publisher.post("small", content="Hello")
        publisher.work()
        publisher.deploy()
        publisher.deploy()
        publisher.act("update", permalink, replace={"content": ["Better"]})
        publisher.deploy()
        publisher.act("delete", permalink)
        publisher.deploy()

    said = [(log["state"], log["url"]) for log in logs if log["event"] == "syndication"]
    url = f"{network.url}posts/1"
    assert said == [("copied", url), ("copied", url), ("removed", "")]
