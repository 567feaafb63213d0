"""The Mastodon API beside what else an owner has: a site, a login server, a path of its own."""

import re

import pytest
from conftest import Installation

from endpoint.app import make_app

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "PROPFIND")
PAGES = (
    "api",
    "api/reference",
    "oauth",
    "oauth/apps",
    "mastodon",
    "nodeinfo",
    "posts",
    "users/ada",
)
BEGINNINGS = (
    "/api/",
    "/oauth/",
    "/nodeinfo/",
    "/.well-known/",
    "/mastodon/",
    "/posts/",
    "/users/",
    "/account/",
)


@pytest.fixture
def served(installation: Installation, start):
    """A site that is shown here, with pages whose addresses begin as those of the API do."""
    installation.configure(site={"serve": True})
    output = installation.config.site.output
    for page in PAGES:
        (output / page).mkdir(parents=True)
        (output / page / "index.html").write_text(f"<h1>{page}</h1>")
    return start()


def look(client, path):
    with client.get(path) as answer:
        return answer.text


def test_200_pages_of_the_owner_are_not_in_the_shadow_of_the_api(served, client_of):
    client = client_of(served)

    assert [look(client, f"/{page}/") for page in PAGES] == [f"<h1>{page}</h1>" for page in PAGES]
    assert client.get("/api/v1/instance").json["uri"] == "site.example"


def ask_all(client, headers):
    """Return the status of every route of both APIs that is a fault of the server, by request."""
    paths = {
        re.sub(r"<[^>]*?(\w+)>", r"\1", str(rule))
        for rule in client.application.url_map.iter_rules()
        if str(rule).startswith(BEGINNINGS)
    }
    statuses = {}
    for path in paths:
        for method in METHODS:
            for sent in (headers, {}):
                with client.open(path, method=method, headers=sent) as answer:
                    statuses[method, path, bool(sent)] = answer.status_code
    assert len(statuses) > 100
    return {asked: status for asked, status in statuses.items() if status >= 500}


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="as it comes"),
        pytest.param({"site": {"serve": True}}, id="with the site"),
        pytest.param({"mastodon": {"api": False}}, id="without the Mastodon API"),
        pytest.param({"microblog": {"api": False}}, id="without the API of Micro.blog"),
        pytest.param({"limits": {"enabled": True}}, id="with limits"),
        pytest.param({"public_url": "https://site.example/api"}, id="below the path of the API"),
        pytest.param({"webmention": {"receive": False}}, id="without Webmentions"),
    ],
)
def test_no_method_anywhere_is_a_fault_of_the_server(installation, start, bearer_of, settings):
    installation.configure(**settings)
    parts = start()
    client, headers = make_app(parts).test_client(), bearer_of(parts, "read write")

    assert ask_all(client, headers) == {}


def test_200_apps_with_tokens_of_another_server(installation, start, client_of, httpserver):
    me = httpserver.url_for("/")
    says = {"active": True, "me": me, "scope": "read create", "client_id": "https://app.example/"}
    httpserver.expect_request("/introspect", method="POST").respond_with_json(says)
    installation.configure(
        me=me,
        auth={"mode": "external", "introspection_endpoint": httpserver.url_for("/introspect")},
        site={"url": "https://site.example/"},
        fetch={"allow_hosts": ["127.0.0.1"]},
    )
    client = client_of(start())
    headers = {"Authorization": "Bearer issued-elsewhere"}
    faults = ask_all(client, headers)

    own = client.get("/api/v1/accounts/verify_credentials", headers=headers)
    app = client.get("/api/v1/apps/verify_credentials", headers=headers)
    posted = client.post("/api/v1/statuses", data={"status": "Hello"}, headers=headers)
    deleted = client.delete(f"/api/v1/statuses/{posted.json['id']}", headers=headers)
    whose = client.post("/account/verify", data={"token": "issued-elsewhere"})

    assert faults == {}
    assert (own.status_code, own.json["id"], app.status_code) == (200, "1", 404)
    assert posted.json["url"].startswith("https://site.example/notes/")
    assert deleted.status_code == 403
    assert whose.json["default_site"] == "site.example"
