"""What the owner sees of copies: ``/admin/syndications``, the commands, status and figures."""

from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from networks import refusing
from oauth_apps import sign_in

from endpoint.assembly import assemble
from endpoint.cli import main
from endpoint.errors import ConfigError

TRIED = "The worker tries small again; endpoint syndication list tells what came of it\n"


@pytest.fixture
def owner(publisher):
    return sign_in(publisher.client)


@pytest.fixture
def look(owner):
    """Return a function: what a page says, an entry for each thing on it."""

    def look(path="/admin/syndications"):
        response = owner.get(path)
        assert response.status_code == 200
        page = BeautifulSoup(response.text, "lxml")
        return [" ".join(entry.get_text(" ").split()) for entry in page.find_all("li", "entry")]

    return look


@pytest.fixture
def press(owner):
    """Return a function that presses the first button with this label."""

    def press(label):
        page = BeautifulSoup(owner.get("/admin/syndications").text, "lxml")
        button = next(b for b in page.find_all("button") if b.get_text() == label)
        form = button.find_parent("form")
        fields = {field["name"]: field["value"] for field in form.find_all("input")}
        return owner.post(form["action"], data=fields)

    return press


@pytest.fixture
def run(installation):
    def run(*arguments):
        config = ["--config", str(installation.folder / "config.toml")]
        return CliRunner().invoke(main, [*arguments, *config])

    return run


# The page


def test_200_every_copy_with_what_became_of_it(publisher, network, look):
    copied = publisher.post("small", content="Copied")
    publisher.deploy()
    network.answers = [refusing(422, "<b>too long</b>")]
    refused = publisher.post("small", content="Refused")
    publisher.deploy()
    waiting = publisher.post("small", content="Waiting")

    entries = {permalink: entry for entry in look() for permalink in entry.split()}

    assert f"Small Copied Of {copied} Copy {network.url}posts/1" in entries[copied]
    assert "Refused" in entries[refused]
    assert "It refuses: <b>too long</b>." in entries[refused]
    assert "Try again" in entries[refused]
    assert "Waiting" in entries[waiting]
    assert "Do not copy" in entries[waiting]


def test_302_try_again(publisher, network, press):
    network.answers = [refusing(422)]
    publisher.post("small", content="Hello")
    publisher.deploy()

    response = press("Try again")
    publisher.work()

    assert response.status_code == 303
    assert network.texts == ["<p>Hello</p>\n"]


def test_303_what_is_stopped_is_never_copied_until_it_is_tried_again(publisher, network, press):
    permalink = publisher.post("small", content="Hello")
    response = press("Do not copy")
    publisher.deploy()
    publisher.act("update", permalink, replace={"content": ["Changed"]})
    publisher.deploy()
    stopped = list(network.heard)

    press("Try again")
    publisher.work()

    assert response.status_code == 303
    assert stopped == []
    assert network.texts == ["<p>Changed</p>\n"]


def test_303_a_paused_target_goes_on(publisher, network, press, look):
    network.token = "another"
    publisher.post("small", content="Hello")
    publisher.deploy()
    [pause, waiting] = look()
    status = look("/admin/status")
    network.token = "good"

    response = press("Go on")
    publisher.work()

    assert response.status_code == 303
    assert pause.startswith("Small Needs you It answers 401.")
    assert waiting.startswith("Small Waiting")
    assert any(entry.startswith("Copies Waiting 1 copy of a post waits") for entry in status)
    assert any(entry.startswith("Paused networks Needs you") for entry in status)
    assert "Next attempt" not in " ".join([waiting, *status])
    assert network.texts == ["<p>Hello</p>\n"]


@pytest.mark.parametrize("path", ["retry", "stop", "resume"])
def test_404_nothing_of_that_name(owner, path):
    page = BeautifulSoup(owner.get("/admin/").text, "lxml")
    token = page.find("input", attrs={"name": "csrf_token"})["value"]
    form = {"csrf_token": token, "permalink": "https://site.example/x/", "target": "small"}

    response = owner.post(f"/admin/syndications/{path}", data=form)

    assert response.status_code == 404


@pytest.mark.parametrize("path", ["retry", "stop", "resume"])
@pytest.mark.parametrize("fields", [{}, {"target": ["a", "b"]}, {"target": "", "permalink": "x"}])
def test_400_fields_that_are_missing(owner, path, fields):
    page = BeautifulSoup(owner.get("/admin/").text, "lxml")
    token = page.find("input", attrs={"name": "csrf_token"})["value"]

    response = owner.post(f"/admin/syndications/{path}", data={"csrf_token": token, **fields})

    assert response.status_code == 400


@pytest.mark.parametrize("path", ["retry", "stop", "resume"])
def test_strangers_change_nothing(publisher, network, path):
    permalink = publisher.post("small", content="Hello")
    form = {"permalink": permalink, "target": "small"}

    unknown = publisher.client.post(f"/admin/syndications/{path}", data=form)
    forged = sign_in(publisher.client).post(f"/admin/syndications/{path}", data=form)

    assert unknown.status_code in (302, 303, 401, 403)
    assert forged.status_code in (400, 403)
    assert publisher.row(permalink).state == "waiting"


@pytest.mark.parametrize("number", ["0", "-1", "x", "10001", "1e3", "²", "9" * 50])
def test_400_no_page_number(owner, number):
    response = owner.get("/admin/syndications", query_string={"page": number})

    assert response.status_code == 400


def test_200_without_networks_the_page_says_where_they_are_named(client):
    page = sign_in(client).get("/admin/syndications").text

    assert "<code>[[syndication]]</code> in the configuration" in page


def test_pages_of_fifty(publisher, owner, clock):
    permalinks = [f"https://site.example/{n}/" for n in range(51)]
    for permalink in permalinks:
        publisher.parts.syndications.ask(permalink, ["small"], clock())
        clock.forward(seconds=1)

    pages = [owner.get(f"/admin/syndications?page={n}").text for n in (1, 2)]

    assert [page.count('<li class="entry">') for page in pages] == [50, 1]
    assert permalinks[0] in pages[1]


# Commands


def test_list_and_retry(publisher, network, run):
    network.answers = [refusing(422)]
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()

    listed = run("syndication", "list")
    retried = run("syndication", "retry")
    # The command's clock is that of the machine.
    publisher.clock.now = datetime.now(UTC)
    publisher.work()
    after = run("syndication", "list", permalink)

    assert listed.output == f"{permalink}  small  refused: It refuses: .\n"
    assert (retried.exit_code, retried.output) == (0, TRIED)
    assert after.output == f"{permalink}  small  copied {network.url}posts/1\n"


def test_what_a_network_says_is_kept_in_one_line_of_letters(publisher, network, run):
    said = "No\x00, \x1b[31mred\n\nMEND  all: \u202e" + "very " * 400
    network.answers = [refusing(422, said)]
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()

    reason = publisher.row(permalink).last_error
    listed = run("syndication", "list")

    assert reason.startswith("It refuses: No , [31mred MEND all: very very ")
    assert len(reason) == 500
    assert reason.isprintable()
    assert listed.output == f"{permalink}  small  refused: {reason}\n"


def test_a_retry_of_nothing(publisher, run):
    nothing, unknown = run("syndication", "retry"), run("syndication", "retry", "--target", "x")

    assert (nothing.exit_code, nothing.output) == (0, "Nothing has failed\n")
    assert unknown.exit_code == 1
    assert unknown.output.endswith("There is no such copy; see the list\n")


def test_a_paused_target_is_listed(publisher, network, run):
    network.token = "another"
    publisher.post("small", content="Hello")
    publisher.deploy()

    listed, retried = run("syndication", "list"), run("syndication", "retry", "--target", "small")

    assert listed.stdout.startswith("PAUSED  small  It answers 401.\n")
    assert listed.stderr.startswith("What is PAUSED goes on with a new token")
    assert retried.output == TRIED
    assert publisher.parts.syndication.overview.pauses() == {}


def test_a_target_that_is_configured_no_more(publisher, installation, run):
    permalink = publisher.post("small", content="Hello")
    installation.configure(syndication=[])

    listed = run("syndication", "list")

    told = "waiting: there is no such target in the configuration"
    assert listed.output == f"{permalink}  small  {told}\n"


def test_the_doctor_asks_whether_a_token_works(publisher, network, run):
    well = run("check").output
    network.token = "another"
    ill = run("check").output

    assert "ok    copies to small: it knows you: @ada\n" in well
    assert "MEND  copies to small: It answers 401. See server, username and token" in ill


# Figures


def test_what_waits_is_counted(publisher, installation, client_of, network):
    installation.configure(metrics={"token": "t"})
    publisher.post("small", content="Hello")
    client = client_of(assemble(installation.config, publisher.clock))

    ready = client.get("/readyz").json
    figures = client.get("/metrics", headers={"Authorization": "Bearer t"}).text

    assert ready["copies"] == {"waiting": 1, "since": "2025-11-22T08:30:15+00:00"}
    assert "endpoint_copies_waiting 1.0" in figures


# Configuration


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        pytest.param([{"kind": "nope"}], "syndication.0.kind is 'nope'; there are", id="kind"),
        pytest.param(
            [{}, {"uid": "b", "token": ""}], "syndication.1.token: is required", id="make"
        ),
        pytest.param([{}, {}], "syndication", id="uid twice"),
        pytest.param([{"uid": ""}], "syndication.0.uid", id="no uid"),
        pytest.param([{"types": ["nots"]}], "syndication.0.types", id="type"),
        pytest.param([{"server": "nowhere"}], "syndication.0.server", id="server"),
    ],
)
def test_a_wrong_table_is_named(configure, installation, tables, told):
    configure(*tables)

    with pytest.raises(ConfigError) as raised:
        assemble(installation.config)

    assert told in str(raised.value)
    assert "good" not in str(raised.value)


def test_all_wrong_tables_are_named_at_once(configure, installation):
    configure({"kind": "nope"}, {"uid": "b", "token": ""})

    with pytest.raises(ConfigError) as raised:
        assemble(installation.config)

    assert "syndication.0.kind" in str(raised.value)
    assert "syndication.1.token" in str(raised.value)
