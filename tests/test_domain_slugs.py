"""Slugs: mp-slug, else the name, else the first words, else the time."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoint.domain.slugs import make_slug, with_suffix

NOON = datetime(2026, 11, 22, 12, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wished", "properties", "slug"),
    [
        pytest.param("hello-quill", {"name": ["Other"]}, "hello-quill", id="mp-slug"),
        pytest.param("My Slug", {}, "my-slug", id="lower case, as Hugo would have it"),
        pytest.param(None, {"name": ["Fish & Chips"], "content": ["No"]}, "fish-chips", id="name"),
        pytest.param("", {"name": ["Don't"], "content": ["No"]}, "dont", id="empty mp-slug"),
        pytest.param(
            None,
            {"content": ["One two three four five six seven eight nine ten"]},
            "one-two-three-four-five-six-seven-eight",
            id="first words",
        ),
        pytest.param(
            None,
            {"content": [{"html": "<h1>A <b>b</b>ig</h1><p>Day &amp; night"}]},
            "a-big-day-night",
            id="words of HTML",
        ),
        pytest.param(
            None,
            {"content": [{"html": "<script>alert(1)</script><p>Fine</p>"}]},
            "fine",
            id="no script",
        ),
        pytest.param(
            None,
            {"content": [{"markdown": "# *Big* [day](https://x.example/y)"}]},
            "big-day",
            id="words of Markdown",
        ),
        pytest.param(
            None, {"content": ["https://x.example/a/b?c is [mine](/d)"]}, "is-mine", id="no URLs"
        ),
        pytest.param(None, {"content": ["---\ndraft: true\n---"]}, "draft-true", id="front matter"),
        pytest.param(None, {"like-of": ["https://x.example/"]}, "120304", id="a like has the time"),
        pytest.param(None, {"content": ["&" * 10_000]}, "120304", id="ampersands only"),
        pytest.param(None, {"content": ["😀😀"], "name": ["👍"]}, "120304", id="emoji only"),
        pytest.param(None, {"content": ["https://x.example/"]}, "120304", id="a URL only"),
        pytest.param(
            None, {"name": [7], "content": ["Seven"]}, "seven", id="a name that is no text"
        ),
        pytest.param("Ünïcode ß", {}, "unicode-ss", id="transliterated"),
        pytest.param("Привет мир", {}, "privet-mir", id="Cyrillic"),
        pytest.param("日本語", {}, "ri-ben-yu", id="Chinese characters"),
    ],
)
def test_a_slug_comes_from_the_first_that_has_words(wished, properties, slug):
    made = make_slug(wished, properties, NOON)

    assert made == slug


@pytest.mark.parametrize(
    ("wished", "slug"),
    [
        pytest.param("../../etc/passwd", "etc-passwd", id="parent folders"),
        pytest.param("/absolute\\path", "absolute-path", id="slashes"),
        pytest.param(".hidden", "hidden", id="a leading dot"),
        pytest.param("a\x00b\r\nSet-Cookie: c", "a-b-set-cookie-c", id="NUL and line breaks"),
        pytest.param("a?b=c#d", "a-b-c-d", id="query and fragment"),
        pytest.param("%2e%2e%2fa", "2e-2e-2fa", id="percent sequences stay encoded"),
        pytest.param("&#46;&#46;&#x2f;a", "46-46-x2f-a", id="so do references"),
        pytest.param("...", "fallback", id="dots only"),
        pytest.param(" !?-_ ", "fallback", id="punctuation only"),
        pytest.param("index", "fallback", id="a section's page"),
        pytest.param("_Index.", "fallback", id="a section's page in disguise"),
        pytest.param("index-2", "index-2", id="not quite a section's page"),
        pytest.param("a" * 10_000, "a" * 80, id="10,000 characters"),
        pytest.param("word " * 2000, "-".join(["word"] * 16), id="10,000 characters in words"),
        pytest.param("first " + "a" * 100, "first", id="cut at a word"),
    ],
)
def test_a_slug_is_one_clean_segment(wished, slug):
    made = make_slug(wished, {"name": ["Fallback"]}, NOON)

    assert made == slug


def test_two_reserved_names_leave_the_time():
    made = make_slug("index", {"name": ["Index"]}, NOON)

    assert made == "120304"


def test_a_suffix_varies_a_slug():
    varied = [with_suffix("hello", 2), with_suffix("hello-2", 3)]

    assert varied == ["hello-2", "hello-2-3"]


@given(st.text(), st.dictionaries(st.sampled_from(["name", "content"]), st.lists(st.text())))
def test_any_text_gives_a_clean_slug(wished, properties):
    made = make_slug(wished, properties, NOON)

    assert made.isascii()
    assert made.replace("-", "").isalnum()
    assert made == made.lower()
    assert 0 < len(made) <= 80
