"""Under a path of its own, and links from ``public_url`` alone."""

import pytest

from endpoint.domain.discovery import find_in_head

LINKS = {
    "micropub": "https://site.example/micropub",
    "micropub_media": "https://site.example/media",
    "webmention": "https://site.example/webmention",
    "indieauth-metadata": "https://site.example/.well-known/oauth-authorization-server",
    "authorization_endpoint": "https://site.example/auth",
    "token_endpoint": "https://site.example/token",
}


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


@pytest.fixture
def built(served):
    client, headers, parts = served
    client.post("/micropub", data={"content": "Hello"}, headers=headers)
    parts.following.work()
    return client


def header_lines(response):
    lines = response.headers.getlist("Link")
    response.close()
    return lines


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/", "/about/", "/notes/2025/11/hello/", "/nothing/here/"])
def test_pages_name_the_endpoints_in_header_lines(built, method, path):
    """IndieAuth §4.1, Micropub §5.3; a line for each, as simple clients need it."""
    lines = header_lines(built.open(path, method=method))

    assert lines[:-1] == [f'<{url}>; rel="{rel}"' for rel, url in LINKS.items()]
    assert lines[-1:] == [
        '<https://site.example/feed.json>; rel="alternate"; type="application/feed+json"'
    ]


@pytest.mark.parametrize("path", ["/style.css", "/feed.xml", "/robots.txt", "/feed.json"])
def test_files_that_are_no_pages_name_nothing(built, path):
    assert header_lines(built.get(path)) == []


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_endpoints_are_named_before_the_first_build(served, method):
    client, _, _ = served

    response = client.open("/", method=method)

    assert len(header_lines(response)) == 7
    if method == "GET":
        found = {rel: find_in_head(rel, response.text) for rel in LINKS}
        assert found == {rel: [url] for rel, url in LINKS.items()}


@pytest.mark.parametrize(
    ("settings", "rels"),
    [
        pytest.param(
            {"public_url": "http://site.example"},
            [
                "micropub",
                "micropub_media",
                "webmention",
                "authorization_endpoint",
                "token_endpoint",
                "alternate",
            ],
            id="plain http has no metadata",
        ),
        pytest.param(
            {"auth": {"mode": "external"}},
            ["micropub", "micropub_media", "webmention", "alternate"],
            id="external sign-in",
        ),
        pytest.param(
            {"auth": {"mode": "external"}, "webmention": {"receive": False}},
            ["micropub", "micropub_media", "alternate"],
            id="no mentions wanted",
        ),
    ],
)
def test_links_that_must_not_be_there(installation, start, client_of, settings, rels):
    installation.configure(site={"serve": True}, **settings)

    response = client_of(start()).get("/")

    assert [line.partition('rel="')[2].partition('"')[0] for line in header_lines(response)] == rels


@pytest.mark.parametrize("path", ["/", "/about/"])
def test_204_preflight_of_a_page(built, path):
    headers = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }

    response = built.options(path, headers=headers)

    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "authorization" in response.headers["Access-Control-Allow-Headers"].lower()


def test_pages_can_be_read_from_any_origin(built):
    response = built.get("/", headers={"Origin": "https://app.example"})

    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Link" in response.headers["Access-Control-Expose-Headers"].split(", ")
    response.close()


def test_without_a_site_to_show_nothing_is_open(client):
    response = client.get("/")

    assert response.status_code == 404
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "Link" not in response.headers
