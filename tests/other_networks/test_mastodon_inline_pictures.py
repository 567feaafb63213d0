"""Pictures that stand in the text of a post: apps show them as attachments."""

from io import BytesIO

import pytest
from photos import quarters
from statuses import read_post

STATUSES = "/api/v1/statuses"
PUBLIC = "/api/v1/timelines/public"
CAT = "https://photos.example/cat.jpg"
FRAMED = f'<p>Look here</p><figure><a href="/x"><img src="{CAT}" alt="A cat"></a></figure>'


@pytest.fixture
def headers(bearer):
    return bearer("read write")


@pytest.fixture
def upload(client, bearer):
    """Return the URL of a picture on the media endpoint."""
    file = BytesIO()
    quarters().save(file, "JPEG")
    data = {"file": (BytesIO(file.getvalue()), "a.jpg")}
    answer = client.post("/media", data=data, headers=bearer("media"))
    assert answer.status_code == 201
    return answer.headers["Location"]


@pytest.fixture
def post(client, bearer):
    """Return a function that posts over Micropub, and gives the URL."""

    def post(content, **properties):
        entry = {"type": ["h-entry"], "properties": {"content": [content], **properties}}
        answer = client.post("/micropub", json=entry, headers=bearer())
        assert answer.status_code in (201, 202)
        return answer.headers["Location"]

    return post


@pytest.fixture
def newest(client, headers):
    """Return a function that gives the newest status of a timeline."""
    return lambda **query: client.get(PUBLIC, query_string=query, headers=headers).json[0]


@pytest.fixture
def edit(client, headers):
    def edit(status, text, media_ids=None, **more):
        ids = [each["id"] for each in status["media_attachments"]]
        body = {"status": text, "media_ids": ids if media_ids is None else media_ids, **more}
        return client.put(f"{STATUSES}/{status['id']}", json=body, headers=headers)

    return edit


def test_200_our_own_with_its_size_and_description(post, upload, newest):
    post(f'My cat:\n\n![A *cat* & a "hat"]({upload})\n\nSweet.')

    status = newest()

    [picture] = status["media_attachments"]
    assert (picture["type"], picture["url"]) == ("image", upload)
    assert picture["description"] == 'A cat & a "hat"'
    assert picture["meta"]["original"]["width"] > 0
    assert "<img" not in status["content"]
    assert status["content"].split("\n") == ["<p>My cat:</p>", "<p>Sweet.</p>", ""]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"Look ![A cat]({CAT}) here", id="Markdown"),
        pytest.param({"html": f'<p>Look <img alt="A cat" src="{CAT}"> here</p>'}, id="HTML"),
        pytest.param({"html": FRAMED}, id="HTML around it"),
        pytest.param({"markdown": f'Look <img src="{CAT}" alt="A cat"> here'}, id="both"),
    ],
)
def test_200_those_of_every_kind_of_content(post, newest, content):
    post(content)

    status = newest()

    [picture] = status["media_attachments"]
    assert (picture["url"], picture["description"]) == (CAT, "A cat")
    assert picture["id"].isdigit()
    assert status["content"].strip().replace("  ", " ") in ("<p>Look here</p>",)


def test_200_one_that_is_named_from_the_page(post, newest):
    url = post("![A cat](cat.jpg)")

    [picture] = newest()["media_attachments"]

    assert picture["url"] == f"{url}cat.jpg"


def test_200_none_is_doubled(post, upload, newest):
    photo = {"value": upload, "alt": "A photo"}
    post(f"![Again]({upload}) ![A cat]({CAT}) ![The cat]({CAT})", photo=[photo])

    found = [(each["url"], each["description"]) for each in newest()["media_attachments"]]

    assert found == [(upload, "A photo"), (CAT, "A cat")]


def test_200_what_only_looks_like_one_is_none(post, newest):
    post("`![A cat](https://photos.example/cat.jpg)` and ![x](mailto:a@b.example)")

    assert newest()["media_attachments"] == []


def test_200_posts_with_pictures_in_their_text_have_media(post, newest, clock):
    url = post(f"![A cat]({CAT})")
    clock.forward(minutes=1)
    post("No picture")

    assert newest(only_media="true")["url"] == url


def test_200_an_edit_of_the_words_leaves_them_in_the_text(post, upload, newest, edit, repo):
    text = f"My cat: ![A cat]({upload})"
    post(text)

    edited = edit(newest(), f"{text} is sweet")

    assert edited.status_code == 200
    assert len(edited.json["media_attachments"]) == 1
    assert read_post(repo).content.strip() == f"{text} is sweet"
    assert "photos" not in read_post(repo).metadata


def test_200_an_edit_that_names_none_leaves_them_in_the_text(post, upload, newest, edit, repo):
    post(f"My cat: ![A cat]({upload})")

    edited = edit(newest(), f"The cat: ![A cat]({upload})", media_ids=[])

    assert [each["url"] for each in edited.json["media_attachments"]] == [upload]


def test_200_one_that_is_taken_out_of_the_text_but_still_attached(post, upload, newest, edit, repo):
    post(f"My cat: ![A cat]({upload})")

    edited = edit(newest(), "My cat")

    assert [each["url"] for each in edited.json["media_attachments"]] == [upload]
    assert len(read_post(repo)["photos"]) == 1


def test_200_a_description_as_it_is_or_as_it_was(post, upload, newest, edit):
    post(f"![A cat]({upload})")
    status = newest()
    said = [{"id": status["media_attachments"][0]["id"], "description": "A cat"}]

    same = edit(status, f"![A cat]({upload}) here", media_attributes=said)
    other = edit(status, f"![The cat]({upload})", media_attributes=said)

    assert [each["description"] for each in same.json["media_attachments"]] == ["A cat"]
    assert [each["description"] for each in other.json["media_attachments"]] == ["The cat"]


def test_422_a_description_that_is_not_in_the_text(post, upload, newest, edit, repo):
    text = f"![A cat]({upload})"
    post(text)
    status, before = newest(), repo.head.commit
    said = [{"id": status["media_attachments"][0]["id"], "description": "A dog"}]

    answer = edit(status, text, media_attributes=said)

    assert answer.status_code == 422
    assert "media_attributes" in answer.json["error"]
    assert repo.head.commit == before


def test_200_delete_and_redraft(client, headers, post, upload, newest, repo):
    post(f"My cat: ![A cat]({upload})")
    status = newest()

    deleted = client.delete(f"{STATUSES}/{status['id']}", headers=headers).json
    ids = [each["id"] for each in deleted["media_attachments"]]
    again = {"status": deleted["text"], "media_ids": ids}
    redrafted = client.post(STATUSES, json=again, headers=headers).json

    assert redrafted["media_attachments"] == status["media_attachments"]
    assert "photos" not in read_post(repo).metadata


def test_200_micro_blog_shows_them_where_they_stand(client, headers, post, upload):
    post(f"My cat:\n\n![A cat]({upload})\n\nSweet.")

    [item] = client.get("/posts/all", headers=headers).json["items"]

    assert item["content_html"].count("<img") == 1
    assert item["content_html"].index("<img") < item["content_html"].index("Sweet")
