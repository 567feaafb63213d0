"""What the owner sees of Webmentions that went out: ``/admin/sent`` and the command."""

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from oauth_apps import sign_in
from werkzeug.wrappers import Response

from endpoint.app import make_app
from endpoint.cli import main


@pytest.fixture
def look(author):
    """Return a function: what the page says, an entry for each target."""

    def look(query=""):
        response = sign_in(make_app(author.parts).test_client()).get(f"/admin/sent{query}")
        assert response.status_code == 200
        page = BeautifulSoup(response.text, "lxml")
        return [" ".join(entry.get_text(" ").split()) for entry in page.find_all("li", "entry")]

    return look


@pytest.fixture
def run(author, installation):
    def run(*arguments):
        config = ["--config", str(installation.folder / "config.toml")]
        return CliRunner().invoke(main, ["webmention", "send", *config, *arguments])

    return run


def press(author, key):
    """Press the first button to try again, as the owner does."""
    client = sign_in(make_app(author.parts).test_client())
    page = BeautifulSoup(client.get("/admin/sent").text, "lxml")
    token = page.find("input", attrs={"name": "csrf_token"})["value"]
    return client.post("/admin/sent/again", data={"key": key, "csrf_token": token})


# The page


def test_200_sent_says_who_was_told_and_what_came_back(author, targets, look):
    told, none = targets.put("/told"), targets.put("/none", "")
    refuses = targets.put_with_endpoint(400)
    busy = targets.put_with_endpoint(503)
    source = author.post(content=f"{told} {none} {refuses} {busy}")
    author.deploy()

    shown = {entry.split()[0]: entry for entry in look()}

    assert set(shown) == {told, none, refuses, busy}
    assert f"{told} Told Linked from {source} Endpoint" in shown[told]
    assert "/endpoint, which answered 202 Told 22 Nov 2025, 09:30" in shown[told]
    assert f"{none} Takes none" in shown[none]
    assert f"{refuses} Failed" in shown[refuses]
    assert "The endpoint answers 400." in shown[refuses]
    assert f"{busy} Waiting" in shown[busy]
    assert "The endpoint answers 503." in shown[busy]
    assert "Next attempt 22 Nov 2025, 09:3" in shown[busy]


@pytest.mark.parametrize(
    ("me", "tells"),
    [
        pytest.param("https://site.example/", False, id="for all"),
        pytest.param("http://127.0.0.1:8000/", True, id="on this machine"),
    ],
)
def test_200_sent_says_why_a_demo_tells_nobody(start, client_of, installation, me, tells):
    installation.configure(me=me, public_url=me)
    client = sign_in(client_of(start()))

    shown = client.get("/admin/sent")

    assert shown.status_code == 200
    assert ("pages elsewhere are not told" in shown.text) == tells


def test_200_sent_is_paged(author, targets, look):
    author.post(content=" ".join(targets.put(f"/{number}", "") for number in range(60)))
    author.deploy()

    pages = [look(), look("?page=2"), look("?page=3")]

    assert [len(page) for page in pages] == [50, 10, 0]
    assert len({entry for page in pages for entry in page}) == 60


def test_400_sent_page_that_is_no_number(author):
    client = sign_in(make_app(author.parts).test_client())

    answers = [client.get(f"/admin/sent?page={number}") for number in ("x", "0", "-1", "9" * 40)]

    assert {answer.status_code for answer in answers} == {400}


def test_302_trying_again_tells_at_once(author, targets):
    target = targets.put("/post", "")
    source = author.post(content=f"See {target}")
    author.deploy()
    targets.put("/post")

    answer = press(author, author.sent()[target].key)
    author.work()

    assert answer.status_code in (302, 303)
    assert targets.told == [(source, target)]


def test_404_trying_again_what_is_not_there(author, targets):
    author.post(content=f"See {targets.put('/post', '')}")
    author.deploy()

    assert press(author, "0" * 64).status_code == 404


def test_302_sent_is_for_the_owner_alone(author):
    answer = make_app(author.parts).test_client().get("/admin/sent")

    assert answer.status_code in (302, 303)
    assert "/admin/sign-in" in answer.headers["Location"]


def test_what_others_wrote_is_shown_as_text(author, targets, look):
    target = targets.put("/<b>x</b>")
    targets.answers[:] = [Response(status=201, headers={"Location": "/<script>alert(1)</script>"})]
    author.post(**{"content": "Hello", "like-of": target + "?<script>alert(1)</script>"})
    author.deploy()

    response = sign_in(make_app(author.parts).test_client()).get("/admin/sent")

    assert "<script>" not in response.text
    assert "<b>x" not in response.text


# The command


def test_send_tells_everybody_again_and_says_what_came_of_it(author, targets, run):
    told, none = targets.put("/told"), targets.put("/none", "")
    source = author.post(content=f"{told} {none}")
    author.deploy()

    result = run(source)

    assert result.exit_code == 0, result.output
    assert sorted(result.stdout.splitlines()) == [
        f"{none}  no endpoint",
        f"{told}  told, and answered 202",
    ]
    assert targets.told == [(source, told)] * 2


def test_send_tells_of_an_old_post(configure_sending, start_author, targets, run):
    target = targets.put("/post")
    configure_sending(send=False)
    author = start_author()
    source = author.post(content=f"See {target}")

    result = run(source)

    assert result.exit_code == 0, result.output
    assert targets.told == [(source, target)]


def test_dry_run_says_whom_and_where_and_tells_nobody(author, targets, run):
    told, none, broken = targets.put("/told"), targets.put("/none", ""), targets.put("/b", "", 500)
    source = author.post(content=f"{told} {none} {broken}")

    result = run(source, "--dry-run")

    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        f"{told}  {targets.server.url_for('/endpoint')}",
        f"{none}  no endpoint",
        f"{broken}  The page answers 500.",
    ]
    assert targets.told == []
    assert author.sent() == {}


def test_send_fails_where_somebody_refuses(author, targets, run):
    target = targets.put_with_endpoint(400)
    source = author.post(content=f"See {target}")

    result = run(source)

    assert result.exit_code == 1
    assert result.stdout == f"{target}  failed: The endpoint answers 400.\n"


def test_send_of_a_deleted_post_tells_those_who_know_of_it(author, targets, run):
    target, other = targets.put("/post"), targets.put("/none", "")
    source = author.post(content=f"See {target} {other}")
    author.deploy()
    author.act("delete", source)

    result = run(source)

    assert result.exit_code == 0, result.output
    assert f"{target}  told, and answered 202" in result.stdout
    assert f"{other}  needless" in result.stdout
    assert targets.told == [(source, target)] * 2


def test_send_of_no_post_fails_in_one_line(author, run):
    result = run("http://localhost/nothing/")

    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("Error: There is no post at this URL")
