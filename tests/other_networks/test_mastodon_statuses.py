"""Statuses as apps read them: posts, mentions and their threads."""

from io import BytesIO

import pytest
from photos import quarters
from received_mentions import PAGE, receive, said

API = "/api/v1"
HOME = f"{API}/timelines/home"


@pytest.fixture
def headers(bearer):
    return bearer("read")


@pytest.fixture
def status_at(client, headers):
    """Return a function that finds a status by its URL, as a search does."""

    def status_at(url):
        answer = client.get("/api/v2/search", query_string={"q": url}, headers=headers)
        [found] = answer.json["statuses"]
        return found

    return status_at


@pytest.fixture
def mention(parts, clock):
    """Return a function that lets somebody have mentioned a page, and gives the URL of it."""

    def mention(number, kind="reply", page=PAGE, **more):
        clock.forward(minutes=1)
        source = f"https://grace.example/{number}"
        words = said(kind, f"Words {number}", **{"url": "https://grace.example/", **more})
        words = type(words).of({**vars(words), "author": vars(words.author), "url": source})
        mention_id = receive(parts, source, words, page=page)
        parts.webmentions.moderation.moderating.decide((mention_id,), "approve")
        return source

    return mention


def test_200_a_note(publish, status_at):
    url = publish(content="Hello *you*", category="Coffee time")

    status = status_at(url)

    assert status["content"] == "<p>Hello <em>you</em></p>\n"
    assert (status["url"], status["uri"]) == (url, url)
    assert (status["visibility"], status["language"]) == ("public", "en")
    assert status["created_at"] == "2025-11-22T08:31:15.000Z"
    assert status["edited_at"] is None
    assert status["tags"] == [
        {"name": "Coffee time", "url": "https://site.example/tags/coffee-time/"}
    ]
    assert status["account"]["id"] == "1"
    assert status["spoiler_text"] == ""
    assert status["in_reply_to_id"] is status["in_reply_to_account_id"] is None


def test_200_an_article_is_its_title_as_a_link_and_its_beginning(publish, status_at):
    url = publish(name="On <tea> & time", content="First *one*.\n\nSecond.")

    content = status_at(url)["content"]

    assert content == (f'<p><a href="{url}">On &lt;tea&gt; &amp; time</a></p><p>First one.</p>')


def test_200_an_article_with_a_summary(publish, status_at):
    url = publish(name="Tea", content="Long", summary="In <short>")

    assert status_at(url)["content"].endswith("<p>In &lt;short&gt;</p>")


@pytest.mark.parametrize(
    ("name", "words"),
    [("like-of", "Liked"), ("repost-of", "Reposted"), ("bookmark-of", "Bookmarked")],
)
def test_200_a_post_without_words_says_what_it_is(publish, status_at, name, words):
    url = publish(**{name: "https://grace.example/1"})

    assert words in status_at(url)["content"]
    assert 'href="https://grace.example/1"' in status_at(url)["content"]


def test_200_html_is_harmless_and_absolute(publish, status_at):
    html = '<p onclick="x()">Hi <a href="../b/">b</a><script>alert(1)</script></p>'
    url = publish(content={"html": html})

    content = status_at(url)["content"]

    assert "script" not in content
    assert "onclick" not in content
    assert 'href="https://site.example/notes/2025/11/' in content


def test_200_a_warning(publish, status_at):
    url = publish(
        content="Hello",
        content_warning="Spiders",
        summary="Spiders",
        sensitive="true",
        language="de",
    )

    status = status_at(url)

    assert (status["spoiler_text"], status["sensitive"]) == ("Spiders", True)
    assert status["language"] == "de"


def test_200_a_language_is_known_by_either_name_that_posts_give_it(publish, status_at):
    permalink = publish(content="Guten Morgen", lang="de")

    status = status_at(permalink)

    assert status["language"] == "de"


def test_200_edited(publish, status_at, client, bearer, clock):
    url = publish(content="Hello")
    clock.forward(hours=1)
    change = {"action": "update", "url": url, "replace": {"content": ["Better"]}}
    client.post("/micropub", json=change, headers=bearer())

    status = status_at(url)

    assert status["edited_at"] == "2025-11-22T09:31:15.000Z"
    assert "Better" in status["content"]


def test_200_a_photo_with_words(publish, status_at):
    photo = {"value": "https://photos.example/a.jpg", "alt": "A cup"}
    url = publish(content="Coffee", photo=photo)

    [attachment] = status_at(url)["media_attachments"]

    assert attachment["type"] == "image"
    assert attachment["url"] == attachment["preview_url"] == "https://photos.example/a.jpg"
    assert attachment["description"] == "A cup"
    assert attachment["id"].isdigit()
    assert attachment["meta"] == {}


def test_200_an_upload_is_to_be_had_at_once_with_its_size(client, bearer, status_at, picture_file):
    data = {"h": "entry", "content": "Look", "photo": picture_file}
    answer = client.post(
        "/micropub", data=data, headers=bearer(), content_type="multipart/form-data"
    )

    [attachment] = status_at(answer.headers["Location"])["media_attachments"]

    assert attachment["url"].startswith("https://site.example/media/")
    with client.get(attachment["url"].removeprefix("https://site.example")) as shown:
        assert shown.status_code == 200
    original = attachment["meta"]["original"]
    assert original["width"] > 0 < original["height"]
    assert original["size"] == f"{original['width']}x{original['height']}"
    assert attachment["blurhash"]


@pytest.fixture
def picture_file():
    file = BytesIO()
    quarters().save(file, "JPEG")
    return BytesIO(file.getvalue()), "a.jpg", "image/jpeg"


def test_200_a_mention_by_somebody_with_a_name(publish, mention, status_at):
    url = publish(content="Hello")
    source = mention(1, page=url, published="2025-11-01T10:00:00+01:00")

    status = status_at(source)

    assert status["created_at"] == "2025-11-01T09:00:00.000Z"
    assert "Words 1" in status["content"]
    account = status["account"]
    assert account["acct"] == "grace.example@grace.example"
    assert account["url"] == "https://grace.example/"
    assert account["avatar"].startswith("https://site.example/")
    assert account["header"].startswith("https://site.example/")


def test_200_a_mention_from_the_fediverse(publish, mention, status_at):
    url = publish(content="Hello")
    source = mention(1, page=url, url="https://social.example/@ida")

    assert status_at(source)["account"]["acct"] == "ida@social.example"


def test_200_what_a_mention_says_is_harmless(parts, publish, mention, status_at):
    url = publish(content="Hello")
    source = mention(1, page=url, html='<p>Hi <script>x</script><a href="/b">b</a></p>')

    assert status_at(source)["content"] == '<p>Hi <a href="https://grace.example/b">b</a></p>'


def test_200_counts_and_who_they_are(publish, mention, status_at, client, headers):
    url = publish(content="Hello")
    for number, kind in enumerate(("like", "bookmark", "repost", "reply", "mention", "rsvp")):
        mention(number, kind, page=url, name=kind, url=f"https://{kind}.example/")
    publish(content="Me too", in_reply_to=url)

    status = status_at(url)
    number = status["id"]
    favourites = client.get(f"{API}/statuses/{number}/favourited_by", headers=headers).json
    reblogs = client.get(f"{API}/statuses/{number}/reblogged_by", headers=headers).json

    counts = [status[f"{name}_count"] for name in ("replies", "reblogs", "favourites")]
    assert counts == [4, 1, 2]
    assert [account["display_name"] for account in favourites] == ["bookmark", "like"]
    assert [account["display_name"] for account in reblogs] == ["repost"]


def test_200_a_thread_from_top_to_bottom(publish, mention, status_at, client, headers):
    top = publish(content="Top")
    reply = mention(1, page=top)
    answer = publish(content="Answer", in_reply_to=reply)
    below = mention(2, page=answer)
    other = mention(3, page=top)
    mention(4, "like", page=top)

    def context(url):
        found = client.get(f"{API}/statuses/{status_at(url)['id']}/context", headers=headers).json
        return [[status["url"] for status in found[name]] for name in ("ancestors", "descendants")]

    assert context(top) == [[], [reply, answer, below, other]]
    assert context(reply) == [[top], [answer, below]]
    assert context(answer) == [[top, reply], [below]]
    assert context(below) == [[top, reply, answer], []]
    assert status_at(answer)["in_reply_to_id"] == status_at(reply)["id"]
    account = status_at(reply)["account"]["id"]
    assert status_at(answer)["in_reply_to_account_id"] == account


def test_200_a_thread_that_bites_its_tail_ends(publish, status_at, client, headers, bearer):
    first = publish(content="First")
    second = publish(content="Second", in_reply_to=first)
    change = {"action": "update", "url": first, "add": {"in-reply-to": [second]}}
    client.post("/micropub", json=change, headers=bearer())

    answer = client.get(f"{API}/statuses/{status_at(first)['id']}/context", headers=headers)

    assert answer.status_code == 200
    assert [status["url"] for status in answer.json["ancestors"]] == [second]


def test_200_drafts_are_in_no_thread(publish, status_at, client, headers):
    top = publish(content="Top")
    publish(content="Draft", in_reply_to=top, post_status="draft")

    status = status_at(top)
    found = client.get(f"{API}/statuses/{status['id']}/context", headers=headers).json

    assert found == {"ancestors": [], "descendants": []}
    assert status["replies_count"] == 0


@pytest.mark.parametrize("changes", [{"post_status": "draft"}, {"published": "2031-01-01"}])
def test_404_strangers_see_nothing_that_is_not_out(publish, status_at, client, headers, changes):
    number = status_at(publish(content="Hidden", **changes))["id"]
    path = f"{API}/statuses/{number}"

    own = client.get(path, headers=headers)
    others = [client.get(path + more) for more in ("", "/context", "/history", "/favourited_by")]

    assert (own.status_code, own.json["visibility"]) == (200, "private")
    assert {answer.status_code for answer in others} == {404}
    assert client.get(f"{API}/statuses?id[]={number}").json == []


def test_200_unlisted_is_shown_to_who_knows_of_it(publish, status_at, client):
    number = status_at(publish(content="Hello", visibility="unlisted"))["id"]

    answer = client.get(f"{API}/statuses/{number}")

    assert (answer.status_code, answer.json["visibility"]) == (200, "unlisted")


def test_200_several_of_which_some_are_not_there(publish, status_at, client, headers):
    ids = [status_at(publish(content=f"Note {n}"))["id"] for n in range(2)]
    query = {"id[]": [*ids, "5", "abc", ids[0]]}

    answer = client.get(f"{API}/statuses", query_string=query, headers=headers)

    assert [status["id"] for status in answer.json] == ids


def test_200_its_history_is_what_it_is(publish, status_at, client, headers):
    status = status_at(publish(content="Hello"))

    answer = client.get(f"{API}/statuses/{status['id']}/history", headers=headers)

    [version] = answer.json
    assert version["content"] == status["content"]
    assert version["created_at"] == status["created_at"]


def test_200_the_posts_of_somebody_else_are_what_they_answered(
    publish, mention, status_at, client, headers
):
    url = publish(content="Hello")
    source = mention(1, page=url)
    mention(2, "like", page=url)
    mention(3, page=url, url="https://ida.example/")
    number = status_at(source)["account"]["id"]

    account = client.get(f"{API}/accounts/{number}", headers=headers)
    statuses = client.get(f"{API}/accounts/{number}/statuses", headers=headers)
    pinned = client.get(f"{API}/accounts/{number}/statuses?pinned=1", headers=headers)

    assert account.json["display_name"] == "Grace"
    assert [status["url"] for status in statuses.json] == [source]
    assert pinned.json == []


@pytest.mark.parametrize("list_", ["followers", "following", "lists", "featured_tags"])
def test_200_nobody_follows_here(client, headers, list_):
    assert client.get(f"{API}/accounts/1/{list_}", headers=headers).json == []


def test_200_the_owner(client, headers, parts, installation):
    own = client.get(f"{API}/accounts/verify_credentials", headers=headers).json
    by_id = client.get(f"{API}/accounts/1").json
    by_name = client.get(f"{API}/accounts/lookup?acct=site@site.example").json

    assert own.keys() - by_id.keys() == {"source", "role"}
    assert {name: own[name] for name in by_id} == by_id == by_name
    assert own["source"]["privacy"] == "public"
    assert own["url"] == "https://site.example/"


def test_200_pictures_are_absolute_and_there(client, headers):
    own = client.get(f"{API}/accounts/1").json

    for name in ("avatar", "avatar_static", "header", "header_static"):
        assert own[name].startswith("https://site.example/")
        picture = client.get(own[name].removeprefix("https://site.example"))
        assert (picture.status_code, picture.mimetype) == (200, "image/png")


@pytest.mark.parametrize(
    "url", ["/me.jpg", "https://site.example/me.jpg", "data:image/png;base64,"]
)
def test_200_pictures_are_web_addresses(installation, start, client_of, url):
    installation.configure(owner={"photo": url, "header": url})

    own = client_of(start()).get(f"{API}/accounts/1").json

    expected = "https://site.example/me.jpg" if url.endswith("me.jpg") else own["avatar_static"]
    assert own["avatar"] == expected
    assert own["header"].startswith("https://site.example/")


@pytest.mark.parametrize("path", ["accounts/2", "accounts/abc", "accounts/lookup?acct=bob"])
def test_404_no_such_account(client, headers, path):
    answer = client.get(f"{API}/{path}", headers=headers)

    assert answer.status_code == 404
    assert answer.json["error"] == "Record not found"


def test_403_the_profile_is_not_for_apps_to_change(client, bearer):
    answer = client.patch(
        f"{API}/accounts/update_credentials", data={"note": "x"}, headers=bearer("write")
    )

    assert answer.status_code == 403
    assert "managed in the site" in answer.json["error"]


def test_200_relationships_are_all_false(client, headers):
    answer = client.get(f"{API}/accounts/relationships?id[]=1&id[]=5", headers=headers)

    assert [each["id"] for each in answer.json] == ["1", "5"]
    assert answer.json[0]["following"] is answer.json[0]["blocking"] is False
