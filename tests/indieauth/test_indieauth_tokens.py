"""The token endpoint and its neighbours: codes, refresh tokens, questions and ends."""

import functools
import hashlib
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from oauth_apps import (
    FORM,
    VERIFIER,
    WITHOUT_PKCE,
    App,
    challenge_of,
    give,
    grant_code,
    header,
    is_good,
)

APP = App()
redemption, renewal = APP.redemption, APP.renewal


@pytest.fixture
def grant(client):
    """Return a function that gives a code for all that the app asks."""
    return functools.partial(grant_code, client, APP)


@pytest.fixture
def signed_in(client):
    """Return a function that gives the token endpoint's answer to an app signing in."""
    return functools.partial(give, client, APP)


# Redeeming a code


def test_200_a_code_gives_tokens(client, grant):
    """IndieAuth §5.3.3, RFC 6749 §5.1."""
    response = client.post("/token", data=redemption(grant()))

    assert response.status_code == 200
    assert response.content_type == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json["token_type"] == "Bearer"
    assert response.json["scope"] == "profile create"
    assert response.json["me"] == "https://site.example/"
    assert response.json["expires_in"] == 7_776_000
    assert response.json["profile"] == {"name": "Ada", "url": "https://site.example/"}
    created = client.post("/micropub", data={"content": "Hi"}, headers=header(response.json))
    assert created.status_code == 201


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"code_verifier": "x" * 43}, "invalid_grant", id="wrong verifier"),
        pytest.param({"code_verifier": None}, "invalid_grant", id="no verifier"),
        pytest.param({"code_verifier": ""}, "invalid_grant", id="empty verifier"),
        pytest.param(
            {"code_verifier": challenge_of(VERIFIER)}, "invalid_grant", id="the challenge itself"
        ),
        pytest.param({"client_id": "https://else.example/"}, "invalid_grant", id="another app"),
        pytest.param({"client_id": "https://app.example/2"}, "invalid_grant", id="another path"),
        pytest.param({"client_id": "javascript:x"}, "invalid_client", id="no client_id at all"),
        pytest.param({"client_id": None}, "invalid_request", id="client_id missing"),
        pytest.param(
            {"redirect_uri": APP.redirect_uri + "?"}, "invalid_grant", id="another redirect_uri"
        ),
        pytest.param({"redirect_uri": None}, "invalid_request", id="redirect_uri missing"),
        pytest.param({"code": "endpoint_code_x"}, "invalid_grant", id="unknown code"),
        pytest.param({"code": ""}, "invalid_grant", id="empty code"),
        pytest.param({"code": None}, "invalid_request", id="code missing"),
        pytest.param({"grant_type": None}, "invalid_request", id="grant_type missing"),
        pytest.param({"grant_type": "password"}, "unsupported_grant_type", id="password"),
        pytest.param({"grant_type": 'a"\\'}, "unsupported_grant_type", id="odd characters"),
        pytest.param({"code_verifier": [VERIFIER] * 2}, "invalid_request", id="twice"),
    ],
)
def test_400_what_does_not_belong_together_gives_nothing(client, grant, changes, error):
    """RFC 6749 §5.2, RFC 7636 §4.6; what is missing is told apart from what is wrong."""
    code = grant()

    response = client.post("/token", data=redemption(code, **changes))

    assert response.status_code == 400
    assert response.json["error"] == error
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json.keys() == {"error", "error_description"}
    # A failed try is no use of the code: the app that knows the verifier still gets in.
    assert client.post("/token", data=redemption(code)).status_code == 200


def test_200_canonically_equal_client_ids_are_one(client, grant):
    """IndieAuth §3.4."""
    code = grant(client_id="https://app.example")

    response = client.post("/token", data=redemption(code, client_id="HTTPS://app.example"))

    assert response.status_code == 200


def test_200_a_code_without_a_challenge_needs_no_verifier(client, grant):
    """RFC 7636 §4.6: a verifier is compared where there was a challenge."""
    response = client.post("/token", data=redemption(grant(**WITHOUT_PKCE), code_verifier=None))

    assert response.status_code == 200


def test_400_a_verifier_without_a_challenge_shows_that_it_was_taken_away(client, grant):
    """RFC 9700 §4.8.2: the downgrade of PKCE."""
    response = client.post("/token", data=redemption(grant(**WITHOUT_PKCE)))

    assert response.status_code == 400
    assert response.json["error"] == "invalid_grant"


def test_200_what_older_apps_send_beside_is_ignored(client, grant):
    """RFC 6749 §3.2: unrecognized parameters are ignored."""
    extra = {"me": "https://site.example/", "state": "s", "client_secret": ""}

    response = client.post("/token", data=redemption(grant()) | extra, headers={"Accept": "*/*"})

    assert response.status_code == 200
    assert response.content_type == "application/json"


def test_200_a_form_for_who_asks_for_nothing_else(client, grant):
    accept = {"Accept": FORM}

    response = client.post("/token", data=redemption(grant()), headers=accept)

    answer = parse_qs(response.text)
    assert response.mimetype == FORM
    assert answer["me"] == ["https://site.example/"]
    assert answer["scope"] == ["profile create"]
    assert answer["profile[name]"] == ["Ada"]


def test_400_a_code_for_signing_in_gives_no_token(client, grant):
    """IndieAuth §5.3.3."""
    response = client.post("/token", data=redemption(grant(scope="")))

    assert response.status_code == 400
    assert response.json["error"] == "invalid_grant"


def test_400_an_old_code(client, grant, clock):
    """IndieAuth §5.2.1."""
    code = grant()
    clock.forward(seconds=300)

    response = client.post("/token", data=redemption(code))

    assert response.status_code == 400
    assert response.json["error"] == "invalid_grant"


@pytest.mark.parametrize("lifetime_s", [60, 600])
def test_400_code_lifetime_is_a_setting(installation, start, client_of, clock, lifetime_s):
    """IndieAuth §5.2.1, RFC 6749 §4.1.2: ten minutes at most."""
    installation.configure(auth={"code_s": lifetime_s})
    client = client_of(start())
    codes = [grant_code(client, APP), grant_code(client, APP)]

    clock.forward(seconds=lifetime_s - 1)
    just = client.post("/token", data=redemption(codes[0]))
    clock.forward(seconds=1)
    late = client.post("/token", data=redemption(codes[1]))

    assert just.status_code == 200
    assert late.status_code == 400


def test_400_a_second_use_of_a_code_revokes_what_the_first_gave(client, grant):
    """RFC 6749 §4.1.2; the first may have been the thief."""
    code = grant()
    first = client.post("/token", data=redemption(code)).json

    second = client.post("/token", data=redemption(code))

    assert second.status_code == 400
    assert second.json["error"] == "invalid_grant"
    assert not is_good(client, first)
    assert client.post("/token", data=renewal(first)).json["error"] == "invalid_grant"


def test_400_a_second_use_revokes_renewed_tokens_too(client, grant):
    """RFC 6749 §4.1.2: everything that was issued on that code."""
    code = grant()
    first = client.post("/token", data=redemption(code)).json
    renewed = client.post("/token", data=renewal(first)).json

    client.post("/token", data=redemption(code))

    assert not is_good(client, renewed)


def test_one_of_many_at_once_gets_a_token_and_does_not_keep_it(client, grant, installation):
    """A race between the app and a thief leaves nobody a token."""
    code, barrier = grant(), threading.Barrier(4)

    def redeem(_):
        barrier.wait()
        return client.application.test_client().post("/token", data=redemption(code))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(redeem, range(4)))

    winners = [answer.json for answer in answers if answer.status_code == 200]
    assert len(winners) <= 1
    assert not any(is_good(client, winner) for winner in winners)
    with sqlite3.connect(installation.folder / "state" / "endpoint.db") as database:
        rows = database.execute("SELECT count(*) FROM tokens").fetchone()
        good = database.execute("SELECT count(*) FROM tokens WHERE revoked_at IS NULL").fetchone()
    database.close()
    assert rows == (len(winners),)
    assert good == (0,)


def test_401_a_code_is_no_token(client, grant):
    """IndieAuth §8.1."""
    code = {"Authorization": f"Bearer {grant()}"}

    for path in ("/micropub?q=config", "/userinfo", "/token"):
        assert client.get(path, headers=code).status_code == 401


def test_400_a_token_is_no_code(client, signed_in):
    """RFC 6749 §5.2."""
    answer = signed_in()

    for secret in (answer["access_token"], answer["refresh_token"]):
        response = client.post("/token", data=redemption(secret))
        assert response.status_code == 400
        assert response.json["error"] == "invalid_grant"


def test_no_secret_is_kept(client, grant, signed_in, installation):
    """What is stored cannot be used: hashes only."""
    code, answer = grant(), signed_in()
    made = [code, answer["access_token"], answer["refresh_token"]]

    with sqlite3.connect(installation.folder / "state" / "endpoint.db") as database:
        kept = "\n".join(database.iterdump())
    database.close()

    assert all(secret.removeprefix("endpoint_") not in kept for secret in made)
    assert all(hashlib.sha256(secret.encode()).hexdigest() in kept for secret in made)


# Redeeming a code at the authorization endpoint


def test_200_the_authorization_endpoint_says_who_it_is(client, grant):
    """IndieAuth §5.3.2: never a token, whatever was granted."""
    code = grant()

    response = client.post("/auth", data=redemption(code))

    profile = {"name": "Ada", "url": "https://site.example/"}
    assert response.status_code == 200
    assert response.json == {"me": "https://site.example/", "profile": profile}
    assert response.headers["Cache-Control"] == "no-store"
    for path in ("/auth", "/token"):
        again = client.post(path, data=redemption(code))
        assert again.status_code == 400
        assert again.json["error"] == "invalid_grant"


def test_200_older_apps_send_no_grant_type_and_want_a_form(client, grant):
    """The sign-in of before 2020, still in use."""
    code = grant(**WITHOUT_PKCE, response_type="id", scope="create profile")
    accept = {"Accept": FORM}
    form = redemption(code, grant_type=None, code_verifier=None)

    response = client.post("/auth", data=form, headers=accept)

    assert response.status_code == 200
    assert parse_qs(response.text)["me"] == ["https://site.example/"]


def test_400_signing_in_with_response_type_id_grants_nothing_else(client, grant):
    """IndieAuth §5.3.3: no scope was granted, so there is no token."""
    code = grant(response_type="id", scope="create update")

    response = client.post("/token", data=redemption(code))

    assert response.status_code == 400
    assert response.json["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"code_verifier": None}, id="no verifier"),
        pytest.param({"client_id": "https://else.example/"}, id="another app"),
        pytest.param({"redirect_uri": "https://app.example/else"}, id="another redirect_uri"),
    ],
)
def test_400_the_authorization_endpoint_checks_as_well(client, grant, changes):
    """IndieAuth §5.3.1: client_id, redirect_uri and code_verifier, as at the token endpoint."""
    response = client.post("/auth", data=redemption(grant(), **changes))

    assert response.status_code == 400
    assert response.json["error"] == "invalid_grant"


def test_400_the_authorization_endpoint_renews_nothing(client, signed_in):
    """IndieAuth §5.3.2: it tells who signs in and nothing else."""
    response = client.post("/auth", data=renewal(signed_in()) | {"code": "x", "redirect_uri": "y"})

    assert response.status_code == 400
    assert response.json["error"] == "invalid_request"


# Profile


@pytest.mark.parametrize(
    ("scope", "profile"),
    [
        pytest.param("create", None, id="neither"),
        pytest.param("profile create", {"name", "url", "photo"}, id="profile"),
        pytest.param("profile email", {"name", "url", "photo", "email"}, id="both"),
        pytest.param("email create", None, id="email alone"),
    ],
)
def test_200_profile_as_the_scopes_have_it(installation, start, client_of, scope, profile):
    """IndieAuth §5.3.4 and §9."""
    photo = "https://site.example/ada.jpg"
    installation.configure(owner={"name": "Ada", "photo": photo, "email": "ada@site.example"})
    client = client_of(start())

    answer = give(client, APP, scope=scope)
    userinfo = client.get("/userinfo", headers=header(answer))

    assert (set(answer["profile"]) if profile else answer.get("profile")) == profile
    assert userinfo.status_code == (200 if profile else 403)
    assert (set(userinfo.json) if profile else userinfo.json["scope"]) == (profile or "profile")


def test_401_userinfo_without_a_token(client):
    """IndieAuth §9, RFC 6750 §3: a challenge without an error."""
    response = client.get("/userinfo")

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_403_a_token_for_the_profile_cannot_post(client, signed_in):
    """IndieAuth §8.1."""
    response = client.post(
        "/micropub", data={"content": "x"}, headers=header(signed_in(scope="profile"))
    )

    assert response.status_code == 403
    assert response.json["error"] == "insufficient_scope"


# Refreshing


def test_200_a_refresh_token_is_replaced(client, signed_in):
    """IndieAuth §5.5, RFC 6749 §6."""
    first = signed_in()

    response = client.post("/token", data=renewal(first))

    assert response.status_code == 200
    assert response.json["scope"] == "profile create"
    assert response.json["me"] == "https://site.example/"
    assert response.json["access_token"] != first["access_token"]
    assert response.json["refresh_token"] != first["refresh_token"]
    assert is_good(client, response.json)
    assert client.post("/token", data=renewal(response.json)).status_code == 200


def test_200_a_refreshed_token_may_have_less(client, signed_in):
    """IndieAuth §5.5, RFC 6749 §6: same or narrower, and the refresh token keeps its scope."""
    narrow = client.post("/token", data=renewal(signed_in(), scope="profile")).json

    response = client.post("/micropub", data={"content": "x"}, headers=header(narrow))
    wide = client.post("/token", data=renewal(narrow))

    assert narrow["scope"] == "profile"
    assert response.status_code == 403
    # The new refresh token still stands for all that was granted.
    assert wide.json["scope"] == "profile create"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"scope": "profile create delete"}, "invalid_scope", id="more scope"),
        pytest.param({"scope": "delete"}, "invalid_scope", id="other scope"),
        pytest.param({"client_id": "https://else.example/"}, "invalid_grant", id="another app"),
        pytest.param({"client_id": None}, "invalid_request", id="no client_id"),
        pytest.param({"refresh_token": "x"}, "invalid_grant", id="unknown"),
        pytest.param({"refresh_token": ""}, "invalid_grant", id="empty"),
        pytest.param({"refresh_token": None}, "invalid_request", id="missing"),
    ],
)
def test_400_refresh(client, signed_in, changes, error):
    """IndieAuth §5.5, RFC 6749 §5.2 and §6."""
    first = signed_in()

    response = client.post("/token", data=renewal(first, **changes))

    assert response.status_code == 400
    assert response.json["error"] == error
    assert client.post("/token", data=renewal(first)).status_code == 200


def test_400_an_access_token_refreshes_nothing(client, signed_in):
    """IndieAuth §5.5, RFC 6749 §5.2."""
    answer = signed_in()

    response = client.post("/token", data=renewal(answer, refresh_token=answer["access_token"]))

    assert response.status_code == 400
    assert response.json["error"] == "invalid_grant"


def test_400_a_replaced_refresh_token_that_comes_again_was_stolen(client, signed_in):
    """RFC 9700 §4.14.2: everything of that sign-in ends."""
    first, other = signed_in(), signed_in()
    second = client.post("/token", data=renewal(first)).json

    response = client.post("/token", data=renewal(first))

    assert response.json["error"] == "invalid_grant"
    assert not is_good(client, second)
    assert client.post("/token", data=renewal(second)).json["error"] == "invalid_grant"
    assert is_good(client, other)


def test_401_a_refresh_token_is_no_access_token(client, signed_in):
    """RFC 6749 §1.5: refresh tokens are never sent to resource servers."""
    refresh = {"Authorization": f"Bearer {signed_in()['refresh_token']}"}

    response = client.get("/micropub?q=config", headers=refresh)

    assert response.status_code == 401
    assert response.json["error"] == "invalid_token"


def test_lifetimes_are_settings(installation, start, client_of, clock):
    """IndieAuth §8.1: expiry is checked at every request."""
    installation.configure(auth={"token_s": 100, "refresh_s": 1000})
    client = client_of(start())
    answer = give(client, APP)

    clock.forward(seconds=100)
    expired = client.get("/micropub?q=config", headers=header(answer))
    renewed = client.post("/token", data=renewal(answer)).json
    clock.forward(seconds=1000)
    too_late = client.post("/token", data=renewal(renewed))

    assert answer["expires_in"] == 100
    assert expired.status_code == 401
    assert expired.json["error"] == "invalid_token"
    assert too_late.json["error"] == "invalid_grant"


def test_tokens_without_end_need_no_renewal(installation, start, client_of, clock):
    installation.configure(auth={"token_s": 0})
    client = client_of(start())
    answer = give(client, APP)
    clock.forward(days=4000)

    assert answer.keys().isdisjoint({"expires_in", "refresh_token"})
    assert is_good(client, answer)


# Introspection and verification


def test_200_introspection_of_a_good_token(client, signed_in):
    """IndieAuth §6, RFC 7662 §2.2: a boolean and integers."""
    answer = signed_in()

    response = client.post(
        "/introspect", data={"token": answer["access_token"]}, headers=header(answer)
    )

    assert response.status_code == 200
    assert response.json == {
        "active": True,
        "me": "https://site.example/",
        "client_id": APP.client_id,
        "scope": "create profile",
        "iat": 1_763_800_215,
        "exp": 1_763_800_215 + 7_776_000,
    }


def test_200_introspection_of_anything_else_says_inactive_alone(client, signed_in, grant, clock):
    """IndieAuth §6, RFC 7662 §2.2: exactly this, and nothing about why."""
    asking, other, code = signed_in(), signed_in(), grant()
    client.post("/revoke", data={"token": other["access_token"]})

    unknown = ["x", "", code, asking["refresh_token"], other["access_token"]]
    answers = [
        client.post("/introspect", data={"token": token}, headers=header(asking))
        for token in unknown
    ]

    assert [answer.status_code for answer in answers] == [200] * len(unknown)
    assert [answer.json for answer in answers] == [{"active": False}] * len(unknown)


def test_200_introspection_of_an_expired_token(client, signed_in, clock):
    """IndieAuth §6, RFC 7662 §2.2."""
    old = signed_in()
    clock.forward(days=90)
    new = signed_in()

    response = client.post("/introspect", data={"token": old["access_token"]}, headers=header(new))

    assert response.json == {"active": False}


def test_401_introspection_without_authorization(client, signed_in):
    """IndieAuth §6: MUST require authorization."""
    token = signed_in()["access_token"]

    bare = client.post("/introspect", data={"token": token})
    wrong = client.post("/introspect", data={"token": token}, headers={"Authorization": "Bearer x"})

    assert bare.status_code == 401
    assert wrong.status_code == 401


def test_400_introspection_of_nothing(client, signed_in):
    """RFC 7662 §2.1: token is required."""
    response = client.post("/introspect", headers=header(signed_in()))

    assert response.status_code == 400
    assert response.json["error"] == "invalid_request"


def test_200_older_apps_verify_by_get(client, signed_in):
    response = client.get("/token", headers=header(signed_in()))

    assert response.json == {
        "me": "https://site.example/",
        "client_id": APP.client_id,
        "scope": "create profile",
        "profile": {"name": "Ada", "url": "https://site.example/"},
    }


# Revocation


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.parametrize("path", ["/revoke", "/token"])
def test_200_revoked_is_useless_at_once(client, signed_in, kind, path):
    """IndieAuth §7, RFC 7009 §2.1; ``action=revoke`` is how older apps say it."""
    answer, other = signed_in(), signed_in()

    response = client.post(path, data={"action": "revoke", "token": answer[kind]})

    assert response.status_code == 200
    assert not is_good(client, answer)
    assert client.post("/token", data=renewal(answer)).json["error"] == "invalid_grant"
    assert is_good(client, other)


@pytest.mark.parametrize("form", [{"token": "x"}, {"token": "x", "token_type_hint": "odd"}])
def test_200_revoking_what_is_unknown(client, form):
    """RFC 7009 §2.2."""
    assert client.post("/revoke", data=form).status_code == 200


def test_400_revoking_nothing(client):
    """RFC 7009 §2.1: token is required."""
    response = client.post("/revoke")

    assert response.status_code == 400
    assert response.json["error"] == "invalid_request"


def test_200_an_older_app_does_not_name_what_it_gives_back(client, signed_in):
    answer = signed_in()

    response = client.post("/token", data={"action": "revoke", answer["access_token"]: ""})

    assert response.status_code == 200
    assert not is_good(client, answer)


def test_200_a_token_made_by_hand_is_revoked_alone(client, bearer):
    """IndieAuth §7."""
    one, two = bearer(), bearer()
    secret = one["Authorization"].removeprefix("Bearer ")

    client.post("/revoke", data={"token": secret})

    assert client.get("/micropub?q=config", headers=one).status_code == 401
    assert client.get("/micropub?q=config", headers=two).status_code == 200


# Bodies and metadata


@pytest.mark.parametrize("path", ["/auth", "/token", "/introspect", "/revoke"])
def test_415_json_is_no_form(client, bearer, path):
    """RFC 6749 §3.2, RFC 7662 §2.1, RFC 7009 §2.1: parameters come in a form."""
    response = client.post(path, json={"token": "x"}, headers=bearer())

    assert response.status_code == 415
    assert response.json["error"] == "invalid_request"


@pytest.mark.parametrize("path", ["/auth", "/token", "/introspect", "/revoke"])
@pytest.mark.parametrize(
    "body", [b"%ff", b"token=%ff", b"\xff\xfe", b"&&&=", b"token=" + b"a" * 99_999]
)
def test_malformed_bodies_get_oauth_errors(client, bearer, path, body):
    """RFC 6749 §5.2: JSON, whatever came."""
    response = client.post(path, data=body, content_type=FORM, headers=bearer())

    assert response.status_code in (200, 400)
    assert response.json is not None


def test_200_metadata_is_valid(client):
    """RFC 8414 §2 as authlib checks it, IndieAuth §4.1.1."""
    response = client.get("/.well-known/oauth-authorization-server")

    document = AuthorizationServerMetadata(response.json)
    document.validate()
    assert response.content_type == "application/json"
    assert document["issuer"] == "https://site.example/"
    assert document["authorization_endpoint"] == "https://site.example/auth"
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert {"create", "profile", "email", "media"} <= set(document["scopes_supported"])


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/api/.well-known/oauth-authorization-server", id="under the path"),
        pytest.param("/.well-known/oauth-authorization-server", id="with the path stripped"),
        pytest.param("/.well-known/oauth-authorization-server/api", id="as RFC 8414 has it"),
    ],
)
def test_200_metadata_under_the_path_of_public_url(installation, start, client_of, path):
    """RFC 8414 §3.1, and IndieAuth §4.1.1: the issuer is a prefix of the URL in the link."""
    installation.configure(public_url="https://site.example/api")
    client = client_of(start())

    response = client.get(path)

    assert response.json["issuer"] == "https://site.example/api/"
    assert response.json["token_endpoint"] == "https://site.example/api/token"


@pytest.mark.parametrize(
    ("public_url", "path"),
    [
        pytest.param("https://site.example", "else", id="another path"),
        pytest.param("https://site.example", "site.example", id="the host as a path"),
        pytest.param("https://site.example/a/b", "b", id="half of the path"),
        pytest.param("https://site.example/a/b", "site.example/a/b", id="host and path"),
    ],
)
def test_404_metadata_of_another_issuer(installation, start, client_of, public_url, path):
    """RFC 8414 §3.1 and §3.3: who asks for another issuer must not get ours."""
    installation.configure(public_url=public_url)
    client = client_of(start())

    response = client.get(f"/.well-known/oauth-authorization-server/{path}")

    assert response.status_code == 404
