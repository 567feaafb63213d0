"""Apps for Mastodon sign in: they register, the owner is asked, and a token is given for good."""

import html as escaping
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from conftest import make_bearer
from oauth_apps import decide, fields_of, sign_in, try_password
from registered_apps import (
    CALLBACK,
    OUT_OF_BAND,
    VERIFIER,
    Registered,
    code_in,
    register,
    with_pkce,
)

from endpoint.app import make_app
from endpoint.stores.keys import KeyStore


@pytest.fixture
def owner(client):
    """The client, with an owner who has signed in, and an app that asks from elsewhere."""
    return sign_in(client)


@pytest.fixture
def elk(client):
    return register(client)


def text(response):
    return " ".join(BeautifulSoup(response.text, "lxml").get_text().split())


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def basic(user, password):
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


# Registering


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("encoding", ["data", "json", "query_string"])
def test_200_an_app_registers(client, slash, encoding):
    asked = {
        "client_name": "Tusky",
        "redirect_uris": "oauth2redirect://com.keylesspalace.tusky/",
        "scopes": "read write follow push",
        "website": "https://tusky.app",
    }

    response = client.post(f"/api/v1/apps{slash}", **{encoding: asked})

    assert response.status_code == 200
    app = response.json
    assert app["name"] == "Tusky"
    assert app["website"] == "https://tusky.app/"
    assert app["scopes"] == ["read", "write", "follow", "push"]
    assert app["redirect_uri"] == asked["redirect_uris"]
    assert app["redirect_uris"] == [asked["redirect_uris"]]
    assert app["id"].isdigit()
    assert (app["client_secret_expires_at"], app["vapid_key"]) == (0, "")


@pytest.mark.parametrize(
    "redirect_uris",
    [
        pytest.param({"data": {"redirect_uris": "a-b://c\nhttps://d.example/e"}}, id="lines"),
        pytest.param({"data": {"redirect_uris": "a-b://c https://d.example/e"}}, id="blanks"),
        pytest.param(
            {"data": {"redirect_uris[]": ["a-b://c", "https://d.example/e"]}}, id="brackets"
        ),
        pytest.param({"json": {"redirect_uris": ["a-b://c", "https://d.example/e"]}}, id="list"),
    ],
)
def test_200_several_redirect_uris(client, redirect_uris):
    [(encoding, sent)] = redirect_uris.items()

    response = client.post("/api/v1/apps", **{encoding: {"client_name": "x", **sent}})

    assert response.json["redirect_uris"] == ["a-b://c", "https://d.example/e"]
    assert response.json["scopes"] == ["read"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"client_name": ""}, "client_name is missing"),
        ({"client_name": "\u202e \x01"}, "client_name is missing"),
        ({"redirect_uris": ""}, "redirect_uris is missing"),
        ({"redirect_uris": "javascript:alert(1)"}, "the scheme javascript"),
        ({"redirect_uris": "data:text/html,x"}, "the scheme data"),
        ({"redirect_uris": "urn:ietf:wg:oauth:2.0:oob:auto"}, "the scheme urn"),
        ({"redirect_uris": "/callback"}, "not absolute"),
        ({"redirect_uris": "https://a.example/#b"}, "fragment"),
        ({"redirect_uris": "https://a.example/" + "b" * 2000}, "longer than 2000"),
        ({"redirect_uris": " ".join(f"a-b://{n}" for n in range(300))}, "longer than 2000"),
        ({"scopes": 'read "'}, "scopes must be"),
        ({"scopes": "read " * 200}, "scopes must be"),
        ({"client_name[x]": "y", "client_name": ""}, "client_name"),
    ],
)
def test_422_an_app_that_cannot_be_shown_or_answered(client, changes, says):
    asked = {"client_name": "x", "redirect_uris": CALLBACK, "scopes": "read"}

    response = client.post("/api/v1/apps", data=asked | changes)

    assert response.status_code == 422
    assert response.json["error"].startswith("Validation failed: ")
    assert says in response.json["error"]


def test_a_website_that_is_none_is_left_out(client):
    asked = {"client_name": "x", "redirect_uris": CALLBACK, "website": "javascript:alert(1)"}

    response = client.post("/api/v1/apps", data=asked)

    assert response.json["website"] is None


def test_nothing_is_kept_of_those_who_register(client, parts):
    tables = ("tokens", "codes", "refresh_tokens", "sessions")
    register(client)

    for number in range(20):
        register(client, client_name=f"App {number}")

    with parts.engine.connect() as connection:
        counts = [
            connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() for name in tables
        ]
        keys = connection.exec_driver_sql("SELECT count(*) FROM keys").scalar()
    assert (counts, keys) == ([0, 0, 0, 0], 1)


def test_429_too_many_register(client):
    asked = {"client_name": "x", "redirect_uris": CALLBACK}

    statuses = [client.post("/api/v1/apps", data=asked).status_code for _ in range(31)]

    refused = client.post("/api/v1/apps", data=asked)
    assert statuses == [200] * 30 + [429]
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "too many" in refused.json["error"]


def test_the_same_app_twice_is_two(client):
    first, second = register(client), register(client)

    assert first.client_id != second.client_id
    assert first.secret != second.secret


def test_an_app_is_known_after_a_restart_and_with_another_password(client, installation, start):
    elk = register(client)
    installation.configure(auth={"password_hash": ""})

    shown = elk.ask(make_app(start()).test_client())

    assert "An app that calls itself Elk wants to sign in" in text(shown)


def test_processes_that_begin_at_once_sign_with_one_key(start):
    engines = [start().engine for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        keys = list(pool.map(lambda engine: KeyStore(engine).get("apps"), engines))

    assert len(set(keys)) == 1
    assert len(keys[0]) == 32


# Asking the owner


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_page_is_that_of_every_app(client, elk, slash):
    query = f"client_id={elk.client_id}&state=a%20b%2Fc&x=y"

    response = client.get(f"/oauth/authorize{slash}?{query}")

    assert response.status_code == 303
    assert response.headers["Location"] == f"/auth?{query}"


def test_200_the_owner_is_told_what_the_app_claims(owner, client):
    app = register(client, client_name="Phanpy", website="https://phanpy.social")

    shown = app.ask(owner, scope="read write follow read:blocks other")

    said = text(shown)
    assert shown.status_code == 200
    assert "Let Phanpy use your site?" in said
    assert "Says it is from https://phanpy.social/" in said
    assert "Leads back to elk.example" in said
    assert "Any app can call itself that" in said
    assert app.client_id not in said
    assert "See your posts, and who replied to them, liked them or shared them read" in said
    assert "Write new posts and publish them, change posts, delete them, and upload" in said
    assert said.count("Nothing on this site; apps for Mastodon ask for it") == 2
    assert "older way" not in said


def test_200_what_an_app_says_of_itself_is_never_markup(owner, client):
    hostile = "\"><script>alert('1')</script>"

    shown = register(client, client_name=hostile).ask(owner)

    page = BeautifulSoup(shown.text, "lxml")
    assert not page.find("script")
    assert escaping.escape(hostile, quote=False) in shown.text.replace("&#34;", '"').replace(
        "&#39;", "'"
    )


def test_strangers_are_asked_for_the_password_first(client, elk):
    shown = elk.ask(client)

    assert "An app that calls itself Elk wants to sign in with your site" in text(shown)
    assert fields_of(shown)["next"][0].startswith("/auth?response_type=code&client_id=")
    assert "form-action 'self' https:" in shown.headers["Content-Security-Policy"]


def test_the_owner_comes_back_to_the_app_after_the_password(client, elk):
    shown = elk.ask(client, state="s")
    action = BeautifulSoup(shown.text, "lxml").find("form")["action"]
    form = fields_of(shown) | {"password": "secret"}

    answer = client.post(action, data=form)

    assert answer.status_code == 303
    assert "Let Elk use your site?" in text(client.get(answer.headers["Location"]))


def test_302_allowed(owner, elk):
    """State and all else come back as they were sent, such as the None of a Python client."""
    shown = elk.ask(owner, state="None", force_login="False", lang="None")

    answer = decide(owner, shown)

    sent = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(f"{CALLBACK}?")
    assert sent["state"] == ["None"]
    assert len(sent["code"]) == 1


def test_302_without_state_none_comes_back(owner, elk):
    answer = decide(owner, elk.ask(owner))

    assert "state" not in parse_qs(urlsplit(answer.headers["Location"]).query)


def test_302_denied(owner, elk):
    answer = decide(owner, elk.ask(owner, state="s"), "deny")

    sent = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert sent["error"] == ["access_denied"]
    assert sent["state"] == ["s"]
    assert "code" not in sent


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "icecubesapp://",
        "com.tapbots.Ivory.10217:/request_token",
        "oauth2redirect://com.keylesspalace.tusky/",
        "org.joinmastodon.android-auth://callback",
    ],
)
def test_200_an_app_with_a_scheme_of_its_own_gets_a_page(owner, client, redirect_uri):
    """A policy on where forms lead, and browsers on phones, stop a redirect to such a scheme."""
    app = register(client, redirect_uri)

    answer = decide(owner, app.ask(owner, state="s"))

    [way] = BeautifulSoup(answer.text, "lxml").find_all("a", "button")
    assert answer.status_code == 200
    assert way["href"].startswith(f"{redirect_uri}?code=")
    assert "location.replace" in answer.text
    assert "script-src 'sha256-" in answer.headers["Content-Security-Policy"]
    assert app.redeem(client, code_in(answer)).status_code == 200


def test_200_the_owner_carries_the_code(owner, client):
    app = register(client, OUT_OF_BAND)
    shown = app.ask(owner, state="None")

    answer = decide(owner, shown)

    assert "You are shown a code to copy into the app. Give it to nobody" in text(shown)
    assert "Leads back to You, with a code" in text(shown)
    assert answer.status_code == 200
    assert "Location" not in answer.headers
    assert app.redeem(client, code_in(answer)).status_code == 200


def test_200_the_owner_carries_no_code_where_the_answer_is_no(owner, client):
    app = register(client, OUT_OF_BAND)

    answer = decide(owner, app.ask(owner), "deny")

    assert answer.status_code == 200
    assert "The app was given nothing" in text(answer)
    assert "endpoint_code" not in answer.text


@pytest.mark.parametrize(
    "redirect_uri",
    [
        f"{CALLBACK}/",
        f"{CALLBACK}?a=b",
        "https://elk.example/",
        "https://elk.example.evil.example/api/site.example/oauth",
        "HTTPS://elk.example/api/site.example/oauth",
        OUT_OF_BAND,
        "javascript:alert(1)",
        "",
    ],
)
@pytest.mark.parametrize("more", [{}, {"response_type": "token"}])
def test_400_a_redirect_uri_that_was_not_registered(owner, elk, redirect_uri, more):
    shown = elk.ask(owner, redirect_uri=redirect_uri, **more)

    assert shown.status_code == 400
    assert "Location" not in shown.headers
    assert "It was given nothing" in text(shown)


@pytest.mark.parametrize("change", ["head", "tail", "cut", "blank"])
def test_400_a_client_id_that_is_not_from_here(owner, elk, change):
    known = elk.client_id
    changed = {
        "head": known[:5] + ("A" if known[5] != "A" else "B") + known[6:],
        "tail": known[:-1] + ("A" if known[-1] != "A" else "E"),
        "cut": known.partition(".")[0],
        "blank": "app-",
    }[change]

    shown = elk.ask(owner, client_id=changed)

    assert shown.status_code == 400
    assert "client_id" in shown.text


def test_302_a_response_type_that_is_none_is_told_to_the_app(owner, elk):
    answer = elk.ask(owner, response_type="token", state="s")

    sent = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert answer.headers["Location"].startswith(f"{CALLBACK}?")
    assert sent["error"] == ["unsupported_response_type"]


# Tokens


@pytest.mark.parametrize("encoding", ["data", "json", "query_string"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_200_a_token_for_a_code(owner, elk, parts, encoding, slash):
    code = elk.get_code(owner)
    form = elk.credentials(
        grant_type="authorization_code", code=code, redirect_uri=elk.redirect_uri
    )

    response = owner.post(f"/oauth/token{slash}", **{encoding: form})

    assert response.status_code == 200
    assert response.json["token_type"] == "Bearer"
    assert response.json["scope"] == "read write follow push"
    assert response.json["created_at"] == int(parts.clock().timestamp())
    assert not {"expires_in", "refresh_token"} & response.json.keys()
    assert response.headers["Cache-Control"] == "no-store"


def test_200_a_token_with_the_client_in_the_header_alone(owner, elk):
    code = elk.get_code(owner)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": elk.redirect_uri}

    response = owner.post(
        "/oauth/token", data=form, headers=basic(quote(elk.client_id), elk.secret)
    )

    assert response.status_code == 200


def test_401_a_wrong_secret_in_the_header(owner, elk):
    """RFC 6749 §5.2."""
    form = {
        "grant_type": "authorization_code",
        "code": elk.get_code(owner),
        "redirect_uri": elk.redirect_uri,
    }

    response = owner.post("/oauth/token", data=form, headers=basic(elk.client_id, "wrong"))

    assert response.status_code == 401
    assert response.json["error"] == "invalid_client"
    assert response.headers["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize("scope", ["read", "read write", "write:statuses read:accounts", "push"])
def test_exactly_what_was_asked_is_granted(owner, elk, scope):
    code = elk.get_code(owner, scope=scope)

    response = elk.redeem(owner, code)

    assert response.json["scope"] == scope


def test_without_scopes_an_app_may_read(owner, elk):
    code = elk.get_code(owner, scope=None)

    response = elk.redeem(owner, code)

    assert response.json["scope"] == "read"


def test_200_without_a_secret_and_with_pkce(owner, elk):
    code = elk.get_code(owner, **with_pkce())

    response = elk.redeem(owner, code, client_secret=None, code_verifier=VERIFIER)

    assert response.status_code == 200


@pytest.mark.parametrize("changes", [{"client_secret": None}, {"client_secret": ""}])
def test_400_without_secret_and_pkce(owner, elk, changes):
    code = elk.get_code(owner)

    response = elk.redeem(owner, code, **changes)

    assert response.status_code == 400
    assert response.json["error"] == "invalid_client"
    assert elk.redeem(owner, code).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_secret": "wröng"}, "invalid_client"),
        ({"client_id": "app-x"}, "invalid_client"),
        ({"client_id": None}, "invalid_request"),
        ({"code": "wrong"}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
        ({"redirect_uri": OUT_OF_BAND}, "invalid_grant"),
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ({"grant_type": None}, "invalid_request"),
        ({"code_verifier": VERIFIER}, "invalid_grant"),
    ],
)
def test_400_no_token(owner, elk, changes, error):
    form = elk.credentials(
        grant_type="authorization_code",
        code=elk.get_code(owner),
        redirect_uri=elk.redirect_uri,
    )
    sent = {name: value for name, value in (form | changes).items() if value is not None}

    response = owner.post("/oauth/token", data=sent)

    assert response.status_code == 400
    assert response.json["error"] == error
    assert response.json["error_description"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_400_a_wrong_verifier(owner, elk):
    code = elk.get_code(owner, **with_pkce())

    response = elk.redeem(owner, code, code_verifier="another-verifier" * 4)

    assert response.json["error"] == "invalid_grant"


def test_400_the_code_of_another_app(owner, client, elk):
    other = register(client)

    response = other.redeem(client, elk.get_code(owner))

    assert response.json["error"] == "invalid_grant"


def test_400_a_code_twice_revokes_the_first(owner, elk):
    code = elk.get_code(owner)
    token = elk.redeem(owner, code).json["access_token"]

    again = elk.redeem(owner, code)

    assert again.json["error"] == "invalid_grant"
    assert owner.get("/api/v1/preferences", headers=bearer(token)).status_code == 401


def test_the_token_lasts(owner, elk, clock):
    token = elk.redeem(owner, elk.get_code(owner)).json["access_token"]

    clock.forward(days=3650)

    assert owner.get("/api/v1/preferences", headers=bearer(token)).status_code == 200


def test_a_token_of_an_app_for_mastodon_posts_over_micropub_too(owner, elk):
    token = elk.redeem(owner, elk.get_code(owner)).json["access_token"]

    response = owner.post("/micropub", data={"content": "Hello"}, headers=bearer(token))

    assert response.status_code == 201


def test_403_a_token_that_only_reads_posts_nowhere(owner, elk, repo):
    before = repo.head.commit
    token = elk.redeem(owner, elk.get_code(owner, scope="read follow push")).json["access_token"]

    over_micropub = owner.post("/micropub", data={"content": "Hello"}, headers=bearer(token))
    over_api = owner.post("/api/v1/statuses", data={"status": "Hello"}, headers=bearer(token))

    assert (over_micropub.status_code, over_api.status_code) == (403, 403)
    assert over_api.json["error"] == "This action is outside the authorized scopes"
    assert repo.head.commit == before


def test_an_app_that_may_write_drafts_only(owner, elk):
    """What was asked is granted by name, or apps would refuse the token; ``draft`` narrows it."""
    shown = elk.ask(owner, scope="read write")
    code = code_in(decide(owner, shown, drafts_only="yes"))
    granted = elk.redeem(owner, code).json

    response = owner.post(
        "/micropub", data={"content": "Hello"}, headers=bearer(granted["access_token"])
    )

    assert granted["scope"] == "read write draft"
    path = response.headers["Location"].removeprefix("https://site.example/")
    shown = owner.get(
        f"/micropub?q=source&url=https://site.example/{path}",
        headers=bearer(granted["access_token"]),
    )
    assert shown.json["properties"]["post-status"] == ["draft"]


# Tokens of apps for themselves


def own_token(client, app, **changes):
    form = app.credentials(grant_type="client_credentials", **changes)
    return client.post("/oauth/token", data=form)


def test_200_an_app_shows_who_it_is(client, elk):
    answer = own_token(client, elk)

    shown = client.get(
        "/api/v1/apps/verify_credentials", headers=bearer(answer.json["access_token"])
    )

    assert answer.json["scope"] == "read"
    assert shown.status_code == 200
    assert shown.json["name"] == "Elk"
    assert "client_secret" not in shown.json


@pytest.mark.parametrize("path", ["/api/v1/preferences", "/api/v1/lists", "/api/v1/markers"])
def test_422_an_app_is_not_the_owner(client, elk, path):
    token = own_token(client, elk).json["access_token"]

    response = client.get(path, headers=bearer(token))

    assert response.status_code == 422
    assert "requires an authenticated user" in response.json["error"]


def test_401_an_app_for_itself_at_the_other_endpoints(client, elk):
    token = own_token(client, elk, scope="create update write").json["access_token"]

    statuses = [
        client.get("/micropub?q=config", headers=bearer(token)).status_code,
        client.post("/micropub", data={"content": "x"}, headers=bearer(token)).status_code,
        client.get("/token", headers=bearer(token)).status_code,
    ]

    assert statuses == [401, 401, 401]


@pytest.mark.parametrize("changes", [{"client_secret": "wrong"}, {"client_secret": None}])
def test_400_an_app_without_its_secret_shows_nothing(client, elk, changes):
    response = own_token(client, elk, **changes)

    assert response.status_code == 400
    assert response.json["error"] == "invalid_client"


def test_400_an_app_known_by_its_page_has_no_secret_to_show(client):
    app = Registered("https://app.example/", "anything", "https://app.example/callback")

    response = own_token(client, app)

    assert response.status_code == 400
    assert "access_token" not in response.json


def test_401_a_token_that_somebody_made_up(client, elk):
    token = own_token(client, elk).json["access_token"]

    response = client.get("/api/v1/apps/verify_credentials", headers=bearer(token[:-2] + "xx"))

    assert response.status_code == 401


def test_200_the_owners_token_tells_its_app(owner, elk):
    token = elk.redeem(owner, elk.get_code(owner)).json["access_token"]

    shown = owner.get("/api/v1/apps/verify_credentials", headers=bearer(token))

    assert shown.json["name"] == "Elk"


def test_200_a_token_of_an_app_known_by_its_page_tells_that(client, parts):
    headers = make_bearer(parts, "create", "https://quill.p3k.io/")

    shown = client.get("/api/v1/apps/verify_credentials", headers=headers)

    assert (shown.json["name"], shown.json["website"]) == ("quill.p3k.io", "https://quill.p3k.io/")


# Going away again


@pytest.mark.parametrize("encoding", ["data", "json"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_200_an_app_signs_out(owner, elk, encoding, slash):
    token = elk.redeem(owner, elk.get_code(owner)).json["access_token"]

    response = owner.post(f"/oauth/revoke{slash}", **{encoding: elk.credentials(token=token)})

    refused = owner.get("/api/v1/preferences", headers=bearer(token))
    assert (response.status_code, response.json) == (200, {})
    assert refused.status_code == 401
    assert refused.json["error"] == "The access token is invalid"


def test_the_owner_revokes_an_app(owner, client):
    app = register(client, client_name="Ivory", website="https://tapbots.com")
    token = app.redeem(owner, app.get_code(owner)).json["access_token"]
    page = BeautifulSoup(owner.get("/admin/").text, "lxml")
    form = page.find("button", {"aria-label": "Revoke Ivory"}).find_parent("form")

    owner.post(form["action"], data={i["name"]: i["value"] for i in form.find_all("input")})

    [entry] = page.find_all("li", "entry")
    assert entry.find("h2").get_text() == "Ivory"
    assert "https://tapbots.com/" in entry.get_text()
    assert app.client_id not in entry.get_text()
    assert owner.get("/api/v1/preferences", headers=bearer(token)).status_code == 401


# Settings


def test_404_without_the_api(installation, start, client_of):
    installation.configure(mastodon={"api": False})
    client = client_of(start())

    answers = [
        client.post("/api/v1/apps", data={"client_name": "x", "redirect_uris": CALLBACK}),
        client.get("/oauth/authorize"),
        client.get("/api/v2/instance"),
        client.get("/nodeinfo/2.0"),
    ]

    metadata = client.get("/.well-known/oauth-authorization-server").json
    assert {answer.status_code for answer in answers} <= {404, 405}
    assert "app_registration_endpoint" not in metadata
    assert "read" not in metadata["scopes_supported"]


def test_apps_of_micropub_alone_use_the_api_where_others_sign_in(installation, start, client_of):
    installation.configure(auth={"mode": "external"})
    client = client_of(start())

    answers = [
        client.post("/api/v1/apps", data={"client_name": "x", "redirect_uris": CALLBACK}),
        client.get("/oauth/authorize"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert client.get("/api/v2/instance").status_code == 200


def test_400_without_pkce_where_the_owner_insists_on_it(installation, start, client_of):
    installation.configure(auth={"require_pkce": True})
    client = sign_in(client_of(start()))
    app = register(client)

    answers = app.ask(client), app.ask(client, **with_pkce())

    assert [answer.status_code for answer in answers] == [302, 200]
    assert "code_challenge" in unquote(answers[0].headers["Location"])


def test_metadata_serves_both_kinds_of_apps(client):
    metadata = client.get("/.well-known/oauth-authorization-server").json

    assert metadata["issuer"] == "https://site.example/"
    assert metadata["app_registration_endpoint"] == "https://site.example/api/v1/apps"
    assert {"create", "update", "profile", "read", "write", "follow", "push"} <= set(
        metadata["scopes_supported"]
    )
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert set(metadata["token_endpoint_auth_methods_supported"]) == {
        "none",
        "client_secret_basic",
        "client_secret_post",
    }
    assert "client_credentials" in metadata["grant_types_supported"]


def test_an_app_that_goes_by_the_metadata_signs_in(owner, elk):
    metadata = owner.get("/.well-known/oauth-authorization-server").json
    code = elk.get_code(owner, **with_pkce())
    form = elk.credentials(
        grant_type="authorization_code",
        code=code,
        redirect_uri=elk.redirect_uri,
        code_verifier=VERIFIER,
    )

    answer = owner.post(urlsplit(metadata["token_endpoint"]).path, data=form)
    gone = owner.post(
        urlsplit(metadata["revocation_endpoint"]).path,
        data=elk.credentials(token=answer.json["access_token"]),
    )

    assert (answer.status_code, gone.status_code) == (200, 200)


def test_a_wrong_password_keeps_the_app_out(client, elk):
    elk.ask(client)

    try_password(client, "wrong")

    assert "wants to sign in" in text(elk.ask(client))


# A path of its own


@pytest.mark.parametrize("strips", [False, True])
def test_signing_in_below_the_path_that_the_api_has_too(installation, start, client_of, strips):
    """The owner's cookie is for that path; apps ask at the root of the host, and below /api."""
    installation.configure(public_url="https://site.example/api")
    client = client_of(start())
    if strips:
        client.application.wsgi_app = _without_api(client.application.wsgi_app)
    try_password(client, root="/api")
    app = register(client)

    shown = app.ask(client)

    token = app.redeem(client, code_in(decide(client, shown))).json["access_token"]
    answer = client.get("/api/v1/preferences", headers=bearer(token))
    assert BeautifulSoup(shown.text, "lxml").find("form")["action"] == "/api/auth/consent"
    assert answer.status_code == 200


def _without_api(application):
    """Return ``application`` behind a proxy that takes ``/api`` off the paths."""

    def strip(environ, start_response):
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix("/api")
        return application(environ, start_response)

    return strip
