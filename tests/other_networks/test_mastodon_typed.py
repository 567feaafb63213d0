"""What a person types into an app for Mastodon, on the site and back in the app."""

import pytest
from conftest import make_bearer
from hypothesis import given
from hypothesis import strategies as st
from received_mentions import receive, said
from statuses import read_post

from endpoint.app import make_app
from endpoint.domain.markup import render, to_text
from endpoint.domain.mastodon.typed import to_markdown, to_typed
from endpoint.domain.mastodon.typed.line_ends import break_lines, is_wrapped, unbreak_lines

STATUSES = "/api/v1/statuses"
PROFILE = "https://social.example/@grace"
PEOPLE = {"@grace@social.example": PROFILE}


@pytest.fixture
def parts(installation, start):
    """An installation that shows every mention that comes."""
    installation.configure(webmention={"approve": ["all"]})
    return start()


@pytest.fixture
def headers(bearer):
    return bearer("read write")


@pytest.fixture
def source(client, headers):
    """Return a function that gives the text of a status as an app edits it."""
    return lambda status: client.get(f"{STATUSES}/{status['id']}/source", headers=headers).json[
        "text"
    ]


@pytest.fixture
def grace(client, parts, toot, headers):
    """Let Grace, who is at social.example, answer a post, and an app hear of it."""
    person = {"name": "Grace", "url": PROFILE}
    receive(parts, page=toot("Hello")["url"], mention=said(**person))
    [told] = client.get("/api/v1/notifications", headers=headers).json
    return told


def test_lines_of_a_status_are_lines_on_the_site(toot, source, repo):
    text = "Roses are red\nviolets are blue\n\n- one\n- two"

    status = toot(text)

    assert "Roses are red<br>\nviolets are blue</p>" in status["content"]
    assert read_post(repo).content == "Roses are red  \nviolets are blue\n\n- one\n- two"
    assert source(status) == text


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_every_system(client, headers, end, repo):
    client.post(STATUSES, data={"status": f"Roses{end}violets"}, headers=headers)

    assert read_post(repo).content == "Roses  \nviolets"


def test_an_edit_of_lines_keeps_them_lines(client, headers, toot, repo):
    status = toot("Roses\nviolets")

    more = {"status": "Roses\nviolets\nlilies"}
    edited = client.put(f"{STATUSES}/{status['id']}", json=more, headers=headers)

    assert edited.json["content"].count("<br>") == 2
    assert read_post(repo).content == "Roses  \nviolets  \nlilies"


def test_an_edit_leaves_lines_that_were_wrapped_by_hand(client, headers, bearer, repo, source):
    wrapped = "A sentence that its author\nhas wrapped"
    client.post("/micropub", data={"content": wrapped}, headers=bearer("create"))
    [status] = client.get("/api/v1/timelines/home", headers=headers).json

    shown = source(status)
    more = {"status": f"{shown}\nby hand"}
    client.put(f"{STATUSES}/{status['id']}", json=more, headers=headers)

    assert shown == wrapped
    assert read_post(repo).content == f"{wrapped}\nby hand"


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        pytest.param("a\n\nb", "a\n\nb", id="paragraphs"),
        pytest.param("a\nb\nc", "a  \nb  \nc", id="lines"),
        pytest.param("```\na\nb\n```", "```\na\nb\n```", id="a block of code"),
        pytest.param("`a\nb`\n\nc\nd", "`a\nb`\n\nc  \nd", id="code in a line"),
        pytest.param("> a\n> b", "> a  \n> b", id="a quotation"),
        pytest.param("- a\n  b\n- c", "- a  \n  b\n- c", id="a list"),
        pytest.param("a\\\nb", "a\\\nb", id="a break already"),
        pytest.param("a\n\\\nb\\\\\nc", "a  \n\\\nb\\\\  \nc", id="a break among others"),
        pytest.param("a\nb  \n\n  \nc", "a  \nb  \n\n  \nc", id="blanks that break nothing"),
        pytest.param("# a\nb\n===", "# a\nb\n===", id="headings"),
        pytest.param("|a|\n|-|\n|b|", "|a|\n|-|\n|b|", id="a table"),
    ],
)
def test_which_line_ends_are_breaks(typed, written):
    assert break_lines(typed) == written
    assert unbreak_lines(written) == typed


@given(st.text(st.sampled_from("a \n\\`*_[]()<>#-|>\t1.~=:/")))
def test_breaks_change_nothing_else_and_are_taken_off_again(text):
    broken = break_lines(text)

    assert unbreak_lines(broken) == text
    assert is_wrapped(broken) <= ("`" in text)
    assert to_text(render(broken)).split() == to_text(render(text)).split()


@given(st.lists(st.sampled_from(["@grace@social.example", "a", "`", "\n", " ", "[", "](", ")"])))
def test_what_was_typed_comes_back(pieces):
    typed = "".join(pieces)

    written = to_markdown(typed, PEOPLE)

    assert to_typed(written) == typed
    assert to_text(render(written)).split() == to_text(render(typed)).split()


def test_somebody_who_wrote_to_us_is_linked(toot, source, grace, repo):
    text = "Thanks, @grace@social.example. And @eve@social.example?"

    status = toot(text)

    assert grace["account"]["acct"] == "grace@social.example"
    assert f'<a href="{PROFILE}">@grace@social.example</a>. And @eve@' in status["content"]
    assert read_post(repo).content == (
        f"Thanks, [@grace@social.example]({PROFILE}). And @eve@social.example?"
    )
    assert source(status) == text


def test_people_with_sites_of_their_own_are_linked(client, parts, toot, headers, repo):
    person = {"name": "Grace", "url": "https://www.grace.example/"}
    receive(parts, page=toot("Hello")["url"], mention=said(**person))
    [told] = client.get("/api/v1/notifications", headers=headers).json

    toot(f"Thanks, @{told['account']['acct']}!")

    assert "[@grace.example@grace.example](https://www.grace.example/)!" in read_post(repo).content


def test_the_owner_is_linked(toot, repo):
    toot("I am @site@site.example")

    assert "[@site@site.example](https://site.example/)" in read_post(repo).content


def test_an_edit_keeps_people_linked(client, headers, toot, grace, repo):
    status = toot("Thanks, @grace@social.example")

    more = {"status": "Thank you, @grace@social.example"}
    client.put(f"{STATUSES}/{status['id']}", json=more, headers=headers)

    assert read_post(repo).content == f"Thank you, [@grace@social.example]({PROFILE})"


def test_an_edit_keeps_a_link_to_somebody_nobody_here_knows(client, headers, bearer, repo, source):
    link = "[@eve@other.example](https://other.example/@eve)"
    client.post("/micropub", data={"content": f"Hello {link}"}, headers=bearer("create"))
    [status] = client.get("/api/v1/timelines/home", headers=headers).json

    shown = source(status)
    client.put(f"{STATUSES}/{status['id']}", json={"status": f"{shown}!"}, headers=headers)

    assert shown == "Hello @eve@other.example"
    assert read_post(repo).content == f"Hello {link}!"


@pytest.mark.parametrize(
    "text",
    [
        "`@grace@social.example`",
        "https://other.example/@grace@social.example",
        "x@grace@social.example",
        "@grace@social.example.org",
        "@grace@social.example/about",
        "@@grace@social.example",
    ],
)
def test_what_names_nobody_stays_text(toot, grace, repo, text):
    toot(text)

    assert f"({PROFILE})" not in read_post(repo).content


def test_a_person_linked_to_no_url_stays_as_typed(client, headers, toot, source):
    text = "Hello [@grace@social.example](https://[/@grace)"
    status = toot(text)

    shown = source(status)
    edited = client.put(f"{STATUSES}/{status['id']}", json={"status": f"{text}!"}, headers=headers)
    deleted = client.delete(f"{STATUSES}/{status['id']}", headers=headers)

    assert (shown, edited.status_code) == (text, 200)
    assert (deleted.status_code, deleted.json["text"]) == (200, f"{text}!")


def test_where_text_is_shown_as_typed_it_is_kept_as_typed(installation, start):
    installation.configure(micropub={"plain_text": "literal"})
    text = "See https://example.org/\n*there*  \n<https://example.com/>"
    parts = start()
    client, headers = make_app(parts).test_client(), make_bearer(parts, "read write")

    answer = client.post(STATUSES, json={"status": text}, headers=headers)
    number = answer.json["id"]
    source = client.get(f"{STATUSES}/{number}/source", headers=headers)

    assert "&lt;https://example.org/" not in answer.json["content"]
    assert "*there*" in answer.json["content"]
    assert source.json["text"] == text
