"""What becomes of a mention when its source changes, goes, or comes back (Webmention §3.2.4)."""

import pytest
from mention_sources import entry

JSON = {"Accept": "application/json"}


class Sent:
    """A mention that was sent: what is known of it, and ways to move on."""

    def __init__(self, client, parts, clock, source, target):
        self.client = client
        self.parts = parts
        self.clock = clock
        self.data = {"source": source, "target": target}
        self.url = ""

    def send(self, **changed):
        answer = self.client.post("/webmention", data={**self.data, **changed})
        assert answer.status_code == 201
        self.url = answer.headers["Location"]
        self.parts.following.work("mentions")
        return self.state

    @property
    def told(self):
        return self.client.get(self.url, headers=JSON).json

    @property
    def state(self):
        return self.told["state"]

    @property
    def row(self):
        return self.parts.webmentions.receiving.find(self.url.rpartition("/")[2])

    def decide(self, decision):
        moderation = self.parts.webmentions.moderation.moderating
        moderation.decide((self.url.rpartition("/")[2],), decision)

    def look_later(self, **wait):
        """Let time go by until the next look, and have it."""
        self.clock.forward(**wait)
        self.parts.following.work("mentions")
        return self.state


@pytest.fixture
def reply(elsewhere, client, parts, clock, post):
    """A reply that is not sent yet; its source is at ``/reply`` elsewhere."""
    target = post("Hello")
    source = elsewhere.put("/reply", entry(target))
    return Sent(client, parts, clock, source, target)


def words(sent):
    return sent.row.mention and sent.row.mention.text


def test_update_1_the_words_of_the_new_version(reply, elsewhere):
    """Update test #1 of webmention.rocks, from the side of the one who is told."""
    reply.send()
    reply.decide("approve")
    first = reply.url
    elsewhere.put("/reply", entry(reply.data["target"], "Better said."))

    state = reply.send()

    assert (state, reply.url) == ("approved", first)
    assert words(reply) == "Better said."
    assert reply.parts.webmentions.listing.count(None, "") == {"reply": 1}


def test_update_2_a_link_that_was_taken_out_takes_the_mention_away(reply, elsewhere):
    """Update test #2 of webmention.rocks, from the side of the one who is told."""
    reply.send()
    reply.decide("approve")
    elsewhere.put("/reply", entry("https://third.example/"))

    state = reply.send()

    assert state == "removed"
    assert words(reply) is None
    assert not reply.row.is_shown


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param("{link}", 410, id="status 410, and the link is still there"),
        pytest.param('<meta http-equiv="status" content="410 Gone">{link}', 200, id="meta"),
    ],
)
def test_delete_1_a_source_that_is_gone_takes_the_mention_away(body, status, reply, elsewhere):
    """Delete test #1 of webmention.rocks, from the side of the one who is told."""
    reply.send()
    reply.decide("approve")
    link = entry(reply.data["target"])
    elsewhere.put("/reply", body.format(link=link), status)

    assert reply.send() == "removed"
    assert words(reply) is None
    assert reply.row.next_look_at is None


def test_a_mention_that_was_removed_comes_back_with_its_decision(reply, elsewhere):
    reply.send()
    reply.decide("approve")
    elsewhere.put("/reply", "", 410)
    reply.send()
    elsewhere.put("/reply", entry(reply.data["target"], "Here again."))

    assert reply.send() == "approved"
    assert words(reply) == "Here again."


@pytest.mark.parametrize("decision", ["reject", "spam"])
def test_what_the_owner_refused_stays_refused_however_often_it_is_sent(decision, reply, elsewhere):
    reply.send()
    reply.decide(decision)
    elsewhere.put("/reply", entry(reply.data["target"], "Changed, please!"))

    assert reply.send() == "rejected"


def test_404_hides_at_once_and_is_tried_again_until_it_is_back(reply, elsewhere):
    reply.send()
    reply.decide("approve")
    elsewhere.put("/reply", "", 404)

    hidden = reply.send(), reply.row.is_shown
    still = reply.look_later(minutes=15)
    elsewhere.put("/reply", entry(reply.data["target"], "Back."))
    back = reply.look_later(hours=2)

    assert hidden == ("removed", False)
    assert still == "removed"
    assert (back, words(reply), reply.row.is_shown) == ("approved", "Back.", True)


def test_404_for_more_than_a_week_is_as_if_it_were_gone(reply, elsewhere):
    reply.send()
    reply.decide("approve")
    elsewhere.put("/reply", "", 404)
    reply.send()

    looks = len(elsewhere.asked)
    for _ in range(16):
        reply.look_later(days=1)

    assert reply.row.next_look_at is None
    assert (reply.row.finding, words(reply)) == ("absent", None)
    assert 4 <= len(elsewhere.asked) - looks <= 6


@pytest.mark.parametrize("status", [500, 403, 429])
def test_an_error_on_the_other_side_changes_nothing(status, reply, elsewhere):
    reply.send()
    reply.decide("approve")
    before = reply.row.changed_at
    elsewhere.put("/reply", "", status)
    reply.clock.forward(hours=1)

    assert reply.send() == "approved"
    assert (words(reply), reply.row.changed_at) == ("Well said.", before)
    assert str(status) in reply.told["reason"]
    assert reply.row.next_look_at is not None


def test_an_error_that_stays_changes_nothing_and_is_given_up(reply, elsewhere):
    reply.send()
    reply.decide("approve")
    elsewhere.put("/reply", "", 502)
    reply.send()

    for _ in range(12):
        reply.look_later(days=1, hours=6)

    assert (reply.state, reply.row.is_shown) == ("approved", True)
    assert reply.row.next_look_at is None


def test_a_source_that_never_answers_well_fails_in_the_end(reply, elsewhere):
    elsewhere.put("/reply", "", 500)
    first = reply.send()

    for _ in range(12):
        reply.look_later(days=1, hours=6)

    assert first == "pending"
    assert reply.state == "failed"
    assert "500" in reply.told["reason"]
    assert reply.row.next_look_at is None


def test_a_source_that_failed_can_be_sent_again(reply, elsewhere):
    elsewhere.put("/reply", "")
    first = reply.send()
    elsewhere.put("/reply", entry(reply.data["target"]))
    reply.client.post("/webmention", data=reply.data)

    assert (first, reply.state) == ("failed", "pending")
    assert reply.send() == "verified"


def test_a_source_that_is_not_up_yet_is_looked_at_again(reply, elsewhere):
    elsewhere.put("/reply", "", 404)
    first = reply.send()
    elsewhere.put("/reply", entry(reply.data["target"]))

    page = reply.client.get(reply.url, headers={"Accept": "text/html"})
    assert first == "pending"
    assert "It will be looked at again" in page.text
    assert "Refresh" not in page.headers
    assert reply.look_later(minutes=13) == "verified"


def test_retry_after_is_honoured(reply, elsewhere):
    elsewhere.put("/reply", "", 503, Retry_After="7200")
    reply.send()
    elsewhere.put("/reply", entry(reply.data["target"]))

    assert reply.look_later(minutes=119) == "pending"
    assert reply.look_later(minutes=2) == "verified"


def test_a_source_without_the_link_fails_at_once(reply, elsewhere):
    elsewhere.put("/reply", f"<p>Look at {reply.data['target']}</p>")

    assert reply.send() == "failed"
    assert "link" in reply.told["reason"]
    assert reply.row.next_look_at is None


@pytest.mark.parametrize("host", ["localhost", "2130706433"])
def test_a_private_source_fails_at_once(host, reply, elsewhere):
    state = reply.send(source=f"http://{host}:{elsewhere.server.port}/reply")

    assert state == "failed"
    assert elsewhere.asked == []
    assert reply.row.next_look_at is None


def test_another_spelling_of_the_target_cannot_take_a_mention_away(reply, elsewhere):
    """Anybody may send it, and the source has the first one."""
    reply.send()
    reply.decide("approve")

    state = reply.send(target=reply.data["target"] + "#made-up")

    assert state == "approved"
    assert reply.row.target == reply.data["target"]


def test_a_page_that_now_has_another_spelling_goes_on_being_shown(reply, elsewhere):
    reply.send()
    reply.decide("approve")
    spelled = reply.data["target"].replace("https://", "http://www.")
    elsewhere.put("/reply", entry(spelled))

    assert reply.send(target=spelled) == "approved"


def test_the_kind_follows_the_source(reply, elsewhere):
    reply.send()
    kinds = {"u-in-reply-to": "reply", "u-like-of": "like", "u-repost-of": "repost"}

    for name, kind in kinds.items():
        elsewhere.put("/reply", entry(reply.data["target"], kind=name))
        reply.send()
        assert reply.row.mention.kind == kind


def test_what_was_approved_by_its_kind_waits_once_it_is_another(
    installation, elsewhere, start, client_of, bearer_of, clock
):
    installation.configure(webmention={"approve": ["likes"]})
    parts = start()
    client = client_of(parts)
    post = client.post("/micropub", data={"content": "Hello"}, headers=bearer_of(parts))
    target = post.headers["Location"]
    source = elsewhere.put("/like", entry(target, kind="u-like-of"))
    like = Sent(client, parts, clock, source, target)

    first = like.send()
    elsewhere.put("/like", entry(target, "Buy here!"))

    assert first == "approved"
    assert like.send() == "verified"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        pytest.param("Better said.", 200, id="other words"),
        pytest.param("Well said.", 410, id="gone"),
        pytest.param("Well said.", 404, id="not found"),
    ],
)
def test_what_readers_will_see_otherwise_has_changed(words, status, reply, elsewhere, clock):
    """Lists and files are made again from there."""
    reply.send()
    reply.decide("approve")
    clock.forward(hours=1)
    elsewhere.put("/reply", entry(reply.data["target"], words), status)

    reply.send()

    assert reply.row.changed_at == clock()


def test_a_mention_that_is_sent_again_and_is_the_same_changes_nothing(reply, clock):
    reply.send()
    before = reply.row
    clock.forward(hours=1)

    reply.send()

    assert reply.row.changed_at == before.changed_at
    assert reply.row.looked_at == clock()
