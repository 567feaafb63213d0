"""Which page a target means, and what a request may say: pure functions."""

import pytest

from endpoint.domain.webmentions.receiving.requests import Asking, read_request
from endpoint.domain.webmentions.receiving.targets import Grounds
from endpoint.domain.webmentions.receiving.waits import AFTER_FAILURE, next_wait
from endpoint.errors import InvalidRequest

POST = "https://site.example/notes/1/"
SITE = Grounds("https://site.example/", ("https://old.example/blog",))


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("https://site.example/notes/1/", id="as it is"),
        pytest.param("https://site.example/notes/1", id="no slash"),
        pytest.param("HTTP://SITE.example:80/notes/1/", id="plain http, its port, capitals"),
        pytest.param("https://site.example:443/notes/1/", id="port"),
        pytest.param("https://www.site.example/notes/1/", id="www"),
        pytest.param("https://site.example/notes/1/#comment-2", id="fragment"),
        pytest.param("https://site.example/notes/1/?utm_source=x&utm_medium=y", id="campaign"),
        pytest.param("https://site.example/notes/1/?fbclid=1&gclid=2&mc_eid=3", id="click ids"),
        pytest.param("https://site.example/notes/1/index.html", id="index.html"),
        pytest.param("https://site.example/n%6Ftes/%31/", id="percent-encoded"),
        pytest.param("https://old.example/blog/notes/1/", id="alias of the site"),
        pytest.param("http://www.old.example/blog/notes/1?utm_term=x#y", id="alias, respelled"),
    ],
)
def test_all_spellings_mean_one_page(target):
    found = SITE.find(target)

    assert found is not None
    assert found.rstrip("/") == POST.rstrip("/")


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("https://site.example.evil.example/notes/1/", id="a longer host"),
        pytest.param("https://site.example@evil.example/notes/1/", id="a user name"),
        pytest.param("https://evil.example/?https://site.example/notes/1/", id="in the query"),
        pytest.param("https://evilsite.example/notes/1/", id="the end of a host"),
        pytest.param("https://sub.site.example/notes/1/", id="a host below"),
        pytest.param("https://site.example:8443/notes/1/", id="another port"),
        pytest.param("https://old.example/notes/1/", id="above the alias"),
        pytest.param("https://old.example/blogs/notes/1/", id="beside the alias"),
        pytest.param("https://old.example/blog/../notes/1/", id="out of the alias"),
        pytest.param("https://old.example/blog/%2e%2e/notes/1/", id="out of the alias, encoded"),
        pytest.param("ftp://site.example/notes/1/", id="another scheme"),
        pytest.param("/notes/1/", id="relative"),
        pytest.param("https://[site.example/notes/1/", id="no host"),
        pytest.param("https://site.example:99999/notes/1/", id="no port"),
        pytest.param("https://site.example\\@evil.example/", id="backslash"),
    ],
)
def test_pages_of_others_are_not_ours(target):
    assert SITE.find(target) is None


def test_other_parameters_stay():
    found = SITE.find("https://site.example/?p=1&utm_source=x&q=utm_source")

    assert found == "https://site.example/?p=1&q=utm_source"


def test_a_site_below_a_path():
    site = Grounds("https://host.example/~ada/")

    assert site.find("http://host.example/~ada/notes/1") == "https://host.example/~ada/notes/1"
    assert site.find("http://host.example/%7Eada/") == "https://host.example/~ada/"
    assert site.find("https://host.example/~bob/notes/1") is None


def test_a_local_site_keeps_its_port():
    site = Grounds("http://127.0.0.1:8000/")

    assert site.find("http://127.0.0.1:8000/x") == "http://127.0.0.1:8000/x"
    assert site.find("http://127.0.0.1:8001/x") is None
    assert site.find("http://127.0.0.1/x") is None


def test_the_source_is_canonical_and_the_target_as_it_was_sent():
    fields = {
        "source": ["HTTPS://Other.example:443?b=2&a=1#there"],
        "target": [" https://WWW.site.example/x#y "],
        "vouch": ["https://third.example/"],
    }

    assert read_request(fields) == Asking(
        "https://other.example/?b=2&a=1", "https://WWW.site.example/x#y"
    )


OTHER = "https://other.example/reply"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        pytest.param({"target": [POST]}, "source", id="no source"),
        pytest.param({"source": [OTHER]}, "target", id="no target"),
        pytest.param({"source": [""], "target": [POST]}, "source", id="empty source"),
        pytest.param({"source": [" "], "target": [POST]}, "source", id="blank source"),
        pytest.param({"source": [OTHER, OTHER], "target": [POST]}, "source", id="two sources"),
        pytest.param({"source": [OTHER], "target": [POST, POST]}, "target", id="two targets"),
        pytest.param({"source": ["other.example"], "target": [POST]}, "source", id="no scheme"),
        pytest.param({"source": ["//other.example/"], "target": [POST]}, "source", id="relative"),
        pytest.param({"source": ["javascript:x"], "target": [POST]}, "source", id="javascript"),
        pytest.param({"source": ["file:///etc/x"], "target": [POST]}, "source", id="file"),
        pytest.param({"source": ["https:///x"], "target": [POST]}, "source", id="no host"),
        pytest.param({"source": ["https://a b/"], "target": [POST]}, "source", id="blank in host"),
        pytest.param({"source": ["https://a/\r\nx"], "target": [POST]}, "source", id="line break"),
        pytest.param({"source": ["https://a/\0"], "target": [POST]}, "source", id="NUL"),
        pytest.param({"source": ["https://[::1"], "target": [POST]}, "source", id="broken IPv6"),
        pytest.param({"source": ["https://a:x/"], "target": [POST]}, "source", id="broken port"),
        pytest.param({"source": ["https://u:p@a/"], "target": [POST]}, "source", id="password"),
        pytest.param({"source": ["https://a/\ud800"], "target": [POST]}, "source", id="surrogate"),
        pytest.param({"source": [OTHER + "x" * 2000], "target": [POST]}, "source", id="long"),
        pytest.param({"source": [POST], "target": [POST]}, "same", id="the same"),
        pytest.param({"source": [POST + "#x"], "target": [POST]}, "same", id="same but fragment"),
        pytest.param({"source": [POST[:-1]], "target": [POST]}, "same", id="same but slash"),
    ],
)
def test_what_is_no_request_is_refused_with_the_name_of_the_parameter(fields, named):
    """Webmention §3.2.1, and RFC 6749 §5.2 for the sentence."""
    with pytest.raises(InvalidRequest) as refused:
        read_request(fields)

    assert named in refused.value.description
    assert refused.value.description.isascii()
    assert not set('"\\') & set(refused.value.description)


def test_waits_grow_are_spread_and_end():
    usual = [next_wait(AFTER_FAILURE, n + 1, None, lambda: 0.5) for n in range(len(AFTER_FAILURE))]
    sooner = next_wait(AFTER_FAILURE, 1, None, lambda: 0.0)
    later = next_wait(AFTER_FAILURE, 1, None, lambda: 1.0)

    assert usual == list(AFTER_FAILURE)
    assert sooner < AFTER_FAILURE[0] < later
    assert next_wait(AFTER_FAILURE, len(AFTER_FAILURE) + 1, None, lambda: 0.5) is None
    assert next_wait(AFTER_FAILURE, 1, AFTER_FAILURE[5], lambda: 0.5) == AFTER_FAILURE[5]
