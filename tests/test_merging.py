"""Merging by rule: texts by lines, front matter by key, and a file whose formatting stays."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoint.domain.merging import Clash
from endpoint.domain.merging.lines import merge_text
from endpoint.domain.merging.values import merge_mappings
from endpoint.generators.frontmatter import compose, split
from endpoint.generators.merging import merge_file

texts = st.lists(st.sampled_from("abcdef\n"), max_size=12).map(
    lambda letters: "".join(f"{letter}\n" for letter in letters)
)
scalars = st.one_of(st.text("abc", max_size=3), st.integers(0, 3), st.booleans())
values = st.one_of(scalars, st.lists(st.text("abc", min_size=1, max_size=2), max_size=4))
mappings = st.dictionaries(st.sampled_from(["title", "tags", "summary", "weight"]), values)


def merged(merge, *sides):
    """Return what ``merge`` makes of the sides; None if they clash."""
    try:
        return merge(*sides)
    except Clash:
        return None


@given(texts, texts)
def test_text_that_one_side_left_alone_is_the_others(base, changed):
    assert merge_text(base, changed, base) == changed
    assert merge_text(base, base, changed) == changed
    assert merge_text(base, changed, changed) == changed


@given(texts, texts, texts)
def test_text_merges_are_symmetric(base, ours, theirs):
    assert merged(merge_text, base, ours, theirs) == merged(merge_text, base, theirs, ours)


@given(texts, st.data())
def test_changes_far_apart_are_merged(text, data):
    """Both sides put a line of their own at either end of a text that is longer than nothing."""
    base = f"{text}middle\n{text}"
    ours, theirs = f"ours\n{base}", f"{base}theirs\n"

    assert merge_text(base, ours, theirs) == f"ours\n{base}theirs\n"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param("1\nB\n3\n4\n5\n", "1\n2\n3\n4\n5\n6\n", id="change and append"),
        pytest.param("2\n3\n4\n5\n", "1\n2\n3\n4\n", id="first and last go"),
        pytest.param("1\n2\n3\nx\n4\n5\n", "0\n1\n2\n3\n4\n5\n", id="two insertions"),
        pytest.param("1\nB\n3\nD\n5\n", "1\nB\n3\n4\nE\n", id="adjacent lines clash"),
        pytest.param("1\nB\n3\n4\n5\n", "1\nC\n3\n4\n5\n", id="the same line clashes"),
        pytest.param("1\n2\n3\n4\n5\nx\n", "1\n2\n3\n4\n5\ny\n", id="both append"),
    ],
)
def test_texts_merge_as_git_does(ours, theirs, tmp_path):
    base = "1\n2\n3\n4\n5\n"
    for name, text in (("base", base), ("ours", ours), ("theirs", theirs)):
        (tmp_path / name).write_text(text)
    command = ["git", "merge-file", "-p", "ours", "base", "theirs"]
    git = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, text=True)

    assert merged(merge_text, base, ours, theirs) == (None if git.returncode else git.stdout)


@given(mappings, mappings)
def test_front_matter_that_one_side_left_alone_is_the_others(base, changed):
    assert merge_mappings(base, changed, base) == changed
    assert merge_mappings(base, base, changed) == changed


def without_order(found):
    if found is None:
        return None
    return {
        key: sorted(set(value)) if isinstance(value, list) else (type(value), value)
        for key, value in found.items()
    }


@given(mappings, mappings, mappings)
def test_front_matter_merges_are_symmetric_but_for_the_order_of_lists(base, ours, theirs):
    one = merged(merge_mappings, base, ours, theirs)
    other = merged(merge_mappings, base, theirs, ours)

    assert without_order(one) == without_order(other)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "result"),
    [
        pytest.param(
            {"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1, "b": 2}, {"a": 2, "b": 2}, id="keys"
        ),
        pytest.param({"a": 1, "b": 1}, {"b": 1}, {"a": 1, "b": 2}, {"b": 2}, id="one dropped"),
        pytest.param(
            {"t": ["a", "b"]},
            {"t": ["b", "c"]},
            {"t": ["a", "b", "d"]},
            {"t": ["b", "d", "c"]},
            id="lists",
        ),
        pytest.param(
            {}, {"t": ["a", "b"]}, {"t": ["b", "c"]}, {"t": ["b", "c", "a"]}, id="two new lists"
        ),
        pytest.param(
            {"m": {"x": 1, "y": 1}},
            {"m": {"x": 2, "y": 1}},
            {"m": {"x": 1, "y": 2}},
            {"m": {"x": 2, "y": 2}},
            id="maps",
        ),
        pytest.param(
            {"a": 1, "z": 0},
            {"a": True, "z": 0},
            {"a": 1, "z": 1},
            {"a": True, "z": 1},
            id="types count",
        ),
    ],
)
def test_front_matter_is_merged_by_key(base, ours, theirs, result):
    assert merge_mappings(base, ours, theirs) == result


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        pytest.param({"a": 1}, {"a": 2}, {"a": 3}, id="two values"),
        pytest.param({"a": 1}, {}, {"a": 3}, id="dropped and changed"),
        pytest.param({}, {"a": 1}, {"a": 2}, id="two new values"),
        pytest.param({"a": []}, {"a": ["x"]}, {"a": "y"}, id="list and text"),
    ],
)
def test_front_matter_clashes_by_key(base, ours, theirs):
    with pytest.raises(Clash, match="its a"):
        merge_mappings(base, ours, theirs)


def test_the_later_of_two_changes_is_when_it_was_changed():
    base = {"lastmod": "2026-01-01T00:00:00Z"}
    ours = {"lastmod": "2026-01-03T00:00:00+02:00"}
    theirs = {"lastmod": "2026-01-02T21:00:00Z"}

    assert merge_mappings(base, ours, theirs, ["lastmod"]) == ours
    assert merge_mappings(base, theirs, ours, ["lastmod"]) == ours


YAML = """---
# The title, in my own words
title:   'A day'
date: 2026-01-02
tags: [a,   b] # short
params:
    deep: 1
---

One

Two

Three
"""
TOML = """+++
# The title, in my own words
title   = 'A day'
date = 2026-01-02
tags = ["a",   "b"] # short
[params]
  deep = 1
+++

One

Two

Three
"""
JSON = """{
   "title":   "A day",
   "date": "2026-01-02",
   "tags": ["a",   "b"],
   "params": {"deep": 1}
}

One

Two

Three
"""


@pytest.mark.parametrize("base", [YAML, TOML, JSON], ids=["yaml", "toml", "json"])
def test_their_formatting_stays_byte_for_byte(base):
    page = split(base)
    ours = page.edit({"tags": ["a", "b", "c"], "summary": "Short"}, (), page.format)
    ours = str(ours.with_body(ours.body.replace("Three", "Ours")))
    theirs = base.replace("A day", "Another day").replace("One", "Theirs")

    result = merge_file(base.encode(), ours.encode(), theirs.encode(), is_post=True).decode()

    merged_page = split(result)
    assert merged_page.load()["tags"] == ["a", "b", "c"]
    assert merged_page.load()["summary"] == "Short"
    assert merged_page.body == "Theirs\n\nTwo\n\nOurs"
    kept = [line for line in theirs.splitlines() if "tags" not in line and line != "Three"]
    lines = result.splitlines()
    assert [line for line in kept if line.rstrip(",") not in {x.rstrip(",") for x in lines}] == []


@pytest.mark.parametrize("format_", ["yaml", "toml", "json"])
@given(base=mappings, ours=mappings, theirs=mappings, body=texts, edited=texts)
def test_files_of_each_format(format_, base, ours, theirs, body, edited):
    files = [
        compose(format_, metadata, text).encode()
        for metadata, text in ((base, body), (ours, edited), (theirs, body))
    ]

    assert merge_file(files[0], files[1], files[0], is_post=True) == files[1]
    assert merge_file(files[0], files[0], files[2], is_post=True) == files[2]
    wanted = merged(merge_mappings, base, ours, theirs)
    found = merged(lambda *sides: merge_file(*sides, is_post=True), *files)
    if wanted is None:
        assert found is None
    elif found is not None:
        assert without_order(split(found.decode()).load()) == without_order(wanted)


def test_windows_line_ends_of_theirs_stay():
    base = YAML.encode()
    ours = YAML.replace("Three", "Ours").encode()
    theirs = YAML.replace("A day", "Another").replace("\n", "\r\n").encode()

    result = merge_file(base, ours, theirs, is_post=True)

    assert result == theirs.replace(b"Three", b"Ours")


def test_broken_front_matter_is_merged_by_lines():
    base = "---\na: [\n---\nOne\n\nTwo\n"

    result = merge_file(
        base.encode(),
        base.replace("One", "Ours").encode(),
        base.replace("Two", "Theirs").encode(),
        is_post=True,
    )

    assert result == b"---\na: [\n---\nOurs\n\nTheirs\n"


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a\0b"])
def test_what_is_no_text_clashes(data):
    with pytest.raises(Clash, match="no text"):
        merge_file(b"a", data, b"b", is_post=False)


def test_a_text_without_end_is_merged_in_time():
    base = "".join(f"{number % 7}\n" for number in range(3000))

    assert merge_text(base, "x\n" + base, base + "y\n") == f"x\n{base}y\n"


@pytest.mark.parametrize(
    "first", ["0001-01-01", "0001-01-01T00:00:00", "0001-01-01T00:00:00+14:00"]
)
def test_times_at_the_end_of_the_calendar_have_an_order(first):
    merged = merge_mappings(
        {"lastmod": "2026-01-01"}, {"lastmod": first}, {"lastmod": "9999-12-31"}, ["lastmod"]
    )

    assert merged == {"lastmod": "9999-12-31"}


def test_other_times_that_both_sides_changed_clash():
    sides = ({"date": f"2026-01-0{day}"} for day in (1, 2, 3))

    with pytest.raises(Clash, match="its date"):
        merge_mappings(*sides, ["lastmod"])


def test_an_end_that_both_sides_changed_is_theirs():
    base, ours, theirs = (f"---\na: 1\n---\nText{end}".encode() for end in ("\n", "", "\r\n"))

    assert merge_file(base, ours, theirs, is_post=True) == theirs
