"""Create: one request, one commit, one permalink (Micropub §3.3)."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any
from urllib.parse import urlencode

import frontmatter
import pytest
from sqlalchemy import delete

from endpoint.stores.syndications.rows import syndications

POST = "2025/11"
NOTE = {"h": "entry", "content": "Hello"}
A, B = "https://a.example/1", "https://b.example/2"


@pytest.fixture(autouse=True)
def targets(offer):
    offer("https://social.example/@ada", "https://b.example/")


@pytest.fixture
def create(client, bearer):
    headers = bearer("create")

    def create(_json=None, **fields):
        if _json is not None:
            return client.post("/micropub", json=_json, headers=headers)
        return client.post("/micropub", data=fields, headers=headers)

    return create


@pytest.fixture
def source(client, bearer):
    headers = bearer()

    def source(url) -> dict[str, list[Any]]:
        answer = client.get("/micropub", query_string={"q": "source", "url": url}, headers=headers)
        return answer.json["properties"]

    return source


def at_once(app, count, act):
    """Return what ``act(client, number)`` gives for each number, in threads that start as one."""
    ready = Barrier(count)

    def run(number):
        with app.test_client() as client:
            ready.wait()
            return act(client, number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def as_part(name: str, text: str) -> bytes:
    head = f'--X\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
    return f"{head}{text}\r\n--X--\r\n".encode()


def committed(repo) -> tuple[str, str]:
    """The path and text of the one file in the newest commit."""
    [path] = repo.git.show("--name-only", "--format=", "HEAD").splitlines()
    return path, repo.git.show(f"HEAD:{path}", strip_newline_in_stdout=False)


def test_201_note_becomes_one_commit(create, repo):
    count = repo.git.rev_list("--count", "HEAD")

    response = create(**{"h": "entry", "content": "Hello", "category[]": ["a", "b"]})

    path, text = committed(repo)
    post = frontmatter.loads(text)
    assert response.status_code == 201
    assert response.headers["Location"] == "https://site.example/notes/2025/11/hello/"
    assert repo.git.rev_list("--count", "HEAD") == str(int(count) + 1)
    assert path == "content/notes/2025/11/hello/index.md"
    assert post.content == "Hello"
    assert post["tags"] == ["a", "b"]
    assert post["date"] == datetime.fromisoformat("2025-11-22T09:30:15+01:00")
    assert repo.head.commit.message == "note: Hello\n"
    assert repo.head.commit.author.name == "Ada"


def test_201_the_file_reads_well(create, repo):
    create(**{"content": "Tea first.", "category[]": ["morning"], "mp-slug": "tea"})

    _, text = committed(repo)

    assert text == ('---\ndate: 2025-11-22T09:30:15+01:00\ntags: ["morning"]\n---\n\nTea first.\n')


@pytest.mark.parametrize(
    ("properties", "place"),
    [
        pytest.param({"content": ["Hi there"]}, "notes/2025/11/hi-there/", id="note"),
        pytest.param(
            {"name": ["On tea"], "content": ["Long."]}, "articles/2025/11/on-tea/", id="article"
        ),
        pytest.param(
            {"photo": ["https://x.example/a.jpg"], "content": ["Look"]},
            "photos/2025/11/look/",
            id="photo",
        ),
        pytest.param(
            {"in-reply-to": ["https://b.example/1"], "content": ["Yes"]},
            "replies/2025/11/yes/",
            id="reply",
        ),
        pytest.param({"like-of": ["https://b.example/1"]}, "likes/2025/11/093015/", id="like"),
        pytest.param(
            {"repost-of": ["https://b.example/1"]}, "reposts/2025/11/093015/", id="repost"
        ),
        pytest.param(
            {"bookmark-of": ["https://b.example/1"], "name": ["A page"]},
            "bookmarks/2025/11/a-page/",
            id="bookmark",
        ),
        pytest.param(
            {"in-reply-to": ["https://b.example/e"], "rsvp": ["yes"]},
            "rsvps/2025/11/093015/",
            id="rsvp",
        ),
    ],
)
def test_201_each_type_has_its_place(create, properties, place):
    response = create({"type": ["h-entry"], "properties": properties})

    assert response.headers["Location"] == f"https://site.example/{place}"


@pytest.mark.parametrize(
    "text",
    [
        "C++ & 100% sure + more",
        "%2B stays, so does &amp; and a=b&c=d",
        "Ünïcödé, 日本語, العربية and \U0001f9ff",
        "line one\nline two\n\n- a\n- b",
        "---\ndraft: true\n---\ninside",
        "+++\ndraft = true\n+++",
        "{{< youtube x >}} and {{% note %}} and {{ .Site }} and {% raw %}",
        "{{< never closed",
        "<script>alert(1)</script> & <b>bold</b>",
        "  leading and trailing  ",
        "yes",
        "word " * 200_000,
    ],
    ids=lambda text: text[:20],
)
@pytest.mark.parametrize("syntax", ["form", "multipart", "json"])
def test_201_text_arrives_as_it_was_sent(client, bearer, source, text, syntax):
    kind, body = {
        "form": ("application/x-www-form-urlencoded", urlencode({"content": text}).encode()),
        "multipart": ("multipart/form-data; boundary=X", as_part("content", text)),
        "json": ("application/json", json.dumps({"properties": {"content": [text]}}).encode()),
    }[syntax]

    response = client.post("/micropub", data=body, content_type=kind, headers=bearer())

    assert response.status_code == 201
    assert source(response.headers["Location"])["content"] == [text]


def test_201_line_ends_of_browsers_become_plain(create, source):
    response = create(content="one\r\ntwo\r\n\r\nthree")

    assert source(response.headers["Location"])["content"] == ["one\ntwo\n\nthree"]


@pytest.mark.parametrize(
    "value",
    ["yes", "no", "null", "~", "0123", "1e3", "2020-01-01", "12:30:45", "a: b", "#x", "- y", "'"],
)
def test_201_strings_stay_strings(create, source, value):
    properties = {"content": ["x"], "summary": [value], "category": [value], "odd": [value]}

    response = create({"type": ["h-entry"], "properties": properties})

    kept = source(response.headers["Location"])
    assert kept["summary"] == kept["category"] == kept["odd"] == [value]


def test_201_unknown_and_nested_properties_are_kept(create, source):
    properties = {
        "content": ["At the bar"],
        "checkin": [
            {
                "type": ["h-card"],
                "properties": {
                    "name": ["Café"],
                    "latitude": [45.52],
                    "url": ["https://c.example/"],
                },
                "value": "https://c.example/",
            }
        ],
        "category": ["a", {"type": ["h-card"], "properties": {"name": ["Bo"]}, "value": "u"}],
        "mood": ["fine"],
        "Type": ["odd"],
        "weight": [{"type": ["h-measure"], "properties": {"num": ["70.5"], "unit": ["kg"]}}],
    }

    response = create({"type": ["h-entry"], "properties": properties})

    kept = source(response.headers["Location"])
    assert {name: kept[name] for name in properties} == properties


def test_201_html_is_sanitised_and_comes_back_as_html(create, source, repo):
    html = "<p>Some <b>bold</b> words<script>alert(1)</script></p>"

    response = create({"type": ["h-entry"], "properties": {"content": [{"html": html}]}})

    kept = source(response.headers["Location"])["content"]
    assert kept == [{"html": "<p>Some <b>bold</b> words</p>"}]
    assert "script" not in committed(repo)[1]


def test_201_html_that_markdown_can_say_becomes_markdown(create, source, repo):
    html = "<p>Some <strong>bold</strong> words</p>\n<p>and more</p>"

    response = create({"type": ["h-entry"], "properties": {"content": [{"html": html}]}})

    assert "Some **bold** words\n\nand more" in committed(repo)[1]
    assert source(response.headers["Location"])["content"] == [{"html": html}]


def test_201_html_of_an_editor_in_plain_content(create, source):
    html = "<p>First</p>\n<p>Second <em>one</em></p>"

    response = create(**{"name[]": "An Article", "content[]": html})

    assert source(response.headers["Location"])["content"] == [{"html": html}]


def test_201_commands_are_not_stored(create, repo, client, bearer):
    create(
        **{
            "content": "x",
            "mp-slug": "short",
            "mp-syndicate-to[]": "https://social.example/@ada",
            "mp-unknown": "1",
        }
    )

    _, text = committed(repo)

    assert "mp-" not in text
    assert "social.example" not in text


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        pytest.param("2020-02-03T04:05:06+02:00", "2020-02-03T04:05:06+02:00", id="offset kept"),
        pytest.param("2020-02-03T04:05:06Z", "2020-02-03T04:05:06+00:00", id="Z"),
        pytest.param("2020-02-03T04:05:06+0200", "2020-02-03T04:05:06+02:00", id="no colon"),
        pytest.param("2020-07-03 04:05", "2020-07-03T04:05:00+02:00", id="summer in the zone"),
        pytest.param("2020-02-03", "2020-02-03T00:00:00+01:00", id="day in the zone"),
    ],
)
def test_201_published_in_any_form(create, source, sent, kept):
    response = create(content="x", published=sent)

    assert source(response.headers["Location"])["published"] == [kept]
    assert "/2020/0" in response.headers["Location"]


def test_201_every_post_has_a_permalink_of_its_own(create, source):
    responses = [create(content=f"Version {n}", **{"mp-slug": "same"}) for n in range(3)]

    permalinks = [response.headers["Location"] for response in responses]
    assert len(set(permalinks)) == 3
    assert [source(url)["content"] for url in permalinks] == [
        ["Version 0"],
        ["Version 1"],
        ["Version 2"],
    ]


def test_201_a_deleted_permalink_is_not_given_again(create, client, bearer):
    first = create(content="One", **{"mp-slug": "same"}).headers["Location"]
    client.post("/micropub", data={"action": "delete", "url": first}, headers=bearer())

    second = create(content="Two", **{"mp-slug": "same"}).headers["Location"]

    assert second != first


@pytest.mark.parametrize(
    "slug",
    [
        "/absolute",
        ".git/config",
        "a/b/c",
        "nul\\back",
        "index",
        "_index",
        "CON",
        "ünïcödé ✓",
        "x" * 900,
        " ",
        "🎉",
        "line\nbreak\r\nX-Injected: 1",
    ],
    ids=lambda slug: slug[:20],
)
def test_201_slugs_stay_inside_the_content_folder(create, repo, slug):
    response = create({"type": ["h-entry"], "properties": {"content": ["x"], "mp-slug": [slug]}})

    path, _ = committed(repo)
    location = response.headers["Location"]
    assert response.status_code == 201
    assert path.startswith("content/notes/2025/11/")
    assert path.count("/") == 5
    assert location.isascii()
    assert all(len(part.encode()) <= 255 for part in path.split("/"))
    assert not any(part.startswith((".", "_")) for part in path.split("/"))


@pytest.mark.parametrize(
    "slug",
    [
        "../../etc/passwd",
        "..%2f..%2fetc",
        "..\\..\\x",
        "..",
        "x" * 10_000,
        "!!!",
        "-- . --",
        "a\0b",
    ],
    ids=lambda slug: slug[:20].encode("unicode_escape").decode(),
)
@pytest.mark.parametrize("syntax", ["form", "json"])
def test_400_slugs_that_cannot_be_meant(create, repo, slug, syntax):
    before = repo.head.commit

    if syntax == "json":
        response = create(
            {"type": ["h-entry"], "properties": {"content": ["x"], "mp-slug": [slug]}}
        )
    else:
        response = create(**{"content": "x", "mp-slug": slug})

    assert response.status_code == 400
    assert "slug" in response.json["error_description"]
    assert repo.head.commit == before


def test_201_retry_of_the_same_body_makes_no_second_post(create, repo):
    first = create(content="Once", **{"category[]": ["a", "b"]})
    count = repo.git.rev_list("--count", "HEAD")

    second = create(content="Once", **{"category[]": ["a", "b"]})

    assert second.status_code == 201
    assert second.headers["Location"] == first.headers["Location"]
    assert repo.git.rev_list("--count", "HEAD") == count


def test_201_the_same_body_later_is_a_new_post(create, clock):
    first = create(content="Good morning")
    clock.forward(seconds=61)

    second = create(content="Good morning")

    assert second.headers["Location"] != first.headers["Location"]


def test_201_the_same_body_with_another_token_is_a_new_post(client, bearer):
    first = client.post("/micropub", data={"content": "Hi"}, headers=bearer())

    second = client.post("/micropub", data={"content": "Hi"}, headers=bearer())

    assert second.headers["Location"] != first.headers["Location"]


def test_201_idempotency_key(client, bearer, clock):
    headers = {**bearer(), "Idempotency-Key": "4711"}
    first = client.post("/micropub", data={"content": "Hi"}, headers=headers)
    clock.forward(hours=1)

    second = client.post("/micropub", data={"content": "Hi"}, headers=headers)
    other = client.post(
        "/micropub", data={"content": "Hi"}, headers={**headers, "Idempotency-Key": "4712"}
    )

    assert second.headers["Location"] == first.headers["Location"]
    assert other.headers["Location"] != first.headers["Location"]


def test_201_idempotency_can_be_turned_off(installation, start, client_of, bearer_of):
    installation.configure(micropub={"idempotency_s": 0})
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    first = client.post("/micropub", data={"content": "Hi"}, headers=headers)

    second = client.post("/micropub", data={"content": "Hi"}, headers=headers)

    assert second.headers["Location"] != first.headers["Location"]


def test_201_idempotency_key_sent_at_once_by_two(client, bearer, repo):
    before = int(repo.git.rev_list("--count", "HEAD"))
    headers = {**bearer(), "Idempotency-Key": "k"}

    answers = at_once(
        client.application,
        4,
        lambda client, _: client.post("/micropub", data=NOTE, headers=headers),
    )

    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert int(repo.git.rev_list("--count", "HEAD")) == before + 1


def test_201_retry_of_a_multipart_body_makes_no_second_post(client, bearer):
    headers = bearer()
    bodies = [
        (
            part.replace(b"--X", b"--" + boundary),
            f"multipart/form-data; boundary={boundary.decode()}",
        )
        for boundary in (b"one", b"another")
        for part in [as_part("content", "Hello")]
    ]

    first, second = (
        client.post("/micropub", data=body, content_type=kind, headers=headers)
        for body, kind in bodies
    )

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.headers["Location"] == second.headers["Location"]


def test_201_a_deleted_post_is_no_answer_to_a_retry(create, client, bearer):
    first = create(**NOTE).headers["Location"]
    client.post("/micropub", data={"action": "delete", "url": first}, headers=bearer())

    second = create(**NOTE)

    assert second.status_code == 201
    assert second.headers["Location"] != first


def test_201_eight_at_once_with_one_slug(client, bearer, repo):
    before = int(repo.git.rev_list("--count", "HEAD"))
    headers = bearer()

    def post(client, number):
        body = {"content": f"Number {number}", "mp-slug": "same"}
        return client.post("/micropub", data=body, headers=headers)

    answers = at_once(client.application, 8, post)

    assert [answer.status_code for answer in answers] == [201] * 8
    assert len({answer.headers["Location"] for answer in answers}) == 8
    assert int(repo.git.rev_list("--count", "HEAD")) == before + 8
    files = repo.git.ls_tree("-r", "--name-only", "HEAD", "content/notes").splitlines()
    texts = {repo.git.show(f"HEAD:{file}").splitlines()[-1] for file in files if "same" in file}
    assert texts == {f"Number {number}" for number in range(8)}


@pytest.mark.parametrize("syntax", ["mp-syndicate-to[]", "syndicate-to"])
def test_201_copies_are_asked_for_and_nobody_is_told(create, repo, source, syntax, asked_for):
    targets = ["https://social.example/@ada", "https://b.example/"]
    sent = targets if syntax.endswith("[]") else ",".join(targets)

    response = create(content="Hello", **{syntax: sent})

    permalink = response.headers["Location"]
    assert asked_for(permalink) == sorted(targets)
    assert set(source(permalink)) == {"content", "published"}
    assert "Link" not in response.headers
    assert not any(target in repo.git.show("--format=raw", "HEAD") for target in targets)


def test_201_an_empty_target_asks_for_none(create, asked_for):
    response = create(content="Hello", **{"mp-syndicate-to[]": ""})

    assert asked_for(response.headers["Location"]) == []


def test_201_a_retry_asks_for_the_copies_the_first_request_did_not_get_to(create, parts, asked_for):
    body = {"content": "Hello", "mp-syndicate-to": "https://social.example/@ada"}
    first = create(**body).headers["Location"]
    with parts.engine.begin() as connection:
        connection.execute(delete(syndications))

    second = create(**body).headers["Location"]

    assert second == first
    assert asked_for(first) == ["https://social.example/@ada"]


def test_201_links_fit_into_a_header(create):
    copies = ["https://x.example/" + "a" * 10_000, *(f"https://x.example/{n}" for n in range(999))]

    response = create({"type": ["h-entry"], "properties": {"content": "x", "syndication": copies}})

    links = response.headers.getlist("Link")
    assert links[0] == '<https://x.example/0>; rel="syndication"'
    assert sum(map(len, links)) <= 2000


@pytest.mark.parametrize(
    "url",
    [
        'https://x.example/"; rel="micropub',
        "https://x.example/>; rel=micropub, <https://evil.example/",
        "https://x.example/\r\nX-Evil: 1",
        "https://x.example/\x7f",
        "https://ü.example/",
        "javascript:alert(1)",
        " https://x.example/",
    ],
    ids=ascii,
)
def test_201_what_cannot_stand_in_a_link_header_does_not(create, url):
    response = create({"type": ["h-entry"], "properties": {"content": "x", "syndication": [url]}})

    assert response.status_code == 201
    assert "Link" not in response.headers
    assert "X-Evil" not in response.headers


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON;Charset=UTF-8",
        "application/json; charset=nonsense",
    ],
)
def test_201_json_by_any_name(client, bearer, content_type):
    body = '{"type":["h-entry"],"properties":{"content":["Grüße 🐟"]}}'.encode()

    response = client.post("/micropub", data=body, content_type=content_type, headers=bearer())

    query = {"q": "source", "url": response.headers["Location"]}
    answer = client.get("/micropub", query_string=query, headers=bearer())
    assert answer.json["properties"]["content"] == ["Grüße 🐟"]


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"photo[0][value]": [A], "photo[0][alt]": ["x"], "photo[1]": [B]}, id="index"),
        pytest.param({"photo[][value]": [A, B], "photo[][alt]": ["x", ""]}, id="position"),
        pytest.param({"photo": [A, B], "mp-photo-alt": ["x"]}, id="repeated name"),
        pytest.param({"photo[]": [A, B], "mp-photo-alt[]": ["x", ""]}, id="an empty alt text"),
    ],
)
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_201_photos_with_alt_texts_in_every_syntax(client, bearer, source, fields, kind):
    response = client.post("/micropub", data=fields, content_type=kind, headers=bearer())

    first, second = source(response.headers["Location"])["photo"]
    assert first == {"value": A, "alt": "x"}
    assert second in (B, {"value": B, "alt": ""})


@pytest.mark.parametrize("generator", ["installation", "jekyll_installation"])
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("json", {"type": ["h-card"], "properties": {"name": ["Grace"], "url": [A, B]}}),
        ("data", {"h": "cite", "name": "A book", "url": [A, B]}),
        ("data", {"h": "event", "name": "Tea", "start": "2026-01-01", "url": [A, B]}),
    ],
    ids=["h-card", "h-cite", "h-event"],
)
def test_201_the_url_of_another_type_is_its_own(
    request, start, client_of, bearer_of, generator, kind, body
):
    parts = start(request.getfixturevalue(generator))
    client, headers = client_of(parts), bearer_of(parts)

    response = client.post("/micropub", headers=headers, **{kind: body})

    permalink = response.headers["Location"]
    query = {"q": "source", "url": permalink}
    one = client.get("/micropub", query_string=query, headers=headers).json
    [item] = client.get("/micropub?q=source", headers=headers).json["items"]
    assert permalink.startswith("https://site.example/")
    assert one["properties"]["url"] == [A, B]
    assert item["properties"]["url"] == [permalink, A, B]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("json", {"type": ["h-entry"], "properties": {"content": ["Hi"], "url": [A]}}),
        ("data", {"h": "entry", "content": "Hi", "url": A}),
    ],
    ids=["JSON", "form"],
)
def test_201_the_url_of_an_entry_is_its_permalink(client, bearer, repo, kind, body):
    response = client.post("/micropub", headers=bearer(), **{kind: body})

    assert response.headers["Location"] == "https://site.example/notes/2025/11/hi/"
    assert A not in repo.git.show("HEAD")


def test_201_link_headers_for_copies(create):
    response = create(
        **{
            "content": "Elsewhere too",
            "syndication[]": ["https://a.example/1", "https://b.example/2>; rel=x"],
            "shortlink": "https://s.example/x",
        }
    )

    assert response.headers.getlist("Link") == [
        '<https://s.example/x>; rel="shortlink"',
        '<https://a.example/1>; rel="syndication"',
    ]


def test_201_photo_alt_texts_pair_by_position(create, source):
    response = create(
        **{
            "content": "Two",
            "photo[]": ["https://x.example/1.jpg", "https://x.example/2.jpg"],
            "mp-photo-alt[]": ["First"],
        }
    )

    photos = source(response.headers["Location"])["photo"]
    assert photos == [
        {"value": "https://x.example/1.jpg", "alt": "First"},
        "https://x.example/2.jpg",
    ]


def test_201_channels_are_kept_beside_the_post(installation, start, client_of, bearer_of):
    installation.configure(micropub={"channels": [{"uid": "blog", "name": "Blog"}]})
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    body = {"content": "x", "mp-channel": "blog"}

    response = client.post("/micropub", data=body, headers=headers)

    url = response.headers["Location"]
    source = client.get("/micropub", query_string={"q": "source", "url": url}, headers=headers)
    listed = client.get(
        "/micropub", query_string={"q": "source", "channel": "blog"}, headers=headers
    )
    assert "mp-channel" not in source.json["properties"]
    assert [item["properties"]["url"] for item in listed.json["items"]] == [[url]]


def test_400_unknown_channel(create, repo):
    before = repo.head.commit

    response = create(**{"content": "x", "mp-channel": "nope"})

    assert response.status_code == 400
    assert "mp-channel" in response.json["error_description"]
    assert repo.head.commit == before


@pytest.mark.parametrize("h", ["entry", "event", "card", "cite", "review", "h-entry"])
def test_201_other_types(create, client, bearer, h):
    response = create(h=h, name="A name", content="Words", start="2026-12-01")

    source = client.get(
        "/micropub",
        query_string={"q": "source", "url": response.headers["Location"]},
        headers=bearer(),
    )
    assert response.status_code == 201
    assert source.json["type"] == [f"h-{h.removeprefix('h-')}"]


def test_400_private_says_why(create, repo):
    before = repo.head.commit

    response = create(content="Secret", visibility="private")

    assert response.status_code == 400
    assert "visibility" in response.json["error_description"]
    assert "public" in response.json["error_description"]
    assert repo.head.commit == before


def test_commit_message_of_an_answer_names_the_event(create, repo):
    create(rsvp="yes", **{"in-reply-to": "https://other.example/party"})

    assert repo.head.commit.message == "rsvp: https://other.example/party\n"


def test_commit_message_cannot_be_injected(create, repo):
    create(name="Fine\n\nSigned-off-by: Eve <eve@x>\0", content="x")
    create(name="Title\r\nauthor Eve", content="x")

    message = repo.head.commit.message

    assert message == "article: Title author Eve\n"


def test_commit_message_from_settings(installation, start, client_of, bearer_of, repo):
    installation.configure(repository={"message": "[{kind}] {summary} <{permalink}>"})
    parts = start()

    client_of(parts).post("/micropub", data={"content": "Hi"}, headers=bearer_of(parts))

    assert repo.head.commit.message == "[note] Hi <https://site.example/notes/2025/11/hi/>\n"


def test_commit_author_from_settings(installation, start, client_of, bearer_of, repo):
    installation.configure(repository={"author": "Grace Hopper <grace@navy.example>"})
    parts = start()

    client_of(parts).post("/micropub", data={"content": "Hi"}, headers=bearer_of(parts))

    commit = repo.head.commit
    assert (commit.author.name, commit.author.email) == ("Grace Hopper", "grace@navy.example")
    assert commit.committer == commit.author


def test_the_owner_pushes_and_the_next_post_goes_on_top(create, installation, repo, tmp_path):
    clone = repo.clone(tmp_path / "clone")
    (tmp_path / "clone" / "content" / "mine.md").write_text("---\ntitle: Mine\n---\nHi\n")
    clone.index.add(["content/mine.md"])
    mine = clone.index.commit("By hand")
    clone.remote().push()
    clone.close()

    response = create(content="On top")

    assert response.status_code == 201
    assert repo.head.commit.parents[0].hexsha == mine.hexsha


def test_json_errors_whatever_accept_says(client, bearer):
    headers = {**bearer(), "Accept": "text/html"}

    response = client.post("/micropub", data={"h": "entry"}, headers=headers)

    assert response.status_code == 400
    assert response.mimetype == "application/json"
    assert set(json.loads(response.data)) == {"error", "error_description"}


def test_201_commas_stay_if_so_set(installation, start, client_of, bearer_of, repo):
    installation.configure(micropub={"split_commas": False})
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)

    response = client.post("/micropub", data={"content": "x", "category": "a,b"}, headers=headers)

    query = {"q": "source", "url": response.headers["Location"]}
    answer = client.get("/micropub", query_string=query, headers=headers)
    assert answer.json["properties"]["category"] == ["a,b"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        pytest.param({"category": ["a,b"]}, ["a", "b"], id="alone and bare"),
        pytest.param({"category[]": ["a,b"]}, ["a,b"], id="with brackets"),
        pytest.param({"category": ["a,b", "c"]}, ["a,b", "c"], id="twice"),
        pytest.param({"category": ["a,b"], "category[]": ["c"]}, ["a,b", "c"], id="both"),
    ],
)
def test_201_commas_of_the_early_draft(create, source, sent, kept):
    response = create(content="x", **sent)

    assert source(response.headers["Location"])["category"] == kept
