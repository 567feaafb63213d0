"""Who asks too often is told to wait, and nobody else."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask, request
from oauth_apps import SIGN_IN, fields_of

from endpoint.handlers import errors, limits


def attempt(client, password, address="192.0.2.1", **headers):
    """Try a password from ``address`` and return the answer."""
    client.environ_base["REMOTE_ADDR"] = address
    shown = client.get(SIGN_IN)
    return client.post(SIGN_IN, data=fields_of(shown) | {"password": password}, headers=headers)


def fail(client, times, address="192.0.2.1", **headers):
    return [attempt(client, "wrong", address, **headers).status_code for _ in range(times)]


def sign_out(client):
    client.delete_cookie("endpoint_session")


# Guessing the password


def test_429_after_five_wrong_passwords_in_a_minute(client):
    """RFC 6585 §4; the right password must wait too, or the answers would give it away."""
    assert fail(client, 6) == [403] * 5 + [429]

    refused = attempt(client, "secret")

    assert refused.status_code == 429
    assert refused.mimetype == "text/html"
    assert 50 <= int(refused.headers["Retry-After"]) <= 60
    assert "try again in 1 minute" in refused.text
    assert attempt(client, "secret", "192.0.2.2").status_code == 303


def test_the_wait_ends_when_it_was_said_to(client):
    """RFC 9110 §10.2.3."""
    with time_machine.travel(datetime(2030, 1, 1, tzinfo=UTC), tick=False) as traveller:
        fail(client, 5)
        traveller.shift(20)
        wait_s = int(attempt(client, "secret").headers["Retry-After"])
        traveller.shift(wait_s - 2)
        early = attempt(client, "secret").status_code
        traveller.shift(2)
        late = attempt(client, "secret").status_code

    assert (early, late) == (429, 303)


def test_429_after_thirty_wrong_passwords_in_an_hour(client):
    with time_machine.travel(datetime(2030, 1, 1, tzinfo=UTC), tick=False) as traveller:
        for _ in range(5):
            assert fail(client, 5) == [403] * 5
            traveller.shift(61)
        assert fail(client, 5) == [403] * 5
        refused = attempt(client, "wrong")

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) == 3600 - 5 * 61
    assert "minutes" in refused.text


def test_303_who_knows_the_password_is_never_slowed(client):
    statuses = []
    for _ in range(12):
        statuses.append(attempt(client, "secret").status_code)
        sign_out(client)

    assert statuses == [303] * 12


def test_429_after_a_hundred_from_everywhere(client):
    """Guesses from many addresses; browsers that were signed in before still get in."""
    known = client.application.test_client()
    assert attempt(known, "secret").status_code == 303
    sign_out(known)
    for number in range(20):
        assert fail(client, 5, f"198.51.100.{number}") == [403] * 5

    refused = attempt(client, "secret", "203.0.113.1")

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 3000
    assert fail(known, 5, "203.0.113.2") == [403] * 5
    assert attempt(known, "secret", "203.0.113.3").status_code == 429
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61)):
        assert attempt(known, "secret", "203.0.113.2").status_code == 303


@pytest.mark.parametrize("forged", ["x", "known.x.y", "é"])
def test_429_a_forged_browser_cookie_helps_nobody(client, forged):
    client.set_cookie("endpoint_browser", forged, path=SIGN_IN)

    assert fail(client, 6) == [403] * 5 + [429]


def test_no_429_where_limits_are_switched_off(start, installation, client_of):
    installation.configure(limits={"enabled": False})

    assert fail(client_of(start()), 12) == [403] * 12


def test_a_forged_form_is_no_attempt(client):
    statuses = [client.post(SIGN_IN, data={"password": "x"}).status_code for _ in range(8)]

    assert statuses == [400] * 8
    assert attempt(client, "secret", "127.0.0.1").status_code == 303


# Who is who


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        pytest.param("192.0.2.1", "192.0.2.2", False, id="IPv4 neighbours"),
        pytest.param("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True, id="one /64"),
        pytest.param("2001:db8:1:2::1", "2001:db8:1:3::1", False, id="another /64"),
        pytest.param("::ffff:192.0.2.1", "192.0.2.1", True, id="IPv4 in IPv6"),
        pytest.param("::ffff:192.0.2.1", "::ffff:192.0.2.2", False, id="neighbours in IPv6"),
        pytest.param("fe80::1%eth0", "fe80::2%eth1", True, id="with a zone"),
        pytest.param("", "unix", True, id="no address"),
    ],
)
def test_addresses_of_one_visitor(client, first, second, is_one):
    fail(client, 5, first)

    assert fail(client, 1, second) == [429 if is_one else 403]


@pytest.mark.parametrize(
    ("proxies", "first", "second", "is_one"),
    [
        pytest.param(0, "198.51.100.1", "198.51.100.2", True, id="nobody is trusted"),
        pytest.param(1, "198.51.100.1", "198.51.100.2", False, id="one proxy"),
        pytest.param(1, "9.9.9.9, 198.51.100.1", "8.8.8.8, 198.51.100.1", True, id="made up"),
        pytest.param(2, "198.51.100.1, 10.0.0.1", "198.51.100.2, 10.0.0.1", False, id="two"),
        pytest.param(2, "198.51.100.1", "198.51.100.2", True, id="one of two is missing"),
    ],
)
def test_proxies_name_the_visitor(start, installation, client_of, proxies, first, second, is_one):
    installation.configure(limits={"trusted_proxies": proxies})
    client = client_of(start())

    fail(client, 5, **{"X-Forwarded-For": first})

    assert fail(client, 1, **{"X-Forwarded-For": second}) == [429 if is_one else 403]


def test_proxies_are_believed_nothing_else(start, installation, client_of):
    """Links and cookies come from the configuration, whatever a request says of itself."""
    installation.configure(limits={"trusted_proxies": 1})
    client = client_of(start())
    client.application.add_url_rule("/probe", "probe", lambda: request.url + request.script_root)
    lies = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "X-Forwarded-Port": "666",
    }

    response = client.get("/probe", headers=lies)

    assert response.text == "http://localhost/probe"


# Other URLs


def test_429_in_json_where_a_url_has_a_limit_of_its_own():
    app = Flask("endpoint")
    errors.register(app)

    @app.get("/limited")
    @limits.limit("3 per minute")
    def limited():
        return "here"

    @app.get("/free")
    def free():
        return "here"

    limits.register(app, "sqlite:///state/queue.db")
    client = app.test_client()

    statuses = [client.get("/limited").status_code for _ in range(4)]
    refused = client.get("/limited")

    assert statuses == [200, 200, 200, 429]
    assert refused.json["error"] == "too_many_requests"
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert {client.get("/free").status_code for _ in range(10)} == {200}


def test_the_api_has_no_limit(client, bearer):
    headers = bearer()

    statuses = {client.get("/micropub?q=config", headers=headers).status_code for _ in range(120)}

    assert statuses == {200}
