"""Files that apps for Mastodon send, describe, attach, and attach again."""

import io
import re
import struct
from datetime import timedelta

import photos
import pytest
from PIL import Image
from statuses import read_post

STATUSES, MEDIA = "/api/v1/statuses", "/api/v1/media"


def picture(color="red", kind="PNG", **how):
    file = io.BytesIO()
    Image.new("RGB", (8, 6), color).save(file, kind, **how)
    return file.getvalue()


def film():
    """Return a film that is kept in no time, because nothing is done to films."""
    return struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"isom", 512, b"isom", b"mp42") + bytes(64)


@pytest.fixture
def headers(bearer):
    return bearer("read write")


@pytest.fixture
def upload(client, headers):
    """Return a function that sends a file and gives its attachment."""

    def upload(content=None, name="a.png", path="/api/v2/media", **fields):
        body = {"file": (io.BytesIO(content or picture()), name), **fields}
        answer = client.post(path, data=body, headers=headers)
        assert answer.status_code == 200
        return answer.json

    return upload


@pytest.fixture
def fetch(client):
    """Return a function that gives the bytes of a file at its URL."""

    def fetch(url):
        with client.get(url.removeprefix("https://site.example")) as answer:
            assert answer.status_code == 200
            return answer.data

    return fetch


@pytest.mark.parametrize("path", ["/api/v1/media", "/api/v2/media", "/api/v2/media/"])
def test_200_a_picture_is_ready_at_once(fetch, upload, path):
    attachment = upload(path=path, description="A red field", focus="0.1,0.2")

    assert attachment["id"].isdigit()
    assert attachment["type"] == "image"
    assert attachment["url"].startswith("https://site.example/media/")
    assert attachment["preview_url"]
    assert attachment["description"] == "A red field"
    assert attachment["meta"]["original"] == {
        "width": 8, "height": 6, "size": "8x6", "aspect": 1.333333
    }  # fmt: skip
    assert fetch(attachment["url"])


def test_200_a_file_says_itself_what_it_is(upload):
    kinds = [
        upload(picture(kind="JPEG"), "blob"),
        upload(film(), "x.jpg"),
        upload(picture("blue"), "x.txt"),
    ]

    assert [each["type"] for each in kinds] == ["image", "video", "image"]


def test_200_a_file_without_a_name(client, headers):
    body = (
        b'--X\r\nContent-Disposition: form-data; name="file"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n" + picture() + b"\r\n--X--\r\n"
    )

    answer = client.post(
        MEDIA, data=body, content_type="multipart/form-data; boundary=X", headers=headers
    )

    assert answer.status_code == 200
    assert answer.json["type"] == "image"


def test_200_what_cameras_write_into_a_picture_is_gone(fetch, upload):
    content = io.BytesIO()
    photos.quarters().save(content, "JPEG", exif=photos.exif())

    attachment = upload(content.getvalue(), "a.jpg")

    kept = fetch(attachment["url"])
    assert b"Secret" in content.getvalue()
    assert b"Secret" not in kept


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({}, 422, id="no file"),
        pytest.param({"file": "text"}, 422, id="a text"),
        pytest.param({"files": (io.BytesIO(picture()), "a.png")}, 422, id="by another name"),
        pytest.param({"file": (io.BytesIO(b"MZ..."), "a.exe")}, 415, id="a program"),
        pytest.param({"file": (io.BytesIO(b""), "a.png")}, 422, id="nothing in it"),
        pytest.param(
            {"file": (io.BytesIO(picture()), "a.png"), "description": "x" * 1501}, 422, id="words"
        ),
    ],
)
def test_4xx_what_is_not_taken(client, headers, body, status):
    answer = client.post("/api/v2/media", data=body, headers=headers)

    assert answer.status_code == status
    assert set(answer.json) == {"error", "error_description"}


def test_403_without_the_scope(client, bearer, upload):
    attachment = upload()
    body = {"file": (io.BytesIO(picture()), "a.png")}

    answers = [
        client.post("/api/v2/media", data=body, headers=bearer("read")),
        client.put(f"{MEDIA}/{attachment['id']}", json={}, headers=bearer("read")),
        client.post("/api/v2/media", headers={}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 401]


def test_200_a_description_can_come_later(client, upload, headers):
    attachment = upload()
    url = f"{MEDIA}/{attachment['id']}"

    described = client.put(url, json={"description": "A red field"}, headers=headers)
    focused = client.put(url, data={"focus": "0,0"}, headers=headers)
    asked = client.get(url, headers=headers)
    emptied = client.put(url, data={"description": ""}, headers=headers)

    assert attachment["description"] is None
    assert described.json == {**attachment, "description": "A red field"}
    assert focused.json == asked.json == described.json
    assert emptied.json == attachment


@pytest.mark.parametrize("number", ["0", "99", "x", "1" * 40])
def test_404_no_such_file(client, headers, toot, number):
    status = toot()

    answers = [
        client.get(f"{MEDIA}/{number}", headers=headers),
        client.put(f"{MEDIA}/{number}", json={"description": "x"}, headers=headers),
        client.get(f"{MEDIA}/{status['id']}", headers=headers),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3


def test_200_files_are_attached_in_their_order(toot, upload, repo):
    red, blue = upload(picture("red"), description="Red"), upload(picture("blue"))
    moving = upload(film(), "a.mp4")
    ids = [blue["id"], moving["id"], red["id"], blue["id"]]

    status = toot("Colours", media_ids=ids)

    assert [each["id"] for each in status["media_attachments"]] == [
        blue["id"], red["id"], moving["id"]
    ]  # fmt: skip
    assert [each["description"] for each in status["media_attachments"]] == [None, "Red", None]
    post = read_post(repo)
    assert [photo.get("alt") for photo in post["photos"]] == [None, "Red"]
    assert len(post["videos"]) == 1
    files = repo.git.show("--name-only", "--format=", "HEAD").splitlines()
    assert len(files) == 4


def test_200_a_picture_needs_no_words(toot, upload):
    status = toot("", media_ids=[upload()["id"]])

    assert len(status["media_attachments"]) == 1
    assert "/photos/" in status["url"]


def test_200_one_id_that_is_no_list(client, headers, upload):
    attachment = upload()

    answer = client.post(
        STATUSES, data={"status": "One", "media_ids": attachment["id"]}, headers=headers
    )

    assert [each["id"] for each in answer.json["media_attachments"]] == [attachment["id"]]


def test_200_an_edit_describes_adds_and_removes(client, headers, toot, upload, repo):
    red, blue = upload(picture("red"), description="Red"), upload(picture("blue"))
    status = toot("Colours", media_ids=[red["id"], blue["id"]])
    green = upload(picture("green"))
    url = f"{STATUSES}/{status['id']}"

    described = client.put(
        url,
        json={
            "status": "Colours",
            "media_ids": [blue["id"], green["id"]],
            "media_attributes": [
                {"id": blue["id"], "description": "Blue", "focus": "0,0"},
                {"id": green["id"], "description": "Green"},
            ],
        },
        headers=headers,
    )
    as_form = client.put(
        url,
        data={
            "status": "Colours",
            "media_ids[]": [blue["id"]],
            "media_attributes[][id]": blue["id"],
            "media_attributes[][description]": "So blue",
        },
        headers=headers,
    )
    without = client.put(url, json={"status": "Colours", "media_ids": []}, headers=headers)

    shown = [(each["id"], each["description"]) for each in described.json["media_attachments"]]
    assert shown == [(blue["id"], "Blue"), (green["id"], "Green")]
    [only] = as_form.json["media_attachments"]
    assert (only["id"], only["description"]) == (blue["id"], "So blue")
    assert without.json["media_attachments"] == []
    assert "photos" not in read_post(repo).metadata


def test_200_an_edit_of_the_words_keeps_pictures_from_elsewhere(client, bearer, headers, repo):
    photo = [{"value": "https://photos.example/a.jpg", "alt": "A"}, "https://photos.example/b"]
    body = {"type": ["h-entry"], "properties": {"content": ["Two"], "photo": photo}}
    client.post("/micropub", json=body, headers=bearer())
    [status] = client.get("/api/v1/timelines/home", headers=headers).json
    ids = [each["id"] for each in status["media_attachments"]]

    answer = client.put(
        f"{STATUSES}/{status['id']}",
        json={"status": "Two pictures", "media_ids": ids},
        headers=headers,
    )

    assert answer.json["media_attachments"] == status["media_attachments"]
    assert [each["url"] for each in read_post(repo)["photos"]] == [
        "https://photos.example/a.jpg",
        "https://photos.example/b",
    ]


def test_200_delete_and_redraft(client, headers, toot, upload, parts, clock, repo):
    attachment = upload(description="Red")
    status = toot("Colours", media_ids=[attachment["id"]])
    clock.forward(days=100)
    parts.following.work()
    deleted = client.delete(f"{STATUSES}/{status['id']}", headers=headers).json
    clock.forward(days=1)
    parts.media.removal.sweep(timedelta(days=30))

    redrafted = toot(deleted["text"], media_ids=[deleted["media_attachments"][0]["id"]])

    assert deleted["media_attachments"] == status["media_attachments"]
    assert redrafted["media_attachments"] == status["media_attachments"]
    assert redrafted["id"] != status["id"]
    assert read_post(repo)["photos"][0]["alt"] == "Red"


def test_200_redraft_of_a_file_that_is_in_the_repository_alone(
    client, headers, toot, upload, installation, fetch
):
    attachment = upload(description="Red")
    status = toot("Colours", media_ids=[attachment["id"]])
    for file in (installation.folder / "state" / "media").glob("*.png"):
        file.unlink()
    deleted = client.delete(f"{STATUSES}/{status['id']}", headers=headers).json

    redrafted = toot(deleted["text"], media_ids=[deleted["media_attachments"][0]["id"]])

    assert redrafted["media_attachments"][0]["url"] == attachment["url"]
    assert fetch(attachment["url"])


def test_404_a_file_that_nothing_showed_is_swept(client, headers, upload, parts, clock):
    attachment = upload()
    clock.forward(days=100)
    parts.media.removal.sweep(timedelta(days=30))

    asked = client.get(f"{MEDIA}/{attachment['id']}", headers=headers)
    attached = client.post(
        STATUSES, json={"status": "x", "media_ids": [attachment["id"]]}, headers=headers
    )

    assert asked.status_code == 404
    assert attached.status_code == 422
    assert re.search("media_ids .* send it again", attached.json["error"])


def test_200_a_photo_typed_by_hand_that_is_no_url_is_in_nobodys_way(client, headers, edit):
    file = '---\ndate: 2025-11-01T10:00:00Z\nphoto: ["https://["]\n---\nHi\n'
    edit({"content/notes/2025/11/hi/index.md": file})
    [status] = client.get("/api/v1/timelines/public").json

    edited = client.put(f"{STATUSES}/{status['id']}", json={"status": "Ho"}, headers=headers)
    deleted = client.delete(f"{STATUSES}/{status['id']}", headers=headers)

    assert (status["media_attachments"], edited.status_code) == ([], 200)
    assert (deleted.status_code, deleted.json["text"]) == (200, "Ho")
