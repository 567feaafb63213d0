"""The guarded client against real sockets: which hosts it connects to, and at which address."""

import socket
import time

import pytest
from ports import free_port
from web_servers import FETCHED_PORTS, LOCAL, answers, drip, listening
from werkzeug import Response

from endpoint.stores.http.addresses import is_public
from endpoint.stores.web import FetchError, RefusedError, Web

PRIVATE_HOSTS = {
    "this machine": [
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "localhost",
        "LocalHost",
        "localhost.",
        "LOCALHOST.",
        "a.localhost",
        "a.b.LocalHost.",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[0000:0000:0000:0000:0000:0000:0000:0001]",
    ],
    "other spellings": [
        "127.0.0.1.",
        "127.1",
        "127.0.1",
        "0",
        "2130706433",
        "017700000001",
        "0177.0.0.1",
        "0177.0.0.01",
        "0x7f000001",
        "0X7F000001",
        "0x7f.1",
        "0x7f.0x0.0x0.0x1",
        "0xa9fea9fe",
        "2852039166",
        "0251.0376.0251.0376",
    ],
    "beyond ASCII": [
        "１２７.0.0.1",
        "①②⑦.0.0.1",
        "127。0。0。1",
        "127．0．0．1",
        "127｡0｡0｡1",
        "ⓛocalhost",
        "ｌｏｃａｌｈｏｓｔ",
        "localhoſt",
        "local\u00adhost",
        "local\u200bhost",
        "localhost。",
        "１６９.２５４.１６９.２５４",
    ],
    "other networks": [
        "10.0.0.1",
        "100.64.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[fc00::1]",
        "[fd00::1]",
        "[fe80::1]",
        "[fe80::1%25lo]",
        "[fe80::1%lo]",
        "[fe80::1%25no-such-zone]",
        "[febf::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[100::1]",
        "[2001:db8::1]",
        "[3fff::1]",
        "[5f00::1]",
    ],
    "metadata of clouds": [
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "168.63.129.16",
        "[fd00:ec2::254]",
        "[fe80::a9fe:a9fe]",
    ],
    "IPv4 in IPv6": [
        "[::127.0.0.1]",
        "[::7f00:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::FFFF:127.0.0.1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::a00:1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::1]",
        "[64:ff9b:1::808:808]",
        "[64:ff9b:1:7f00:0:100::]",
        "[2002:7f00:1::]",
        "[2002:a9fe:a9fe::1]",
        "[2002:808:808::1]",
        "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
        "[2001:0:808:808::1]",
    ],
}


@pytest.fixture(scope="module")
def trap():
    """A port of 127.0.0.1 that may be fetched, and the connections made to it."""
    with listening(drip(b""), free_port(FETCHED_PORTS)) as (port, connections):
        yield port, connections


@pytest.mark.parametrize(
    "host",
    [
        pytest.param(host, id=f"{kind}: {host.encode('ascii', 'namereplace').decode()}")
        for kind, hosts in PRIVATE_HOSTS.items()
        for host in hosts
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_private_host_is_refused_at_once(trap, scheme, host):
    port, connections = trap
    started = time.monotonic()

    with pytest.raises(RefusedError):
        Web().get(f"{scheme}://{host}:{port}/")

    assert time.monotonic() - started < 8
    assert connections == []


@pytest.mark.parametrize("host", ["localhost", "a.localhost.", "[fe80::1%25lo]", "10.0.0.1"])
def test_nobody_is_asked_about_a_host_that_says_it_is_private(host):
    """RFC 6761 §6.3: names below localhost are not to be looked up."""
    asked = []

    def resolve(host, port):
        asked.append(host)
        return ["2000::1"]

    with pytest.raises(RefusedError):
        Web(resolve=resolve).get(f"http://{host}/")

    assert asked == []


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "192.169.0.0",
        "223.255.255.255",
        "2001:200::1",
        "2600::1",
        "2a00:1450::1",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
    ],
)
def test_public_address(address):
    assert is_public(address)


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "1.1.1.1/32", "2600::1%1", "1"])
def test_not_a_public_address(text):
    assert not is_public(text)


# Names


@pytest.mark.parametrize(
    "addresses",
    [
        pytest.param(["2000::1", "127.0.0.1"], id="private last"),
        pytest.param(["127.0.0.1", "2000::1"], id="private first"),
        pytest.param(["2000::1", "::1"], id="both IPv6"),
        pytest.param(["2000::1", "2000::2", "::ffff:127.0.0.1"], id="mapped"),
        pytest.param(["2000::1", "fe80::1%lo"], id="link-local with its zone"),
    ],
)
def test_one_private_address_of_several_is_enough(trap, addresses):
    port, connections = trap

    with pytest.raises(RefusedError, match="private"):
        Web(resolve=answers(*addresses)).get(f"http://two.example:{port}/")

    assert connections == []


def test_second_answer_of_a_name_is_never_asked_for(trap):
    """A name that turns private between check and connection gains nothing."""
    port, connections = trap
    given = []

    def rebind(host, port):
        given.append(["127.0.0.1"] if given else ["2000::1"])
        return given[-1]

    with pytest.raises(FetchError):
        Web(timeout_s=2, resolve=rebind).get(f"http://rebinding.example:{port}/")

    assert given == [["2000::1"]]
    assert connections == []


def test_connection_goes_to_the_address_that_was_checked(httpserver, monkeypatch):
    """Whatever the system would say about the name by then."""

    def resolve(host, port):
        monkeypatch.setattr(socket, "getaddrinfo", by_address_only)
        return ["127.0.0.1"]

    def by_address_only(host, port, *arguments, **options):
        assert host == "127.0.0.1"
        return ask(host, port, *arguments, **options)

    ask = socket.getaddrinfo
    httpserver.expect_request("/").respond_with_data("there")

    page = Web(["name.example"], resolve=resolve).get(f"http://name.example:{httpserver.port}/")

    assert page.text == "there"


def test_the_next_address_is_tried(httpserver):
    """The name stays in the Host header."""
    httpserver.expect_request("/").respond_with_handler(
        lambda request: Response(request.headers["Host"])
    )
    web = Web(["two.example"], resolve=answers("127.0.0.9", "127.0.0.1"))

    page = web.get(f"http://TWO.example:{httpserver.port}/")

    assert page.text == f"two.example:{httpserver.port}"


def test_host_that_does_not_exist():
    def fail(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(FetchError, match="does not exist"):
        Web(resolve=fail).get("http://missing.example/")


def test_host_without_an_address():
    with pytest.raises(FetchError, match="no connection"):
        Web(resolve=answers()).get("http://empty.example/")


def test_connection_refused():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    with pytest.raises(FetchError, match="no connection"):
        Web(LOCAL).get(f"http://127.0.0.1:{port}/")


# The list of hosts that are allowed all the same


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.2",
        "[::1]",
        "localhost",
        "127.1",
        "2130706433",
        "[::ffff:127.0.0.1]",
        "x.127.0.0.1",
        "127.0.0.1.example",
    ],
)
def test_allowed_hosts_are_exact(trap, host):
    port, connections = trap

    with pytest.raises(RefusedError):
        Web(LOCAL, resolve=answers("127.0.0.1")).get(f"http://{host}:{port}/")

    assert connections == []


@pytest.mark.parametrize(
    "allowed", ["127.0.0.1", "Intranet.example", "intranet.example.", "[::1]", "::1"]
)
def test_allowed_host_is_fetched(httpserver, allowed):
    httpserver.expect_request("/").respond_with_data("there")
    host = f"[{allowed}]" if allowed == "::1" else allowed
    web = Web([allowed], resolve=answers("127.0.0.1"))

    assert web.get(f"http://{host.lower()}:{httpserver.port}/").text == "there"
