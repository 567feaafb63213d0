"""Targets that do not know us any more: they wait for their owner, who is told."""

import pytest
from mail_servers import mail_server
from networks import refusing


@pytest.fixture
def paused(publisher, network):
    """The permalink of a post whose target has refused the token."""
    network.token = "another"
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    return permalink


def test_a_target_that_refuses_the_token_is_asked_no_more(publisher, network, paused, clock):
    publisher.post("small", content="Another")
    for _ in range(3):
        clock.forward(days=3)
        publisher.deploy()

    assert len(network.heard) == 1
    row = publisher.row(paused)
    assert (row.state, row.last_error, row.attempts) == ("waiting", "It answers 401.", 0)
    [pause] = publisher.parts.syndication.overview.pauses().values()
    assert pause.reason == "It answers 401."
    assert "good" not in str(pause)


def test_other_targets_go_on(configure, start_publisher, network):
    configure({"token": "old"}, {"uid": "other"})
    publisher = start_publisher()

    publisher.post("small", "other", content="Hello")
    publisher.deploy()

    assert network.texts == ["<p>Hello</p>\n"]
    assert list(publisher.parts.syndication.pausing.all()) == ["small"]


def test_what_is_forbidden_alone_is_final_and_others_are_copied(publisher, network, clock):
    network.answers = [refusing(403)]
    forbidden = publisher.post("small", content="Hello")
    clock.forward(seconds=1)
    publisher.post("small", content="Another")

    publisher.deploy()

    row = publisher.row(forbidden)
    assert (row.state, row.last_error) == ("refused", "It answers 403.")
    assert network.texts == ["<p>Another</p>\n"]
    assert publisher.parts.syndication.overview.pauses() == {}


def test_where_everything_is_forbidden_the_target_is_paused(publisher, network):
    network.answers = [refusing(403), refusing(403)]
    permalink = publisher.post("small", content="Hello")
    publisher.post("small", content="Another")

    publisher.deploy()

    assert publisher.row(permalink).state == "waiting"
    assert list(publisher.parts.syndication.pausing.all()) == ["small"]
    assert network.texts == []


def test_where_it_is_not_known_yet_what_is_forbidden_it_is_tried_again(publisher, network, clock):
    network.answers = [refusing(403), refusing(503)]
    permalink = publisher.post("small", content="Hello")

    publisher.deploy()
    row = publisher.row(permalink)
    clock.forward(hours=1)
    publisher.work()

    assert (row.state, row.last_error) == ("waiting", "It answers 503.")
    assert network.texts == ["<p>Hello</p>\n"]


def test_a_retry_lets_it_go_on(publisher, network, paused):
    network.token = "good"

    publisher.parts.syndication.overview.retry()
    publisher.work()

    assert network.texts == ["<p>Hello</p>\n"]
    assert publisher.parts.syndication.overview.pauses() == {}
    assert publisher.row(paused).state == "copied"


@pytest.mark.parametrize(("token", "goes_on"), [("new", True), ("good", False)])
def test_a_new_token_in_the_configuration_lets_it_go_on(
    configure, start_publisher, network, paused, token, goes_on
):
    network.token = "new"
    configure({"token": token})

    publisher = start_publisher()
    publisher.work()

    assert bool(network.texts) == goes_on
    assert bool(publisher.parts.syndication.overview.pauses()) != goes_on


def test_the_owner_has_mail_about_it_once(configure, start_publisher, network, clock):
    with mail_server() as server:
        mail = {"host": "127.0.0.1", "port": server.port, "security": "none"}
        configure({"token": "secret-token"}, mail={**mail, "to": "me@site.example"})
        publisher = start_publisher()
        publisher.post("small", content="Hello")
        publisher.deploy()
        for _ in range(3):
            clock.forward(hours=1)
            publisher.parts.following.work("mail")

    [message] = server.mails
    assert message["Subject"] == "Posts are not copied to Small"
    words = message.get_content()
    assert "It answers 401." in words
    assert "https://site.example/admin/syndications" in words
    assert "secret-token" not in words


def test_mail_that_was_not_taken_is_sent_later(configure, start_publisher, network, clock):
    with mail_server(refuses="451 Not now") as server:
        mail = {"host": "127.0.0.1", "port": server.port, "security": "none"}
        configure({"token": "old"}, mail={**mail, "to": "me@site.example"})
        publisher = start_publisher()
        publisher.post("small", content="Hello")
        publisher.deploy()
        publisher.parts.following.work("mail")
        server.refuses = ""
        clock.forward(hours=2)
        publisher.parts.following.work("mail")

    assert [mail["Subject"] for mail in server.mails] == ["Posts are not copied to Small"]
