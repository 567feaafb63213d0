"""Micropub bodies become actions: those of the specification, of real clients, and hostile ones."""

import json
import time
from contextlib import suppress
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoint.domain.micropub import (
    Create,
    Delete,
    Syndicate,
    Undelete,
    Update,
    parse_form,
    parse_json,
)
from endpoint.errors import InvalidRequest

URL = "https://site.example/notes/1/"
NOTE = {"content": ["Hello"]}
CARD = {"type": ["h-card"], "properties": {"name": ["Cafe"], "latitude": [45.5]}}


def form(body, **options):
    return parse_form(parse_qs(body, keep_blank_values=True), **options)


def entry(properties, commands=None, h="h-entry"):
    return Create(h, properties, commands or {})


def post(properties, **head):
    return json.dumps({"type": ["h-entry"], "properties": properties} | head)


def update(**operations):
    return json.dumps({"action": "update", "url": URL} | operations)


@pytest.mark.parametrize(
    ("body", "action"),
    [
        pytest.param(
            "h=entry&access_token=T&content=One%0D%0ATwo&category%5B%5D=quill"
            "&category%5B%5D=test+two&mp-syndicate-to%5B%5D=UID&mp-slug=hello-quill"
            "&visibility=public",
            entry(
                {
                    "content": ["One\nTwo"],
                    "category": ["quill", "test two"],
                    "visibility": ["public"],
                },
                {"syndicate-to": ["UID"], "slug": ["hello-quill"]},
            ),
            id="Quill, note",
        ),
        pytest.param(
            "h=entry&content=I+agree&in-reply-to=https://x.example/&rsvp=yes"
            "&location=geo:45.5,-122.6;u=35&p3k-content-type=text/markdown",
            entry(
                {
                    "content": [{"markdown": "I agree"}],
                    "in-reply-to": ["https://x.example/"],
                    "rsvp": ["yes"],
                    "location": ["geo:45.5,-122.6;u=35"],
                }
            ),
            id="Quill, RSVP in Markdown",
        ),
        pytest.param(
            "h=entry&photo%5B%5D=https://x.example/p.jpg&photo%5B%5D=https://x.example/q.jpg",
            entry({"photo": ["https://x.example/p.jpg", "https://x.example/q.jpg"]}),
            id="Quill, photos",
        ),
        pytest.param(
            "name[]=Title&content[]=<p>First</p>%0A<p>Second</p>&category[]=long&mp-slug="
            "&post-status=draft&published=2026-11-22T08:00:00%2B00:00",
            entry(
                {
                    "name": ["Title"],
                    "content": ["<p>First</p>\n<p>Second</p>"],
                    "category": ["long"],
                    "post-status": ["draft"],
                    "published": ["2026-11-22T08:00:00+00:00"],
                }
            ),
            id="Quill, article",
        ),
        pytest.param(
            "p3k-content-type=code%2Ftext&content=x&name=hi.py",
            entry({"content": ["x"], "name": ["hi.py"]}),
            id="Quill, code",
        ),
        pytest.param(
            "h=entry&access_token=T&content=Tea&category%5B%5D=coffee"
            "&published=2019-10-06T09%3A22%3A13-07%3A00&location=geo%3A45.5155%2C-122.6789"
            "&syndication=https%3A%2F%2Fx.example%2Fp%2FX%2F&mp-syndicate-to%5B%5D=UID"
            "&place_name=Portland%2C+Oregon&photo=https://x.example/p.jpg",
            entry(
                {
                    "content": ["Tea"],
                    "category": ["coffee"],
                    "published": ["2019-10-06T09:22:13-07:00"],
                    "location": ["geo:45.5155,-122.6789"],
                    "syndication": ["https://x.example/p/X/"],
                    "place_name": ["Portland, Oregon"],
                    "photo": ["https://x.example/p.jpg"],
                },
                {"syndicate-to": ["UID"]},
            ),
            id="OwnYourGram",
        ),
        pytest.param(
            "checkin=https://x.example/v/4b&location=geo:45.5219,-122.6723&content=Checked+in"
            "&syndicate-to=UID",
            entry(
                {
                    "checkin": ["https://x.example/v/4b"],
                    "location": ["geo:45.5219,-122.6723"],
                    "content": ["Checked in"],
                },
                {"syndicate-to": ["UID"]},
            ),
            id="OwnYourSwarm",
        ),
        pytest.param(
            "h=entry&content%5Bhtml%5D=%3Cp%3EHi&category%5B%5D=one&category%5B%5D=two%20words"
            "&checkin%5Btype%5D%5B%5D=h-card&checkin%5Bproperties%5D%5Bname%5D%5B%5D=Cafe",
            entry(
                {
                    "content": [{"html": "<p>Hi"}],
                    "category": ["one", "two words"],
                    "checkin": [{"type": ["h-card"], "properties": {"name": ["Cafe"]}}],
                }
            ),
            id="Micropublish",
        ),
        pytest.param(
            "h=entry&content=&bookmark-of=https://x.example/&name=A%20page&mp-slug=",
            entry({"bookmark-of": ["https://x.example/"], "name": ["A page"]}),
            id="omnibear",
        ),
        pytest.param(
            "h=entry&content=Hi&published=2026-01-02T03%3A04%3A05%2B01%3A00"
            "&category%5B0%5D=one&category%5B1%5D=two&name=Name&slug=my-slug",
            entry(
                {
                    "content": ["Hi"],
                    "published": ["2026-01-02T03:04:05+01:00"],
                    "category": ["one", "two"],
                    "name": ["Name"],
                },
                {"slug": ["my-slug"]},
            ),
            id="shpub",
        ),
        pytest.param(
            "h=entry&content=Two&photo[]=p&photo[]=q&mp-photo-alt[]=A+cat&name=&category[]="
            "&mp-destination=https://site.example/&mp-syndicate-to[]=&summary=",
            entry(
                {"content": ["Two"], "photo": [{"value": "p", "alt": "A cat"}, "q"]},
                {"syndicate-to": [], "destination": ["https://site.example/"]},
            ),
            id="Micro.blog",
        ),
        pytest.param(
            "h=entry&content=&like-of=https://x.example/&published=2024-01-01T12:00:00%2B0000"
            "&post-status=published&checkin=geo:1,2;name=Cafe;url=https://x.example/&",
            entry(
                {
                    "like-of": ["https://x.example/"],
                    "published": ["2024-01-01T12:00:00+0000"],
                    "post-status": ["published"],
                    "checkin": ["geo:1,2;name=Cafe;url=https://x.example/"],
                }
            ),
            id="IndiePass",
        ),
        pytest.param(
            "h=entry&repost-of=https://x.example/&read-status=reading",
            entry({"repost-of": ["https://x.example/"], "read-status": ["reading"]}),
            id="Monocle, indiebookclub",
        ),
    ],
)
def test_forms_of_real_clients(body, action):
    parsed = form(body)

    assert parsed == action


@pytest.mark.parametrize(
    ("body", "action"),
    [
        pytest.param(
            r'{"type":["h-entry"],"properties":{"content":["With a photo"],'
            r'"visibility":["public"],"photo":[{"value":"https:\/\/x.example\/p.jpg",'
            r'"alt":"alt \u00fcmlaut"}]}}',
            entry(
                {
                    "content": ["With a photo"],
                    "visibility": ["public"],
                    "photo": [{"value": "https://x.example/p.jpg", "alt": "alt ümlaut"}],
                }
            ),
            id="Quill, photo",
        ),
        pytest.param(
            post({"name": ["An Article"], "content": [{"html": "<p>a</p>"}], "mp-slug": ["x"]}),
            entry({"name": ["An Article"], "content": [{"html": "<p>a</p>"}]}, {"slug": ["x"]}),
            id="Quill, article",
        ),
        pytest.param(
            post(
                {
                    "name": ["IndieWebCamp"],
                    "start": ["2026-12-01T18:30+00:00"],
                    "location": "Portland",
                    "category": [],
                    "content": "Come along",
                    "end": "",
                    "p3k-channel": "x",
                },
                type=["h-event"],
            ),
            entry(
                {
                    "name": ["IndieWebCamp"],
                    "start": ["2026-12-01T18:30+00:00"],
                    "location": ["Portland"],
                    "content": ["Come along"],
                },
                h="h-event",
            ),
            id="Quill, event",
        ),
        pytest.param(
            post(
                {
                    "item": [{"type": ["h-product"], "properties": {"name": ["Cup"]}}],
                    "rating": [4],
                    "content": [{"html": "Good"}],
                },
                type=["h-review"],
            ),
            entry(
                {
                    "item": [{"type": ["h-product"], "properties": {"name": ["Cup"]}}],
                    "rating": [4],
                    "content": [{"html": "Good"}],
                },
                h="h-review",
            ),
            id="Quill, review",
        ),
        pytest.param(
            post({"weight": [{"type": "h-measure", "properties": {"num": "70.5", "unit": []}}]}),
            entry(
                {"weight": [{"type": ["h-measure"], "properties": {"num": ["70.5"], "unit": []}}]}
            ),
            id="Quill, exercise",
        ),
        pytest.param(
            post(
                {
                    "content": [{"value": "At Ada", "html": "At <b>Ada</b>"}],
                    "category": ["tea", {**CARD, "value": "https://ada.example/"}],
                    "checkin": [CARD],
                    "syndicate-to": ["UID"],
                }
            ),
            entry(
                {
                    "content": [{"html": "At <b>Ada</b>"}],
                    "category": ["tea", {**CARD, "value": "https://ada.example/"}],
                    "checkin": [CARD],
                },
                {"syndicate-to": ["UID"]},
            ),
            id="OwnYourSwarm",
        ),
        pytest.param(
            post(
                {
                    "content": ["Hello"],
                    "post-status": ["draft"],
                    "visibility": ["unlisted"],
                    "mp-syndicate-to": [],
                    "in-reply-to": ["a", "b"],
                    "rsvp": ["YES"],
                }
            ),
            entry(
                {
                    "content": ["Hello"],
                    "post-status": ["draft"],
                    "visibility": ["unlisted"],
                    "in-reply-to": ["a", "b"],
                    "rsvp": ["yes"],
                },
                {"syndicate-to": []},
            ),
            id="Micropublish",
        ),
        pytest.param(
            post({"content": ["\nBody"], "mp-extra-head": [""], "mp-extra-body": ["x"]}),
            entry({"content": ["\nBody"]}, {"extra-body": ["x"]}),
            id="entries",
        ),
        pytest.param(
            post({"name": "Title", "content": "Text", "post-status": "draft"}),
            entry({"name": ["Title"], "content": ["Text"], "post-status": ["draft"]}),
            id="iA Writer",
        ),
        pytest.param(
            post({"ate": [{"type": ["h-food"], "properties": {"name": "tea"}}], "created": "x"}),
            entry(
                {
                    "ate": [{"type": ["h-food"], "properties": {"name": ["tea"]}}],
                    "created": ["x"],
                }
            ),
            id="Teacup",
        ),
    ],
)
def test_json_of_real_clients(body, action):
    parsed = parse_json(body)

    assert parsed == action


@pytest.mark.parametrize(
    ("h", "mf2_type"),
    [
        pytest.param("h=entry", "h-entry", id="entry"),
        pytest.param("h=h-event", "h-event", id="with its prefix"),
        pytest.param("h=Card", "h-card", id="upper case"),
        pytest.param("h=x-trip-leg", "h-x-trip-leg", id="of several words"),
        pytest.param("h=", "h-entry", id="empty"),
        pytest.param("", "h-entry", id="missing"),
    ],
)
def test_the_type_of_a_form(h, mf2_type):
    parsed = form(f"content=Hello&name=Hi&{h}")

    assert parsed == entry(NOTE | {"name": ["Hi"]}, h=mf2_type)


@pytest.mark.parametrize(
    ("given_type", "mf2_type"),
    [
        pytest.param({"type": ["h-event"]}, "h-event", id="in its array"),
        pytest.param({"type": "h-event"}, "h-event", id="bare"),
        pytest.param({"type": ["cite"]}, "h-cite", id="without its prefix"),
        pytest.param({"type": []}, "h-entry", id="empty"),
        pytest.param({}, "h-entry", id="missing"),
    ],
)
def test_the_type_in_json(given_type, mf2_type):
    parsed = parse_json(json.dumps({"properties": NOTE} | given_type))

    assert parsed == entry(NOTE, h=mf2_type)


@pytest.mark.parametrize(
    ("properties", "kept", "commands"),
    [
        pytest.param(
            {"name": None, "tel": [None, "1"], "geo": {"alt": None, "lat": 1}},
            {"tel": ["1"], "geo": [{"lat": 1}]},
            {},
            id="nulls are left out",
        ),
        pytest.param(
            {
                "name": " ",
                "category": ["", "a"],
                "location": {},
                "photo": {"value": "", "alt": "x"},
            },
            {"category": ["a"]},
            {},
            id="blank values are left out",
        ),
        pytest.param(
            {"rating": 4.5, "sensitive": True, "count": 2**63 - 1},
            {"rating": [4.5], "sensitive": [True], "count": [2**63 - 1]},
            {},
            id="numbers and truth stay what they are",
        ),
        pytest.param(
            {"answer": ["yes", "null", "0123", "2020-01-01", "a: b"], "odd name/.": ["x"]},
            {"answer": ["yes", "null", "0123", "2020-01-01", "a: b"], "odd name/.": ["x"]},
            {},
            id="so do strings and unknown names",
        ),
        pytest.param(
            {
                "a": {"type": "Point", "coordinates": [1, 2]},
                "b": {"type": "h-card", "properties": []},
            },
            {
                "a": [{"type": "Point", "coordinates": [1, 2]}],
                "b": [{"type": ["h-card"], "properties": {}}],
            },
            {},
            id="only mf2 objects are put in order",
        ),
        pytest.param(
            {"name": "x", "url": [URL], "access_token": "T", "mp-unknown": [{"a": 1}]},
            {"name": ["x"]},
            {"unknown": [{"a": 1}]},
            id="reserved names are not stored",
        ),
        pytest.param(
            {"name": "x", "slug": "old", "mp-slug": 7, "mp-channel": ["blog", ""]},
            {"name": ["x"]},
            {"slug": ["7", "old"], "channel": ["blog"]},
            id="mp-slug before slug",
        ),
        pytest.param(
            {"photo": ["p", "", "q", "r"], "mp-photo-alt": ["A", "B", "", "D"], "video": "v"},
            {
                "photo": [{"value": "p", "alt": "A"}, "q", {"value": "r", "alt": "D"}],
                "video": ["v"],
            },
            {},
            id="alt texts by position, over an empty photo and with an empty text",
        ),
        pytest.param(
            {
                "photo": [{"value": "p", "alt": "own"}, {"value": "q"}],
                "mp-photo-alt": ["A", "B"],
                "video": ["v"],
                "mp-video-alt": "V",
            },
            {
                "photo": [{"value": "p", "alt": "own"}, {"value": "q", "alt": "B"}],
                "video": [{"value": "v", "alt": "V"}],
            },
            {},
            id="a photo's own alt text wins",
        ),
        pytest.param(
            {"name": "x", "photo": ["p"], "mp-photo-alt": ["", "", "second file"]},
            {"name": ["x"], "photo": ["p"]},
            {"photo-alt": ["", "second file"]},
            id="alt texts of files are left to their files",
        ),
    ],
)
def test_values_of_a_create(properties, kept, commands):
    parsed = parse_json(post(properties))

    assert parsed == entry(kept, commands)


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        pytest.param("a", ["a"], id="text"),
        pytest.param([" a\r\n"], [" a\r\n"], id="text as it is"),
        pytest.param({"html": "<b>"}, [{"html": "<b>"}], id="HTML"),
        pytest.param([{"markdown": "*a*"}], [{"markdown": "*a*"}], id="Markdown"),
        pytest.param({"value": "a", "html": "<b>"}, [{"html": "<b>"}], id="HTML with its text"),
        pytest.param({"html": "", "value": "a"}, ["a"], id="empty HTML with its text"),
        pytest.param({"text": "a"}, ["a"], id="text in an object"),
        pytest.param({"value": "a"}, ["a"], id="value in an object"),
        pytest.param({"html": " "}, None, id="empty HTML"),
        pytest.param([], None, id="none"),
    ],
)
def test_content_in_json(content, kept):
    parsed = parse_json(post({"content": content, "name": ["x"]}))

    assert parsed == entry({"name": ["x"]} | ({"content": kept} if kept else {}))


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        pytest.param("content[html]=<b>", {"html": "<b>"}, id="HTML"),
        pytest.param("content[markdown]=*a*", {"markdown": "*a*"}, id="Markdown"),
        pytest.param("content[value]=a", "a", id="value"),
        pytest.param("content[]=a%0D%0Ab", "a\nb", id="a browser's line ends"),
        pytest.param("content[0]=C%2B%2B+100%25", "C++ 100%", id="not decoded again"),
    ],
)
def test_content_in_a_form(body, kept):
    parsed = form(f"h=entry&name=x&{body}")

    assert parsed == entry({"name": ["x"], "content": [kept]})


def test_commas_split_unless_told_otherwise():
    body = "content=a,b&category=one,+two&syndicate-to=x,y"

    split, whole = form(body), form(body, split_commas=False)

    content = {"content": ["a,b"]}
    assert split == entry(content | {"category": ["one", "two"]}, {"syndicate-to": ["x", "y"]})
    assert whole == entry(content | {"category": ["one, two"]}, {"syndicate-to": ["x,y"]})


def test_commands_beside_properties_count():
    body = post({"content": ["a"], "mp-channel": "x"}, **{"mp-channel": ["y"], "mp-slug": "z"})

    parsed = parse_json(body)

    assert parsed == entry({"content": ["a"]}, {"channel": ["x", "y"], "slug": ["z"]})


def test_a_form_with_h_and_url_is_a_create():
    parsed = form(f"h=cite&url={URL}&name=Page&q=x&add=1")

    assert parsed == entry({"name": ["Page"], "add": ["1"], "url": [URL]}, h="h-cite")


@pytest.mark.parametrize(
    ("type_", "kept"),
    [
        pytest.param("h-entry", {"name": ["x"]}, id="that of an entry is its permalink"),
        pytest.param("h-card", {"name": ["x"], "url": [URL, "u"]}, id="that of a card is its own"),
    ],
)
def test_a_url_among_the_properties(type_, kept):
    parsed = parse_json(post({"name": "x", "url": [URL, "u"]}, type=[type_]))

    assert parsed == entry(kept, h=type_)


def test_bytes_with_a_byte_order_mark_are_read():
    parsed = parse_json(b"\xef\xbb\xbf" + post(NOTE | {"name": ["é"]}).encode())

    assert parsed == entry(NOTE | {"name": ["é"]})


@pytest.mark.parametrize(
    ("body", "action"),
    [
        pytest.param(f"action=delete&url={URL}", Delete(URL), id="delete"),
        pytest.param(f"action[]=undelete&url[]={URL}&access_token=T", Undelete(URL), id="undelete"),
        pytest.param(f"operation=delete&url={URL}", Delete(URL), id="operation"),
        pytest.param(f"mp-action=undelete&url={URL}", Undelete(URL), id="mp-action"),
        pytest.param(f"action=delete&operation=delete&url=+{URL}", Delete(URL), id="both"),
        pytest.param(f"delete-of={URL}", Delete(URL), id="delete-of"),
        pytest.param(f"h=entry&undelete-of={URL}&url={URL}", Undelete(URL), id="undelete-of"),
        pytest.param(f"url={URL}&syndicate-to=x,y", Syndicate(URL, ("x", "y")), id="syndicate-to"),
        pytest.param(
            f"url={URL}&mp-syndicate-to[]=x&mp-syndicate-to[]=", Syndicate(URL, ("x",)), id="mp-"
        ),
        pytest.param(
            f"url={URL}&syndicate-to=x&content=Hello",
            Syndicate(URL, ("x",), "Hello"),
            id="syndicate-to with a text of its own",
        ),
        pytest.param(
            "action=create&content=Hello&name=Hi", entry(NOTE | {"name": ["Hi"]}), id="create"
        ),
    ],
)
def test_actions_of_a_form(body, action):
    parsed = form(body)

    assert parsed == action


@pytest.mark.parametrize(
    ("body", "action"),
    [
        pytest.param({"action": "delete", "url": URL}, Delete(URL), id="delete"),
        pytest.param({"action": "undelete", "url": URL}, Undelete(URL), id="undelete"),
        pytest.param({"operation": "delete", "url": URL}, Delete(URL), id="operation"),
        pytest.param({"mp-action": "delete", "url": URL}, Delete(URL), id="mp-action"),
        pytest.param(
            {"url": URL, "mp-syndicate-to": ["x", "y"]}, Syndicate(URL, ("x", "y")), id="syndicate"
        ),
        pytest.param(
            {"url": URL, "syndicate-to": "x"}, Syndicate(URL, ("x",)), id="syndicate, old name"
        ),
    ],
)
def test_actions_in_json(body, action):
    parsed = parse_json(json.dumps(body))

    assert parsed == action


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        pytest.param(
            {"replace": {"content": ["Bye"], "name": ["x"]}},
            Update(URL, replace={"content": ["Bye"], "name": ["x"]}),
            id="replace",
        ),
        pytest.param(
            {"replace": {"content": [{"value": "a", "html": "<b>a</b>"}], "category": []}},
            Update(URL, replace={"content": [{"html": "<b>a</b>"}], "category": []}),
            id="replace by HTML and by nothing",
        ),
        pytest.param(
            {"add": {"category": ["a", "b"], "photo": ["p"]}},
            Update(URL, add={"category": ["a", "b"], "photo": ["p"]}),
            id="add",
        ),
        pytest.param(
            {"delete": ["category", "name"]},
            Update(URL, drop=frozenset({"category", "name"})),
            id="delete properties",
        ),
        pytest.param(
            {"delete": {"category": ["a", "b"], "photo": ["p"]}},
            Update(URL, delete={"category": ["a", "b"], "photo": ["p"]}),
            id="delete values",
        ),
        pytest.param(
            {
                "replace": {"content": ["Edited"]},
                "add": {"category": ["four"]},
                "delete": {"category": ["one", "three"]},
            },
            Update(
                URL,
                replace={"content": ["Edited"]},
                add={"category": ["four"]},
                delete={"category": ["one", "three"]},
            ),
            id="all three, as Micropublish does",
        ),
        pytest.param(
            {"add": {"photo": ["p"], "syndicate-to": ["UID"]}, "replace": []},
            Update(URL, add={"photo": ["p"]}, commands={"syndicate-to": ["UID"]}),
            id="an empty array and syndicate-to, as OwnYourSwarm does",
        ),
        pytest.param(
            {"add": {"mp-syndicate-to": ["x"]}, "mp-channel": "blog", "delete": []},
            Update(URL, commands={"channel": ["blog"], "syndicate-to": ["x"]}),
            id="commands alone",
        ),
        pytest.param(
            {"add": {"photo": ["p", "q"], "mp-photo-alt": ["A"]}, "replace": {"rsvp": ["No"]}},
            Update(URL, {"rsvp": ["no"]}, {"photo": [{"value": "p", "alt": "A"}, "q"]}),
            id="a photo with its alt text",
        ),
        pytest.param(
            {"delete": {"visibility": ["private"], "published": ["never"]}},
            Update(URL, delete={"visibility": ["private"], "published": ["never"]}),
            id="delete what can never have been there",
        ),
    ],
)
def test_updates_in_json(operations, expected):
    parsed = parse_json(update(**operations))

    assert parsed == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            "action=update&replace[content]=Bye&replace[name]=x",
            Update(URL, replace={"content": ["Bye"], "name": ["x"]}),
            id="replace",
        ),
        pytest.param(
            "action=update&replace[content][html]=<b>&replace[category][]=a&replace[category][]=b",
            Update(URL, replace={"content": [{"html": "<b>"}], "category": ["a", "b"]}),
            id="replace by HTML and by a list",
        ),
        pytest.param(
            "action=update&replace[name]=&replace[content]=x",
            Update(URL, replace={"name": [], "content": ["x"]}),
            id="replace by nothing",
        ),
        pytest.param(
            "action=update&add[category][]=a&add[category][]=b&add[photo]=p",
            Update(URL, add={"category": ["a", "b"], "photo": ["p"]}),
            id="add",
        ),
        pytest.param(
            "action=update&delete[]=category&delete[]=name",
            Update(URL, drop=frozenset({"category", "name"})),
            id="delete properties",
        ),
        pytest.param(
            "action=update&delete[category][]=x&delete[category][]=y&delete[photo]=p",
            Update(URL, delete={"category": ["x", "y"], "photo": ["p"]}),
            id="delete values",
        ),
        pytest.param(
            "action=update&delete[]=name&delete[]=&delete[category][]=x&delete[photo]=",
            Update(URL, delete={"category": ["x"]}, drop=frozenset({"name"})),
            id="delete both ways",
        ),
        pytest.param(
            "mp-action=update&h=entry&replace[content]=a&add[category]=b,c&delete=name",
            Update(
                URL,
                replace={"content": ["a"]},
                add={"category": ["b,c"]},
                drop=frozenset({"name"}),
            ),
            id="all three",
        ),
        pytest.param(
            "replace[content]=a&add[mp-syndicate-to][]=x",
            Update(URL, replace={"content": ["a"]}, commands={"syndicate-to": ["x"]}),
            id="without an action",
        ),
        pytest.param(
            "content=Bye&name=x&category=a,b&syndication=https://x.example/1&summary=",
            Update(
                URL,
                replace={"content": ["Bye"], "name": ["x"]},
                add={"category": ["a", "b"], "syndication": ["https://x.example/1"]},
            ),
            id="the draft's shape",
        ),
        pytest.param(
            "operation=update&tags=a,b&add_tags=c&remove_tags=d,e",
            Update(
                URL,
                replace={"category": ["a", "b"]},
                add={"category": ["c"]},
                delete={"category": ["d", "e"]},
            ),
            id="the draft's tags",
        ),
        pytest.param(
            "add_tags[]=a&category[]=b&content[html]=&photo=p&mp-photo-alt=A&syndicate-to=x",
            Update(
                URL,
                replace={"photo": [{"value": "p", "alt": "A"}]},
                add={"category": ["a", "b"]},
                commands={"syndicate-to": ["x"]},
            ),
            id="the draft's shape with brackets, blanks and commands",
        ),
        pytest.param(
            "action=update&syndicate-to=x",
            Update(URL, commands={"syndicate-to": ["x"]}),
            id="an update that only syndicates",
        ),
    ],
)
def test_updates_in_a_form(body, expected):
    parsed = form(f"{body}&url={URL}&access_token=T")

    assert parsed == expected


def test_edit_of_updates_even_with_h():
    parsed = form(f"h=entry&edit-of={URL}&content=Bye&category=a")

    assert parsed == Update(URL, replace={"content": ["Bye"]}, add={"category": ["a"]})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param("", "empty", id="nothing"),
        pytest.param("h=entry", "empty", id="only a type"),
        pytest.param("h=entry&content=&category[]=+&mp-slug=x", "empty", id="only blanks"),
        pytest.param("published=2026-01-01&post-status=draft", "empty", id="only settings"),
        pytest.param("h=entry&h=event&content=x", "type", id="two types"),
        pytest.param("h[a]=entry&content=x", "type", id="an object for a type"),
        pytest.param("h=../../etc&content=x", "type", id="a path for a type"),
        pytest.param("h=" + "a" * 60 + "&content=x", "type", id="an endless type"),
        pytest.param("content=a&content=b", "content", id="two contents"),
        pytest.param("content[]=a&content[html]=b", "content", id="two kinds of content"),
        pytest.param("content[other]=a", "content", id="content of an unknown kind"),
        pytest.param("content[html][]=a", "content", id="a list of HTML"),
        pytest.param("content=a&published=yesterday", "published", id="yesterday"),
        pytest.param("content=a&updated=2026-13-01", "updated", id="the 13th month"),
        pytest.param("content=a&published=0000-00-00", "published", id="zeros"),
        pytest.param("content=a&published[x]=2026-01-01", "published", id="an object for a date"),
        pytest.param(
            "content=a&published=2026-01-01&published[]=2026-01-02", "published", id="two"
        ),
        pytest.param("content=a&post-status=private", "post-status", id="unknown status"),
        pytest.param("content=a&visibility=private", "its repository may be public", id="private"),
        pytest.param("content=a&visibility=secret", "visibility", id="unknown visibility"),
        pytest.param("rsvp=perhaps&in-reply-to=u", "rsvp", id="unknown rsvp"),
        pytest.param("content=a&photo[alt]=x", "photo", id="alt text without a photo"),
        pytest.param("content=a&mp-slug[x]=y", "mp-slug", id="an object for a slug"),
        pytest.param("content=a&mp-syndicate-to=" + "x" * 501, "mp-syndicate-to", id="a long uid"),
        pytest.param("content=a&category[=x", "category[", id="malformed brackets"),
        pytest.param("content=a%00b", "content", id="NUL"),
        pytest.param("content=a&a%00b=c", "aU+0000b", id="NUL in a name"),
        pytest.param("content=a&%20=c", "name", id="a blank name"),
        pytest.param("content=a&" + "n" * 101 + "=c", "nnn", id="a long name"),
        pytest.param(f"action=destroy&url={URL}", "action", id="unknown action"),
        pytest.param(f"action=&url={URL}", "action", id="empty action"),
        pytest.param(f"action=delete&action=update&url={URL}", "action", id="two actions"),
        pytest.param(f"action=delete&operation=update&url={URL}", "action", id="two names"),
        pytest.param(f"action[x]=delete&url={URL}", "action", id="an object for an action"),
        pytest.param("action=delete", "url", id="delete without url"),
        pytest.param("action=undelete&url=", "url", id="undelete with an empty url"),
        pytest.param("action=delete&url=a&url=b", "url", id="two urls"),
        pytest.param("action=delete&url=a&delete-of=b", "url", id="two names and urls"),
        pytest.param("url=&content=x", "url", id="an empty url in the draft's shape"),
        pytest.param("replace[content]=x", "url", id="an operation without url"),
        pytest.param(f"url={URL}", "replace, add or delete", id="nothing to do"),
        pytest.param(f"action=update&url={URL}&content=&delete[]=", "replace", id="only blanks"),
        pytest.param(f"url={URL}&mp-syndicate-to[]=", "replace", id="no target"),
        pytest.param(f"action=update&url={URL}&replace=content", "replace", id="bare replace"),
        pytest.param(f"action=update&url={URL}&add[]=category", "add", id="add with a list"),
        pytest.param(f"action=update&url={URL}&mp-slug=x", "slug", id="another slug"),
        pytest.param(f"url={URL}&content=a&content=b", "content", id="replace by two contents"),
        pytest.param(f"url={URL}&published=soon", "published", id="replace by no date"),
        pytest.param(f"url={URL}&visibility=private", "visibility", id="update to private"),
    ],
)
def test_forms_that_are_refused(body, said):
    with pytest.raises(InvalidRequest) as refused:
        form(body)

    assert said in refused.value.description


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param("", "JSON", id="empty"),
        pytest.param("{", "JSON", id="malformed"),
        pytest.param(b'{"a": "\xff"}', "UTF-8", id="not UTF-8"),
        pytest.param("[]", "object", id="an array"),
        pytest.param('"x"', "object", id="a string"),
        pytest.param("null", "object", id="null"),
        pytest.param('{"properties": {"rating": [NaN]}}', "NaN", id="NaN"),
        pytest.param('{"properties": {"rating": [-Infinity]}}', "Infinity", id="Infinity"),
        pytest.param('{"properties": {"rating": [1e999]}}', "rating", id="infinite in effect"),
        pytest.param('{"properties": {"rating": [9223372036854775808]}}', "rating", id="65 bits"),
        pytest.param(
            '{"properties": {"rating": [' + "9" * 5000 + "]}}", "number", id="5,000 digits"
        ),
        pytest.param(r'{"properties": {"name": ["\ud800"]}}', "name", id="half a surrogate pair"),
        pytest.param(r'{"properties": {"name\ud800": ["x"]}}', "nameU+D800", id="in a name"),
        pytest.param(r'{"properties": {"name": ["\u0000"]}}', "name", id="NUL"),
        pytest.param(r'{"properties": {"": ["x"]}}', "no name", id="an empty name"),
        pytest.param(r'{"properties": {" x": ["x"]}}', "blanks", id="a name with blanks around"),
        pytest.param("[" * 100_000, "nested", id="100,000 levels"),
        pytest.param(
            post({"a": json.loads("[" * 100 + "]" * 100)}), "a is nested", id="100 levels"
        ),
        pytest.param('{"properties":{"a":' + '{"b":' * 50 + "1" + "}" * 52, "nested", id="objects"),
        pytest.param(post({"category": ["x"] * 100_000}), "category", id="100,000 categories"),
        pytest.param(post({str(n): ["x"] for n in range(300)}), "200", id="300 properties"),
        pytest.param('{"type": 5, "properties": {"name": ["x"]}}', "type", id="type is a number"),
        pytest.param('{"type": null, "properties": {"name": ["x"]}}', "type", id="type is null"),
        pytest.param('{"type": [["h-entry"]], "properties": {"name": "x"}}', "type", id="nested"),
        pytest.param(post(NOTE, type=["h-entry", "h-event"]), "type", id="two types"),
        pytest.param(post(NOTE, type=["h x"]), "type", id="type with a blank"),
        pytest.param('{"type": ["h-entry"]}', "empty", id="no properties"),
        pytest.param('{"type": ["h-entry"], "content": ["x"]}', "empty", id="flat properties"),
        pytest.param(post({}), "empty", id="empty properties"),
        pytest.param(post([]), "empty", id="empty properties of PHP"),
        pytest.param(post({"content": "", "name": None, "category": []}), "empty", id="blank"),
        pytest.param(post("x"), "properties", id="properties is a string"),
        pytest.param(post(["x"]), "properties", id="properties is an array"),
        pytest.param(post(5), "properties", id="properties is a number"),
        pytest.param(post({"content": 5}), "content", id="content is a number"),
        pytest.param(post({"content": [None]}), "content", id="content is null in its array"),
        pytest.param(post({"content": None}), "content", id="content is null"),
        pytest.param(post({"content": True}), "content", id="content is true"),
        pytest.param(post({"content": [["x"]]}), "content", id="content is a list in its array"),
        pytest.param(post({"content": [{}]}), "content", id="content is an empty object"),
        pytest.param(post({"content": {"type": ["h-entry"]}}), "content", id="content is mf2"),
        pytest.param(post({"content": {"html": 5}}), "content", id="HTML is a number"),
        pytest.param(post({"content": ["a", {"html": "b"}]}), "content", id="two contents"),
        pytest.param(post({"category": [["x"]]}), "category", id="a list among categories"),
        pytest.param(post({"photo": [5], "name": "x"}), "photo", id="a photo that is a number"),
        pytest.param(post({"photo": {"url": "p"}}), "photo", id="a photo without value"),
        pytest.param(post({"photo": {"value": "p", "alt": 5}}), "photo", id="alt is a number"),
        pytest.param(post({"name": "x", "published": 1700000000}), "published", id="a number"),
        pytest.param(post({"name": "x", "published": "10:30"}), "published", id="only a time"),
        pytest.param(post({"name": "x", "rsvp": True}), "rsvp", id="rsvp is true"),
        pytest.param(post({"name": "x", "mp-slug": {"a": 1}}), "mp-slug", id="slug is an object"),
        pytest.param(post({"name": "x", "mp-channel": [True]}), "mp-channel", id="channel is true"),
        pytest.param('{"action": "destroy", "url": "u"}', "action", id="unknown action"),
        pytest.param('{"action": 5, "url": "u"}', "action", id="action is a number"),
        pytest.param('{"action": null, "url": "u"}', "action", id="action is null"),
        pytest.param('{"action": ["delete"], "url": "u"}', "action", id="action is an array"),
        pytest.param('{"action": "delete"}', "url", id="delete without url"),
        pytest.param('{"action": "delete", "url": ""}', "url", id="empty url"),
        pytest.param('{"action": "delete", "url": ["u"]}', "url", id="url is an array"),
        pytest.param(
            '{"action": "update", "replace": {"a": ["b"]}}', "url", id="update of nothing"
        ),
        pytest.param(update(), "replace, add or delete", id="update without operations"),
        pytest.param(update(replace=[], add=[]), "replace, add or delete", id="empty operations"),
        pytest.param(update(properties=NOTE), "properties", id="update with properties"),
        pytest.param(json.dumps({"url": URL, "properties": NOTE}), "properties", id="no action"),
        pytest.param(update(replace="x"), "replace", id="replace is a string"),
        pytest.param(update(replace=None), "replace", id="replace is null"),
        pytest.param(update(replace=["content"]), "replace", id="replace is a list"),
        pytest.param(update(add=["category"]), "add", id="add is a list"),
        pytest.param(update(add={"name": ["x"], "category": "a"}), "category", id="bare value"),
        pytest.param(update(replace={"name": {"a": 1}}), "name", id="an object for an array"),
        pytest.param(update(replace={"name": [None]}), "name", id="null in an array"),
        pytest.param(update(delete="category"), "delete", id="delete is a string"),
        pytest.param(update(delete={"category": "a"}), "category", id="delete a bare value"),
        pytest.param(update(delete=["category", 5]), "delete", id="delete a number"),
        pytest.param(update(delete=["name", {"category": ["a"]}]), "delete", id="delete a mixture"),
        pytest.param(update(delete=[""]), "name", id="delete the empty name"),
        pytest.param(update(delete={"category": []}), "replace, add or delete", id="no value"),
        pytest.param(update(replace={"mp-slug": ["x"]}), "mp-slug", id="another slug"),
        pytest.param(update(replace={"slug": ["x"]}), "slug", id="another slug, old name"),
        pytest.param(update(add={"access_token": ["x"]}), "access_token", id="a token"),
        pytest.param(update(replace={"content": [5]}), "content", id="replace by a number"),
        pytest.param(update(replace={"content": ["a", "b"]}), "content", id="by two contents"),
        pytest.param(update(add={"visibility": ["private"]}), "visibility", id="add private"),
        pytest.param(update(replace={"post-status": ["gone"]}), "post-status", id="a status"),
        pytest.param(update(**{"mp-syndicate-to": 5.5}), "mp-syndicate-to", id="a number"),
    ],
)
def test_json_that_is_refused(body, said):
    with pytest.raises(InvalidRequest) as refused:
        parse_json(body)

    assert said in refused.value.description


@pytest.mark.parametrize(
    "name",
    [
        pytest.param('a"b\\c', id="quotes"),
        pytest.param("ümläut\u2028\r\nX: y", id="line breaks"),
        pytest.param("😀" * 500, id="emoji"),
        pytest.param("a" * 10_000, id="long"),
        pytest.param("\ud800" * 99, id="surrogates"),
    ],
)
def test_a_refusal_shows_no_hostile_name(name):
    with pytest.raises(InvalidRequest) as refused:
        parse_json(post({name: [["x"]], "content": ["Hello"]}))

    description = refused.value.description
    assert description.isascii()
    assert description.isprintable()
    assert not set(description) & {'"', "\\"}
    assert len(description) < 200


_KNOWN = (
    "action add add_tags category content delete edit-of h mp-photo-alt mp-slug mp-syndicate-to "
    "name photo post-status properties published p3k-content-type replace rsvp slug syndicate-to "
    "type update url value visibility html alt"
)
_NAMES = st.sampled_from(_KNOWN.split())
_TEXTS = st.sampled_from(["update", "delete", "h-entry", "private", "2026-01-01", URL]) | st.text()
_KEYS = _NAMES | st.text(max_size=20)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=20,
)
_BRACKETS = st.lists(_NAMES | st.sampled_from(["", "0", "1", "x]"]), max_size=4)
_FIELDS = st.builds(lambda name, keys: name + "".join(f"[{k}]" for k in keys), _KEYS, _BRACKETS)


@given(st.dictionaries(_FIELDS, st.lists(_TEXTS, max_size=3), max_size=6))
def test_any_form_is_an_action_or_a_refusal(fields):
    with suppress(InvalidRequest):
        action = parse_form(fields)

        assert isinstance(action, Create | Update | Delete | Undelete | Syndicate)


@given(st.dictionaries(_KEYS, _VALUES, max_size=6))
def test_any_json_is_an_action_or_a_refusal(body):
    with suppress(InvalidRequest):
        action = parse_json(json.dumps(body))

        assert isinstance(action, Create | Update | Delete | Undelete | Syndicate)


@given(st.sampled_from(["properties", "replace", "add", "delete"]), st.dictionaries(_KEYS, _VALUES))
def test_what_is_stored_is_never_blank_or_a_command(part, values):
    head = {} if part == "properties" else {"action": "update", "url": URL}
    with suppress(InvalidRequest):
        action = parse_json(json.dumps(head | {part: values}))

        stored = action.properties if isinstance(action, Create) else action.add | action.delete
        assert all(stored.values())
        assert not any(name.startswith(("mp-", "p3k-")) for name in stored)
        assert "access_token" not in stored
        # What is no h-entry may have a url of its own; who updates it must say so.
        assert "url" not in stored or isinstance(action, Update)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_action_or_a_refusal(body):
    with suppress(InvalidRequest):
        parse_json(body)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({f"a[][{n}]": ["x"] * 1000 for n in range(200)}, id="objects by position"),
        pytest.param({"a" + "[]" * 10: ["x"] * 1000}, id="lists in lists"),
        pytest.param({f"a[{n}][b]": ["x"] for n in range(5000)}, id="objects by index"),
        pytest.param({"h": ["entry"], "content": ["x\r\n" * 1_000_000]}, id="3 MB of text"),
        pytest.param({"published": ["2" * 1_000_000], "content": ["x"]}, id="an endless date"),
        pytest.param({"category": ["," * 1_000_000], "content": ["x"]}, id="a million commas"),
    ],
)
def test_large_forms_cost_little(fields):
    """In processor time, which a busy machine does not stretch."""
    started = time.process_time()

    with suppress(InvalidRequest):
        parse_form(fields)

    assert time.process_time() - started < 2
