"""Posts written by apps for Mastodon: publish, edit, read the source, delete."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from received_mentions import receive, said
from statuses import path_of, read_post

from endpoint.domain.markup import render, to_text
from endpoint.domain.mastodon.hashtags import find_hashtags
from endpoint.domain.mastodon.html_links import link
from endpoint.domain.mastodon.typed.urls import bare_urls, link_urls

STATUSES = "/api/v1/statuses"
LONG_URL = "https://example.org/" + "x" * 480


@pytest.fixture
def parts(installation, start):
    """An installation that shows every mention that comes."""
    installation.configure(webmention={"approve": ["all"]})
    return start()


@pytest.fixture
def headers(bearer):
    return bearer("read write follow push")


@pytest.fixture
def edit_by_hand(parts, repo, clock):
    """Return a function that replaces a text in the post of the last commit, as the owner would."""

    def edit(old, new):
        path = path_of(repo)
        text = repo.git.show(f"HEAD:{path}").replace(old, new)
        with parts.repository.writing() as writer:
            writer.commit({path: text.encode()}, "By hand\n", clock())

    return edit


def count_commits(repo):
    return int(repo.git.rev_list("--count", "HEAD"))


def test_200_a_status_is_a_note_in_one_commit(client, repo, headers):
    before = count_commits(repo)

    answer = client.post(
        STATUSES, data={"status": "Hello *world*, says #Ada\r\nand #ada"}, headers=headers
    )

    assert answer.status_code == 200
    assert answer.json["id"].isdigit()
    assert answer.json["url"].startswith("https://site.example/notes/2025/11/hello-world")
    assert answer.json["visibility"] == "public"
    assert count_commits(repo) == before + 1
    post = read_post(repo)
    assert post.content == "Hello *world*, says #Ada  \nand #ada"
    assert post["tags"] == ["Ada"]
    assert "summary" not in post.metadata


@pytest.mark.parametrize("place", ["json", "data", "query_string"])
def test_200_parameters_come_as_json_form_or_query(client, headers, place):
    answer = client.post(STATUSES, **{place: {"status": "Hello"}}, headers=headers)

    assert answer.status_code == 200
    assert "Hello" in answer.json["content"]


def test_200_a_slash_at_the_end_makes_no_difference(client, headers):
    answer = client.post(f"{STATUSES}/", json={"status": "Hello"}, headers=headers)

    assert answer.status_code == 200
    assert "Hello" in answer.json["content"]


def test_200_warning_and_language(toot, repo):
    status = toot("Sie war es", spoiler_text="The end", sensitive=True, language="de")

    assert status["spoiler_text"] == "The end"
    assert status["sensitive"] is True
    assert status["language"] == "de"
    post = read_post(repo)
    assert post["summary"] == "The end"
    assert post["contentWarning"] == ["The end"]
    assert post["language"] == ["de"]


def test_200_the_sites_own_language_is_not_written_down(toot, repo):
    status = toot("Hello", language="en")

    assert status["language"] == "en"
    assert "language" not in read_post(repo).metadata


def test_200_unlisted(client, toot, headers):
    status = toot("Hush", visibility="unlisted")

    home = client.get("/api/v1/timelines/home", headers=headers)

    assert status["visibility"] == "unlisted"
    assert home.json == []


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"visibility": "private"}, "visibility cannot be private"),
        ({"visibility": "direct"}, "visibility cannot be direct"),
        ({"visibility": "friends"}, "visibility"),
        ({"poll": {"options": ["a", "b"], "expires_in": 300}}, "poll"),
        ({"scheduled_at": "2026-01-01T00:00:00Z"}, "scheduled_at"),
        ({"quoted_status_id": "1"}, "quoted_status_id"),
        ({"quote_id": "1"}, "quote_id"),
        ({"media_ids": ["123"]}, "media_ids"),
        ({"media_ids": [str(number) for number in range(30)]}, "more than 20"),
        ({"status": ""}, "status"),
        ({"status": " \n"}, "status"),
        ({"status": "x" * 5001}, "5000"),
        ({"spoiler_text": "x" * 5000}, "5000"),
        ({"status": {"a": "b"}}, "status"),
        ({"status": "a\0b"}, "status"),
        ({"media_ids": [{}]}, "media_ids"),
    ],
)
def test_422_and_nothing_is_published(client, repo, headers, more, word):
    before = repo.head.commit

    answer = client.post(STATUSES, json={"status": "Hello", **more}, headers=headers)

    assert answer.status_code == 422
    assert answer.json["error"].startswith("Validation failed: ")
    assert word in answer.json["error"]
    assert repo.head.commit == before
    assert client.get("/api/v1/timelines/home", headers=headers).json == []
    assert client.get("/feed.json").json["items"] == []


def test_422_a_poll_in_a_form(client, repo, headers):
    before = repo.head.commit
    form = {"status": "Which?", "poll[options][]": ["a", "b"], "poll[expires_in]": "300"}

    answer = client.post(STATUSES, data=form, headers=headers)

    assert answer.status_code == 422
    assert "poll" in answer.json["error"]
    assert repo.head.commit == before


def test_200_what_is_unknown_or_empty_is_ignored(toot):
    more = {"content_type": "text/markdown", "local_only": True, "quote_approval_policy": "public"}

    status = toot("Hello", poll=None, scheduled_at="", media_ids=[], in_reply_to_id=None, **more)

    assert "Hello" in status["content"]


def test_200_a_status_names_the_app_it_was_written_with(client, toot, bearer):
    said = {"client_name": "Elk", "website": "https://elk.example/", "redirect_uris": "app://x"}
    app = client.post("/api/v1/apps", json=said).json
    headers = bearer("write", client_id=app["client_id"])

    client.post(STATUSES, json={"status": "By an app"}, headers=headers)
    toot("By hand")
    timeline = client.get("/api/v1/timelines/public").json

    assert [status["application"] for status in timeline] == [
        None,
        {"name": "Elk", "website": "https://elk.example/"},
    ]


def test_200_every_url_counts_the_same(toot):
    status = toot(f"{LONG_URL} " + "x" * 4900)

    assert status["id"]


@pytest.mark.parametrize(
    ("front_matter", "spoiler"),
    [
        ("contentWarning: true\nsummary: Snakes", "Snakes"),
        ("contentWarning: Spiders\nsummary: Eight legs", "Spiders"),
    ],
)
def test_200_an_edit_of_words_leaves_a_warning_as_it_is_written(
    client, toot, headers, repo, edit_by_hand, front_matter, spoiler
):
    status = toot("Hello")
    edit_by_hand("date:", f"{front_matter}\ndate:")
    shown = client.get(f"{STATUSES}/{status['id']}", headers=headers).json

    more = {"status": "Bye", "spoiler_text": shown["spoiler_text"], "sensitive": True}
    client.put(f"{STATUSES}/{status['id']}", json=more, headers=headers)

    assert (shown["spoiler_text"], shown["sensitive"]) == (spoiler, True)
    assert f"{front_matter}\ndate:" in repo.git.show(f"HEAD:{path_of(repo)}")
    assert "sensitive" not in read_post(repo).metadata


def test_200_a_warning_takes_no_summary_away(client, toot, headers, repo, edit_by_hand):
    status = toot("Hello")
    edit_by_hand("date:", "title: Animals\nsummary: All of them\ndate:")

    more = {"status": "Hello", "spoiler_text": "Spiders"}
    client.put(f"{STATUSES}/{status['id']}", json=more, headers=headers)

    post = read_post(repo)
    assert (post["summary"], post["contentWarning"]) == ("All of them", ["Spiders"])


def test_200_a_reply_to_a_post_of_ones_own(toot, repo):
    first = toot("Hello")

    reply = toot("And more", in_reply_to_id=first["id"])

    assert reply["in_reply_to_id"] == first["id"]
    assert read_post(repo)["inReplyTo"] == [first["url"]]


def test_200_a_reply_to_a_mention(client, parts, toot, repo, headers):
    first = toot("Hello")
    receive(parts, page=first["url"], mention=said(name="Grace"))
    [told] = client.get("/api/v1/notifications", headers=headers).json

    reply = toot("Thank you", in_reply_to_id=told["status"]["id"])

    assert reply["in_reply_to_id"] == told["status"]["id"]
    assert read_post(repo)["inReplyTo"] == ["https://grace.example/1"]


def test_404_a_reply_to_nothing(client, repo, headers):
    before = repo.head.commit

    answer = client.post(STATUSES, json={"status": "Hm", "in_reply_to_id": "99"}, headers=headers)

    assert answer.status_code == 404
    assert answer.json["error"] == "Record not found"
    assert repo.head.commit == before


def test_200_the_same_key_is_the_same_status(client, headers, bearer, repo, clock):
    keyed = {**headers, "Idempotency-Key": "4711"}
    first = client.post(STATUSES, json={"status": "Once"}, headers=keyed)
    clock.forward(hours=1)

    again = client.post(STATUSES, json={"status": "Once"}, headers=keyed)
    commits = count_commits(repo)
    other_app = {**bearer("write"), "Idempotency-Key": "4711"}
    other = client.post(STATUSES, json={"status": "Once"}, headers=other_app)

    assert again.json["id"] == first.json["id"]
    assert other.json["id"] != first.json["id"]
    assert count_commits(repo) == commits + 1


def test_404_the_same_key_brings_no_deleted_status_back(client, headers, repo):
    keyed = {**headers, "Idempotency-Key": "4711"}
    first = client.post(STATUSES, json={"status": "Once"}, headers=keyed)
    client.delete(f"{STATUSES}/{first.json['id']}", headers=headers)
    before = repo.head.commit

    again = client.post(STATUSES, json={"status": "Once"}, headers=keyed)

    assert again.status_code == 404
    assert repo.head.commit == before


def test_200_without_a_key_the_same_text_soon_after_is_a_retry(client, toot, clock):
    first = toot("Good morning")
    again = toot("Good morning")
    clock.forward(hours=24)

    next_day = toot("Good morning")

    assert again["id"] == first["id"]
    assert next_day["id"] != first["id"]


def test_200_a_token_for_drafts_writes_drafts(client, bearer, repo):
    answer = client.post(STATUSES, json={"status": "Not yet"}, headers=bearer("draft"))

    assert answer.status_code == 200
    assert read_post(repo)["draft"] is True
    assert client.get("/feed.json").json["items"] == []


def test_200_a_post_is_copied_to_what_is_checked_or_always(configure, start_publisher):
    configure({"uid": "a", "checked": True}, {"uid": "b", "always": True}, {"uid": "c"})
    publisher = start_publisher()

    answer = publisher.client.post(STATUSES, json={"status": "Hi"}, headers=publisher.headers)

    rows = publisher.parts.syndications.page(9, permalink=answer.json["url"])
    assert sorted(row.target for row in rows) == ["a", "b"]


@pytest.mark.parametrize(("scope", "status"), [("read", 403), ("write:media", 403), (None, 401)])
def test_403_without_the_scope_and_401_without_a_token(client, bearer, repo, toot, scope, status):
    posted = toot("Hello")
    before = repo.head.commit
    own = bearer(scope) if scope else {}

    answers = [
        client.post(STATUSES, json={"status": "Hi"}, headers=own),
        client.put(f"{STATUSES}/{posted['id']}", json={"status": "Hi"}, headers=own),
        client.delete(f"{STATUSES}/{posted['id']}", headers=own),
        client.post(f"{STATUSES}/{posted['id']}/reblog", headers=own),
    ]

    assert [answer.status_code for answer in answers] == [status] * 4
    assert repo.head.commit == before


def test_200_an_edit_changes_what_apps_show_and_nothing_else(
    client, toot, repo, headers, edit_by_hand
):
    status = toot("Hello #world", spoiler_text="Careful")
    edit_by_hand('["world"]', '["by hand", "world"]\nweather: sunny # indeed')

    answer = client.put(
        f"{STATUSES}/{status['id']}", json={"status": "Hello #moon"}, headers=headers
    )

    assert answer.status_code == 200
    assert answer.json["id"] == status["id"]
    assert answer.json["edited_at"]
    assert answer.json["spoiler_text"] == ""
    assert "moon" in answer.json["content"]
    post = read_post(repo)
    assert post.content == "Hello #moon"
    assert post["tags"] == ["by hand", "moon"]
    assert "summary" not in post.metadata
    assert "weather: sunny # indeed" in repo.git.show(f"HEAD:{path_of(repo)}")


def test_200_an_edit_without_a_change_makes_no_commit(client, toot, repo, headers):
    text = "One\n\n- two #three https://x.example/#y"
    status = toot(text, spoiler_text="Careful", sensitive=True, language="de")
    before = repo.head.commit

    same = {"status": text, "spoiler_text": "Careful", "sensitive": True}
    answer = client.put(f"{STATUSES}/{status['id']}", json=same, headers=headers)

    assert answer.status_code == 200
    assert answer.json == status
    assert repo.head.commit == before


def test_422_a_refused_edit_changes_nothing(client, toot, repo, headers):
    status = toot("Hello")
    before = repo.head.commit

    answers = [
        client.put(f"{STATUSES}/{status['id']}", json=more, headers=headers)
        for more in ({"status": ""}, {"status": "x" * 5001}, {"status": "x", "media_ids": ["9"]})
    ]

    assert [answer.status_code for answer in answers] == [422] * 3
    assert repo.head.commit == before


@pytest.mark.parametrize(
    ("content", "text"),
    [
        pytest.param("Plain *text* <b>", "Plain *text* <b>", id="plain"),
        pytest.param({"markdown": "# One\n\n*two*"}, "# One\n\n*two*", id="Markdown"),
        pytest.param({"html": "<p>One <em>two</em></p>"}, "One *two*", id="HTML"),
        pytest.param(
            {"html": "<details><summary>a</summary>b</details>"},
            "<details><summary>a</summary>b</details>",
            id="HTML that no Markdown says",
        ),
    ],
)
def test_200_source_is_what_the_author_wrote(client, bearer, repo, headers, content, text):
    properties = {"content": [content], "name": ["An article"], "summary": ["In short"]}
    body = {"type": ["h-entry"], "properties": properties}
    client.post("/micropub", json=body, headers=bearer())
    before = repo.head.commit
    [status] = client.get("/api/v1/timelines/home", headers=headers).json
    url = f"{STATUSES}/{status['id']}"

    source = client.get(f"{url}/source", headers=headers)
    unchanged = client.put(url, json={"status": text}, headers=headers)
    after = repo.head.commit
    changed = client.put(url, json={"status": f"{text}\n\nMore."}, headers=headers)
    again = client.get(f"{url}/source", headers=headers)

    assert source.json == {"id": status["id"], "text": text, "spoiler_text": ""}
    assert (unchanged.status_code, after) == (200, before)
    assert changed.status_code == 200
    assert again.json["text"] == f"{text}\n\nMore."
    post = read_post(repo)
    assert (post["title"], post["summary"]) == ("An article", "In short")


@pytest.mark.parametrize(
    "text",
    [
        "a\n\n\nb",
        "  spaces  ",
        "{{< figure >}}",
        "<script>x</script>",
        "---\na: b\n---",
        "é\u200d🎉",
    ],
)
def test_200_source_is_exact(client, toot, headers, text):
    status = toot(text)

    source = client.get(f"{STATUSES}/{status['id']}/source", headers=headers)

    assert source.json["text"] == text


def test_200_delete_answers_with_the_text(client, toot, repo, headers):
    status = toot("Hello *world* #tag", spoiler_text="Careful")
    before = count_commits(repo)

    answer = client.delete(f"{STATUSES}/{status['id']}", json={}, headers=headers)
    again = client.delete(f"{STATUSES}/{status['id']}", headers=headers)

    assert answer.status_code == 200
    gone = {**answer.json, "account": status["account"]}
    assert gone == {**status, "text": "Hello *world* #tag"}
    assert again.status_code == 404
    assert count_commits(repo) == before + 1
    assert client.get("/api/v1/timelines/home", headers=headers).json == []
    assert client.get(f"{STATUSES}/{status['id']}", headers=headers).status_code == 404


@pytest.mark.parametrize("method", ["put", "delete", "source"])
@pytest.mark.parametrize("number", ["1", "99", "x", "-1", "1" * 30, "1.0", "%00", "mention"])
def test_404_what_is_no_post_of_ones_own(client, parts, toot, repo, headers, method, number):
    status = toot("Hello")
    if number == "mention":
        receive(parts, page=status["url"])
        [told] = client.get("/api/v1/notifications", headers=headers).json
        number = told["status"]["id"]
    before = repo.head.commit

    if method == "source":
        answer = client.get(f"{STATUSES}/{number}/source", headers=headers)
    else:
        answer = client.open(
            f"{STATUSES}/{number}", method=method, json={"status": "x"}, headers=headers
        )

    assert answer.status_code == 404
    assert answer.json["error"] == "Record not found"
    assert repo.head.commit == before


def test_200_urls_and_hashtags_are_links_and_the_source_has_none(client, toot, headers, repo):
    text = "See https://x.example/a_b?c=1&d=2, (https://y.example/) `https://z.example/` #Tag"

    status = toot(text)

    source = client.get(f"{STATUSES}/{status['id']}/source", headers=headers)
    assert read_post(repo).content == (
        "See <https://x.example/a_b?c=1&d=2>, (<https://y.example/>) `https://z.example/` #Tag"
    )
    assert source.json["text"] == text
    content = status["content"]
    assert '<a href="https://x.example/a_b?c=1&amp;d=2">' in content
    assert '<a href="https://y.example/">' in content
    assert "<code>https://z.example/</code>" in content
    assert '<a href="https://site.example/tags/tag/" class="mention hashtag" rel="tag">' in content
    assert [tag["name"] for tag in status["tags"]] == ["Tag"]


@pytest.mark.parametrize(
    "text",
    [
        "[a](https://x.example/) and https://y.example/",
        "    https://code.example/\n\nhttps://x.example/",
        "`<https://x.example/>`",
        "https://x.example/a_(b)! https://y.example/c).",
        "[x]: https://ref.example/\n\n[x] https://y.example/",
        "![a](https://x.example/a.png)",
        "https:// http://",
    ],
)
def test_linked_urls_are_bare_again(text):
    linked = link_urls(text)

    assert bare_urls(linked) == text
    assert to_text(render(linked)) == to_text(render(text))


@given(st.text("https:/.ab<>()[]` _*\n\\", max_size=60) | st.text(max_size=30))
def test_whatever_is_linked_says_the_same(text):
    linked = link_urls(text)

    assert to_text(render(linked)) == to_text(render(text))
    assert link_urls(bare_urls(linked)) == linked


@pytest.mark.parametrize(
    ("html", "linked"),
    [
        (
            "<p>a #b</p>",
            '<p>a <a href="/b" class="mention hashtag" rel="tag">#<span>b</span></a></p>',
        ),
        ('<p title="#a">&#39; &amp;#x #1</p>', '<p title="#a">&#39; &amp;#x #1</p>'),
        ('<a href="https://x/">#b https://y/</a>', '<a href="https://x/">#b https://y/</a>'),
        ("<pre><code>#b</code></pre>", "<pre><code>#b</code></pre>"),
        (
            "&lt;https://x.example/&gt;",
            '&lt;<a href="https://x.example/">https://x.example/</a>&gt;',
        ),
    ],
)
def test_links_in_html(html, linked):
    found = link(html, lambda tag: f"/{tag}")

    assert found == linked


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        pytest.param("#one #Two, (#three) #one", ["one", "Two", "three"], id="each once"),
        pytest.param("a#b &#39; #39 c/#d", [], id="none"),
        pytest.param("`#code` https://x.example/#y [a](https://x.example/#z)", [], id="no text"),
        pytest.param("# heading\n\n#tag", ["tag"], id="a heading is none"),
        pytest.param(
            "#हिन्दी #กรุงเทพ #2026年", ["हिन्दी", "กรุงเทพ", "2026年"], id="marks and digits"
        ),
        pytest.param("#" + "x" * 101, [], id="too long"),
        pytest.param("#a" * 3 + " ##b", ["a"], id="one after the other"),
    ],
)
def test_hashtags_of_a_text(text, tags):
    found = find_hashtags(text)

    assert found == tags
