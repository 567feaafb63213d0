"""The media endpoint: files taken in, shown, listed and removed (Micropub §3.6)."""

import hashlib
import os
import re
import shutil
import sqlite3
import threading
import time
from io import BytesIO

import pytest
from PIL import Image
from programs import small_disk

from endpoint.assembly import Parts

BASE = "https://site.example"
# Nothing is done to films, so they are kept in no time, and stand here for files of all types.
MP4 = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2" + bytes(range(256)) * 4
OTHER = MP4 + b"other"
NAME = "0" * 32 + ".jpg"


def make_picture(kind="JPEG", colour="red", size=(40, 30)):
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, kind)
    return file.getvalue()


@pytest.fixture
def upload(client, bearer):
    """Return a function that sends ``content`` and returns the answer."""
    headers = bearer()

    def upload(content, filename="photo.jpg", **fields):
        data = {**fields, "file": (BytesIO(content), filename)}
        return client.post("/media", data=data, headers=headers)

    return upload


@pytest.fixture
def show(client):
    """Return a function that fetches one of our URLs, and whatever file is opened for it."""

    def show(url, method="GET", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        with client.open(path_of(url), method=method, headers=headers) as response:
            response.get_data()
            return response

    return show


@pytest.fixture
def folder(installation):
    return installation.folder / "state" / "media"


@pytest.fixture
def url(upload):
    return upload(MP4).headers["Location"]


def path_of(url):
    return url.removeprefix(BASE)


def files_in(folder):
    return sorted(path.name for path in folder.glob("*") if path.suffix != ".lock")


def forget(parts: Parts):
    """Lose what the database knows of uploads."""
    database = sqlite3.connect(parts.config.state / "endpoint.db")
    with database:
        database.execute("DELETE FROM uploads")
    database.close()


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("GIF", "image/gif"), ("WEBP", "image/webp")],
)
def test_201_picture_is_shown_at_once(show, upload, kind, media_type):
    """Micropub §3.6.3 and §3.6.4; micropub.rocks 700 to 702: the type has no parameters."""
    response = upload(make_picture(kind))

    url = response.headers["Location"]
    shown = show(url)
    assert response.status_code == 201
    assert response.json == {"url": url}
    assert url.startswith(f"{BASE}/media/")
    assert url.isascii()
    assert shown.status_code == 200
    assert shown.headers["Content-Type"] == media_type
    assert Image.open(BytesIO(shown.data)).size == (40, 30)


def test_201_video_is_kept_as_it_is(show, upload):
    response = upload(MP4, "clip.mov")

    shown = show(response.headers["Location"])
    assert response.status_code == 201
    assert shown.headers["Content-Type"] == "video/mp4"
    assert shown.data == MP4


def test_201_same_bytes_same_url(upload, folder):
    first = upload(MP4, "one.mp4")

    again = upload(MP4, "two.png")

    assert again.status_code == 201
    assert again.headers["Location"] == first.headers["Location"]
    assert len(files_in(folder)) == 1


def test_201_one_name_two_files(upload):
    """Micropub §3.6.4: files of one name do not collide."""
    urls = {upload(content, "image.jpg").headers["Location"] for content in (MP4, OTHER)}

    assert len(urls) == 2


@pytest.mark.parametrize("scope", ["media", "create", "post", "draft"])
def test_201_scopes_that_grant_media(client, bearer, scope):
    data = {"file": (BytesIO(MP4), "clip.mp4")}

    response = client.post("/media", data=data, headers=bearer(scope))

    assert response.status_code == 201


def test_201_token_in_the_body_and_a_parameter_more(client, bearer):
    """Micropub §3.6.2: the same tokens, in the header or in the body."""
    token = bearer()["Authorization"].removeprefix("Bearer ")
    file = (BytesIO(MP4), "clip.mp4")
    data = {"access_token": token, "mp-destination": "", "file": file}

    response = client.post("/media", data=data)

    assert response.status_code == 201


def test_201_with_a_slash_at_the_end(client, bearer):
    data = {"file": (BytesIO(MP4), "clip.mp4")}

    response = client.post("/media/", data=data, headers=bearer())

    assert response.status_code == 201


@pytest.mark.parametrize(
    "filename",
    [
        "../../../config.toml",
        "/etc/passwd",
        "..\\..\\x.jpg",
        "a\0b.jpg",
        ".htaccess",
        "x" * 400 + ".jpg",
        "two words.jpg",
        'a "quoted" name.jpg',
        "ärger.jpg",
        "index.html",
    ],
)
def test_201_the_name_is_only_a_hint(upload, folder, filename):
    """Micropub §3.6.3."""
    response = upload(MP4, filename)

    name = response.headers["Location"].rpartition("/")[2]
    assert response.status_code == 201
    assert re.fullmatch(r"[0-9a-f]{32}\.mp4", name)
    assert files_in(folder) == [name]


def test_401_without_a_token(client, folder):
    """Micropub §3.6.4.1."""
    response = client.post("/media", data={"file": (BytesIO(make_picture()), "photo.jpg")})

    assert response.status_code == 401
    assert "Location" not in response.headers
    assert files_in(folder) == []


def test_403_without_the_scope(client, bearer, folder):
    """Micropub §3.6.4.1."""
    data = {"file": (BytesIO(make_picture()), "photo.jpg")}

    response = client.post("/media", data=data, headers=bearer("update delete"))

    assert response.status_code == 403
    assert response.json["error"] == "insufficient_scope"
    assert response.json["scope"] == "media"
    assert files_in(folder) == []


@pytest.mark.parametrize("name", ["photo", "file[]", "files", "File"])
def test_400_another_part(client, bearer, folder, name):
    """Micropub §3.6.3: the part is called file."""
    data = {name: (BytesIO(make_picture()), "photo.jpg")}

    response = client.post("/media", data=data, headers=bearer())

    assert response.status_code == 400
    assert name in response.json["error_description"]
    assert files_in(folder) == []


def test_400_two_files(client, bearer, folder):
    files = [(BytesIO(make_picture(colour=colour)), "photo.jpg") for colour in ("red", "blue")]

    response = client.post("/media", data={"file": files}, headers=bearer())

    assert response.status_code == 400
    assert files_in(folder) == []


@pytest.mark.parametrize(
    ("sending", "status"),
    [
        pytest.param({"data": {"file": "photo.jpg"}}, 400, id="form"),
        pytest.param(
            {"data": {"x": "y"}, "content_type": "multipart/form-data"}, 400, id="multipart"
        ),
        pytest.param({"data": {"file": (BytesIO(b""), "photo.jpg")}}, 400, id="empty file"),
        pytest.param({"data": b"", "content_type": None}, 400, id="nothing"),
        pytest.param({"json": {"file": "photo.jpg"}}, 415, id="JSON"),
        pytest.param({"data": b"{", "content_type": "application/json"}, 415, id="broken JSON"),
        pytest.param({"data": make_picture(), "content_type": "image/jpeg"}, 415, id="bare"),
    ],
)
def test_400_or_415_without_a_file(client, bearer, folder, sending, status):
    """Micropub §3.6.3: multipart/form-data, with a part called file."""
    response = client.post("/media", headers=bearer(), **sending)

    assert response.status_code == status
    assert response.json["error"] == "invalid_request"
    assert "Location" not in response.headers
    assert files_in(folder) == []


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"<!doctype html><script>alert(1)</script>", id="HTML"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", id="SVG"),
        pytest.param(b"alert(1)", id="script"),
        pytest.param(b"%PDF-1.7\n", id="PDF"),
        pytest.param(b"\0", id="one byte"),
    ],
)
def test_415_what_a_browser_would_run(upload, folder, content):
    response = upload(content, "photo.png")

    assert response.status_code == 415
    assert response.json["error"] == "invalid_request"
    assert "JPEG" in response.json["error_description"]
    assert "Location" not in response.headers
    assert files_in(folder) == []


def test_400_broken_picture(upload, folder):
    response = upload(make_picture("PNG")[:60], "photo.png")

    assert response.status_code == 400
    assert files_in(folder) == []


def test_413_says_the_figure(installation, start, client_of, bearer_of, folder):
    installation.configure(media={"max_bytes": 500})
    parts = start()
    data = {"file": (BytesIO(MP4), "clip.mp4")}

    response = client_of(parts).post("/media", data=data, headers=bearer_of(parts))

    assert response.status_code == 413
    assert "500" in response.json["error_description"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert files_in(folder) == []


def test_201_what_was_uploaded_is_the_photo_of_a_post(client, bearer, upload):
    """Micropub §3.6.4: the URL is a value of photo, and is kept as it is."""
    headers = bearer()
    url = upload(make_picture()).headers["Location"]
    data = {"content": "Look", "photo": url}

    created = client.post("/micropub", data=data, headers=headers)

    asked = {"q": "source", "url": created.headers["Location"]}
    source = client.get("/micropub", query_string=asked, headers=headers)
    assert created.status_code == 201
    assert source.json["properties"]["photo"] == [url]


def test_200_headers_keep_it_from_running(show, url):
    response = show(url)

    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_200_head(show, url):
    got = show(url)

    response = show(url, "HEAD")

    assert response.status_code == 200
    assert response.data == b""
    for name in ("Content-Type", "Content-Length", "ETag", "Accept-Ranges"):
        assert response.headers[name] == got.headers[name]


@pytest.mark.parametrize("kind", ["{}", "W/{}", '"other", {}', "*"])
def test_304_who_has_it(show, url, kind):
    tag = show(url).headers["ETag"]

    response = show(url, If_None_Match=kind.format(tag))

    assert response.status_code == 304
    assert response.data == b""
    assert response.headers["ETag"] == tag
    assert "immutable" in response.headers["Cache-Control"]


def test_304_before_a_part_is_looked_for(show, url):
    """RFC 9110 §13.2.2: conditions come before the range, be it there or not."""
    tag = show(url).headers["ETag"]

    answers = [show(url, If_None_Match=tag, Range=f"bytes={part}") for part in ("0-9", "90000-")]

    assert [it.status_code for it in answers] == [304, 304]
    assert [it.data for it in answers] == [b"", b""]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("more", [{}, {"Range": "bytes=0-9"}], ids=["all", "a part"])
@pytest.mark.parametrize("condition", ['"another"', "W/{}"], ids=["another", "weak"])
def test_412_without_the_picture(show, url, method, more, condition):
    """RFC 9110 §13.1.1: a weak tag never matches, and no cache may keep the answer."""
    tag = show(url).headers["ETag"]

    response = show(url, method, If_Match=condition.format(tag), **more)

    assert response.status_code == 412
    assert response.data == b""
    assert "Cache-Control" not in response.headers


@pytest.mark.parametrize("condition", ["{}", '"another", {}', "*"])
def test_200_where_it_is_what_was_asked_for(show, url, condition):
    got = show(url)

    response = show(url, If_Match=condition.format(got.headers["ETag"]))

    assert response.status_code == 200
    assert response.data == got.data


def test_200_times_mean_nothing(show, url):
    """RFC 9110 §13.1.3: a name never gets other bytes, so there is no Last-Modified."""
    tomorrow = "Sun, 23 Nov 2200 08:00:00 GMT"

    response = show(url, If_Modified_Since=tomorrow, If_Unmodified_Since=tomorrow)

    assert response.status_code == 200
    assert "Last-Modified" not in response.headers


def test_206_if_it_has_not_changed(show, url):
    tag = show(url).headers["ETag"]

    response = show(url, Range="BYTES=0-9", If_Range=tag)

    assert response.status_code == 206
    assert len(response.data) == 10


def test_200_head_knows_no_parts(show, url):
    """RFC 9110 §14.2: a range means something with GET alone."""
    response = show(url, "HEAD", Range="bytes=0-9")

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-9", 0, 10), ("bytes=1000-", 1000, None), ("bytes=-5", -5, None)],
)
def test_206_a_part(show, upload, asked, first, last):
    """RFC 9110 §14: players on phones ask for nothing else."""
    url = upload(MP4, "clip.mp4").headers["Location"]

    response = show(url, Range=asked)

    assert response.status_code == 206
    assert response.data == MP4[first:last]
    assert response.headers["Content-Range"].endswith(f"/{len(MP4)}")
    assert response.headers["Content-Type"] == "video/mp4"


def test_416_a_part_that_is_not_there(show, upload):
    url = upload(MP4, "clip.mp4").headers["Location"]

    response = show(url, Range="bytes=5000-")

    assert response.status_code == 416
    assert response.headers["Content-Range"] == f"bytes */{len(MP4)}"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Range": "bytes=0-1,5-6"}, id="several"),
        pytest.param({"Range": "lines=1-2"}, id="another unit"),
        pytest.param({"Range": "bytes=x"}, id="nonsense"),
        pytest.param({"Range": "bytes=0-9", "If_Range": '"another"'}, id="it has changed"),
        pytest.param({"Range": "bytes=0-9", "If_Range": "W/{}"}, id="a weak tag"),
        pytest.param(
            {"Range": "bytes=0-9", "If_Range": "Sun, 23 Nov 2200 08:00:00 GMT"}, id="a time"
        ),
    ],
)
def test_200_all_of_it_where_a_part_makes_no_sense(show, upload, headers):
    url = upload(MP4, "clip.mp4").headers["Location"]
    tag = show(url).headers["ETag"]

    response = show(url, **{name: value.format(tag) for name, value in headers.items()})

    assert response.status_code == 200
    assert response.data == MP4


@pytest.mark.parametrize(
    "path",
    [
        NAME,
        "x.jpg",
        "../config.toml",
        "..%2f..%2fconfig.toml",
        "%2e%2e/endpoint.db",
        "..%5cendpoint.db",
        "endpoint.lock",
        f"{NAME}%00",
        f"./{NAME}",
        f"{NAME}/..",
        f"{NAME}\n",
        "/etc/passwd",
    ],
)
def test_404_unknown_names_and_ways_out(client, url, path):
    response = client.get(f"/media/{path}")

    assert response.status_code == 404
    assert response.json["error"] == "not_found"


def test_the_rest_of_media_is_the_sites_own(installation, start, client_of):
    installation.configure(site={"serve": True})
    parts = start()
    output = parts.config.site.output / "media"
    output.mkdir(parents=True)
    (output / "cat.jpg").write_bytes(make_picture())

    with client_of(parts).get("/media/cat.jpg") as response:
        response.get_data()

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize("path", ["/media", "/media?q=source", "/media/", f"/media/{NAME}"])
def test_204_preflight_without_credentials(client, path):
    headers = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }

    response = client.options(path, headers=headers)

    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Location" in response.headers["Access-Control-Expose-Headers"]


def test_200_whose_token_it_is(client, bearer):
    response = client.get("/media", headers=bearer("create"))

    assert response.status_code == 200
    assert response.json["me"] == f"{BASE}/"


def test_401_query_without_a_token(client):
    assert client.get("/media?q=source").status_code == 401


def test_403_query_with_a_token_for_something_else(client, bearer):
    assert client.get("/media?q=last", headers=bearer("profile")).status_code == 403


@pytest.fixture
def ask(client, bearer):
    headers = bearer()
    return lambda **query: client.get("/media", query_string=query, headers=headers)


def test_200_every_query_that_config_names(ask):
    names = ask(q="config").json["q"]

    assert {"config", "source", "last"} <= set(names)
    assert [ask(q=name).status_code for name in names] == [200] * len(names)


@pytest.mark.parametrize("name", ["", "media", "source\0"])
def test_400_unknown_query(ask, name):
    assert ask(q=name).status_code == 400


def test_200_answers_are_not_stored(ask, upload):
    answers = [ask(q="source"), ask(q="last"), upload(MP4)]

    assert [answer.headers["Cache-Control"] for answer in answers] == ["no-store"] * 3


def test_200_source_is_newest_first(ask, upload, clock):
    old = upload(make_picture(colour="red")).headers["Location"]
    clock.forward(minutes=3)
    new = upload(make_picture("PNG", "blue", (60, 20))).headers["Location"]

    items = ask(q="source").json["items"]

    assert [item["url"] for item in items] == [new, old]
    assert items[0]["published"] == "2025-11-22T08:33:15Z"
    assert items[0]["mime_type"] == "image/png"
    assert (items[0]["width"], items[0]["height"]) == (60, 20)
    assert items[0]["size"] > 0


def test_200_source_of_a_video_has_no_width(ask, upload):
    upload(MP4, "clip.mp4")

    [item] = ask(q="source").json["items"]

    assert item["mime_type"] == "video/mp4"
    assert item["size"] == len(MP4)
    assert "width" not in item


def test_200_what_is_sent_again_is_new_again(ask, upload, clock):
    first = upload(MP4).headers["Location"]
    clock.forward(minutes=1)
    upload(OTHER)
    clock.forward(minutes=1)

    upload(MP4)

    assert ask(q="last").json == {"url": first}
    assert len(ask(q="source").json["items"]) == 2


def test_200_pages_meet_every_file_once(ask, upload):
    """Several of one second, and a limit that changes on the way."""
    sent = {upload(MP4 + bytes([n])).headers["Location"] for n in range(7)}
    found, after, limit = [], "", 2
    while True:
        page = ask(q="source", limit=limit, after=after).json
        found += [item["url"] for item in page["items"]]
        after, limit = page["paging"].get("after"), 3
        if not after:
            break

    assert len(found) == 7
    assert set(found) == sent
    assert [i["url"] for i in ask(q="source", limit=2, offset=3).json["items"]] == found[3:5]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "x"},
        {"limit": "-1"},
        {"offset": "x"},
        {"after": "x"},
        {"after": "OTk5OTk5OTk5OTk5OTk5OTk5IHg"},
        {"url": "https://other.example/x.jpg"},
        {"url": f"{BASE}/media/{NAME}"},
        {"url": ""},
        {"mime_type": "\0"},
    ],
)
def test_400_odd_values(ask, url, query):
    response = ask(q="source", **query)

    assert response.status_code == 400
    assert next(iter(query)) in response.json["error_description"]


def test_200_source_of_a_type(ask, upload):
    for content in (make_picture(), make_picture("PNG"), MP4):
        upload(content)

    def types(**query):
        return {item["mime_type"] for item in ask(q="source", **query).json["items"]}

    assert types(mime_type="image/png") == {"image/png"}
    assert types(mime_type="IMAGE/*") == {"image/png", "image/jpeg"}
    assert types(mime="image") == {"image/png", "image/jpeg"}
    assert types(mime="video/mp4") == {"video/mp4"}
    assert types(mime_type="%/%") == set()


def test_200_source_of_one(ask, upload, url):
    upload(OTHER, "clip.mp4")

    response = ask(q="source", url=url)

    assert response.status_code == 200
    assert response.json["url"] == url
    assert response.json["mime_type"] == "video/mp4"


def test_200_last_of_none(ask):
    assert ask(q="last").json == {}


@pytest.fixture
def delete(client, bearer):
    headers = bearer()

    def delete(url, **more):
        data = {"action": "delete", "url": url, **more}
        return client.post("/media", data=data, headers=headers)

    return delete


def test_204_delete_and_410_from_then_on(show, delete, ask, folder, url):
    response = delete(url)

    assert response.status_code == 204
    assert response.data == b""
    assert show(url).status_code == 410
    assert ask(q="source").json["items"] == []
    assert files_in(folder) == []


@pytest.mark.parametrize(
    ("scope", "status"),
    [("delete", 204), ("media", 204), ("create", 403), ("undelete", 403), ("draft", 403)],
)
def test_delete_by_scope(show, client, bearer, url, scope, status):
    body = {"action": "delete", "url": url}

    response = client.post("/media", json=body, headers=bearer(scope))

    assert response.status_code == status
    assert show(url).status_code == (410 if status == 204 else 200)


def test_204_delete_with_a_list_of_one(client, bearer, show, url):
    body = {"action": "delete", "url": [url]}

    response = client.post("/media", json=body, headers=bearer())

    assert response.status_code == 204
    assert show(url).status_code == 410


def test_204_delete_twice(delete, url):
    assert [delete(url).status_code for _ in range(2)] == [204, 204]


def test_201_uploaded_again_after_a_delete(show, delete, upload, url):
    delete(url)

    response = upload(MP4)

    assert response.headers["Location"] == url
    assert show(url).status_code == 200


def test_410_after_a_delete_although_the_row_was_lost(show, delete, parts, folder, url):
    forget(parts)

    answers = [delete(url).status_code for _ in range(2)]

    assert answers == [204, 204]
    assert show(url).status_code == 410
    assert files_in(folder) == []


@pytest.mark.parametrize(
    "body",
    [
        {"action": "delete"},
        {"action": "delete", "url": ""},
        {"action": "delete", "url": 7},
        {"action": "delete", "url": f"{BASE}/media/{NAME}"},
        {"action": "delete", "url": f"{BASE}/media/../state/endpoint.db"},
        {"action": "delete", "url": "https://other.example/media/" + NAME},
        {"action": "update", "url": f"{BASE}/media/{NAME}"},
    ],
)
def test_400_delete_of_nothing(show, client, bearer, url, body):
    response = client.post("/media", json=body, headers=bearer())

    assert response.status_code == 400
    assert show(url).status_code == 200


@pytest.fixture
def post(client, bearer, url):
    """Publish a post with the file and return its permalink."""
    headers = bearer()
    data = {"content": "Look", "video": url}
    return client.post("/micropub", data=data, headers=headers).headers["Location"]


def test_400_delete_of_what_a_post_shows(show, delete, post, url):
    response = delete(url)

    assert response.status_code == 400
    assert "https://site.example/" in response.json["error_description"]
    assert show(url).status_code == 200


def test_204_delete_by_force_takes_it_out_of_the_repository(show, delete, post, repo, url):
    name = url.rpartition("/")[2]
    before = repo.git.ls_tree("-r", "--name-only", "HEAD")

    response = delete(url, force="1")

    after = repo.git.ls_tree("-r", "--name-only", "HEAD")
    assert name in before
    assert response.status_code == 204
    assert name not in after
    assert name in repo.head.commit.message
    assert show(url).status_code == 410


def test_204_update_of_a_post_whose_file_was_deleted(client, bearer, delete, post, url):
    delete(url, force="1")
    body = {"action": "update", "url": post, "replace": {"content": ["Gone"]}}

    response = client.post("/micropub", json=body, headers=bearer())

    assert response.status_code == 204


def test_204_delete_of_what_a_deleted_post_showed(client, bearer, delete, post, url):
    client.post("/micropub", data={"action": "delete", "url": post}, headers=bearer())

    assert delete(url).status_code == 204


def test_200_from_the_repository_when_state_is_lost(
    show, post, folder, installation, start, client_of, url
):
    """A URL that was given out stays true."""
    shown = show(url)
    shutil.rmtree(folder)
    (installation.folder / "state" / "endpoint.db").unlink()

    with client_of(start()).get(path_of(url)) as response:
        response.get_data()

    assert response.status_code == 200
    assert response.data == shown.data
    for name in ("Content-Type", "ETag", "X-Content-Type-Options", "Cache-Control"):
        assert response.headers[name] == shown.headers[name]


def test_206_from_the_repository(show, post, folder, url):
    whole = show(url).data
    shutil.rmtree(folder)

    response = show(url, Range="bytes=2-5")

    assert response.status_code == 206
    assert response.data == whole[2:6]


def test_410_unused_files_go_after_some_days(show, parts, clock, ask, folder, url):
    clock.forward(days=6, hours=23)
    parts.following.work()
    before = show(url)
    # The sweep comes once a day.
    clock.forward(days=1, hours=2)

    parts.following.work()

    assert before.status_code == 200
    assert show(url).status_code == 410
    assert ask(q="last").json == {}
    assert files_in(folder) == []


def test_201_sent_again_it_has_its_days_again(show, parts, clock, upload, url):
    clock.forward(days=7)
    upload(MP4)
    clock.forward(days=6)

    parts.following.work()

    assert show(url).status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"content": "Look", "video": "{url}"}, id="video"),
        pytest.param({"content": "Look ![cat]({url}) there"}, id="content"),
        pytest.param({"content": "x", "featured": "{url}", "post-status": "draft"}, id="draft"),
    ],
)
def test_200_what_a_post_names_stays(show, client, bearer, parts, clock, folder, url, fields):
    data = {name: value.format(url=url) for name, value in fields.items()}
    created = client.post("/micropub", data=data, headers=bearer())
    clock.forward(days=30)

    parts.following.work()

    assert created.status_code == 201
    assert show(url).status_code == 200
    assert files_in(folder) == [url.rpartition("/")[2]]


def test_200_what_the_owner_wrote_into_a_broken_file_stays(show, parts, clock, url):
    text = f"---\ntitle: [\n---\n![cat]({url})\n"
    with parts.repository.writing() as writer:
        writer.commit({"content/cat.md": text.encode()}, "Cat", clock())
    clock.forward(days=30)

    parts.following.work()

    assert show(url).status_code == 200


def test_the_sweep_finds_what_a_crash_left(show, parts, clock, folder, url):
    """A file without a row, and a draft of a process that was killed."""
    forget(parts)
    draft = folder / "00.draft"
    draft.write_bytes(b"half")
    times = (clock.now.timestamp(), clock.now.timestamp())
    for path in folder.iterdir():
        os.utime(path, times)
    found = show(url)
    clock.forward(days=8)

    parts.following.work()

    assert found.status_code == 200
    assert files_in(folder) == []


def test_the_sweep_takes_what_a_killed_process_left_on_its_way_in(parts, installation, clock):
    folder = installation.folder / "state/incoming"
    folder.mkdir(exist_ok=True)
    for name, age_s in (("old", 3700), ("new", 3500)):
        (folder / name).write_bytes(b"x")
        os.utime(folder / name, (time.time() - age_s,) * 2)

    parts.following.work()

    assert [path.name for path in folder.iterdir()] == ["new"]


def test_503_and_nothing_is_left_when_the_database_fails(parts, upload, folder):
    database = sqlite3.connect(parts.config.state / "endpoint.db")
    with database:
        # What a trigger raises itself would be a broken constraint.
        database.execute("CREATE TRIGGER full BEFORE INSERT ON uploads BEGIN SELECT json('x'); END")
    database.close()

    response = upload(MP4, "clip.mp4")

    assert response.status_code == 503
    assert files_in(folder) == []


def test_201_again_after_a_crash_before_the_row(parts, ask, upload, folder, url):
    forget(parts)

    response = upload(MP4)

    assert response.headers["Location"] == url
    assert ask(q="last").json == {"url": url}
    assert len(files_in(folder)) == 1


def test_201_again_when_the_file_was_lost(show, upload, folder, url):
    shutil.rmtree(folder)

    response = upload(MP4)

    assert response.headers["Location"] == url
    assert show(url).status_code == 200


def test_201_the_same_bytes_at_once(parts, client_of, bearer, ask, folder):
    content, headers, answers = make_picture(size=(200, 200)), bearer(), []
    client = client_of(parts)

    def send():
        data = {"file": (BytesIO(content), "photo.jpg")}
        own = client.application.test_client()
        answers.append(own.post("/media", data=data, headers=headers))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    digest = hashlib.sha256(content).hexdigest()[:32]
    assert [answer.status_code for answer in answers] == [201] * 6
    assert {answer.headers["Location"] for answer in answers} == {f"{BASE}/media/{digest}.jpg"}
    assert files_in(folder) == [f"{digest}.jpg"]
    assert len(ask(q="source").json["items"]) == 1


@pytest.fixture
def disk(folder):
    """Put the media folder on a small disk of its own."""
    with small_disk(folder, "64k"):
        yield folder


def test_507_on_a_full_disk_leaves_nothing(disk, upload, ask):
    large = MP4 + bytes(100_000)

    full = upload(large, "clip.mp4")
    fits = upload(MP4, "clip.mp4")

    assert full.status_code == 507
    assert full.json["error"] == "insufficient_storage"
    assert fits.status_code == 201
    assert len(files_in(disk)) == 1
    assert len(ask(q="source").json["items"]) == 1


def test_507_for_a_picture_too(disk, upload):
    noise = BytesIO()
    Image.effect_noise((500, 500), 100).save(noise, "PNG")

    response = upload(noise.getvalue(), "noise.png")

    assert response.status_code == 507
    assert files_in(disk) == []
