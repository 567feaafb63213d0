"""Hostile and careless requests to every route of the Mastodon API: never 5xx, no commit."""

import json
import shutil

import git
import pytest
from conftest import Installation, make_bearer
from hostile import FORM, JSON, MULTIPART, any_value, examples
from hypothesis import given
from hypothesis import strategies as st

from endpoint.app import make_app
from endpoint.assembly import assemble

NUMBERS = ["1", "x", "9" * 19, "9" * 40, "-1", "%00", "%F0%9F%A6%A4", "a%2Fb", "1%0D%0AX-Evil:1"]


def part(name, value, more=""):
    return f'--X\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'.encode()


BODIES = [
    pytest.param(None, b"", id="nothing"),
    pytest.param(JSON, b"{", id="cut JSON"),
    pytest.param(JSON, b"[]", id="a list"),
    pytest.param(JSON, b"null", id="null"),
    pytest.param(JSON, b"\xff\xfe{}", id="no UTF-8"),
    pytest.param(JSON, b'{"status": NaN}', id="NaN"),
    pytest.param(JSON, b'{"status":' + b"9" * 5000 + b"}", id="5000 digits"),
    pytest.param(JSON, b'{"status": "\\ud800"}', id="half a surrogate pair"),
    pytest.param(JSON, b'{"status": "a\\u0000b", "id": "\\u0000"}', id="NUL"),
    pytest.param(JSON, b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="100,000 objects"),
    pytest.param(JSON, b'{"media_ids":' + b"[" * 50 + b"]" * 50 + b"}", id="50 lists"),
    pytest.param(
        JSON,
        json.dumps(
            {
                name: {"a": [{"b": []}]}
                for name in (
                    "status", "media_ids", "media_attributes", "visibility", "poll", "id", "limit",
                    "language", "in_reply_to_id", "description", "spoiler_text", "home", "q",
                    "max_id", "types", "exclude_types", "client_name", "redirect_uris", "scopes",
                )
            }
        ).encode(),
        id="objects everywhere",
    ),
    pytest.param(
        JSON,
        json.dumps(
            {
                "status": "x",
                "media_ids": [None, True, 1.5, -3, "x", "9" * 30],
                "media_attributes": [{"id": 7, "description": 7}],
                "in_reply_to_id": 7,
            }
        ).encode(),
        id="odd ids",
    ),
    pytest.param(JSON, json.dumps({"status": "x" * 900_000}).encode(), id="a book"),
    pytest.param(FORM, b"status=%ff%fe", id="a form that is not UTF-8"),
    pytest.param(FORM, b"status=a%00b&id=%00", id="a form with NUL"),
    pytest.param(FORM, b"media_ids[]=1&media_ids[a]=2&status=x", id="two shapes"),
    pytest.param(FORM, b"status[a][b][c][d][e][f]=x&media_ids[=1", id="brackets"),
    pytest.param(FORM, b"&".join(b"media_ids[]=1" for _ in range(30_000)), id="30,000 fields"),
    pytest.param(FORM, b"status=x&visibility=direct&limit=-1", id="a whisper"),
    pytest.param(MULTIPART, b"nonsense", id="no part"),
    pytest.param(MULTIPART, part("status", "x"), id="no end"),
    pytest.param(
        MULTIPART, part("file", "x", '; filename="a.png"') + b"--X--", id="a file that is none"
    ),
    pytest.param(MULTIPART, part("file", "x") + b"--X--", id="a file without a name"),
    pytest.param("multipart/form-data", part("status", "x") + b"--X--", id="no boundary"),
    pytest.param("text/plain", b"status=x", id="plain text"),
    pytest.param("application/xml", b"<x/>", id="XML"),
]  # fmt: skip

QUERIES = [
    "limit=-1&max_id=x&min_id=%00&since_id=99999999999999999999999",
    "limit=9999999999999999999999&offset=-5&types[]=&exclude_types[]=x",
    "id[]=1&id[]=x&id[]=%00&q=%00&acct=%00&resolve=true&type=x",
    "q=http://[&acct=@@@&timeline[]=home&timeline[a]=b&id=%ff",
    "q=" + "x" * 5000 + "&max_id=" + "9" * 500,
]


@pytest.fixture(scope="module")
def module_app(hugo_seed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile") / "hugo"
    shutil.copytree(hugo_seed, folder, ignore=shutil.ignore_patterns("site"))
    parts = assemble(Installation(folder).config)
    yield parts, make_app(parts)
    parts.close()


@pytest.fixture
def client(module_app):
    """A client of an installation that is the same for all these tests."""
    return module_app[1].test_client()


@pytest.fixture
def repo(module_app):
    with git.Repo(module_app[0].config.repository.path) as repo:
        yield repo


@pytest.fixture(scope="module")
def headers(module_app):
    return make_bearer(module_app[0], "read write follow push")


@pytest.fixture
def routes(client):
    """Every path of the API with a method that it answers, its ids being what they should not."""
    return [
        (method, path)
        for rule in client.application.url_map.iter_rules()
        if str(rule).startswith(("/api/", "/oauth/", "/nodeinfo"))
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"})
        for path in _fill(rule)
    ]


def _fill(rule):
    if not rule.arguments:
        return [str(rule)]
    filled = []
    for number in NUMBERS:
        path = str(rule)
        for name in rule.arguments:
            for form in (f"<{name}>", f"<path:{name}>", f"<string:{name}>"):
                path = path.replace(form, number)
        filled.append(path)
    return filled


@pytest.mark.parametrize(("kind", "body"), BODIES)
def test_never_5xx_for_any_body(client, headers, routes, repo, kind, body):
    before = repo.head.commit

    answers = {
        (method, path): client.open(
            path, method=method, data=body, content_type=kind, headers=headers
        )
        for method, path in routes
        if method != "GET"
    }

    odd = {where: answer.status for where, answer in answers.items() if answer.status_code > 499}
    unsaid = [where for where, answer in answers.items() if is_unsaid(answer)]
    assert len(answers) > 50
    assert odd == {}
    assert unsaid == []
    assert repo.head.commit == before


def is_unsaid(answer):
    """Say whether an error of the API has no words for the person."""
    return answer.status_code >= 400 and answer.is_json and not answer.json.get("error")


@pytest.mark.parametrize("query", QUERIES)
def test_never_5xx_for_any_query(client, headers, routes, repo, query):
    before = repo.head.commit

    answers = {
        path: client.get(path, query_string=query, headers=headers)
        for method, path in routes
        if method == "GET"
    }

    odd = {where: answer.status for where, answer in answers.items() if answer.status_code > 499}
    assert len(answers) > 20
    assert odd == {}
    assert repo.head.commit == before


@pytest.mark.parametrize("secret", ["", "x", "\u00e9", "x" * 5000, "endpoint_x"])
def test_401_and_nothing_else_without_a_good_token(client, routes, repo, secret):
    before = repo.head.commit
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    answers = {
        (method, path): client.open(path, method=method, json={"status": "x"}, headers=headers)
        for method, path in routes
        if method != "GET" and path.startswith("/api/v1/statuses") and "%2F" not in path
    }

    assert {answer.status_code for answer in answers.values()} == {401}
    assert {answer.json["error"] for answer in answers.values()} == {"The access token is invalid"}
    assert repo.head.commit == before


values = any_value(
    ["public", "unlisted", "private", "1", "https://x.example/", "#a", "de"], max_leaves=6
)
names = st.sampled_from(
    [
        "status", "spoiler_text", "sensitive", "language", "visibility", "media_ids", "poll",
        "media_attributes", "in_reply_to_id", "scheduled_at", "description", "id",
    ]
)  # fmt: skip
common = examples(20)


@common
@given(body=st.dictionaries(names, values, max_size=5))
def test_never_5xx_for_any_json(client, headers, body):
    answers = [
        client.post("/api/v1/statuses", json=body, headers=headers),
        client.put("/api/v1/statuses/1", json=body, headers=headers),
        client.put("/api/v1/media/1", json=body, headers=headers),
    ]

    assert {answer.status_code for answer in answers} <= {200, 404, 422}


@common
@given(
    body=st.dictionaries(
        names | st.text("abdeist_[]0", max_size=20), st.lists(st.text(max_size=9)), max_size=5
    )
)
def test_never_5xx_for_any_form(client, headers, body):
    answers = [
        client.post("/api/v1/statuses", data=body, headers=headers),
        client.put("/api/v1/statuses/1", data=body, headers=headers),
        client.post("/api/v2/media", data=body, headers=headers),
    ]

    assert {answer.status_code for answer in answers} <= {200, 404, 422}
