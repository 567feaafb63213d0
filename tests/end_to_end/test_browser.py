"""The pages in a real browser: Chromium signs in to an app, by mouse and by keyboard."""

import base64
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from browsers import SIZES, sign_in
from oauth_apps import App
from playwright.sync_api import expect
from pytest_httpserver import HTTPServer
from werkzeug import Response

PAGE = """<html><head><title>No</title><link rel="redirect_uri" href="com.example.app:/callback">
<body><div class="h-app"><a class="u-url p-name" href="/">Notes &amp; <i>more</i></a>
<img class="u-logo" src="/logo.png" alt=""></div>"""
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def app():
    """An app that sends its visitors on to another address of its own."""
    with HTTPServer(host="127.0.0.1") as elsewhere, HTTPServer(host="127.0.0.1") as app:
        elsewhere.expect_request("/home").respond_with_data("Welcome", content_type="text/html")
        elsewhere.expect_request("/favicon.ico").respond_with_data("")
        app.expect_request("/").respond_with_data(PAGE, content_type="text/html")
        app.expect_request("/logo.png").respond_with_data(PIXEL, content_type="image/png")
        onward = {"Location": elsewhere.url_for("/home")}
        app.expect_request("/callback").respond_with_response(Response(status=302, headers=onward))
        yield app


def at(app, path="/"):
    return f"http://app.test:{app.port}{path}"


def question(live, app, **changes):
    asking = App(at(app), "create update media profile", "a state & more")
    return f"{live.url}auth?{urlencode(asking.question(**changes))}"


def called_back(app):
    [request] = [request for request, _ in app.log if request.path == "/callback"]
    return {name: values[0] for name, values in parse_qs(request.query_string.decode()).items()}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_owner_lets_an_app_in(live, app, open_page, size, scheme):
    page = open_page(size, scheme)
    hosts = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))

    sign_in(page, question(live, app))
    expect(page.get_by_role("heading", level=1)).to_contain_text("use your site?")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Notes & more")
    expect(page.get_by_text(at(app), exact=True)).to_be_visible()
    expect(page.get_by_text(f"app.test:{app.port}", exact=True)).to_be_visible()
    expect(page.locator("img")).to_have_js_property("naturalWidth", 1)
    is_wider = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    before = set(hosts)
    page.get_by_label("Change posts that are already there").uncheck()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("Welcome")).to_be_visible()

    assert before == {urlsplit(live.url).netloc}
    assert not is_wider
    answer = called_back(app)
    assert answer["state"] == "a state & more"
    assert answer["iss"] == live.url
    assert answer["code"]


def test_the_keyboard_is_enough(live, app, open_page):
    page = open_page()
    page.goto(question(live, app))

    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type("secret")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Allow")).to_be_visible()
    page.keyboard.press("Tab")
    focused = [page.evaluate("document.activeElement.value")]
    page.keyboard.press("Space")
    while focused[-1] != "deny":
        page.keyboard.press("Tab")
        focused.append(page.evaluate("document.activeElement.value"))
        assert len(focused) < 20, "the focus never comes to the buttons"
    first = page.get_by_role("checkbox").first
    expect(first).not_to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Welcome")).to_be_visible()

    assert focused == ["profile", "create", "update", "media", "yes", "approve", "deny"]
    assert called_back(app)["error"] == "access_denied"


def test_an_app_with_a_scheme_of_its_own_gets_a_link(live, app, open_page):
    page = open_page("phone")
    sign_in(page, question(live, app, redirect_uri="com.example.app:/callback"))

    page.get_by_role("button", name="Allow").click()

    link = page.get_by_role("link", name="Back to the app")
    expect(link).to_have_attribute("href", re.compile(r"^com\.example\.app:/callback\?code="))


def test_a_wrong_password_is_told_to_who_cannot_see(live, app, open_page):
    page = open_page()
    page.goto(question(live, app))

    page.get_by_label("Password").fill("guess")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_contain_text("not the password")
    expect(page.get_by_label("Password")).to_have_attribute("aria-invalid", "true")


def test_the_names_of_the_owners_pages_are_in_one_piece_on_a_phone(live, open_page):
    page = open_page("phone")
    sign_in(page, f"{live.url}admin/")

    page.set_viewport_size({"width": 240, "height": 740})

    links = page.locator("nav a")
    assert links.count() >= 4
    assert max(links.evaluate_all("all => all.map(link => link.offsetHeight)")) < 60
    assert page.evaluate("document.documentElement.scrollWidth") <= 240
