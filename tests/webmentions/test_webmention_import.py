"""``endpoint webmention import``: what webmention.io received is here as if it had come here."""

import json
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update
from werkzeug import Response

from endpoint.cli import main
from endpoint.domain.webmentions.deciding.rules import block
from endpoint.domain.webmentions.listing.exports import read_entries
from endpoint.stores.mentions.rows import mentions
from endpoint.stores.mentions.rules import MentionRules

JF2 = {
    "type": "entry",
    "author": {
        "type": "card",
        "name": "Grace",
        "photo": "https://avatars.webmention.io/grace.jpg",
        "url": "https://grace.example/",
    },
    "url": "https://grace.example/notes/1",
    "published": "2020-10-25T23:32:25+00:00",
    "wm-received": "2020-10-26T01:02:03Z",
    "wm-id": 900,
    "wm-source": "https://brid.gy/comment/1",
    "wm-target": "TARGET",
    "wm-protocol": "webmention",
    "name": "An answer",
    "syndication": ["https://social.example/1"],
    "content": {"html": "<p>Yes <b>and</b> no</p>", "text": "Yes and no"},
    "in-reply-to": "TARGET",
    "wm-property": "in-reply-to",
    "wm-private": False,
}
LINK = {
    "source": "https://grace.example/likes/2",
    "verified": True,
    "verified_date": "2019-04-25T17:09:33-07:00",
    "id": 901,
    "private": False,
    "data": {
        "author": {"name": "Grace", "url": "https://grace.example/", "photo": None},
        "url": "https://grace.example/likes/2",
        "name": None,
        "content": "<p>Fine</p>",
        "published": "2019-04-25T00:00:00+00:00",
        "published_ts": 1556150400,
    },
    "activity": {"type": "like"},
    "target": "TARGET",
}


@pytest.fixture
def run(installation):
    """Return a function that runs the command and gives what it printed at the end."""

    def run(source, *, fails=False, whole=False, **env):
        config = str(installation.folder / "config.toml")
        result = CliRunner().invoke(
            main, ["webmention", "import", "--config", config, str(source)], env=env
        )
        assert (result.exit_code != 0) == fails, result.output
        assert "Traceback" not in result.output
        if fails or whole:
            return result.stderr if fails else result.stdout
        return result.stdout.splitlines()[-1]

    return run


@pytest.fixture
def export(tmp_path, post):
    """Return a function that writes an export whose TARGET is a post."""
    permalink = post("Hello")

    def export(content):
        file = tmp_path / "export.json"
        text = content if isinstance(content, str) else json.dumps(content)
        file.write_text(text.replace("TARGET", permalink))
        return file

    return export


@pytest.fixture
def listed(client):
    return lambda: client.get("/webmention/mentions.jf2?sort-dir=up").json["children"]


def entry(**changes):
    return {**JF2, **{name.replace("_", "-"): value for name, value in changes.items()}}


def with_sources(several):
    """Return an entry for each of several changes, and for each a source of its own."""
    return [
        entry(wm_source=f"https://grace.example/{number}", **changes)
        for number, changes in enumerate(several)
    ]


def test_jf2_is_shown_as_it_was(run, export, listed):
    file = export({"type": "feed", "name": "Webmentions", "children": [JF2]})

    told = run(file)

    [child] = listed()
    target = child["wm-target"]
    assert told == "Taken in: 1"
    same = JF2.keys() - {"wm-id", "wm-target", "in-reply-to", "content"}
    assert {name: child[name] for name in same} == {name: JF2[name] for name in same}
    assert child["in-reply-to"] == target != "TARGET"
    assert child["content"]["text"] == "Yes and no"
    assert child["content"]["html"] == "<p>Yes <b>and</b> no</p>"


@pytest.mark.parametrize("is_terminal", [False, True])
def test_a_terminal_gets_a_progress_bar(run, export, monkeypatch, is_terminal):
    monkeypatch.setattr("click._termui_impl.isatty", lambda _stream: is_terminal)
    file = export({"children": with_sources([{}] * 3)})

    printed = run(file, whole=True)

    assert ("3/3" in printed) == is_terminal
    assert printed.splitlines()[-1] == "Taken in: 3"


def test_links_of_before_jf2(run, export, listed):
    file = export({"links": [LINK]})

    assert run(file) == "Taken in: 1"

    [child] = listed()
    assert child["wm-property"] == "like-of"
    assert child["wm-source"] == "https://grace.example/likes/2"
    assert child["wm-received"] == "2019-04-26T00:09:33Z"
    assert child["published"] == "2019-04-25T00:00:00+00:00"
    assert child["content"] == {"html": "<p>Fine</p>", "text": "Fine"}
    assert child["author"]["name"] == "Grace"
    assert child["author"]["photo"] == ""


def test_every_kind(run, export, listed):
    given = ["repost-of", "bookmark-of", "mention-of", "invited", None, ["like-of"]]
    rsvp = entry(wm_property="rsvp", rsvp="yes", wm_source="https://grace.example/rsvp")

    assert run(export([*with_sources({"wm_property": one} for one in given), rsvp])).endswith(" 7")

    *others, last = [child["wm-property"] for child in listed()]
    assert others == [*given[:3], "mention-of", "mention-of", "like-of"]
    assert last == "rsvp"
    assert listed()[-1]["rsvp"] == "yes"


def test_older_export_without_source_and_target(run, export, listed):
    older = {name: JF2[name] for name in JF2 if name not in ("wm-source", "wm-target")}

    assert run(export({"children": [older]})) == "Taken in: 1"

    assert listed()[0]["wm-source"] == "https://grace.example/notes/1"


def test_again_takes_nothing_twice(run, export, listed, parts):
    run(export([JF2]))
    with parts.engine.begin() as connection:
        connection.execute(update(mentions).values(decision="rejected"))

    told = run(export([entry(name="Another"), entry(wm_source="https://grace.example/new")]))

    assert told == "Taken in: 1; 1 were here before"
    assert [child["wm-source"] for child in listed()] == ["https://grace.example/new"]


def test_twice_in_one_export(run, export, listed):
    told = run(export([JF2, entry(wm_target="TARGET?utm_source=x#y"), JF2]))

    assert told == "Taken in: 1; 2 were here before"
    assert len(listed()) == 1


def test_oldest_first_whatever_the_order(run, export, listed):
    days = ["2022-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z"]
    sources = [f"https://grace.example/{number}" for number in range(3)]
    pairs = zip(sources, days, strict=True)

    run(export([entry(wm_source=source, wm_received=day) for source, day in pairs]))

    assert [child["wm-id"] for child in listed()] == [1, 2, 3]
    assert [child["wm-received"] for child in listed()] == sorted(days)


def test_what_is_left_out(run, export, listed):
    elsewhere = [
        {"wm_target": "https://site.example/nothing"},
        {"wm_target": "https://evil.example/"},
        {"wm_target": "", "in_reply_to": ""},
        {"wm_target": {"a": 1}, "in_reply_to": 7},
        {"wm_source": "javascript:alert(1)"},
        {"wm_source": "", "url": ""},
        {"wm_source": "TARGET"},
    ]

    told = run(export([entry(**changes) for changes in (*elsewhere, {"wm_private": True})]))

    assert told == "Taken in: 0; 1 are private; 7 are of no published post of this site"
    assert listed() == []


def test_draft_is_no_place_for_mentions(run, export, listed, post):
    draft = post("Later", **{"post-status": "draft"})

    told = run(export([entry(wm_target=draft)]))

    assert told.startswith("Taken in: 0")
    assert listed() == []


def test_blocked_stays_blocked(run, export, listed, parts, clock):
    MentionRules(parts.engine).add(block("host", "brid.gy"), clock())

    told = run(export([JF2]))

    assert told == "Taken in: 0; 1 are by whom you block"
    assert listed() == []


def test_hostile_in_every_field(run, export, client, listed):
    bad = "javascript:alert(1)"
    evil = entry(
        author={"name": "<script>alert(1)</script>", "photo": bad, "url": bad},
        url=bad,
        name="<img src=x onerror=alert(1)>\u202e",
        published="<b>",
        syndication=[bad, "https://ok.example/"],
        content={"html": f"<p onclick=x>a<script>x</script><a href='{bad}'>b</a>", "text": "a\0b"},
    )

    assert run(export([evil])) == "Taken in: 1"

    [child] = listed()
    assert child["author"]["url"] == child["author"]["photo"] == ""
    assert child["url"] == JF2["wm-source"]
    assert child["syndication"] == ["https://ok.example/"]
    assert child["published"] is None
    for word in ("script", "onclick", "javascript"):
        assert word not in child["content"]["html"]
    page = client.get("/webmention/mentions.html")
    assert "<script" not in page.text
    assert "<img" not in page.text


def test_odd_shapes_are_taken_in(run, export, listed):
    odd = [
        {"author": None},
        {"author": "Grace"},
        {"author": [1]},
        {"content": None},
        {"content": "Just words"},
        {"content": {"content-type": "text/plain", "value": "Words"}},
        {"content": {"html": 7, "text": []}},
        {"name": ["A", "B"]},
        {"published": 7, "wm_received": None},
        {"wm_received": "9999-12-31T24:00"},
        {"rsvp": {"a": []}, "wm_property": "rsvp"},
        {"syndication": "https://social.example/1"},
        {"url": "\ud800"},
        {"name": "\ud800 x"},
        {"published": "9999-12-31T24:00"},
    ]

    assert run(export([*with_sources(odd), 7, None, "x"])) == f"Taken in: {len(odd)}"

    texts = [child.get("content", {}).get("text") for child in listed()]
    assert texts.count("Just words") == texts.count("Words") == 1


@pytest.mark.parametrize(
    "content", ["", "<p>", "7", "null", '{"a": []}', '{"children": {}}', "[" * 100_000]
)
def test_what_is_no_export(content):
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says
        read_entries(content)


def test_fails_on_what_is_no_export(run, tmp_path):
    (tmp_path / "page.html").write_text("<p>")

    told = run(tmp_path / "page.html", fails=True)

    assert told == "Error: The file is no export of webmention.io: it needs JSON\n"


def test_fails_without_the_file(run, tmp_path):
    told = run(tmp_path / "nothing.json", fails=True)

    assert told == "Error: The file cannot be read: No such file or directory\n"


@pytest.fixture
def api(httpserver, installation, export):
    """An API with 250 mentions, 100 on a page; gives its URL and the queries that it got."""
    installation.configure(fetch={"allow_hosts": ["127.0.0.1"]})
    target = export('["TARGET"]').read_text()[2:-2]
    queries = []

    def answer(request):
        queries.append(request.args.to_dict())
        if request.args.get("token") != "k3y":
            return Response('{"error": "forbidden"}', 401)
        start = int(request.args["page"]) * int(request.args["per-page"])
        found = [
            entry(wm_source=f"https://grace.example/{number}", wm_target=target)
            for number in range(start, min(start + int(request.args["per-page"]), 250))
        ]
        return Response(json.dumps({"children": found}), content_type="application/json")

    httpserver.expect_request("/api/mentions.jf2").respond_with_handler(answer)
    return httpserver.url_for("/api/mentions.jf2?domain=site.example&page=7"), queries


def test_every_page_of_the_api(run, api, listed):
    url, queries = api

    told = run(url, WEBMENTION_IO_TOKEN="k3y")

    assert told == "Taken in: 250"
    assert [query["page"] for query in queries] == ["0", "1", "2", "3"]
    assert {query["domain"] for query in queries} == {"site.example"}
    assert {query["sort-dir"] for query in queries} == {"up"}
    assert len(listed()) == 20


def test_wrong_key_of_the_api(run, api):
    url, _ = api

    told = run(f"{url}&token=s3cret", fails=True)

    assert "needs the API key" in told
    assert "s3cret" not in told


def test_api_that_knows_no_pages(run, httpserver, installation, export, listed):
    installation.configure(fetch={"allow_hosts": ["127.0.0.1"]})
    httpserver.expect_request("/all.json").respond_with_data(export([JF2]).read_text())

    assert run(httpserver.url_for("/all.json")) == "Taken in: 1"

    assert len(httpserver.log) == 2


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (503, "", "answered with status 503"),
        (404, "", "answered with status 404"),
        (200, "<html>", "sent no mentions"),
    ],
)
def test_fails_where_there_is_no_api(run, httpserver, installation, status, body, words):
    installation.configure(fetch={"allow_hosts": ["127.0.0.1"]})
    httpserver.expect_request("/x").respond_with_data(body, status)

    told = run(httpserver.url_for(f"/x?token={quote('s3cret')}"), fails=True)

    assert words in told
    assert "s3cret" not in told
    assert len(told.splitlines()) == 1


def test_private_addresses_are_not_fetched(run, httpserver):
    told = run(httpserver.url_for("/api/mentions.jf2"), fails=True)

    assert "could not be fetched" in told
    assert httpserver.log == []


def test_rows_are_not_looked_at_again(run, export, parts):
    run(export([JF2]))

    with parts.engine.connect() as connection:
        [row] = connection.execute(select(mentions)).all()

    assert row.next_look_at is None
    assert (row.decision, row.decided_by, row.finding) == ("approved", "owner", "present")
    assert row.author == "https://grace.example/"
