"""Counterparts of webmention.rocks' cases for senders: discovery 1 to 23, update and delete."""

import pytest
from werkzeug.wrappers import Response

FALSE = "/endpoint/false"


def link(url, rel="webmention"):
    return f'<link rel="{rel}" href="{url}">'


def a(url, rel="webmention"):
    return f'<a rel="{rel}" href="{url}">endpoint</a>'


@pytest.mark.parametrize(
    ("number", "headers", "html"),
    [
        pytest.param(1, ["<{path}>; rel=webmention"], "", id="1: header, unquoted, relative"),
        pytest.param(2, ["<{url}>; rel=webmention"], "", id="2: header, unquoted, absolute"),
        pytest.param(3, [], link("{path}"), id="3: link, relative"),
        pytest.param(4, [], link("{url}"), id="4: link, absolute"),
        pytest.param(5, [], a("{path}"), id="5: a, relative"),
        pytest.param(6, [], a("{url}"), id="6: a, absolute"),
        pytest.param(8, ['<{url}>; rel="webmention"'], "", id="8: header, quoted"),
        pytest.param(9, [], link("{url}", "webmention somethingelse"), id="9: words on a link"),
        pytest.param(
            10, ['<{url}>; rel="somethingelse webmention"'], "", id="10: words in a header"
        ),
        pytest.param(
            11,
            ["<{url}>; rel=webmention"],
            link(FALSE) + a(FALSE),
            id="11: the header before link and a",
        ),
        pytest.param(
            12, [], link(FALSE, "not-webmention") + link("{url}"), id="12: rel is a set of words"
        ),
        pytest.param(13, [], f"<!-- {a(FALSE)} -->{a('{url}')}", id="13: a comment"),
        pytest.param(
            14, [], f'<code>&lt;a href="{FALSE}" rel="webmention"&gt;</code>{a("{url}")}',
            id="14: escaped HTML",
        ),
        pytest.param(16, [], a("{url}") + link(FALSE), id="16: a before link"),
        pytest.param(17, [], link("{url}") + a(FALSE), id="17: link before a"),
        pytest.param(
            18,
            [f"<{FALSE}>; rel=other", "<{url}>; rel=webmention"],
            "",
            id="18: several header lines",
        ),
        pytest.param(
            19,
            [f'<{FALSE}>; rel="other", <{{url}}>; rel="webmention"'],
            "",
            id="19: several values in a line",
        ),
        pytest.param(20, [], f'<link rel="webmention">{a("{url}")}', id="20: no href"),
        pytest.param(22, [], link("../endpoint/{number}"), id="22: relative to the path"),
    ],
)  # fmt: skip
def test_discovery(author, targets, number, headers, html):
    names = {"path": f"/endpoint/{number}", "url": targets.server.url_for(f"/endpoint/{number}")}
    lines = [line.format(**names, number=number) for line in headers]
    target = targets.put(f"/test/{number}", html.format(**names, number=number), Link=lines)
    source = author.post(**{"in-reply-to": target, "content": "Hello"})

    author.deploy()

    assert author.sent()[target].endpoint == names["url"]
    assert targets.told == [(source, target)]


def test_discovery_7_a_header_in_strange_case(author, targets):
    target = targets.put("/test/7", "", LinK="</endpoint/7>; rel=webmention")
    source = author.post(content=f"See {target}")

    author.deploy()

    assert targets.told == [(source, target)]


def test_discovery_15_an_empty_href_is_the_page_itself(author, targets):
    target = targets.put("/endpoint/15", link(""))
    source = author.post(content=f"See {target}")

    author.deploy()

    assert author.sent()[target].endpoint == target
    assert targets.told == [(source, target)]


def test_discovery_21_the_query_of_an_endpoint_stays_there(author, targets):
    target = targets.put("/test/21", link("/endpoint/21?query=yes&amp;a=%20b"))
    source = author.post(content=f"See {target}")

    author.deploy()

    [posted] = [request for request in targets.asked if request.method == "POST"]
    assert posted.query_string == b"query=yes&a=%20b"
    assert targets.told == [(source, target)]


def test_discovery_23_relative_to_where_a_redirect_leads(author, targets):
    targets.put("/page/23", link("endpoint/23"))
    target = targets.put("/test/23", "", 302, Location="/page/23")
    targets.pages["/page/endpoint/23"] = lambda _: Response(status=202)
    author.post(content=f"See {target}")

    author.deploy()

    [posted] = [request for request in targets.asked if request.method == "POST"]
    assert posted.path == "/page/endpoint/23"
    assert posted.form["target"] == target


def test_update_1_those_told_before_and_those_new_are_told(author, targets):
    first, second = targets.put("/update/1/part/1"), targets.put("/update/1/part/2")
    source = author.post(content=f"See {first}")
    author.deploy()
    author.act("update", source, replace={"content": [f"See {first} and {second}"]})

    author.deploy()

    assert sorted(targets.told) == sorted([(source, first), (source, first), (source, second)])


def test_update_2_those_who_are_linked_to_no_more_are_told(author, targets):
    first, second = targets.put("/update/2/part/1"), targets.put("/update/2/part/2")
    source = author.post(content=f"See {first} and {second}")
    author.deploy()
    author.act("update", source, replace={"content": [f"See {second}"]})

    author.deploy()

    assert sorted(targets.told) == sorted([(source, first), (source, second)] * 2)


def test_delete_1_those_told_before_are_told_once_the_page_is_gone(author, targets):
    target = targets.put("/delete/1")
    source = author.post(content=f"See {target}")
    author.deploy()
    targets.put("/" + source.split("/", 3)[3], "", 410)
    author.act("delete", source)

    author.deploy()

    assert targets.told == [(source, target)] * 2
