"""Who may post: bearer tokens and scopes (Micropub §5, RFC 6750)."""

from datetime import timedelta

import pytest

NOTE = {"h": "entry", "content": "Hello"}
MULTIPART = "multipart/form-data"


def test_201_token_in_the_header(client, bearer):
    """RFC 6750 §2.1."""
    headers = bearer("create")

    response = client.post("/micropub", data=NOTE, headers=headers)

    assert response.status_code == 201


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
def test_201_scheme_in_any_case(client, bearer, scheme):
    """RFC 9110 §11.1."""
    secret = bearer("create")["Authorization"].removeprefix("Bearer ")

    response = client.post("/micropub", data=NOTE, headers={"Authorization": f"{scheme} {secret}"})

    assert response.status_code == 201


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", MULTIPART])
def test_201_token_in_the_body_and_nowhere_else(client, bearer, repo, kind):
    """RFC 6750 §2.2."""
    secret = bearer("create")["Authorization"].removeprefix("Bearer ")

    response = client.post("/micropub", data={**NOTE, "access_token": secret}, content_type=kind)

    assert response.status_code == 201
    assert secret not in repo.git.show("--format=raw", "HEAD")
    assert "access_token" not in repo.git.show("--format=raw", "HEAD")


def test_201_a_token_among_json_properties_is_stored_nowhere(client, bearer, repo):
    headers = bearer("create")
    secret = headers["Authorization"].removeprefix("Bearer ")
    properties = {"content": ["Hello"], "access_token": [secret]}
    body = {"type": ["h-entry"], "properties": properties, "access_token": secret}

    response = client.post("/micropub", json=body, headers=headers)

    assert response.status_code == 201
    assert secret not in repo.git.show("--format=raw", "HEAD")
    assert "access_token" not in repo.git.show("--format=raw", "HEAD")


def test_201_the_same_token_twice(client, bearer):
    headers = bearer("create")
    secret = headers["Authorization"].removeprefix("Bearer ")

    response = client.post("/micropub", data={**NOTE, "access_token": secret}, headers=headers)

    assert response.status_code == 201


def test_400_the_same_token_twice_when_strict(installation, start, client_of, bearer_of):
    """RFC 6750 §2: one way to send it at a time."""
    installation.configure(auth={"strict_bearer": True})
    parts = start()
    headers = bearer_of(parts, "create")
    secret = headers["Authorization"].removeprefix("Bearer ")

    response = client_of(parts).post(
        "/micropub", data={**NOTE, "access_token": secret}, headers=headers
    )

    assert response.status_code == 400
    assert response.json["error"] == "invalid_request"


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", MULTIPART])
def test_400_two_different_tokens(client, bearer, repo, kind):
    """RFC 6750 §2 and §3.1."""
    before = repo.head.commit
    headers = bearer("create")
    other = bearer("create")["Authorization"].removeprefix("Bearer ")
    body = {**NOTE, "access_token": other}

    response = client.post("/micropub", data=body, headers=headers, content_type=kind)

    assert response.status_code == 400
    assert response.json["error"] == "invalid_request"
    assert repo.head.commit == before


@pytest.mark.parametrize("method", ["get", "post"])
def test_400_token_in_the_url(client, bearer, method):
    """RFC 6750 §2.3: URLs are logged."""
    secret = bearer("create")["Authorization"].removeprefix("Bearer ")

    response = getattr(client, method)(f"/micropub?q=config&access_token={secret}")

    assert response.status_code == 400
    assert "access_token" in response.json["error_description"]


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        pytest.param("post", {"data": NOTE}, id="form"),
        pytest.param("post", {"json": {"type": ["h-entry"]}}, id="JSON"),
        pytest.param("get", {"query_string": {"q": "config"}}, id="query"),
        pytest.param("get", {}, id="no query"),
        pytest.param("post", {"data": NOTE, "content_type": MULTIPART}, id="multipart"),
        pytest.param("post", {}, id="nothing at all"),
        pytest.param("post", {"data": "x", "content_type": "text/plain"}, id="another media type"),
        pytest.param(
            "post", {"data": NOTE, "headers": {"Authorization": "Basic YTpi"}}, id="another scheme"
        ),
        pytest.param("post", {"data": NOTE, "headers": {"Authorization": "Bearer"}}, id="empty"),
    ],
)
def test_401_without_a_token(client, repo, method, arguments):
    """RFC 6750 §3 and §3.1."""
    before = repo.head.commit

    response = getattr(client, method)("/micropub", **arguments)

    assert response.status_code == 401
    assert response.json["error"] == "unauthorized"
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert repo.head.commit == before


def test_401_head_without_a_token(client):
    response = client.head("/micropub?q=config")

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.data == b""


def test_401_a_token_in_a_json_body_does_not_count(client, bearer, repo):
    """RFC 6750 §2.2: form-encoded bodies alone."""
    before = repo.head.commit
    secret = bearer("create")["Authorization"].removeprefix("Bearer ")
    body = {"type": ["h-entry"], "properties": {"content": ["x"]}, "access_token": secret}

    response = client.post("/micropub", json=body)

    assert response.status_code == 401
    assert repo.head.commit == before


def test_401_unknown_token(client):
    """IndieAuth §8.1, RFC 6750 §3.1."""
    response = client.post("/micropub", data=NOTE, headers={"Authorization": "Bearer nonsense"})

    assert response.status_code == 401
    assert response.json["error"] == "invalid_token"
    assert response.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_401_revoked_token(client, parts, bearer, repo):
    """IndieAuth §7 and §8.1, RFC 6750 §3.1."""
    before = repo.head.commit
    headers = bearer("create")
    parts.tokens.revoke(parts.tokens.list()[0].id)

    response = client.post("/micropub", data=NOTE, headers=headers)

    assert response.status_code == 401
    assert response.json["error"] == "invalid_token"
    assert repo.head.commit == before


def test_401_expired_token(client, parts, clock):
    """IndieAuth §8.1, RFC 6750 §3.1."""
    lasting = timedelta(seconds=60)
    secret, _ = parts.tokens.create("https://app.example/", {"create"}, expires_in=lasting)
    headers = {"Authorization": f"Bearer {secret}"}
    early = client.post("/micropub", data=NOTE, headers=headers)
    clock.forward(seconds=61)

    late = client.post("/micropub", data=NOTE, headers=headers)

    assert (early.status_code, late.status_code) == (201, 401)
    assert late.json["error"] == "invalid_token"


@pytest.mark.parametrize(
    ("scope", "body", "needed"),
    [
        pytest.param("media", NOTE, "create", id="create"),
        pytest.param("profile email", NOTE, "create", id="create with a sign-in token"),
        pytest.param("", NOTE, "create", id="create without any scope"),
        pytest.param("creates", NOTE, "create", id="a longer word is another scope"),
        pytest.param("create", {"action": "delete"}, "delete", id="delete"),
        pytest.param("undelete", {"action": "delete"}, "delete", id="undelete holds delete"),
        pytest.param("create", {"action": "update", "replace[name]": "x"}, "update", id="update"),
        pytest.param("update media", {"action": "undelete"}, "undelete", id="undelete"),
    ],
)
def test_403_without_the_scope(client, bearer, repo, scope, body, needed):
    """IndieAuth §8.1, RFC 6750 §3.1."""
    post = client.post("/micropub", data=NOTE, headers=bearer("create")).headers["Location"]
    before = repo.head.commit

    response = client.post("/micropub", data={"url": post, **body}, headers=bearer(scope))

    assert response.status_code == 403
    assert response.json["error"] == "insufficient_scope"
    assert response.json["scope"] == needed
    assert response.headers["WWW-Authenticate"] == (
        f'Bearer error="insufficient_scope", scope="{needed}"'
    )
    assert repo.head.commit == before


@pytest.mark.parametrize("scope", ["create", "post", "create update", "draft create"])
def test_201_scopes_that_create(client, bearer, scope):
    response = client.post("/micropub", data=NOTE, headers=bearer(scope))

    assert response.status_code == 201


def test_201_delete_grants_undelete(client, bearer):
    post = client.post("/micropub", data=NOTE, headers=bearer()).headers["Location"]
    headers = bearer("delete")
    client.post("/micropub", data={"action": "delete", "url": post}, headers=headers)

    response = client.post("/micropub", data={"action": "undelete", "url": post}, headers=headers)

    assert response.status_code == 204


def test_201_draft_scope_makes_a_draft(client, bearer):
    response = client.post("/micropub", data=NOTE, headers=bearer("draft"))

    source = client.get(
        "/micropub",
        query_string={"q": "source", "url": response.headers["Location"]},
        headers=bearer(),
    )
    assert response.status_code == 201
    assert source.json["properties"]["post-status"] == ["draft"]


@pytest.mark.parametrize(
    ("status", "asked"),
    [
        pytest.param("draft", {"post-status": ["published"]}, id="publish a draft"),
        pytest.param("published", {"content": ["Changed"]}, id="change what is published"),
        pytest.param("published", {"post-status": ["draft"]}, id="take a post back"),
    ],
)
def test_403_a_token_for_drafts_changes_nothing_published(client, repo, bearer, status, asked):
    created = client.post("/micropub", data=NOTE | {"post-status": status}, headers=bearer())
    url, before = created.headers["Location"], repo.head.commit
    update = {"action": "update", "url": url, "replace": asked}

    response = client.post("/micropub", json=update, headers=bearer("draft update"))

    assert response.status_code == 403
    assert response.json["error"] == "insufficient_scope"
    assert repo.head.commit == before


def test_403_a_token_for_drafts_deletes_and_brings_back_nothing_published(client, repo, bearer):
    kept, gone = (
        client.post("/micropub", data={"content": text}, headers=bearer()).headers["Location"]
        for text in ("Kept", "Gone")
    )
    client.post("/micropub", data={"action": "delete", "url": gone}, headers=bearer())
    before = repo.head.commit
    asked = [{"action": "delete", "url": kept}, {"action": "undelete", "url": gone}]

    answers = [
        client.post("/micropub", data=form, headers=bearer("draft delete undelete"))
        for form in asked
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert [answer.json["error"] for answer in answers] == ["insufficient_scope"] * 2
    assert repo.head.commit == before


def test_204_a_token_for_drafts_deletes_drafts(client, bearer):
    draft = NOTE | {"post-status": "draft"}
    url = client.post("/micropub", data=draft, headers=bearer("draft")).headers["Location"]

    form = {"action": "delete", "url": url}
    response = client.post("/micropub", data=form, headers=bearer("draft delete"))

    assert response.status_code == 204


def test_204_a_token_for_drafts_changes_drafts(client, bearer):
    draft = NOTE | {"post-status": "draft"}
    url = client.post("/micropub", data=draft, headers=bearer("draft")).headers["Location"]
    update = {"action": "update", "url": url, "replace": {"content": ["Changed"]}}

    response = client.post("/micropub", json=update, headers=bearer("draft update"))

    assert response.status_code == 204
    source = client.get(f"/micropub?q=source&url={url}", headers=bearer("update"))
    assert source.json["properties"]["content"] == ["Changed"]


def test_403_draft_scope_cannot_publish(client, bearer, repo):
    before = repo.head.commit
    body = {**NOTE, "post-status": "published"}

    response = client.post("/micropub", data=body, headers=bearer("draft"))

    assert response.status_code == 403
    assert response.json["scope"] == "create"
    assert repo.head.commit == before
