"""The consent page: what the owner sees, and what their answer grants (IndieAuth §5.2)."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import oauth_apps
import pytest
import time_machine
from bs4 import BeautifulSoup
from oauth_apps import App, decide, fields_of, fill, sent_to, sign_in
from werkzeug import Response

from endpoint.app import make_app
from endpoint.stores.web import Web

KNOWN = ["profile", "email", "create", "post", "draft", "update", "delete", "undelete", "media"]
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="1" height="1"/></svg>'


@pytest.fixture
def app(httpserver):
    """An app with a page that ``httpserver`` shows."""
    client_id = f"http://app.example:{httpserver.port}/"
    about = {
        "client_id": client_id,
        "client_name": "Quill",
        "redirect_uris": ["https://other.example/callback", "quill:/callback"],
    }
    httpserver.expect_request("/").respond_with_json(about)
    return App(client_id, "create")


@pytest.fixture
def ask(app):
    """Return a function that gets the authorization endpoint, as the app sends somebody there."""
    return lambda browser, **changes: oauth_apps.ask(browser, app, **changes)


@pytest.fixture
def make_site(start):
    """Return a function that starts the server as it is configured by then."""

    def make_site():
        # One name is known, the app's; all others lead to where nothing may be fetched.
        web = Web(["app.example"], timeout_s=30, resolve=lambda *_: ["127.0.0.1"])
        return make_app(replace(start(), web=web))

    return make_site


@pytest.fixture
def site(make_site):
    return make_site()


@pytest.fixture
def stranger(site):
    return site.test_client()


@pytest.fixture
def owner(site):
    return sign_in(site.test_client())


def read(response):
    assert response.status_code == 200, response.text
    return BeautifulSoup(response.text, "lxml")


def redeem(browser, app, response, at="/token"):
    """Return what the app gets for its code."""
    redirect_uri, sent = sent_to(response)
    return browser.post(at, data=app.redemption(sent["code"], redirect_uri=redirect_uri))


def granted(browser, app, response):
    return redeem(browser, app, response).json["scope"].split()


def notices(document):
    return [line.text.strip() for line in document.select(".notice li")]


def boxes(document):
    return [box["value"] for box in document.find_all("input", attrs={"name": "scope"})]


# The way there


def test_200_owner_signs_in_approves_and_lands_in_the_app(stranger, app, ask):
    """IndieAuth §5.2, §5.2.1 and §5.3.3, from the first page to the token."""
    way_in = ask(stranger)
    assert read(way_in).find("input", type="password")["name"] == "password"
    entered = fill(stranger, way_in, password="secret")
    assert entered.status_code == 303

    response = decide(stranger, stranger.get(entered.headers["Location"]))

    assert granted(stranger, app, response) == ["create"]


def test_200_stranger_is_asked_for_the_password_and_sees_no_consent_page(stranger, app, ask):
    """IndieAuth §5.2: nobody but the owner decides."""
    document = read(ask(stranger))

    assert app.client_id in document.text
    assert document.find("input", type="password")
    assert not boxes(document)
    assert not document.find(attrs={"name": "decision"})


def test_200_stranger_makes_this_server_fetch_nothing(stranger, app, ask, httpserver):
    response = ask(stranger)

    assert read(response).find("input", type="password")
    assert httpserver.log == []


@pytest.mark.parametrize(
    ("redirect_uri", "status"),
    [
        pytest.param("https://other.example/callback", 200, id="listed address"),
        pytest.param("quill:/callback", 200, id="listed scheme of its own"),
        pytest.param("https://evil.example/", 400, id="unlisted address"),
        pytest.param("evil:/callback", 400, id="unlisted scheme"),
    ],
)
def test_stranger_from_another_address_costs_one_fetch(
    stranger, app, ask, redirect_uri, status, httpserver
):
    """IndieAuth §5.2: who may not be answered there hears so, and is led nowhere."""
    responses = [ask(stranger, redirect_uri=redirect_uri) for _ in range(3)]

    assert [response.status_code for response in responses] == [status] * 3
    assert not any("Location" in response.headers for response in responses)
    assert len(httpserver.log) == 1


def test_strangers_wait_for_one_page_at_a_time(site, app, ask, httpserver):
    """Many slow pages must not keep the server from everybody else."""
    asked, go_on = threading.Event(), threading.Event()

    def be_slow(_request):
        asked.set()
        go_on.wait(30)
        return Response("{}", content_type="application/json")

    httpserver.expect_request("/slow").respond_with_handler(be_slow)
    slow = {"client_id": f"{app.client_id}slow", "redirect_uri": "https://evil.example/"}
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, site.test_client(), **slow)
        assert asked.wait(30)
        second = ask(site.test_client(), redirect_uri="https://evil.example/")
        go_on.set()

    assert read(second).find("input", type="password")
    assert first.result().status_code == 400
    assert len(httpserver.log) == 1


def test_429_stranger_who_has_many_pages_fetched(stranger, app, ask):
    answers = [ask(stranger, redirect_uri="https://evil.example/") for _ in range(11)]

    assert [answer.status_code for answer in answers] == [400] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert ask(stranger).status_code == 200


def test_200_page_is_found_under_the_path_of_public_url(installation, make_site, app, ask):
    """RFC 9207 §2: the issuer has the path too."""
    installation.configure(public_url="https://site.example/api")
    site = make_site()
    stranger, owner = site.test_client(), sign_in(site.test_client(), root="/api")

    way_in = ask(stranger, at="/api/auth")
    shown = ask(owner, at="/api/auth")
    response = decide(owner, shown)

    assert read(way_in).form["action"] == "/api/admin/sign-in"
    assert read(shown).form["action"] == "/api/auth/consent"
    assert sent_to(response)[1]["iss"] == "https://site.example/api/"


# What the owner sees


def test_200_page_names_the_app_the_owner_and_the_place(owner, app, ask):
    """IndieAuth §5.2 and §10.1: the full client_id is shown."""
    document = read(ask(owner))

    assert document.h1.text == "Let Quill use your site?"
    assert [fact.text for fact in document.select(".facts dd")] == [
        app.client_id,
        "https://site.example/",
        urlsplit(app.client_id).netloc,
    ]
    assert notices(document) == []


def test_200_page_shows_the_logo_without_asking_for_it(owner, app, ask, httpserver):
    """IndieAuth §4.2: the logo beside the name; the page asks no other server for it."""
    httpserver.clear()
    about = {"client_id": app.client_id, "client_name": "Quill", "logo_uri": "/logo.svg"}
    httpserver.expect_request("/").respond_with_json(about)
    httpserver.expect_request("/logo.svg").respond_with_data(PICTURE, content_type="image/svg+xml")

    document = read(ask(owner))

    assert document.img["src"].startswith("data:image/svg+xml;base64,")
    assert document.img["alt"] == ""


@pytest.mark.parametrize(
    ("redirect_uri", "place", "notice"),
    [
        pytest.param(
            "https://other.example/callback", "other.example", "another address", id="elsewhere"
        ),
        pytest.param("quill:/callback", "quill:", "whichever app on this device", id="own scheme"),
    ],
)
def test_200_page_says_where_the_answer_goes(owner, ask, redirect_uri, place, notice):
    """RFC 8252 §8.4 and IndieAuth §10.1: the owner can see who gets the code."""
    document = read(ask(owner, redirect_uri=redirect_uri))

    assert document.select(".facts dd")[-1].text == place
    assert [notice in line for line in notices(document)] == [True]


def test_200_page_says_that_the_answer_stays_on_this_device(owner, app, ask, httpserver):
    httpserver.clear()
    redirect_uri = "http://127.0.0.1:12345/callback"
    about = {"client_id": app.client_id, "redirect_uris": [redirect_uri]}
    httpserver.expect_request("/").respond_with_json(about)

    document = read(ask(owner, redirect_uri=redirect_uri))

    assert document.select(".facts dd")[-1].text == "127.0.0.1:12345"
    assert ["on the device you are using" in line for line in notices(document)] == [True]


def test_200_page_says_what_could_not_be_looked_up(owner, ask, httpserver):
    httpserver.clear()
    httpserver.expect_request("/").respond_with_data("", status=404)

    document = read(ask(owner))

    assert document.h1.text == f"Let app.example:{httpserver.port} use your site?"
    assert ["status 404" in line for line in notices(document)] == [True]


def test_200_page_says_that_the_app_knows_no_pkce(owner, ask):
    """IndieAuth §5.2: the code_challenge of an app that has none."""
    there = {"client_id": "https://old.example/", "redirect_uri": "https://old.example/callback"}

    document = read(ask(owner, **there, code_challenge=None, code_challenge_method=None))

    assert "PKCE" in notices(document)[-1]


def test_200_page_shows_every_scope_as_a_box_that_is_ticked(owner, ask):
    """IndieAuth §5.2 and Micropub §5.4: every requested scope is shown, known or not."""
    unknown = ["read", "https://scope.example/x", "CREATE", "<b>&'"]
    asked = [*unknown, *reversed(KNOWN)]

    document = read(ask(owner, scope=" ".join(asked)))

    found = document.find_all("input", attrs={"name": "scope"})
    assert [box["value"] for box in found] == [*KNOWN, *unknown]
    assert all(box["type"] == "checkbox" and box.has_attr("checked") for box in found)
    sentences = [box.find_parent("label").text.split() for box in found]
    assert all(scope in words for scope, words in zip(boxes(document), sentences, strict=True))
    assert all(len(words) > 2 for words in sentences)


@pytest.mark.parametrize(
    ("scope", "title"),
    [
        pytest.param("", "Sign in to Quill?", id="none"),
        pytest.param(None, "Sign in to Quill?", id="not even named"),
        pytest.param("profile email", "Sign in to Quill?", id="who you are"),
        pytest.param("profile media", "Let Quill use your site?", id="one that acts"),
    ],
)
def test_200_page_tells_signing_in_from_using_the_site(owner, ask, scope, title):
    """IndieAuth §5.2: without a scope only the profile URL is told."""
    document = read(ask(owner, scope=scope))

    assert document.h1.text == document.title.text == title
    assert boxes(document) == (scope or "").split()
    assert ("only wants to know that it is you" in document.text) == (not scope)


@pytest.mark.parametrize(
    ("scope", "is_offered"),
    [
        pytest.param("create update", True, id="create"),
        pytest.param("post", True, id="old name"),
        pytest.param("draft update", False, id="drafts anyway"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_200_drafts_only_is_offered_to_whoever_wants_to_publish(owner, ask, scope, is_offered):
    document = read(ask(owner, scope=scope))

    found = document.find_all("input", attrs={"name": "drafts_only"})
    assert [box.has_attr("checked") for box in found] == ([False] if is_offered else [])


def test_200_page_is_one_form_with_labels_and_ordinary_buttons(owner, ask):
    """WCAG 2.2 §1.3.1 and §4.1.2."""
    document = read(ask(owner, scope="profile create update read"))

    assert [heading.name for heading in document.find_all(["h1", "h2", "h3"])] == ["h1", "h2"]
    assert len(document.find_all("form")) == 1
    assert all(box.find_parent("label") for box in document.find_all("input", type="checkbox"))
    buttons = document.form.find_all("button")
    assert [(b["name"], b["value"]) for b in buttons] == [
        ("decision", "approve"),
        ("decision", "deny"),
    ]
    assert not document.find_all("script")


@pytest.mark.parametrize(
    ("changes", "forms_to"),
    [
        pytest.param({}, "'self' https: http:", id="http"),
        pytest.param(
            {"redirect_uri": "https://other.example/callback"}, "'self' https:", id="https"
        ),
        pytest.param({"redirect_uri": "quill:/callback"}, "'self' https:", id="own scheme"),
    ],
)
def test_200_page_cannot_be_framed_and_its_form_may_lead_to_the_app(owner, ask, changes, forms_to):
    """RFC 6749 §10.13; CSP3 §6.3.1 holds redirects against ``form-action`` too."""
    response = ask(owner, **changes)

    policy = response.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "frame-ancestors 'none'", f"form-action {forms_to}"} <= {*policy}
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"


def test_200_nothing_an_app_says_becomes_markup(owner, app, ask, httpserver):
    """RFC 6749 §10.14: what comes from the request is escaped."""
    bad = "</title><script>alert(1)</script><img src=x onerror=alert(1)>'"
    httpserver.clear()
    about = {"client_id": app.client_id, "client_name": f"\u202e{bad}" + "W" * 500}
    httpserver.expect_request("/").respond_with_json(about)
    scope = bad.replace(" ", "")

    shown = ask(owner, scope=scope, state=bad)

    document = read(shown)
    assert not document.find_all(["script", "img"])
    assert bad in document.h1.text
    assert "\u202e" not in shown.text
    assert len(document.h1.text) < 120
    assert boxes(document) == [scope]
    response = decide(owner, shown)
    assert sent_to(response)[1]["state"] == bad
    assert granted(owner, app, response) == [scope]


# What the answer grants


def test_302_approval_goes_to_the_app_and_nowhere_else(owner, app, ask):
    """IndieAuth §5.2.1, RFC 9207 §2: code, state and issuer; the URI's own query stays."""
    state = 'a b+c&d=é/?%41"<ü>'
    redirect_uri = f"{app.client_id}callback?x=%2F&y"
    shown = ask(owner, redirect_uri=redirect_uri, state=state)

    response = decide(owner, shown)

    assert response.status_code == 302
    assert response.headers["Location"].startswith(f"{redirect_uri}&")
    sent = parse_qs(urlsplit(response.headers["Location"]).query)
    metadata = owner.get("/.well-known/oauth-authorization-server").json
    assert sent["state"] == [state]
    assert sent["iss"] == [metadata["issuer"]]
    assert len(sent["code"]) == 1
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_302_denial_says_so_and_gives_no_code(owner, app, ask):
    """RFC 6749 §4.1.2.1, RFC 9207 §2."""
    response = decide(owner, ask(owner), "deny")

    redirect_uri, sent = sent_to(response)
    assert redirect_uri == f"{app.client_id}callback"
    assert (sent["error"], sent["state"]) == ("access_denied", "s")
    assert sent["iss"] == "https://site.example/"
    assert "code" not in sent


@pytest.mark.parametrize(
    ("ticked", "expected"),
    [
        pytest.param(["create", "update", "read"], ["create", "update", "read"], id="all"),
        pytest.param(["update"], ["update"], id="one"),
        pytest.param(["read", "read"], ["read"], id="the same twice"),
        pytest.param(["update", "delete", "media"], ["update"], id="more than was asked"),
        pytest.param(["create update", "read"], ["read"], id="two in one"),
    ],
)
def test_302_what_is_ticked_and_was_asked_is_granted(owner, app, ask, ticked, expected):
    """Micropub §5.4, RFC 6749 §3.3: the owner can take scopes away, and nobody adds any."""
    response = decide(owner, ask(owner, scope="create update read"), scope=ticked)

    assert granted(owner, app, response) == expected


@pytest.mark.parametrize("ticked", [None, ["media"]], ids=["nothing", "what was not asked"])
def test_302_nothing_ticked_says_who_it_is_and_gives_no_token(owner, app, ask, ticked):
    """IndieAuth §5.3.2 and §5.3.3."""
    first = decide(owner, ask(owner), scope=ticked)
    second = decide(owner, ask(owner), scope=ticked)

    assert redeem(owner, app, first).json["error"] == "invalid_grant"
    assert redeem(owner, app, second, at="/auth").json == {"me": "https://site.example/"}


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        pytest.param("create update", ["draft", "update"], id="create"),
        pytest.param("post media", ["draft", "media"], id="old name"),
        pytest.param("create draft post", ["draft"], id="all of them"),
    ],
)
def test_302_drafts_only_grants_draft_instead_of_create(owner, app, ask, scope, expected):
    """RFC 6749 §3.3: the answer names the scope where it is another than was asked."""
    response = decide(owner, ask(owner, scope=scope), drafts_only="yes")

    assert sorted(granted(owner, app, response)) == sorted(expected)


def test_302_drafts_only_needs_create_to_be_ticked(owner, app, ask):
    shown = ask(owner, scope="create update")

    response = decide(owner, shown, scope=["update"], drafts_only="yes")

    assert granted(owner, app, response) == ["update"]


@pytest.mark.parametrize("response_type", ["id", None])
def test_302_older_apps_learn_who_it_is(owner, app, ask, response_type):
    """The sign-in of before 2020, still in use: the page is the same."""
    response = decide(owner, ask(owner, response_type=response_type, scope=None))

    assert redeem(owner, app, response, at="/auth").json == {"me": "https://site.example/"}


def test_302_two_pages_at_once_do_not_mix(owner, app, ask):
    """IndieAuth §5.2.1: each state comes back with its own code."""
    first = ask(owner, scope="create", state="one")
    second = ask(owner, scope="update delete", state="two", redirect_uri=f"{app.client_id}two")

    to_first = decide(owner, first)
    to_second = decide(owner, second)

    assert sent_to(to_first)[0] == f"{app.client_id}callback"
    assert sent_to(to_first)[1]["state"] == "one"
    assert granted(owner, app, to_first) == ["create"]
    assert sent_to(to_second)[0] == f"{app.client_id}two"
    assert sent_to(to_second)[1]["state"] == "two"
    assert granted(owner, app, to_second) == ["update", "delete"]


@pytest.mark.parametrize(
    ("decision", "title", "expected"),
    [
        pytest.param("approve", "Signed in", {"code", "me", "state", "iss"}, id="approve"),
        pytest.param(
            "deny", "Not signed in", {"error", "error_description", "state", "iss"}, id="deny"
        ),
    ],
)
def test_200_app_with_its_own_scheme_gets_a_link(owner, ask, decision, title, expected):
    """RFC 8252 §7.1; browsers do not follow a form there, and do follow a person's click."""
    response = decide(owner, ask(owner, redirect_uri="quill:/callback"), decision)

    document = read(response)
    [link] = document.find_all("a")
    assert document.h1.text == title
    assert link.text == "Back to the app"
    assert link["href"].startswith("quill:/callback?")
    assert parse_qs(urlsplit(link["href"]).query).keys() == expected
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert "Location" not in response.headers


# What is refused


def refused(response):
    return (
        response.status_code == 400
        and response.mimetype == "text/html"
        and "Location" not in response.headers
        and "code=" not in response.text
    )


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda _: "", id="empty"),
        pytest.param(lambda _: None, id="missing"),
        pytest.param(lambda sealed: "x" + sealed, id="changed in front"),
        pytest.param(lambda sealed: sealed[:10] + "AA" + sealed[12:], id="changed inside"),
        pytest.param(lambda sealed: sealed[:-1], id="cut"),
        pytest.param(lambda _: "..\x00é", id="no seal at all"),
    ],
)
@pytest.mark.parametrize("decision", ["approve", "deny"])
def test_400_request_that_was_changed_under_way(owner, ask, damage, decision):
    """RFC 6749 §10.12: what is answered is what was asked."""
    shown = ask(owner)
    [sealed] = fields_of(shown)["request"]

    response = decide(owner, shown, decision, request=damage(sealed))

    assert refused(response)


def test_400_request_older_than_an_hour(owner, ask):
    shown = ask(owner)

    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=59), tick=False):
        in_time = decide(owner, shown, "deny")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61), tick=False):
        late = decide(owner, shown, "deny")

    assert sent_to(in_time)
    assert refused(late)


def test_400_request_from_another_session(site, owner, ask):
    """RFC 6749 §10.12."""
    other = sign_in(site.test_client())
    [sealed] = fields_of(ask(other))["request"]

    response = decide(owner, ask(owner), request=sealed)

    assert refused(response)


def test_400_request_from_before_the_owner_signed_in_again(site, owner, ask):
    shown = ask(owner)
    with owner.session_transaction() as session:
        session["id"] = site.extensions["endpoint"].sign_in.enter()

    response = decide(owner, shown)

    assert refused(response)


@pytest.mark.parametrize("token", [None, "", "x"], ids=["missing", "empty", "wrong"])
def test_400_form_without_the_csrf_token(owner, ask, token):
    """RFC 6749 §10.12."""
    response = decide(owner, ask(owner), csrf_token=token)

    assert refused(response)


def test_400_form_with_the_csrf_token_of_another_browser(stranger, owner, ask):
    """RFC 6749 §10.12."""
    [foreign] = fields_of(ask(stranger))["csrf_token"]

    response = decide(owner, ask(owner), csrf_token=foreign)

    assert refused(response)


def test_400_form_without_a_session(site, owner, ask):
    """IndieAuth §5.2: the form cannot be sent without the owner's session."""
    response = decide(site.test_client(), ask(owner))

    assert refused(response)


def test_303_form_from_whoever_is_no_longer_signed_in(site, owner, ask):
    """IndieAuth §5.2: nobody but the owner decides."""
    shown = ask(owner)
    with owner.session_transaction() as session:
        session_id = session["id"]
    site.extensions["endpoint"].sign_in.leave(session_id)

    response = decide(owner, shown)

    assert response.status_code == 303
    assert urlsplit(response.headers["Location"]).path == "/admin/sign-in"
    assert not urlsplit(response.headers["Location"]).netloc


@pytest.mark.parametrize(
    "decision", [None, "", "yes", ["approve", "deny"]], ids=["missing", "empty", "other", "both"]
)
def test_400_form_that_decides_nothing(owner, ask, decision):
    response = decide(owner, ask(owner), decision=decision)

    assert refused(response)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"client_id": None}, id="no client_id"),
        pytest.param({"client_id": "app.example"}, id="client_id is no URL"),
        pytest.param({"client_id": "https://10.0.0.1/"}, id="client_id at an IP address"),
        pytest.param({"client_id": "https://app.example/#x"}, id="client_id with a fragment"),
        pytest.param({"client_id": ["https://a.example/", "https://b.example/"]}, id="two apps"),
        pytest.param({"redirect_uri": None}, id="no redirect_uri"),
        pytest.param({"redirect_uri": "/callback"}, id="relative redirect_uri"),
        pytest.param({"redirect_uri": "javascript:alert(1)"}, id="script"),
        pytest.param({"redirect_uri": "data:text/html,x"}, id="data"),
        pytest.param({"redirect_uri": "https://[/"}, id="unparsable redirect_uri"),
    ],
)
@pytest.mark.parametrize("who", ["stranger", "owner"])
def test_400_bad_app_or_address_is_told_to_the_person(request, ask, changes, who):
    """RFC 6749 §4.1.2.1: an error page, and never a redirect."""
    response = ask(request.getfixturevalue(who), **changes)

    assert refused(response)
    assert response.headers["X-Frame-Options"] == "DENY"
    assert len(BeautifulSoup(response.text, "lxml").main.p.text) > 20


def test_400_address_that_the_app_does_not_list(owner, ask):
    """IndieAuth §4.2.2 and §10.1."""
    response = ask(owner, redirect_uri="https://other.example/callback/../x")

    assert refused(response)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"response_type": "token"}, "unsupported_response_type", id="response_type"),
        pytest.param({"code_challenge_method": "plain"}, "invalid_request", id="plain PKCE"),
        pytest.param({"scope": 'create "'}, "invalid_scope", id="scope"),
    ],
)
@pytest.mark.parametrize("who", ["stranger", "owner"])
def test_302_other_errors_are_told_to_the_app(request, app, ask, changes, error, who):
    """RFC 6749 §4.1.2.1, IndieAuth §5.2, RFC 9207 §2."""
    response = ask(request.getfixturevalue(who), **changes)

    redirect_uri, sent = sent_to(response)
    assert redirect_uri == f"{app.client_id}callback"
    assert (sent["error"], sent["state"]) == (error, "s")
    assert sent["iss"] == "https://site.example/"


def test_404_going_back_to_a_form_that_was_sent_is_told_in_a_page(owner):
    response = owner.get("/auth/consent")

    assert response.status_code == 404
    assert response.mimetype == "text/html"


def test_200_an_app_with_its_own_scheme_hears_of_a_refusal_by_a_link(owner, ask):
    """RFC 6749 §4.1.2.1; a browser does not leave for an app unless somebody clicks."""
    response = ask(owner, redirect_uri="quill:/callback", response_type="token")

    [link] = [a["href"] for a in read(response).find_all("a")]
    assert link.startswith("quill:/callback?error=unsupported_response_type")
    assert "Location" not in response.headers


def test_200_without_a_response_type_the_scopes_say_what_is_asked(owner, ask):
    """Some older apps ask for tokens so; ``id`` is for signing in alone."""
    without = ask(owner, response_type=None, scope="create profile")
    sign_in_only = ask(owner, response_type="id", scope="create profile")

    assert boxes(read(without)) == ["profile", "create"]
    assert boxes(read(sign_in_only)) == ["profile"]
