"""Hostile and careless requests: a clear 4xx, and the repository as it was."""

import json
import string
from io import BytesIO

import pytest
from hostile import FORM, JSON, MULTIPART, any_value, examples
from hypothesis import given
from hypothesis import strategies as st


def part(name: str, value: bytes, more: bytes = b"") -> bytes:
    head = b'--X\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n'
    return head + more + b"\r\n" + value + b"\r\n"


def nested(depth: int) -> bytes:
    return (
        b'{"type": ["h-entry"], "properties": {"content": ["x"], "a": '
        + b"[" * depth
        + b"]" * depth
        + b"}}"
    )


def entry(**properties) -> bytes:
    return json.dumps({"type": ["h-entry"], "properties": properties}).encode()


REFUSED = [
    pytest.param(JSON, b"", id="empty JSON"),
    pytest.param(JSON, b"{", id="cut JSON"),
    pytest.param(JSON, b"[]", id="JSON list"),
    pytest.param(JSON, b'"x"', id="JSON string"),
    pytest.param(JSON, b"null", id="JSON null"),
    pytest.param(JSON, b"{}", id="JSON without anything"),
    pytest.param(JSON, b"\xff\xfe{}", id="JSON that is not UTF-8"),
    pytest.param(JSON, b'{"type":["h-entry"],"properties":{"content":[NaN]}}', id="NaN"),
    pytest.param(
        JSON, b'{"type":["h-entry"],"properties":{"x":[' + b"9" * 5000 + b"]}}", id="5000 digits"
    ),
    pytest.param(JSON, entry(content=["\ud800"]), id="lone surrogate"),
    pytest.param(JSON, entry(content=["a\0b"]), id="NUL"),
    pytest.param(JSON, nested(100), id="100 levels"),
    pytest.param(JSON, nested(100_000), id="100,000 levels"),
    pytest.param(JSON, b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="100,000 objects"),
    pytest.param(JSON, b'{"type":["h-entry"],"properties":["x"]}', id="properties a list"),
    pytest.param(JSON, b'{"type":["h-entry"],"properties":"x"}', id="properties a string"),
    pytest.param(JSON, b'{"type":[7],"properties":{"content":["x"]}}', id="type a number"),
    pytest.param(JSON, b'{"type":{},"properties":{"content":["x"]}}', id="type an object"),
    pytest.param(JSON, entry(content=[7]), id="content a number"),
    pytest.param(JSON, entry(content=[None]), id="content null"),
    pytest.param(JSON, entry(content=[["x"]]), id="content a list"),
    pytest.param(JSON, entry(content=[{"text/plain": "x"}]), id="content an odd object"),
    pytest.param(JSON, entry(content=["a", "b"]), id="two contents"),
    pytest.param(JSON, entry(), id="empty post"),
    pytest.param(JSON, entry(content=[""]), id="only empty values"),
    pytest.param(JSON, entry(content=[{"html": "<script>x</script>"}]), id="only markup"),
    pytest.param(JSON, entry(content=["x"], published=["yesterday"]), id="yesterday"),
    pytest.param(JSON, entry(content=["x"], published=[20261122]), id="a date as number"),
    pytest.param(JSON, entry(content=["x"], published=["9999-12-31T23:59:59-12:00"]), id="year"),
    pytest.param(JSON, entry(content=["x"], category=["c"] * 100_000), id="100,000 categories"),
    pytest.param(JSON, b'{"action":"explode","url":"https://site.example/"}', id="unknown action"),
    pytest.param(JSON, b'{"action":["delete"],"url":7}', id="action a list"),
    pytest.param(JSON, b'{"action":"delete"}', id="no url"),
    pytest.param(FORM, b"", id="empty form"),
    pytest.param(FORM, b"h=entry", id="form without values"),
    pytest.param(FORM, b"h=entry&content=", id="form with an empty value"),
    pytest.param(FORM, b"content=%ff%fe", id="form that is not UTF-8"),
    pytest.param(FORM, b"content=\xff", id="form of raw bytes"),
    pytest.param(FORM, b"content=a%00b", id="form with NUL"),
    pytest.param(FORM, b"content=x&a[b=1", id="an open bracket"),
    pytest.param(FORM, b"content=x&a" + b"[b]" * 100 + b"=1", id="100 brackets"),
    pytest.param(FORM, b"content=x&published=yesterday", id="form: yesterday"),
    pytest.param(FORM, b"&".join(b"category[]=c" for _ in range(100_000)), id="100,000 fields"),
    pytest.param(FORM, b"h=%0d%0aX-Evil:1&content=x", id="h with a line break"),
    pytest.param(MULTIPART, b"", id="empty multipart"),
    pytest.param(MULTIPART, b"nonsense", id="no part"),
    pytest.param(MULTIPART, part("content", b"x"), id="multipart without its end"),
    pytest.param(MULTIPART, part("content", b"\xff") + b"--X--", id="part not UTF-8"),
    pytest.param(MULTIPART, b"--X\r\n\r\nx\r\n--X--", id="part without a name"),
    pytest.param("multipart/form-data", part("content", b"x") + b"--X--", id="no boundary"),
    pytest.param(
        "multipart/form-data; boundary=\xfc", part("content", b"x") + b"--X--", id="odd boundary"
    ),
    pytest.param(MULTIPART, part("content", b"x"), id="multipart cut between parts"),
    pytest.param(MULTIPART, part("content", b"x")[:20], id="multipart cut in a header"),
    pytest.param(
        MULTIPART,
        b"--X\r\nContent-Disposition: form-data\r\n\r\nx\r\n--X--",
        id="part with half a name",
    ),
    pytest.param(
        MULTIPART,
        part("content", b"eA==", b"Content-Transfer-Encoding: base64\r\n") + b"--X--",
        id="a part in base64",
    ),
    pytest.param(
        MULTIPART, part("content", b"x", b"A: " + b"b" * 20_000 + b"\r\n") + b"--X--", id="header"
    ),
    pytest.param(
        MULTIPART, part("c", b"x", b"A: " + b"b" * 16_000 + b"\r\n") * 300 + b"--X--", id="headers"
    ),
    pytest.param(MULTIPART, part("c[]", b"c") * 20_001 + b"--X--", id="20,001 parts"),
    pytest.param(MULTIPART, b"x" * 200_000, id="200,000 bytes and no boundary"),
    pytest.param("text/plain", b"content=x", id="text/plain"),
    pytest.param("application/xml", b"<x/>", id="XML"),
    pytest.param("", b"content=x", id="no content type"),
]


@pytest.mark.parametrize(("kind", "body"), REFUSED)
def test_4xx_and_nothing_is_committed(client, bearer, repo, kind, body):
    before = repo.head.commit

    response = client.post("/micropub", data=body, content_type=kind, headers=bearer())

    assert response.status_code in (400, 413, 415)
    assert response.mimetype == "application/json"
    assert set(response.json) == {"error", "error_description"}
    description = response.json["error_description"]
    assert description.isascii()
    assert not set(description) & set('"\\\r\n')
    assert 10 < len(description) < 300
    assert repo.head.commit == before
    assert "Location" not in response.headers


def test_413_a_body_of_50_mb(client, bearer, repo):
    before = repo.head.commit

    response = client.post(
        "/micropub", data=b"content=" + b"x" * 50_000_000, content_type=FORM, headers=bearer()
    )

    assert response.status_code == 413
    assert response.mimetype == "application/json"
    assert "25000000" in response.json["error_description"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert repo.head.commit == before


def test_413_by_setting(installation, start, client_of, bearer_of, repo):
    installation.configure(limits={"max_body_bytes": 1000})
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    before = repo.head.commit

    multipart = part("content", b"x" * 1000) + b"--X--\r\n"
    large = [
        client.post("/micropub", data=body, content_type=kind, headers=headers)
        for kind, body in ((FORM, b"x" * 1008), (MULTIPART, multipart), (JSON, b"x" * 1008))
    ]
    refused = repo.head.commit
    small = client.post("/micropub", data={"content": "x" * 900}, headers=headers)

    assert [response.status_code for response in large] == [413] * 3
    assert all("1000" in response.json["error_description"] for response in large)
    assert refused == before
    assert small.status_code == 201


@pytest.mark.parametrize(
    ("kind", "body", "name"),
    [
        pytest.param(JSON, b"{", "line 1, column 2", id="JSON says where"),
        pytest.param(JSON, entry(content=[7]), "content", id="content"),
        pytest.param(JSON, entry(content=["x"], photo=[{"alt": "x"}]), "photo", id="photo"),
        pytest.param(JSON, entry(content=["x"], rsvp=["perhaps"]), "rsvp", id="rsvp"),
        pytest.param(JSON, entry(content=["x"], category=[["y"]]), "category", id="category"),
        pytest.param(
            JSON, entry(content=["x"], **{"mp-channel": ["?"]}), "mp-channel", id="channel"
        ),
        pytest.param(JSON, entry(content=["x"], **{"mp-slug": [{}, []]}), "mp-slug", id="slug"),
        pytest.param(JSON, entry(checkin=[{"a": ["b\0"]}]), "checkin[a]", id="a member"),
        pytest.param(FORM, b"content=x&published=yesterday", "published", id="published"),
        pytest.param(FORM, b"content=x&post-status=hidden", "post-status", id="post-status"),
        pytest.param(FORM, b"content=x&visibility=private", "visibility", id="visibility"),
        pytest.param(FORM, b"content=x&h=a/b", "h in a form", id="type"),
        pytest.param(FORM, b"content=x&a[=b", "a[", id="brackets"),
        pytest.param(FORM, b"action=explode", "action", id="action"),
        pytest.param(FORM, b"action=delete", "url", id="url"),
        pytest.param(FORM, b"content=%FF", "UTF-8", id="encoding"),
        pytest.param("text/plain", b"x", "Content-Type", id="media type"),
    ],
)
def test_the_parameter_at_fault_is_named(client, bearer, kind, body, name):
    response = client.post("/micropub", data=body, content_type=kind, headers=bearer())

    assert response.status_code in (400, 415)
    assert name in response.json["error_description"]


def test_405_names_a_method_as_ascii(client):
    response = client.open("/micropub", method='GE"T\\' + "X" * 500)

    assert response.status_code == 405
    assert not set(response.json["error_description"]) & set('"\\')
    assert len(response.json["error_description"]) < 150


@pytest.mark.parametrize("name", ["photo[]", 'a\\"b', "ü" * 100, "x\ty"])
def test_400_a_file_by_any_name_is_refused_in_ascii(client, bearer, name):
    file = {name: (BytesIO(b"GIF89a"), "a.gif")}

    response = client.post("/micropub", data={"content": "x", **file}, headers=bearer())

    description = response.json["error_description"]
    assert response.status_code == 400
    assert description.isascii()
    assert not set(description) & set('"\\\t')
    assert len(description) < 200


def test_415_a_file_is_refused_by_name(client, bearer, repo):
    before = repo.head.commit
    body = part("content", b"x") + part("photo", b"\xff\xd8", b"X: 1\r\n").replace(
        b'name="photo"', b'name="photo"; filename="a.jpg"'
    )

    response = client.post(
        "/micropub", data=body + b"--X--\r\n", content_type=MULTIPART, headers=bearer()
    )

    assert response.status_code == 415
    assert "photo" in response.json["error_description"]
    assert repo.head.commit == before


values = any_value(
    ["content", "category", "https://site.example/", "../x", "2026-11-22"], max_leaves=8
)
names = st.sampled_from(
    [
        "type",
        "properties",
        "action",
        "url",
        "replace",
        "add",
        "delete",
        "content",
        "name",
        "published",
        "category",
        "photo",
        "mp-slug",
        "mp-photo-alt",
        "post-status",
        "visibility",
        "html",
        "value",
        "h",
        "in-reply-to",
    ]
) | st.text(max_size=8)
bodies = st.dictionaries(names, values | st.dictionaries(names, values, max_size=4), max_size=5)
fields = st.dictionaries(
    names | st.text(alphabet=string.ascii_lowercase + "[]0", max_size=12),
    st.lists(st.text(max_size=20), max_size=3),
    max_size=5,
)
common = examples(40)


@common
@given(body=bodies)
def test_never_5xx_for_any_json(client, any_token, body):
    response = client.post("/micropub", json=body, headers=any_token)

    assert response.status_code in (201, 202, 204, 400, 403)


@common
@given(body=fields)
def test_never_5xx_for_any_form(client, any_token, body):
    response = client.post("/micropub", data=body, headers=any_token)

    assert response.status_code in (201, 202, 204, 400, 403)


@common
@given(body=st.binary(max_size=200), kind=st.sampled_from([JSON, FORM, MULTIPART]))
def test_never_5xx_for_any_bytes(client, any_token, body, kind):
    response = client.post("/micropub", data=body, content_type=kind, headers=any_token)

    assert response.status_code in (201, 202, 204, 400, 403)


@common
@given(
    query=st.dictionaries(
        st.sampled_from(
            [
                "q",
                "url",
                "limit",
                "offset",
                "after",
                "before",
                "filter",
                "properties[]",
                "post-type",
                "channel",
                "post-status",
            ]
        ),
        st.text(max_size=20),
        max_size=5,
    )
)
def test_never_5xx_for_any_query(client, any_token, query):
    response = client.get("/micropub", query_string=query, headers=any_token)

    assert response.status_code in (200, 400)


@pytest.fixture
def any_token(bearer):
    return bearer()
