"""Form fields with brackets in their names, and the comma-separated lists of the early draft."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoint.domain.micropub.forms import parse_fields, separate_commas
from endpoint.errors import InvalidRequest


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param(
            {"content": ["Hello"], "name": ["Hi"]},
            {"content": ["Hello"], "name": ["Hi"]},
            id="bare names",
        ),
        pytest.param(
            {"category": ["a", "b"], "photo": ["p", "q"]},
            {"category": ["a", "b"], "photo": ["p", "q"]},
            id="repeated names",
        ),
        pytest.param(
            {"category[]": ["a", "b"], "photo[]": ["p"]},
            {"category": ["a", "b"], "photo": ["p"]},
            id="empty brackets, one value and two",
        ),
        pytest.param(
            {"category": ["a"], "category[]": ["b", "c"], "category[0]": ["d"]},
            {"category": ["a", "b", "c", "d"]},
            id="one name in every spelling",
        ),
        pytest.param(
            {"category[10]": ["c"], "category[2]": ["b"], "category[0]": ["a"]},
            {"category": ["a", "b", "c"]},
            id="indexes sort as numbers",
        ),
        pytest.param(
            {"content[html]": ["<p>"], "photo[value]": ["u"], "photo[alt]": ["t"]},
            {"content": [{"html": "<p>"}], "photo": [{"value": "u", "alt": "t"}]},
            id="objects",
        ),
        pytest.param(
            {
                "photo[0][value]": ["u"],
                "photo[1][value]": ["v"],
                "photo[0][alt]": ["t"],
                "photo[1][alt]": ["s"],
            },
            {"photo": [{"value": "u", "alt": "t"}, {"value": "v", "alt": "s"}]},
            id="objects by index",
        ),
        pytest.param(
            {"photo[][value]": ["u", "v"], "photo[][alt]": ["t"]},
            {"photo": [{"value": "u", "alt": "t"}, {"value": "v"}]},
            id="objects by position, the second without alt",
        ),
        pytest.param(
            {
                "checkin[type][]": ["h-card"],
                "checkin[properties][name][]": ["Cafe"],
                "checkin[properties][url][]": ["https://a.example/", "https://b.example/"],
                "checkin[value]": ["https://a.example/"],
            },
            {
                "checkin": [
                    {
                        "type": ["h-card"],
                        "properties": {
                            "name": ["Cafe"],
                            "url": ["https://a.example/", "https://b.example/"],
                        },
                        "value": "https://a.example/",
                    }
                ]
            },
            id="an mf2 object",
        ),
        pytest.param(
            {"a[b]": ["1", "2"], "a[c][0]": ["3"]},
            {"a": [{"b": ["1", "2"], "c": ["3"]}]},
            id="a member is a list by repetition or by index",
        ),
        pytest.param(
            {"delete[]": ["name"], "delete[category][]": ["a"]},
            {"delete": ["name", {"category": ["a"]}]},
            id="values beside an object",
        ),
        pytest.param({"a[][]": ["1", "2"]}, {"a": ["1", "2"]}, id="doubled empty brackets"),
        pytest.param(
            {"a[x]": ["1"], "a[x][y]": ["2"]},
            {"a": [{"x": ["1", {"y": "2"}]}]},
            id="a member that is text and object",
        ),
        pytest.param({"a[²]": ["1"]}, {"a": [{"²": "1"}]}, id="a digit that is no index"),
        pytest.param(
            {"a[99999999999999999999]": ["1"]},
            {"a": [{"99999999999999999999": "1"}]},
            id="a number too large for an index",
        ),
        pytest.param({"a": [], "b": ["1"]}, {"a": [], "b": ["1"]}, id="a name without values"),
        pytest.param(
            {"content": ["one\r\ntwo\rthree\n"], "a[b]": ["\r\n"]},
            {"content": ["one\ntwo\rthree\n"], "a": [{"b": "\n"}]},
            id="a browser's line ends become LF",
        ),
        pytest.param(
            {"content": ["C++ & 100% <b> + 😀 %2B"], "name": [" \t"]},
            {"content": ["C++ & 100% <b> + 😀 %2B"], "name": [" \t"]},
            id="text is not decoded again",
        ),
        pytest.param({}, {}, id="nothing"),
    ],
)
def test_fields_become_lists_and_objects(fields, expected):
    values = parse_fields(fields)

    assert values == expected


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("category[", "category[", id="not closed"),
        pytest.param("category]", "category]", id="not opened"),
        pytest.param("category[a", "category[a", id="not closed after a key"),
        pytest.param("category[a]b", "category[a]b", id="text behind"),
        pytest.param("category[[a]]", "category[[a]]", id="brackets within"),
        pytest.param("[category]", "[category]", id="no name before"),
        pytest.param("", "parameter name", id="empty"),
        pytest.param("[]", "[]", id="only brackets"),
        pytest.param("a" + "[b]" * 11, "a[b][b]", id="too deep"),
        pytest.param("a" + "[]" * 100, "a[][]", id="100 levels"),
        pytest.param("a" * 5000, "aaaa", id="too long"),
        pytest.param("a[\n", "a[U+000A", id="a line break"),
    ],
)
def test_malformed_names_are_refused_by_name(name, said):
    with pytest.raises(InvalidRequest) as refused:
        parse_fields({"content": ["Hello"], name: ["x"]})

    assert said in refused.value.description


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"category[]": ["x"] * 100_000}, id="values of one name"),
        pytest.param({f"category[{n}]": ["x"] for n in range(100_000)}, id="names"),
    ],
)
def test_a_hundred_thousand_are_too_many(fields):
    with pytest.raises(InvalidRequest, match="more than"):
        parse_fields(fields)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param(
            {"category": ["a, b,,c"], "syndicate-to": ["https://x.example/,https://y.example/"]},
            {
                "category": ["a", "b", "c"],
                "syndicate-to": ["https://x.example/", "https://y.example/"],
            },
            id="two lists",
        ),
        pytest.param(
            {"category": ["a,b", "c"], "syndicate-to[]": ["x,y"]},
            {"category": ["a,b", "c"], "syndicate-to[]": ["x,y"]},
            id="not when repeated or bracketed",
        ),
        pytest.param(
            {"category": ["a,b"], "category[]": ["c"]},
            {"category": ["a,b"], "category[]": ["c"]},
            id="not beside the bracketed name",
        ),
        pytest.param(
            {"content": ["a,b"], "name": ["c,d"], "mp-syndicate-to": ["e,f"], "tags": ["g,h"]},
            {"content": ["a,b"], "name": ["c,d"], "mp-syndicate-to": ["e,f"], "tags": ["g,h"]},
            id="not other names",
        ),
        pytest.param(
            {"url": ["u,v"], "add_tags": ["a,b"], "remove_tags": ["c,d"]},
            {"url": ["u,v"], "add_tags": ["a", "b"], "remove_tags": ["c", "d"]},
            id="tags of an update",
        ),
        pytest.param({"category": ["Tea"]}, {"category": ["Tea"]}, id="no comma"),
        pytest.param({"category": [","]}, {"category": []}, id="only a comma"),
    ],
)
def test_comma_separated_lists_come_apart(fields, expected):
    apart = separate_commas(fields)

    assert apart == expected


@given(st.dictionaries(st.text("ab[]0\r\n é", max_size=40), st.lists(st.text(), max_size=4)))
def test_any_form_is_read_or_refused(fields):
    with suppress(InvalidRequest):
        values = parse_fields(separate_commas(fields))

        assert all(isinstance(one, list) for one in values.values())
