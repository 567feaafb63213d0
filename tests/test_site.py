"""Under a path of its own, and links from ``public_url`` alone."""

import pytest


@pytest.fixture
def under_path(installation, start, client_of, bearer_of):
    installation.configure(public_url="https://site.example/api")
    parts = start()
    return client_of(parts), bearer_of(parts)


@pytest.mark.parametrize("prefix", ["", "/api"])
def test_the_proxy_may_strip_the_path_or_not(under_path, prefix):
    client, headers = under_path

    created = client.post(f"{prefix}/micropub", data={"content": "Hi"}, headers=headers)
    feed = client.get(f"{prefix}/feed.json")

    assert created.headers["Location"] == "https://site.example/notes/2025/11/hi/"
    assert feed.json["feed_url"] == "https://site.example/api/feed.json"
    assert feed.headers["Access-Control-Allow-Origin"] == "*"


def test_the_host_header_decides_nothing(client, bearer):
    headers = {**bearer(), "Host": "evil.example", "X-Forwarded-Host": "evil.example"}

    created = client.post("/micropub", data={"content": "Hi"}, headers=headers)
    feed = client.get("/feed.json", headers=headers)

    assert created.headers["Location"].startswith("https://site.example/")
    assert "evil.example" not in feed.text


def test_404_without_a_site_to_show(client):
    response = client.get("/anything/")

    assert response.status_code == 404
    assert response.json["error"] == "not_found"


def test_503_readyz_without_the_branch(client, repo):
    repo.git.update_ref("-d", "refs/heads/main")

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json["error"] == "temporarily_unavailable"
    assert int(response.headers["Retry-After"]) > 0


def test_500_tells_nothing(client, bearer, parts, monkeypatch, installation):
    headers = bearer()
    monkeypatch.setattr(parts.index, "catch_up", lambda: 1 / 0)

    response = client.post("/micropub", data={"content": "Hi"}, headers=headers)

    assert response.status_code == 500
    assert response.json["error"] == "server_error"
    assert "ZeroDivision" not in response.text


@pytest.fixture
def served(installation, start, client_of, bearer_of):
    installation.configure(site={"serve": True})
    parts = start()
    return client_of(parts), bearer_of(parts), parts


def test_a_post_is_publishing_then_built_then_gone(served):
    client, headers, parts = served
    client.post("/micropub", data={"content": "Hello"}, headers=headers)
    page = "/notes/2025/11/hello/"

    early = client.get(page)
    parts.following.work()
    built = client.get(page)
    url = f"https://site.example{page}"
    client.post("/micropub", data={"action": "delete", "url": url}, headers=headers)
    gone = client.get(page)

    assert (early.status_code, built.status_code, gone.status_code) == (404, 200, 410)
    assert "Publishing" in early.text
    assert early.headers["Cache-Control"] == "no-store"
    assert "Hello" in built.text
    assert "Hello" not in gone.text
    for response in (early, built, gone):
        response.close()


@pytest.mark.parametrize(
    "more", [{"post-status": "draft"}, {"published": "2031-01-01T00:00:00Z"}], ids=str
)
def test_what_is_not_public_yet_is_404(served, more):
    client, headers, parts = served
    body = {"content": "Hello", "mp-slug": "hidden", **more}
    created = client.post("/micropub", data=body, headers=headers)
    parts.following.work()

    path = created.headers["Location"].removeprefix("https://site.example")
    response = client.get(path)

    assert response.status_code == 404
    assert "Publishing" not in response.text
    response.close()
