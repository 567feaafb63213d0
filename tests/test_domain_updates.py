"""apply_update: replace, then add, then delete, over every property named (Micropub §3.4)."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoint.domain.micropub.actions import Update
from endpoint.domain.updates import apply_update
from endpoint.errors import InvalidRequest

URL = "https://site.example/notes/1/"
POST = {
    "content": ["Hello"],
    "name": ["Greeting"],
    "category": ["a", "b", "c"],
    "syndication": ["https://x.example/1"],
}
HTML = {"html": "<p>Hello</p>"}
PHOTO = {"value": "https://x.example/p.jpg", "alt": "A cat"}
CARD = {"type": ["h-card"], "properties": {"name": ["Ada"]}, "value": "https://ada.example/"}


@pytest.mark.parametrize(
    ("update", "changed"),
    [
        pytest.param(
            Update(URL, replace={"content": ["Bye"], "category": ["d"]}),
            {"content": ["Bye"], "category": ["d"]},
            id="replaces all values of two properties",
        ),
        pytest.param(
            Update(URL, replace={"summary": ["Short"], "rsvp": ["yes"]}),
            {"summary": ["Short"], "rsvp": ["yes"]},
            id="replaces what was not there",
        ),
        pytest.param(
            Update(URL, replace={"content": [HTML], "name": ["Other"]}),
            {"content": [HTML], "name": ["Other"]},
            id="replaces text by HTML",
        ),
        pytest.param(
            Update(URL, replace={"content": [], "name": []}),
            {"content": None, "name": None},
            id="replaces by nothing",
        ),
        pytest.param(
            Update(URL, add={"category": ["d", "e"], "syndication": ["https://y.example/2"]}),
            {
                "category": ["a", "b", "c", "d", "e"],
                "syndication": ["https://x.example/1", "https://y.example/2"],
            },
            id="adds several values to two properties, in order",
        ),
        pytest.param(
            Update(URL, add={"photo": [PHOTO], "rsvp": ["yes"]}),
            {"photo": [PHOTO], "rsvp": ["yes"]},
            id="adds what was not there",
        ),
        pytest.param(
            Update(URL, add={"category": ["b", "d", "d"], "name": ["Greeting"]}),
            {"category": ["a", "b", "c", "d"]},
            id="does not add twice",
        ),
        pytest.param(
            Update(URL, delete={"category": ["c", "a"], "syndication": ["https://other.example/"]}),
            {"category": ["b"]},
            id="deletes values, whatever is not there",
        ),
        pytest.param(
            Update(URL, delete={"category": ["a", "b", "c"], "name": ["Greeting"]}),
            {"category": None, "name": None},
            id="drops a property with its last value",
        ),
        pytest.param(
            Update(URL, delete={"nothing": ["x"], "category": ["b"]}),
            {"category": ["a", "c"]},
            id="goes on after an absent property",
        ),
        pytest.param(
            Update(URL, drop=frozenset({"category", "name", "nothing"})),
            {"category": None, "name": None},
            id="drops two properties whole",
        ),
        pytest.param(
            Update(URL, delete={"category": ["a"]}, drop=frozenset({"name"})),
            {"category": ["b", "c"], "name": None},
            id="deletes a value of one and the whole of another",
        ),
        pytest.param(
            Update(
                URL,
                replace={"category": ["x", "y"], "content": ["Bye"]},
                add={"category": ["z"], "summary": ["Short"]},
                delete={"category": ["x"], "syndication": ["https://x.example/1"]},
            ),
            {
                "category": ["y", "z"],
                "content": ["Bye"],
                "summary": ["Short"],
                "syndication": None,
            },
            id="replaces, then adds, then deletes",
        ),
        pytest.param(
            Update(URL, add={"content": ["Bye"]}, delete={"content": ["Hello"]}),
            {"content": ["Bye"]},
            id="adds a content for the one it deletes",
        ),
        pytest.param(Update(URL), {}, id="nothing"),
    ],
)
def test_an_update_changes_what_it_names(update, changed):
    properties = copy.deepcopy(POST)

    updated = apply_update(properties, update)

    expected = POST | changed
    assert updated == {name: values for name, values in expected.items() if values is not None}
    assert properties == POST


@pytest.mark.parametrize(
    ("stored", "deleted", "left"),
    [
        pytest.param([PHOTO, "q.jpg"], [PHOTO["value"]], ["q.jpg"], id="a photo by its URL"),
        pytest.param([PHOTO["value"], "q.jpg"], [PHOTO], ["q.jpg"], id="a URL by its photo"),
        pytest.param([HTML, "Bye"], ["<p>Hello</p>"], ["Bye"], id="HTML by its source"),
        pytest.param(["Hello", HTML], [{"html": "Hello"}], [HTML], id="text by the same HTML"),
        pytest.param([{"markdown": "*a*"}, "b"], ["*a*"], ["b"], id="Markdown by its source"),
        pytest.param([CARD, "b"], ["https://ada.example/"], ["b"], id="an object by its value"),
        pytest.param([4, 5.5, True, "b"], ["4", "5.5", "true"], ["b"], id="numbers as a form has"),
        pytest.param([1, True, "b"], [True], [1, "b"], id="true is not 1"),
        pytest.param([{"b": 1, "a": 2}, "b"], [{"a": 2, "b": 1}], ["b"], id="objects in any order"),
        pytest.param(["Tea", "tea"], ["tea"], ["Tea"], id="case counts"),
    ],
)
def test_values_are_deleted_by_what_they_say(stored, deleted, left):
    update = Update(URL, delete={"category": ["x"], "thing": deleted})

    updated = apply_update({"thing": stored, "category": ["x", "y"]}, update)

    assert updated == {"thing": left, "category": ["y"]}


@pytest.mark.parametrize(
    ("stored", "added", "joined"),
    [
        pytest.param([1], [True, "1", 1], [1, True, "1"], id="1, true and their text differ"),
        pytest.param(
            ["u"], [{"value": "u", "alt": "t"}], ["u", {"value": "u", "alt": "t"}], id="alt"
        ),
        pytest.param(["a", "a"], ["b"], ["a", "a", "b"], id="the owner's own double stays"),
        pytest.param([{"a": 1, "b": 2}], [{"b": 2, "a": 1}], [{"a": 1, "b": 2}], id="order"),
    ],
)
def test_only_the_very_same_value_is_a_double(stored, added, joined):
    update = Update(URL, add={"thing": added, "category": ["y"]})

    updated = apply_update({"thing": stored, "category": ["x"]}, update)

    assert updated == {"thing": joined, "category": ["x", "y"]}


@pytest.mark.parametrize("name", ["content", "published", "updated", "post-status", "visibility"])
def test_a_second_content_or_date_is_refused(name):
    update = Update(URL, add={"category": ["x"], name: ["second"]})

    with pytest.raises(InvalidRequest, match=name):
        apply_update({name: ["first"]}, update)


def test_what_was_double_before_does_not_stop_an_update():
    update = Update(URL, add={"category": ["x"]}, replace={"name": ["Other"]})

    updated = apply_update({"published": ["2026-01-01", "2026-01-02"]}, update)

    assert updated == {
        "published": ["2026-01-01", "2026-01-02"],
        "name": ["Other"],
        "category": ["x"],
    }


_properties = st.dictionaries(
    st.sampled_from("abc"), st.lists(st.sampled_from([1, "x", "y", "z", True]), min_size=1)
)


@given(_properties, _properties, _properties, _properties, st.frozensets(st.sampled_from("abc")))
def test_the_argument_stays_and_no_list_is_empty(properties, replace, add, delete, drop):
    before = copy.deepcopy(properties)

    updated = apply_update(properties, Update(URL, replace, add, delete, drop))

    assert properties == before
    assert all(updated.values())
    assert not updated.keys() & drop
