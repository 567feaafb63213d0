"""``endpoint check`` on a live page, over TLS: what apps would stumble over, with the mend."""

import json
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_httpserver import HTTPServer
from werkzeug import Response

from endpoint.assembly.doctor import make_doctor
from endpoint.domain.discovery_links import discovery_links

PARTS = ["discovery", "public address", "IndieAuth metadata", "password"]
METADATA = "/.well-known/oauth-authorization-server"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1, signed by itself, with its key: the path of a PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    host = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(host, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@pytest.fixture(scope="module")
def secure_server(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with HTTPServer(host="127.0.0.1", port=0, ssl_context=context) as server:
        yield server


@pytest.fixture
def server(secure_server, certificate, monkeypatch):
    """The owner's web server at an https address whose certificate is trusted."""
    monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(certificate))
    secure_server.clear()
    return secure_server


class Live:
    """A site on a real server: what its pages say, and what ``endpoint check`` makes of it."""

    def __init__(self, server, installation, start):
        self.server = server
        self.base = server.url_for("").rstrip("/")
        self.links = {link.rel: link for link in discovery_links(self.base, signs_in=True)}
        self.installation = installation
        self.start = start
        self.headers = []
        self.html = page(*(link.element for link in self.links.values()))
        self.metadata = {
            "issuer": f"{self.base}/",
            "authorization_endpoint": f"{self.base}/auth",
            "token_endpoint": f"{self.base}/token",
            "introspection_endpoint": f"{self.base}/introspect",
            "revocation_endpoint": f"{self.base}/revoke",
            "userinfo_endpoint": f"{self.base}/userinfo",
            "app_registration_endpoint": f"{self.base}/api/v1/apps",
            "code_challenge_methods_supported": ["S256"],
        }
        self.statuses = {
            "/micropub": 401,
            "/media": 401,
            "/webmention": 200,
            "/auth": 400,
            "/token": 401,
            "/feed.json": 200,
        }

    def element(self, rel):
        return self.links[rel].element

    def replace(self, rel, element):
        """Write another element in the place of the one of ``rel``."""
        assert self.element(rel) in self.html
        self.html = self.html.replace(self.element(rel), element)

    def check(self, **tables):
        """Return what is found at the public address: the faults, and the parts that are well."""
        self.installation.configure(
            me=f"{self.base}/",
            public_url=self.base,
            site={"build": ""},
            fetch={"allow_hosts": ["127.0.0.1"]},
        )
        self.installation.configure(**tables)
        self.server.expect_request("/").respond_with_handler(lambda _: self._show())
        if self.metadata is not None:
            self.server.expect_request(METADATA).respond_with_data(json.dumps(self.metadata))
        for path, status in self.statuses.items():
            self.server.expect_request(path).respond_with_data("", status)
        found = [it for it in make_doctor(self.start()).examine() if it.part in PARTS]
        faults = [f"{it.part}: {it.says}" for it in found if not it.is_well]
        return faults, [it.part for it in found if it.is_well]

    def _show(self):
        response = Response(self.html, mimetype="text/html")
        for header in self.headers:
            response.headers.add("Link", header)
        return response


def page(*elements):
    head = "\n".join(elements)
    return f"<!doctype html><html><head><title>x</title>{head}</head><body><p>x</body></html>"


@pytest.fixture
def live(server, installation, start):
    return Live(server, installation, start)


@pytest.fixture
def live_on_http(httpserver, installation, start):
    return Live(httpserver, installation, start)


def test_what_every_post_needs_is_looked_at_first(installation, start):
    installation.configure(site={"build": ""})

    found = [it.part for it in make_doctor(start()).examine()]

    assert found[:5] == ["configuration", "repository and database", "posts", "remote", "worker"]


def test_a_checkout_that_failed_is_told(installation, start):
    installation.configure(site={"build": ""})
    parts = start()
    (parts.config.repository.checkout).write_text("in the way")
    parts.following.work("site")

    [found] = [it for it in make_doctor(parts).examine() if it.part == "worker"]

    assert not found.is_well
    assert found.says.startswith("checkout failed 1 times: ")


def test_nothing_to_mend(live):
    assert live.check() == ([], PARTS)


def test_nothing_to_mend_with_headers_too(live):
    live.headers = [link.header for link in live.links.values()]

    assert live.check() == ([], PARTS)


def test_nothing_to_mend_on_plain_http_without_the_metadata_link(live_on_http):
    assert "indieauth-metadata" not in live_on_http.html

    assert live_on_http.check() == ([], PARTS)


def test_external_sign_in_needs_no_link_to_sign_in_here(live):
    live.html = page(
        live.element("micropub"),
        live.element("micropub_media"),
        live.element("webmention"),
        '<link rel="token_endpoint" href="https://t.example/">',
    )
    live.metadata = None
    live.statuses = {"/micropub": 401, "/media": 401, "/webmention": 200, "/feed.json": 200}

    faults, well = live.check(auth={"mode": "external", "password_hash": ""})

    assert faults == []
    assert well[-2:] == ["discovery", "public address"]


@pytest.mark.parametrize(
    "rel",
    [
        "micropub",
        "micropub_media",
        "indieauth-metadata",
        "authorization_endpoint",
        "token_endpoint",
    ],
)
def test_a_link_that_is_missing_is_given_to_paste(live, rel):
    live.replace(rel, "")

    [fault] = live.check()[0]

    assert fault.startswith(f"discovery: {live.base}/ names no {rel}; add {live.element(rel)} to")


OTHER = "https://old.example/token"


@pytest.mark.parametrize(
    ("headers", "element", "says"),
    [
        pytest.param(
            [],
            f'<link rel="token_endpoint" href="{OTHER}">',
            f"names {OTHER} as its token_endpoint; make it {{element}} (in a site made by",
            id="another server",
        ),
        pytest.param(
            [],
            f'<link rel="token_endpoint" href="{OTHER}">{{element}}',
            f"names {OTHER} as its token_endpoint; make it {{element}}",
            id="another server first",
        ),
        pytest.param(
            [f'<{OTHER}>; rel="token_endpoint"'],
            "{element}",
            f"names {OTHER} as its token_endpoint in a Link header, which apps read first;"
            " take that out, or make it {header}",
            id="another server in a header",
        ),
        pytest.param(
            ["{header}"],
            "",
            "names its token_endpoint in a header alone, and several apps read only the page;"
            " add {element} to its head",
            id="a header alone",
        ),
        pytest.param([], "{element}{element}", "have it once", id="twice"),
        pytest.param(
            [], '<link rel="token_endpoint x" href="{url}">', "some apps", id="two relations"
        ),
        pytest.param([], '<link rel="token_endpoint" href="/token">', "some apps", id="relative"),
        pytest.param([], '<a rel="token_endpoint" href="{url}"></a>', "some apps", id="a"),
        pytest.param([], "<p>x</p>{element}", "written {element}", id="below the head"),
    ],
)
def test_a_link_that_apps_would_miss_or_follow_elsewhere(live, headers, element, says):
    link = live.links["token_endpoint"]
    words = {"element": link.element, "header": link.header, "url": link.url}
    live.headers = [header.format(**words) for header in headers]
    live.replace("token_endpoint", element.format(**words))

    faults, well = live.check()

    [fault] = [fault for fault in faults if "token_endpoint" in fault]
    assert says.format(**words) in fault
    assert "discovery" not in well


def test_a_moved_public_url_is_noticed(live):
    live.html = live.html.replace(live.base, "https://old.example")

    faults, _ = live.check()

    assert len(faults) == 6
    assert all("https://old.example/" in fault and "hugo.toml" in fault for fault in faults)


def test_metadata_on_plain_http_is_taken_out(live_on_http):
    element = f'<link rel="indieauth-metadata" href="{live_on_http.base}{METADATA}">'
    live_on_http.html = live_on_http.html.replace("<title>", f"{element}<title>")

    [fault] = live_on_http.check()[0]

    assert "names indieauth-metadata, which apps refuse on plain http; take it out" in fault


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"issuer": "https://old.example/"}, "for issuer, not {base}/;", id="issuer"),
        pytest.param({"issuer": "{base}"}, "for issuer, not {base}/;", id="issuer without slash"),
        pytest.param({"authorization_endpoint": "x"}, "not {base}/auth;", id="authorization"),
        pytest.param({"token_endpoint": None}, "not {base}/token;", id="token"),
        pytest.param({"revocation_endpoint": "x"}, "not {base}/revoke;", id="revocation"),
        pytest.param({"code_challenge_methods_supported": ["plain"]}, "S256", id="plain PKCE"),
        pytest.param({"code_challenge_methods_supported": "S256"}, "S256", id="no list"),
    ],
)
def test_metadata_that_clients_refuse(live, change, says):
    """IndieAuth §4.1.1, RFC 8414 §3.3."""
    live.metadata |= {
        name: value.format(base=live.base) if isinstance(value, str) else value
        for name, value in change.items()
    }

    [fault] = live.check()[0]

    assert fault.startswith("IndieAuth metadata: ")
    assert says.format(base=live.base) in fault


def test_metadata_that_is_no_document(live):
    live.metadata = ["issuer"]

    [fault] = live.check()[0]

    assert "answers with something else" in fault


def test_metadata_behind_a_redirect_out_of_its_issuer(live, httpserver):
    """IndieAuth §3.1: the issuer is a prefix of the document's URL."""
    elsewhere = httpserver.url_for("/meta")
    httpserver.expect_request("/meta").respond_with_data(json.dumps(live.metadata))
    live.server.expect_oneshot_request(METADATA).respond_with_response(
        Response(status=302, headers={"Location": elsewhere})
    )

    [fault] = live.check()[0]

    assert f"redirects to {elsewhere}; answer it without a redirect" in fault


@pytest.mark.parametrize("path", ["/micropub", "/auth", "/token", "/feed.json", METADATA])
@pytest.mark.parametrize("status", [404, 502])
def test_a_path_that_is_not_passed_on(live, path, status):
    live.statuses[path] = status
    live.metadata = None if path == METADATA else live.metadata

    [fault] = live.check()[0]

    assert f"{live.base}{path} answers {status}; start endpoint serve" in fault


def test_no_password_is_set(live):
    faults, well = live.check(auth={"password_hash": ""})

    assert faults == ["password: there is none, so nobody can sign in; run endpoint password set"]
    assert well == PARTS[:3]


@pytest.mark.parametrize(
    ("status", "media_type", "says"),
    [
        pytest.param(500, "text/html", "answers 500", id="error"),
        pytest.param(200, "text/plain", "names no micropub", id="no page"),
    ],
)
def test_a_profile_that_is_no_page(live, status, media_type, says):
    live.server.expect_oneshot_request("/").respond_with_data(
        live.html, status, content_type=media_type
    )

    faults, _ = live.check()

    assert says in faults[0]


def test_a_server_that_is_down(live):
    live.installation.configure(me="https://127.0.0.1:9/")
    live.base = "https://127.0.0.1:9"

    faults, well = live.check()

    assert [fault.partition(":")[0] for fault in faults] == PARTS[:3]
    assert all("cannot be fetched" in fault for fault in faults)
    assert well == ["password"]
