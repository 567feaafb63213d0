"""The guarded client against real TLS: whose certificates it takes, and what it tells them."""

import time

import pytest
from authority import DAY, HOST, Authority
from web_servers import LOCAL, TOO_LATE, answers, drip, listening, silence

from endpoint.stores.web import FetchError, Web


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def make(authority):
    """A client that trusts the authority, and takes every name for 127.0.0.1."""

    def make(**options):
        settings = {"resolve": answers("127.0.0.1"), "authorities": authority.file, **options}
        return Web([HOST, *LOCAL], **settings)

    return make


def speaking(context, seen):
    """Answer over TLS; ``seen`` gets the name of the TLS handshake, then the request."""

    def answer(connection):
        context.sni_callback = lambda _, name, __: seen.append(name)
        with context.wrap_socket(connection, server_side=True) as secured:
            seen.append(secured.recv(65_536))
            secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")

    return answer


def test_good_certificate(make, authority):
    """The connection goes to the address; handshake, certificate and Host keep the name."""
    seen = []

    with listening(speaking(authority.server(), seen)) as (port, _):
        page = make().get(f"https://{HOST}:{port}/a")

    assert (page.url, page.text) == (f"https://{HOST}:{port}/a", "secret")
    assert seen[0] == HOST
    assert f"\r\nHost: {HOST}:{port}\r\n".encode() in seen[1]


def test_certificate_of_an_address(make, authority):
    with listening(speaking(authority.server("127.0.0.1"), [])) as (port, _):
        assert make().get(f"https://127.0.0.1:{port}/").text == "secret"


@pytest.mark.parametrize(
    ("certificate", "host", "reason"),
    [
        pytest.param({"host": "other.example"}, HOST, "mismatch", id="other host"),
        pytest.param({"host": f"www.{HOST}"}, HOST, "mismatch", id="host below"),
        pytest.param({"host": "127.0.0.1"}, HOST, "mismatch", id="the address, not the name"),
        pytest.param({"host": HOST}, "127.0.0.1", "mismatch", id="the name, not the address"),
        pytest.param({"ends": -DAY}, HOST, "expired", id="expired"),
        pytest.param({"signs_itself": True}, HOST, "verify failed", id="self-signed"),
    ],
)
def test_bad_certificate(make, authority, certificate, host, reason):
    seen = []

    with (
        listening(speaking(authority.server(**certificate), seen)) as (port, _),
        pytest.raises(FetchError, match="SSLError") as failure,
    ):
        make().get(f"https://{host}:{port}/")

    assert reason in str(failure.value.__cause__)
    assert [entry for entry in seen if isinstance(entry, bytes)] == []


def test_certificate_of_an_unknown_authority(make, authority, monkeypatch):
    """Nor does the environment make it known."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, authority.file)

    with (
        listening(speaking(authority.server(), [])) as (port, _),
        pytest.raises(FetchError, match="SSLError"),
    ):
        make(authorities=None).get(f"https://{HOST}:{port}/")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda connection: connection.recv(65_536), id="hangs up"),
        pytest.param(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n"), id="plain"),
    ],
)
def test_no_tls_at_all(make, answer):
    with listening(answer) as (port, _), pytest.raises(FetchError):
        make().get(f"https://{HOST}:{port}/")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(drip(b"\x16\x03\x03\x3f\xff"), id="byte by byte"),
        pytest.param(silence, id="not at all"),
    ],
)
def test_slow_handshake_is_cut_off_at_the_deadline(make, answer):
    with listening(answer) as (port, _):
        started = time.monotonic()
        with pytest.raises(FetchError, match=TOO_LATE):
            make(timeout_s=0.3).get(f"https://{HOST}:{port}/")

        assert 0.25 < time.monotonic() - started < 20
