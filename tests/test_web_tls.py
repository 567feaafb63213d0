"""The guarded client against real TLS: whose certificates it takes, and what it tells them."""

import ipaddress
import ssl
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from web_servers import LOCAL, answers, drip, listening, silence

from endpoint.stores.web import FetchError, Web

HOST = "site.example"
DAY = timedelta(days=1)
_SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


class Authority:
    """A certificate authority that nobody knows, until told to."""

    def __init__(self, folder):
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
        certificate = (
            self._begin(self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_SIGNS_CERTIFICATES, critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.file = self._write("authority.pem", certificate)

    def server(self, host=HOST, ends=DAY, *, signs_itself=False):
        """A server's TLS context, with a certificate for ``host`` that ends after ``ends``."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test server")])
        certificate = (
            self._begin(name, key, ends, issuer=name if signs_itself else self._name)
            .add_extension(x509.SubjectAlternativeName([_alternative(host)]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(key if signs_itself else self._key, hashes.SHA256())
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._write("server.pem", certificate, key))
        return context

    def _begin(self, name, key, ends=DAY, issuer=None):
        now = datetime.now(UTC)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer or self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 2 * DAY)
            .not_valid_after(now + ends)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(identifier, critical=False)
        )

    def _write(self, name, certificate, key=None):
        content = certificate.public_bytes(serialization.Encoding.PEM)
        if key:
            content += key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        (self._folder / name).write_bytes(content)
        return str(self._folder / name)


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
        with pytest.raises(FetchError, match="too long"):
            make(timeout_s=0.3).get(f"https://{HOST}:{port}/")

        assert 0.25 < time.monotonic() - started < 1.5


def _alternative(host):
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
