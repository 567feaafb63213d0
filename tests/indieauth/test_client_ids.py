"""Client ids: which URLs can name an app (IndieAuth §3.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoint.domain.indieauth.client_ids import check_client_id, is_loopback
from endpoint.domain.urls import canonical


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://quill.p3k.io/", "https://quill.p3k.io/", id="Quill"),
        pytest.param(
            "https://ownyourswarm.p3k.io/client.json",
            "https://ownyourswarm.p3k.io/client.json",
            id="OwnYourSwarm",
        ),
        pytest.param(
            "https://sparkles.sploot.com/id", "https://sparkles.sploot.com/id", id="Sparkles"
        ),
        pytest.param(
            "https://omnibear.com/client_id.json",
            "https://omnibear.com/client_id.json",
            id="omnibear",
        ),
        pytest.param("http://cweiske.de/shpub.htm", "http://cweiske.de/shpub.htm", id="shpub"),
        pytest.param(
            "https://indigenous.abode.pub", "https://indigenous.abode.pub/", id="Indigenous"
        ),
        pytest.param("HTTPS://App.Example/A?b=C", "https://app.example/A?b=C", id="query"),
        pytest.param("https://app.example?b", "https://app.example/?b", id="query without path"),
        pytest.param("https://app.example:8443/", "https://app.example:8443/", id="port"),
        pytest.param("https://app.example:443/", "https://app.example/", id="the scheme's port"),
        pytest.param("https://bücher.example/", "https://xn--bcher-kva.example/", id="idna"),
        pytest.param("http://my_app.example/", "http://my_app.example/", id="underscore"),
        pytest.param("https://1.example/", "https://1.example/", id="number as a label"),
        pytest.param("https://app.example/...", "https://app.example/...", id="three dots"),
        pytest.param("https://app.example/.x/y.", "https://app.example/.x/y.", id="dots in names"),
        pytest.param("http://localhost:8080/", "http://localhost:8080/", id="localhost"),
        pytest.param("http://127.0.0.1:8080/a", "http://127.0.0.1:8080/a", id="127.0.0.1"),
        pytest.param("http://[::1]:8080", "http://[::1]:8080/", id="::1"),
    ],
)
def test_client_id_in_its_canonical_spelling(url, expected):
    assert check_client_id(url) == expected


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        pytest.param("", "whole", id="empty"),
        pytest.param("app.example", "whole", id="no scheme"),
        pytest.param("/app", "whole", id="relative"),
        pytest.param("ftp://app.example/", "whole", id="ftp"),
        pytest.param("javascript:alert(1)", "whole", id="javascript"),
        pytest.param("https://", "whole", id="no host"),
        pytest.param("https:///app", "whole", id="no host but a path"),
        pytest.param("https://ada@app.example/", "user name", id="user name"),
        pytest.param("https://ada:secret@app.example/", "user name", id="password"),
        pytest.param("https://@app.example/", "user name", id="empty user name"),
        pytest.param("https://app.example/ a", "blank", id="blank"),
        pytest.param(" https://app.example/", "blank", id="leading blank"),
        pytest.param("https://app.example\n/", "blank", id="line break"),
        pytest.param("https://app.example\\@evil.example/", "backslash", id="backslash"),
        pytest.param("https://app.example:http/", "whole", id="port no number"),
        pytest.param("https://[::1/", "whole", id="half a bracket"),
        pytest.param("https://-bücher-.example/", "whole", id="no idna"),
        pytest.param("https://app.example/#", "fragment", id="empty fragment"),
        pytest.param("https://app.example/?a#b", "fragment", id="fragment"),
        pytest.param("https://app.example/.", "segment", id="dot"),
        pytest.param("https://app.example/a/../b", "segment", id="two dots"),
        pytest.param("https://app.example/a/%2e%2E/b", "segment", id="encoded dots"),
        pytest.param("https://app.example/.%2e", "segment", id="half encoded"),
        pytest.param("https://app.example/\u202ea", "ASCII", id="right to left"),
        pytest.param("https://app.example/?é", "ASCII", id="letter in the query"),
        pytest.param("https://app..example/", "domain name", id="empty label"),
        pytest.param("https://app.example./", "domain name", id="final dot"),
        pytest.param("https://-app.example/", "domain name", id="hyphen first"),
        pytest.param("https://app%2eexample/", "domain name", id="encoded host"),
        pytest.param("https://app*.example/", "domain name", id="asterisk"),
        pytest.param(f"https://{'a' * 64}.example/", "domain name", id="long label"),
        pytest.param(f"https://app.example/{'a' * 2000}", "longer", id="long"),
    ],
)
def test_url_that_is_no_client_id(url, problem):
    """No fragment, user name, dot segment; http or https (IndieAuth §3.3)."""
    with pytest.raises(ValueError, match=problem):
        check_client_id(url)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        pytest.param("127.1", True, id="short"),
        pytest.param("127.0.1", True, id="three numbers"),
        pytest.param("127.0.0.2", True, id="another of the network"),
        pytest.param("127.0.0.1.", True, id="final dot"),
        pytest.param("2130706433", True, id="decimal"),
        pytest.param("0x7f000001", True, id="hexadecimal"),
        pytest.param("0X7F.1", True, id="hexadecimal and short"),
        pytest.param("0177.0.0.01", True, id="octal"),
        pytest.param("１２７.0.0.2", True, id="full-width digits"),
        pytest.param("0", True, id="zero"),
        pytest.param("0x", True, id="nothing in hexadecimal"),
        pytest.param("0.0.0.0", True, id="unspecified"),
        pytest.param("[::]", True, id="unspecified in IPv6"),
        pytest.param("[0:0:0:0:0:0:0:1]", True, id="::1 at length"),
        pytest.param("[::ffff:127.0.0.1]", True, id="mapped"),
        pytest.param("[::ffff:7f00:2]", True, id="mapped in hexadecimal"),
        pytest.param("[::ffff:192.0.2.1]", False, id="mapped elsewhere"),
        pytest.param("192.0.2.1", False, id="IPv4"),
        pytest.param("10.0.0.1", False, id="private"),
        pytest.param("128.1", False, id="short elsewhere"),
        pytest.param("126.16777217", False, id="carry into 127"),
        pytest.param("0300.0.2.1", False, id="octal elsewhere"),
        pytest.param("4294967296", False, id="number too large"),
        pytest.param("127.0.0.1.0", False, id="five numbers"),
        pytest.param("256.0.0.1", False, id="byte too large"),
        pytest.param("127.0.0.09", False, id="no octal"),
        pytest.param("app.example.1", False, id="number last"),
        pytest.param("[2001:db8::1]", False, id="IPv6"),
        pytest.param("[v1.x]", False, id="of the future"),
    ],
)
def test_ip_address_is_no_client_id(host, here):
    """No IP address but 127.0.0.1 and [::1], in no spelling (IndieAuth §3.3)."""
    url = f"http://{host}/"

    with pytest.raises(ValueError, match="IP address"):
        check_client_id(url)
    assert is_loopback(url) is here


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("http://127.0.0.1/", True, id="127.0.0.1"),
        pytest.param("http://[::1]:8000/", True, id="::1"),
        pytest.param("http://localhost/", True, id="localhost"),
        pytest.param("https://LocalHost:8443/a?b", True, id="localhost in capitals"),
        pytest.param("http://localhost./", True, id="final dot"),
        pytest.param("http://app.localhost/", True, id="below localhost"),
        pytest.param("http://localhost.example/", False, id="localhost as a label"),
        pytest.param("http://notlocalhost/", False, id="longer name"),
        pytest.param("https://app.example/localhost", False, id="in the path"),
        pytest.param("https://127.0.0.1.example/", False, id="address as labels"),
        pytest.param("localhost", False, id="no URL"),
        pytest.param("", False, id="empty"),
    ],
)
def test_is_loopback(url, expected):
    assert is_loopback(url) is expected


@given(
    st.text() | st.text("ht:p/s@[]0x7f.%2e#?\\ é", min_size=3).map(lambda text: f"http://{text}")
)
def test_whatever_passes_is_canonical_and_every_refusal_a_sentence(text):
    try:
        client_id = check_client_id(text)
    except ValueError as refusal:
        sentence = str(refusal)
        assert sentence.isascii()
        assert sentence.startswith("The client_id ")
        assert not {'"', "\\"} & set(sentence)
    else:
        assert client_id == canonical(client_id) == check_client_id(client_id)
        assert client_id.isascii()


@given(st.integers(0, 2**32 - 1), st.sampled_from(["{}", "{:#x}", "0{:o}"]))
def test_every_number_is_an_address(number, spelling):
    url = f"http://{spelling.format(number)}/"

    with pytest.raises(ValueError, match="IP address"):
        check_client_id(url)
    assert is_loopback(url) is (number >> 24 == 127 or number == 0)
