"""Parameters of the Mastodon API in the forms that apps write them."""

import pytest

from endpoint.domain.mastodon.parameters import Values, nest
from endpoint.errors import InvalidRequest


@pytest.mark.parametrize(
    ("pairs", "values"),
    [
        pytest.param([("a", "1"), ("b", "2"), ("a", "3")], {"a": "3", "b": "2"}, id="last counts"),
        pytest.param([("a[]", "1"), ("a[]", "2")], {"a": ["1", "2"]}, id="a list"),
        pytest.param([("a[b]", "1"), ("a[c]", "2")], {"a": {"b": "1", "c": "2"}}, id="an object"),
        pytest.param(
            [("a[][id]", "1"), ("a[][x]", "2"), ("a[][id]", "3")],
            {"a": [{"id": "1", "x": "2"}, {"id": "3"}]},
            id="a list of objects",
        ),
        pytest.param(
            [("a[0][id]", "1"), ("a[1][id]", "2")],
            {"a": {"0": {"id": "1"}, "1": {"id": "2"}}},
            id="numbered objects",
        ),
        pytest.param([("a[b][]", "1"), ("a[b][]", "2")], {"a": {"b": ["1", "2"]}}, id="nested"),
        pytest.param(
            [("a[][b][c]", "1"), ("a[][b][d]", "2")],
            {"a": [{"b": {"c": "1", "d": "2"}}]},
            id="an object in a list",
        ),
        pytest.param(
            [("a[", "1"), ("[b]", "2"), ("c]d", "3")],
            {"a[": "1", "[b]": "2", "c]d": "3"},
            id="no brackets",
        ),
        pytest.param([("a" + "[b]" * 5, "1")], {"a[b][b][b][b][b]": "1"}, id="too deep"),
        pytest.param([], {}, id="nothing"),
    ],
)
def test_names_of_forms_stand_for_objects(pairs, values):
    assert nest(pairs) == values


@pytest.mark.parametrize(
    "names",
    [("a", "a[]"), ("a[]", "a[b]"), ("a[b]", "a[]"), ("a[][b]", "a[c]"), ("a", "a[b]")],
)
def test_a_name_in_two_forms(names):
    with pytest.raises(InvalidRequest, match="a is sent in two forms"):
        nest((name, "1") for name in names)


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        *((true, True) for true in (True, 1, "1", "true", "True", "t", "on", "yes")),
        *((false, False) for false in (False, 0, "0", "false", "False", "f", "off", "", " ")),
    ],
)
def test_flags(value, flag):
    assert Values({"a": value}).flag("a") is flag


@pytest.mark.parametrize("default", [True, False])
@pytest.mark.parametrize("values", [{}, {"a": None}])
def test_a_flag_that_was_not_sent(values, default):
    assert Values(values).flag("a", default=default) is default


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        (["a", "b"], ["a", "b"]),
        ("a", ["a"]),
        ([1, None, "b"], ["1", "b"]),
        (None, []),
        ([], []),
    ],
)
def test_texts(value, texts):
    assert Values({"a": value}).texts("a") == texts


@pytest.mark.parametrize(
    ("value", "number"), [("12", 12), (12, 12), (" 7 ", 7), ("-1", -1), ("", None), (None, None)]
)
def test_numbers(value, number):
    assert Values({"a": value}).number("a") == number


@pytest.mark.parametrize("value", ["x", "1.5", 1.5, "1" * 19, True, [1], {"b": 1}, "١"])
def test_what_is_no_number(value):
    with pytest.raises(InvalidRequest, match="a must be"):
        Values({"a": value}).number("a")


def test_objects_in_both_forms():
    listed = Values({"a": [{"id": "1"}, None, {"id": "2"}]}).objects("a")
    numbered = Values({"a": {"0": {"id": "1"}, "1": {"id": "2"}}}).objects("a")

    assert [one.text("id") for one in listed] == ["1", "2"]
    assert listed == numbered


@pytest.mark.parametrize("value", ["x", 1, ["x"], {"b": "x"}])
def test_what_is_no_list_of_objects(value):
    with pytest.raises(InvalidRequest, match="a must be a list of objects"):
        Values({"a": value}).objects("a")


@pytest.mark.parametrize("value", [["x"], {"b": "c"}])
def test_what_is_no_text(value):
    with pytest.raises(InvalidRequest, match="a must be a text"):
        Values({"a": value}).text("a")
