"""``endpoint webmention``: decisions on the command line."""

import pytest
from click.testing import CliRunner
from received_mentions import PAGE, receive, said, states

from endpoint.cli import main
from endpoint.services.webmentions.receiving.sources import Finding


@pytest.fixture
def run(installation):
    """Return a function that runs a command and gives its result."""
    config = ["--config", str(installation.folder / "config.toml")]
    return lambda *words: CliRunner().invoke(main, ["webmention", words[0], *config, *words[1:]])


def test_list_says_who_did_what(run, parts):
    first = receive(parts, mention=said(text="Two\n\nlines\x1b[31m"))
    second = receive(parts, "https://ada.example/1", said("like", name="", text=""))
    receive(parts, "https://no.example/", finding=Finding("failed", "It is no page"))

    result = run("list")

    assert result.output.splitlines() == [
        f"{second}  2025-11-22  ada.example liked {PAGE}",
        "    https://ada.example/1",
        f"{first}  2025-11-22  Grace replied to {PAGE}",
        "    Two lines [31m",
        "    https://grace.example/1",
    ]
    assert "It is no page" in run("list", "--show", "unseen").output


def test_list_says_how_many_it_left_out(run, parts):
    for number in range(3):
        receive(parts, f"https://grace.example/{number}")

    result = run("list", "--most", "2")

    assert result.stdout.count("Grace replied") == 2
    assert result.stderr == "And 1 more; see --most\n"


@pytest.mark.parametrize(
    ("word", "state"),
    [("approve", "approved owner"), ("reject", "rejected owner"), ("spam", "spam owner")],
)
def test_decide_on_several(run, parts, word, state):
    ids = [receive(parts, f"https://grace.example/{number}") for number in range(3)]

    result = run(word, *ids[:2])

    assert (result.exit_code, result.output) == (0, "")
    assert states(parts, *ids) == [state, state, ""]
    assert parts.bell.depth() == 1


def test_an_id_that_is_wrong_decides_nothing(run, parts):
    waiting = receive(parts)

    result = run("approve", waiting, "x")

    assert result.exit_code == 1
    assert result.output == "Error: There is no such mention; it may have been sent again since\n"
    assert states(parts, waiting) == [""]


def test_block_and_trust_and_back(run, parts):
    eve = receive(parts, "https://eve.example/1", said(url="https://eve.example/"))
    grace = receive(parts, "https://brid.gy/1", said(url="https://social.example/@grace"))

    results = [
        run("block", "host", "eve.example"),
        run("trust", "https://social.example/@grace", "--via", "brid.gy"),
    ]
    decided, listed = states(parts, eve, grace), run("rules").output
    results += [
        run("block", "host", "eve.example", "--remove"),
        run("trust", "https://social.example/@grace", "--via", "brid.gy", "--remove"),
    ]

    assert [result.exit_code for result in results] == [0] * 4
    assert [bool(result.output) for result in results] == [False, True, False, False]
    assert decided == ["rejected policy", "approved policy"]
    assert sorted(listed.splitlines()) == [
        "block host eve.example",
        "trust author https://social.example/@grace via brid.gy",
    ]
    assert states(parts, eve, grace) == ["", ""]


def test_trust_says_what_it_covers_and_how_to_widen_it(run, parts):
    grace = said(url="https://social.example/@grace")
    bridged = receive(parts, "https://brid.gy/1", grace)
    receive(parts, "https://grace.example/1")

    narrow = run("trust", "https://social.example/@grace").output.splitlines()
    before = states(parts, bridged)
    wide = run("trust", "https://social.example/@grace", "--via", "brid.gy").output.splitlines()

    covered = "mentions by https://social.example/@grace on pages below that URL"
    assert narrow == [
        f"Shown without a decision: {covered}; --via HOST adds a host",
        "Mentions in that name also wait from brid.gy, which need --via brid.gy",
    ]
    assert wide == [
        f"Shown without a decision: {covered} or at brid.gy; --via HOST adds another host"
    ]
    assert (before, states(parts, bridged)) == ([""], ["approved policy"])


def test_trust_in_a_mention_is_what_the_button_does(run, parts):
    bridged = receive(parts, "https://brid.gy/1", said(url="https://social.example/@grace"))

    result = run("trust", bridged)
    both = run("trust", bridged, "--via", "brid.gy")

    assert (result.exit_code, states(parts, bridged)) == (0, ["approved policy"])
    assert run("rules").output == "trust author https://social.example/@grace via brid.gy\n"
    assert "--via goes with a URL" in both.output


def test_trust_that_does_not_count_says_so(run, installation, start):
    installation.configure(webmention={"approve": ["likes"]})
    receive(start())

    result = run("trust", "https://grace.example/")

    assert result.exit_code == 0
    assert "also wait" not in result.stdout
    assert "webmention.approve" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("block", "author", "Eve"), "must be http or https"),
        (("block", "host", "eve.example", "--remove"), "no rule for eve.example"),
        (("trust", "grace"), "no such mention"),
        (("trust", "mailto:grace@grace.example"), "must be http or https"),
        (("trust", "https://grace.example/", "--via", "no host"), "--via"),
    ],
)
def test_a_rule_that_cannot_be(run, parts, words, said):
    result = run(*words)

    assert result.exit_code != 0
    assert said in result.output
    assert parts.webmentions.moderation.moderating.rules() == ()
