"""Which mentions are shown without a decision, and which never are."""

import pytest
from received_mentions import said

from endpoint.domain.webmentions.deciding.policies import Decision, decide
from endpoint.domain.webmentions.deciding.rules import Rule, block, is_refused, is_trusted, trust
from endpoint.domain.webmentions.mention import KINDS
from endpoint.errors import InvalidRequest

SOURCE = "https://grace.example/1"
SHOWN, WAITS = Decision("approved", "policy"), Decision()
BLOCKED = Decision("rejected", "policy")
GRACE = "https://grace.example/"
SETTINGS = {
    "reply": "replies",
    "like": "likes",
    "repost": "reposts",
    "bookmark": "bookmarks",
    "rsvp": "rsvps",
    "mention": "mentions",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_shown_at_once_if_the_setting_says_so(kind):
    others = [name for name in SETTINGS.values() if name != SETTINGS[kind]]

    assert decide([SETTINGS[kind]], [], SOURCE, said(kind)) == SHOWN
    assert decide(["all"], [], SOURCE, said(kind)) == SHOWN
    assert decide([*others, "trusted"], [], SOURCE, said(kind)) == WAITS
    assert decide([], [], SOURCE, said(kind)) == WAITS


@pytest.mark.parametrize(
    ("author", "made_from", "source", "expected"),
    [
        pytest.param(GRACE, GRACE + "1", GRACE + "2", True, id="below their own page"),
        pytest.param(GRACE, GRACE + "1", "https://evil.example/1", False, id="named by another"),
        pytest.param(
            "https://social.example/@grace",
            "https://brid.gy/1",
            "https://brid.gy/2",
            True,
            id="by the bridge",
        ),
        pytest.param(
            "https://social.example/@grace",
            "https://brid.gy/1",
            "https://other.example/2",
            False,
            id="by no bridge",
        ),
        pytest.param(
            "https://tilde.example/~grace/",
            "https://tilde.example/~grace/1",
            "https://tilde.example/~mallory/1",
            False,
            id="a neighbour who says they are",
        ),
        pytest.param(GRACE, GRACE + "1", "http://grace.example/1", False, id="without encryption"),
    ],
)
def test_who_is_trusted(author, made_from, source, expected):
    rule = trust(author, made_from)

    assert is_trusted([rule], source, author) == expected
    decision = decide(["trusted"], [rule], source, said(url=author))
    assert decision == (SHOWN if expected else WAITS)
    assert decide([], [rule], source, said(url=author)) == WAITS


def test_a_bridge_is_trusted_with_one_and_not_with_others():
    rule = trust("https://social.example/@grace", "https://brid.gy/1")

    stranger = said(url="https://social.example/@mallory")

    assert decide(["trusted"], [rule], "https://brid.gy/2", stranger) == WAITS
    assert decide(["trusted"], [rule], "https://brid.gy/2", said(url="")) == WAITS


@pytest.mark.parametrize(
    ("rule", "source", "author", "expected"),
    [
        pytest.param(("host", "spam.example"), "https://spam.example/1", "", True, id="host"),
        pytest.param(("host", "*.Spam.example"), "https://a.spam.example/1", "", True, id="below"),
        pytest.param(("host", "spam.example"), "https://notspam.example/", "", False, id="longer"),
        pytest.param(
            ("host", "spam.example"), "https://x.example/spam.example", "", False, id="in the path"
        ),
        pytest.param(
            ("host", "bücher.example"), "https://xn--bcher-kva.example/", "", True, id="IDNA"
        ),
        pytest.param(
            ("source", "x.example/~eve/*"), "https://x.example/~eve/1?a=[b]", "", True, id="source"
        ),
        pytest.param(
            ("source", "x.example/~eve/*"), "https://x.example/~ada/1", "", False, id="another"
        ),
        pytest.param(
            ("source", "https://x.example/?p=*"), "https://x.example/?p=1", "", True, id="query"
        ),
        pytest.param(
            ("source", "https://x.example/?p=*"), "https://x.example/zp=1", "", False, id="no glob"
        ),
        pytest.param(
            ("author", "https://eve.example/"),
            "https://brid.gy/1",
            "http://www.eve.example",
            True,
            id="author",
        ),
        pytest.param(
            ("author", "https://eve.example/"), "https://eve.example/1", "", False, id="no author"
        ),
        pytest.param(
            ("author", "https://a.example/eve"),
            "https://a.example/",
            "https://a.example/eva",
            False,
            id="another author",
        ),
    ],
)
def test_who_is_blocked(rule, source, author, expected):
    blocking = block(*rule)

    decision = decide(["all"], [blocking], source, said(url=author))

    assert decision == (BLOCKED if expected else SHOWN)
    assert is_refused([blocking], source) == (expected and rule[0] != "author")


@pytest.mark.parametrize("pattern", ["*a" * 30, "x.example/" + "*a*" * 300])
def test_a_pattern_cannot_take_long(pattern):
    assert not is_refused(
        [block("source", f"x.example/{pattern}")], "https://x.example/" + "a" * 2000 + "b"
    )


@pytest.mark.parametrize(
    ("subject", "pattern"),
    [
        ("author", "Eve"),
        ("author", "javascript:alert(1)"),
        ("author", ""),
        ("host", "https://spam.example/"),
        ("host", " "),
        ("source", "*"),
        ("source", "a b.example"),
        ("everything", "spam.example"),
    ],
)
def test_a_rule_that_fits_nothing_or_all_is_refused(subject, pattern):
    with pytest.raises(InvalidRequest):
        block(subject, pattern)


def test_only_somebody_with_a_page_can_be_trusted():
    with pytest.raises(InvalidRequest, match="URL of their page"):
        trust("", SOURCE)


@pytest.mark.parametrize(
    "before",
    [Decision("approved", "owner"), Decision("rejected", "owner"), Decision("spam", "owner")],
    ids=lambda decision: decision.decision,
)
@pytest.mark.parametrize("approve", [["all"], []], ids=["all", "none"])
def test_decisions_of_the_owner_last(approve, before):
    earlier, later = said(), said("like", name="Somebody else")

    assert decide(approve, [], SOURCE, later, before, earlier) == before


def test_a_rule_hides_what_the_owner_approved_as_long_as_it_is_there():
    rule = block("host", "grace.example")
    approved = Decision("approved", "owner")

    hidden = decide([], [rule], SOURCE, said(), approved)
    again = decide([], [rule], SOURCE, said(), hidden)
    back = decide([], [], SOURCE, said(), again)

    assert hidden == again == Decision("rejected", "block")
    assert back == approved


def test_what_a_rule_rejected_waits_again_without_it():
    blocked = decide([], [block("host", "grace.example")], SOURCE, said())

    assert decide([], [], SOURCE, said(), blocked) == WAITS


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        pytest.param(said("like"), SHOWN, id="the same"),
        pytest.param(said("like", text="Other words"), SHOWN, id="other words"),
        pytest.param(said("reply"), WAITS, id="another kind"),
        pytest.param(said("like", url="https://eve.example/"), WAITS, id="another author"),
    ],
)
def test_what_a_policy_showed_stays_only_while_it_is_of_its_kind(later, expected):
    """The setting may be stricter by now: what was sent again must not go back for that alone."""
    assert decide([], [], SOURCE, later, SHOWN, said("like")) == expected


def test_a_rule_is_the_same_however_it_is_spelled():
    assert block("host", "Spam.Example") == Rule("block", "host", "spam.example")
    assert trust("https://Grace.example") == trust("https://grace.example/", SOURCE)
