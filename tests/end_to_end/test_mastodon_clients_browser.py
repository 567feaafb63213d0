"""An app that is a page of another origin: what Chromium lets it send and read."""

import pytest
from mastodon_sites import OUT_OF_BAND
from pytest_httpserver import HTTPServer

ASK = """async ([url, options]) => {
  const answer = await fetch(url, options);
  const link = answer.headers.get("link");
  return { status: answer.status, link, body: await answer.json() };
}"""
UPLOAD = """async ([url, token]) => {
  const canvas = new OffscreenCanvas(40, 30);
  canvas.getContext("2d").fillRect(0, 0, 20, 30);
  const form = new FormData();
  form.append("file", await canvas.convertToBlob({ type: "image/png" }));
  form.append("description", "Half of it is black");
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/api/v2/media`, { method: "POST", headers, body: form });
  return await answer.json();
}"""
SIGN_IN = """async ([url, app]) => {
  const body = new URLSearchParams(app);
  const answer = await fetch(`${url}/api/v1/apps`, { method: "POST", body });
  return await answer.json();
}"""
REDEEM = """async ([url, grant]) => {
  const body = JSON.stringify(grant);
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(`${url}/oauth/token`, { method: "POST", headers, body });
  return { status: answer.status, ...(await answer.json()) };
}"""


@pytest.fixture
def page(open_page):
    """A page of another origin than the site."""
    with HTTPServer(host="127.0.0.1") as elsewhere:
        elsewhere.expect_request("/").respond_with_data("An app", content_type="text/html")
        elsewhere.expect_request("/favicon.ico").respond_with_data("")
        page = open_page()
        page.goto(elsewhere.url_for("/"))
        yield page


@pytest.fixture(scope="module")
def token(running_site):
    return running_site.token()


@pytest.fixture
def ask(site, page, token):
    """Return a function that lets the page call the API, and gives what it could read."""

    def ask(method, path, body=None, **headers):
        said = {"Authorization": f"Bearer {token}", **headers}
        options = {"method": method, "headers": said}
        if body is not None:
            said["Content-Type"] = "application/json"
            options["body"] = body
        return page.evaluate(ASK, [f"{site.url}{path}", options])

    return ask


def test_a_page_signs_in(site, page):
    said = {"client_name": "A page", "redirect_uris": OUT_OF_BAND, "scopes": "read write"}
    app = page.evaluate(SIGN_IN, [site.url, said])
    known = {name: app[name] for name in ("client_id", "client_secret")}
    asked = f"client_id={app['client_id']}&redirect_uri={OUT_OF_BAND}&scope=read+write"
    code = site.allow(f"{site.url}/oauth/authorize?response_type=code&{asked}")
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": OUT_OF_BAND}

    token = page.evaluate(REDEEM, [site.url, {**known, **grant}])
    wrong = page.evaluate(REDEEM, [site.url, {**known, **grant, "code": "wrong"}])

    assert token["access_token"]
    assert (wrong["status"], wrong["error"]) == (400, "invalid_grant")


def test_a_page_posts_edits_and_deletes(site, ask):
    posted = ask("POST", "/api/v1/statuses", '{"status":"By a page"}', **{"Idempotency-Key": "k"})
    at = f"/api/v1/statuses/{posted['body']['id']}"

    edited = ask("PUT", at, '{"status":"By another page"}')
    deleted = ask("DELETE", at)

    assert [answer["status"] for answer in (posted, edited, deleted)] == [200, 200, 200]
    assert deleted["body"]["text"] == "By another page"


def test_a_page_uploads_what_it_painted(site, page, token):
    media = page.evaluate(UPLOAD, [site.url, token])

    assert (media["type"], media["description"]) == ("image", "Half of it is black")


def test_a_page_reads_where_the_next_page_is(site, ask):
    for number in range(2):
        ask("POST", "/api/v1/statuses", f'{{"status":"Part {number}"}}')

    answer = ask("GET", "/api/v1/timelines/home?limit=1")

    assert answer["link"].startswith(f"<{site.url}/api/v1/timelines/home?")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/api/v1/statuses/1", None, 404),
        ("GET", "/api/v1/no/such/thing", None, 404),
        ("POST", "/api/v1/statuses", "{}", 422),
        ("POST", "/api/v1/statuses", "{", 422),
        ("PATCH", "/api/v1/accounts/update_credentials", "{}", 403),
        ("GET", "/api/v1/streaming", None, 404),
    ],
)
def test_a_page_reads_why_it_was_refused(site, ask, method, path, body, status):
    answer = ask(method, path, body)

    assert answer["status"] in (status, 400 if body == "{" else status)
    assert answer["body"]["error"]


def test_a_page_reads_that_its_token_is_no_good(site, ask):
    answer = ask("GET", "/api/v1/timelines/home", Authorization="Bearer wrong")

    assert (answer["status"], answer["body"]["error"]) == (401, "The access token is invalid")
