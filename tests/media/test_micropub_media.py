"""Files in posts: sent with them, named by them, and committed with them (Micropub §3.3)."""

import base64
import contextlib
import io
import json
import struct
import subprocess
import wave
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from PIL import Image

from endpoint.services.remote_media import RemoteMedia
from endpoint.stores.builder import Builder
from endpoint.stores.checkout import Checkout
from endpoint.stores.web import Web

MEDIA = "https://site.example/media/"
ELSEWHERE = "https://x.example/a.jpg"


def _picture(color: str = "red", kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 6), color).save(file, kind)
    return file.getvalue()


def _sound() -> bytes:
    file = io.BytesIO()
    with contextlib.closing(wave.open(file, "wb")) as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(struct.pack("<4h", 0, 1, 2, 3))
    return file.getvalue()


def _film(more: bytes = b"") -> bytes:
    """Return a file that is kept in no time, because nothing is done to films."""
    head = struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"isom", 512, b"isom", b"mp42")
    return head + bytes(64) + more


def _part(content: bytes, name: str = "a.png") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def _data_url(content: bytes, media_type: str = "image/png") -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


@pytest.fixture
def post(client, bearer):
    """Return a function that sends a body; a dict with a type or an action goes as JSON."""
    headers = bearer()

    def post(body: dict[str, Any], **more: str) -> Any:
        kind = {"json": body} if {"type", "action"} & body.keys() else {"data": body}
        if "data" in kind:
            kind["content_type"] = "multipart/form-data"
        return client.post("/micropub", headers=headers | more, **kind)

    return post


@pytest.fixture
def source(client, bearer):
    headers = bearer()

    def source(url: str) -> dict[str, Any]:
        query = {"q": "source", "url": url}
        answer = client.get("/micropub", query_string=query, headers=headers)
        properties: dict[str, Any] = answer.json["properties"]
        return properties

    return source


@pytest.fixture
def get(client):
    """Return a function that reads a file of ours by its URL, or None if it is not there."""

    def get(url: str) -> bytes | None:
        with client.get(url.removeprefix("https://site.example")) as response:
            return response.data if response.status_code == 200 else None

    return get


@pytest.fixture
def kept(installation):
    """Return a function that lists what is kept in the state, and what lies on its way in."""

    def kept() -> list[str]:
        folders = [installation.config.state / name for name in ("media", "incoming")]
        names = [path.name for folder in folders for path in folder.glob("*")]
        return sorted(name for name in names if not name.endswith(".lock"))

    return kept


def _files(repo) -> list[str]:
    names: str = repo.git.show("--name-only", "--format=", "HEAD")
    return sorted(names.splitlines())


def _blob(repo, path: str) -> bytes:
    content: bytes = repo.commit("HEAD").tree[path].data_stream.read()
    return content


def test_201_post_and_photo_are_one_commit(post, source, get, repo):
    before = repo.head.commit

    response = post({"h": "entry", "content": "Look", "photo": _part(_picture())})

    assert response.status_code == 201
    assert "/photos/" in response.headers["Location"]
    [photo] = source(response.headers["Location"])["photo"]
    name = photo.removeprefix(MEDIA)
    folder = _files(repo)[0].rpartition("/")[0]
    assert _files(repo) == sorted([f"{folder}/{name}", f"{folder}/index.md"])
    assert repo.head.commit.parents == (before,)
    assert _blob(repo, f"{folder}/{name}") == get(photo)


@pytest.mark.parametrize("names", [["photo"] * 2, ["photo[]"] * 2, ["photo[0]", "photo[1]"]])
def test_201_several_photos_in_every_syntax(post, source, repo, names):
    files: dict[str, list[Any]] = {}
    for name, color in zip(names, ("red", "blue"), strict=True):
        files.setdefault(name, []).append(_part(_picture(color)))

    response = post({"h": "entry", "content": "Two", **files, "mp-photo-alt[]": ["", "Blue"]})

    first, second = source(response.headers["Location"])["photo"]
    assert first.startswith(MEDIA)
    assert second["value"].startswith(MEDIA)
    assert second["alt"] == "Blue"
    assert first != second["value"]
    assert len(_files(repo)) == 3


def test_201_files_and_urls_stay_in_the_order_sent(client, bearer, source):
    """Alt texts go by position, so another order would give them to other photos."""
    body = b"".join(
        b'--X\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n'
        % (name, b'; filename="a.png"' if content.startswith(b"\x89") else b"", content)
        for name, content in [
            (b"photo[]", _picture("red")),
            (b"photo[]", ELSEWHERE.encode()),
            (b"photo[]", _picture("blue")),
            (b"photo[]", b""),
            (b"photo[]", _picture("green")),
            *((b"mp-photo-alt[]", alt) for alt in (b"Red", b"There", b"Blue", b"Green")),
        ]
    )
    kind = "multipart/form-data; boundary=X"

    response = client.post(
        "/micropub", data=body + b"--X--\r\n", content_type=kind, headers=bearer()
    )

    photos = source(response.headers["Location"])["photo"]
    assert [photo["alt"] for photo in photos] == ["Red", "There", "Blue", "Green"]
    assert [photo["value"] == ELSEWHERE for photo in photos] == [False, True, False, False]
    assert len({photo["value"] for photo in photos}) == 4


def test_201_an_empty_url_field_beside_a_file_is_none(post, source):
    photos = {"photo": ["", _part(_picture())], "mp-photo-alt": "Here"}

    response = post({"h": "entry", **photos})

    [photo] = source(response.headers["Location"])["photo"]
    assert photo["alt"] == "Here"


def test_201_video_and_audio(post, source, repo):
    files = {"video[]": _part(_film(), "a.mp4"), "audio": _part(_sound(), "a.wav")}

    response = post({"h": "entry", "content": "Hear", **files})

    properties = source(response.headers["Location"])
    assert [url[-4:] for url in (*properties["video"], *properties["audio"])] == [".mp4", ".wav"]
    assert len(_files(repo)) == 3


def test_201_a_file_uploaded_before_goes_with_its_post(post, client, bearer, source, repo):
    upload = client.post("/media", data={"file": _part(_picture())}, headers=bearer())
    url = upload.headers["Location"]
    photo = {"value": url, "alt": "Red"}

    response = post({"type": ["h-entry"], "properties": {"photo": [photo]}})

    assert source(response.headers["Location"])["photo"] == [photo]
    assert url.removeprefix(MEDIA) in [path.rpartition("/")[2] for path in _files(repo)]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('<p>A <img src="URL" alt="B"></p>', id="HTML"),
        pytest.param('<p>A <video src="URL"></video></p>', id="video in HTML"),
        pytest.param('<p>A <a href="URL">B</a></p>', id="a link"),
    ],
)
def test_201_files_in_html_go_with_the_post(post, client, bearer, repo, content):
    upload = client.post("/media", data={"file": _part(_film())}, headers=bearer())
    url = upload.headers["Location"]
    content = content.replace("URL", url)

    post({"type": ["h-entry"], "properties": {"content": [{"html": content}]}})

    assert url.removeprefix(MEDIA) in [path.rpartition("/")[2] for path in _files(repo)]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("A ![B](URL)", id="Markdown"),
        pytest.param("A\n![B](NAME)", id="beside the post"),
        pytest.param("A ![B][1]\n\n[1]:\nNAME", id="on a line of its own"),
        pytest.param("A ![B](https://x.example/?of=%2Fmedia%2FNAME)", id="escaped"),
    ],
)
def test_201_files_in_text_go_with_the_post(post, client, bearer, repo, content):
    upload = client.post("/media", data={"file": _part(_film())}, headers=bearer())
    url = upload.headers["Location"]
    name = url.removeprefix(MEDIA)
    content = content.replace("URL", url).replace("NAME", name)

    post({"type": ["h-entry"], "properties": {"content": [content]}})

    assert name in [path.rpartition("/")[2] for path in _files(repo)]


@pytest.mark.parametrize("tag", ["video", "audio"])
def test_201_a_film_is_content_enough(post, source, tag):
    html = f'<{tag} src="https://x.example/a"></{tag}>'

    response = post({"type": ["h-entry"], "properties": {"content": [{"html": html}]}})

    assert source(response.headers["Location"])["content"] == [{"html": html}]


def test_204_an_update_brings_its_files(post, source, client, bearer, repo):
    url = post({"h": "entry", "content": "Wait", "mp-slug": "wait"}).headers["Location"]
    upload = client.post("/media", data={"file": _part(_film())}, headers=bearer())
    film = upload.headers["Location"]

    response = post({"action": "update", "url": url, "add": {"video": [film]}})

    assert response.status_code == 204
    assert source(url)["video"] == [film]
    folder = _files(repo)[0].rpartition("/")[0]
    assert _files(repo) == sorted([f"{folder}/{film.removeprefix(MEDIA)}", f"{folder}/index.md"])


def test_204_a_form_update_brings_its_files(client, bearer, post, source, repo):
    url = post({"h": "entry", "content": "Wait"}).headers["Location"]
    form = {"action": "update", "url": url, "replace[video][]": _part(_film())}

    response = client.post("/micropub", data=form, headers=bearer())

    assert response.status_code == 204
    assert source(url)["video"][0].startswith(MEDIA)
    assert len(_files(repo)) == 2


def test_204_a_file_stays_when_its_post_lets_go_of_it(post, source, get, repo):
    sent = post({"h": "entry", "content": "Look", "video": _part(_film())})
    url = sent.headers["Location"]
    [film] = source(url)["video"]

    post({"action": "update", "url": url, "delete": ["video"]})

    assert [path.rpartition("/")[2] for path in _files(repo)] == ["index.md"]
    assert get(film)


def test_204_a_deleted_post_leaves_its_file_readable(post, source, get, repo):
    sent = post({"h": "entry", "content": "Look", "video": _part(_film())})
    url = sent.headers["Location"]
    [film] = source(url)["video"]

    post({"action": "delete", "url": url})
    content = get(film)
    post({"action": "undelete", "url": url})

    assert content
    assert source(url)["video"] == [film]
    assert film.removeprefix(MEDIA) in [path.rpartition("/")[2] for path in _files(repo)]


def test_201_the_same_body_again_makes_no_second_post(post, repo):
    first = post({"h": "entry", "content": "Look", "video": _part(_film(), "a.mp4")})
    before = repo.head.commit

    again = post({"h": "entry", "content": "Look", "video": _part(_film(), "b.mp4")})
    other = post({"h": "entry", "content": "Look", "video": _part(_film(b"other"), "a.mp4")})

    assert again.headers["Location"] == first.headers["Location"]
    assert other.headers["Location"] != first.headers["Location"]
    assert repo.head.commit.parents == (before,)


def test_201_another_request_under_an_old_key_leaves_no_file(post, kept):
    key = {"Idempotency-Key": "1"}
    first = post({"h": "entry", "content": "A", "video": _part(_film())}, **key)
    before = kept()

    again = post({"h": "entry", "content": "B", "video": _part(_film(b"other"))}, **key)

    assert again.headers["Location"] == first.headers["Location"]
    assert kept() == before


@pytest.mark.parametrize(
    ("body", "named"),
    [
        pytest.param({"photo[]": [_picture(), b"<svg></svg>"]}, "photo[]", id="one is no picture"),
        pytest.param({"photo": [_sound()]}, "photo", id="a sound as photo"),
        pytest.param({"audio": [_picture()]}, "audio", id="a picture as audio"),
        pytest.param({"photo": [b"\xff\xd8\xff\xe0broken"]}, "picture", id="broken"),
        pytest.param({"video": [_film()], "published": ["x"]}, "published", id="a bad date"),
        pytest.param({"video": [_film()], "mp-channel": ["x"]}, "mp-channel", id="no channel"),
        pytest.param({"content": [_picture()]}, "content", id="a file as content"),
        pytest.param({"mp-slug": [_picture()]}, "mp-slug", id="a file as slug"),
        pytest.param({"file": [_picture()], "content": ["A"]}, "file", id="a file beside a post"),
    ],
)
def test_400_or_415_a_refused_part_leaves_nothing(post, repo, kept, body, named):
    before = repo.head.commit
    parts = {
        name: [_part(value) if isinstance(value, bytes) else value for value in values]
        for name, values in body.items()
    }

    response = post({"h": "entry", **parts})

    assert response.status_code in (400, 415)
    assert named in response.json["error_description"]
    assert repo.head.commit == before
    assert kept() == []


def test_400_a_refused_post_leaves_what_was_there(post, client, bearer, kept):
    client.post("/media", data={"file": _part(_film())}, headers=bearer())
    before = kept()

    response = post({"h": "entry", "video": _part(_film()), "mp-channel": "x"})

    assert response.status_code == 400
    assert kept() == before


def test_400_a_file_with_a_delete(client, bearer, post, source):
    url = post({"h": "entry", "content": "Stay"}).headers["Location"]
    form = {"action": "delete", "url": url, "photo": _part(_film())}

    response = client.post("/micropub", data=form, headers=bearer())

    assert response.status_code == 400
    assert source(url)["content"] == ["Stay"]


def test_400_a_photo_that_is_no_longer_here(post, repo):
    before = repo.head.commit
    photo = f"{MEDIA}{'0' * 32}.jpg"

    response = post({"type": ["h-entry"], "properties": {"photo": [photo]}})

    assert response.status_code == 400
    assert "photo names a file" in response.json["error_description"]
    assert repo.head.commit == before


def test_403_a_token_for_updates_alone_brings_no_files(client, bearer, post, kept):
    url = post({"h": "entry", "content": "Stay"}).headers["Location"]
    update = {"action": "update", "url": url, "add": {"photo": [_data_url(_picture())]}}

    response = client.post("/micropub", json=update, headers=bearer("update"))

    assert response.status_code == 403
    assert kept() == []


@pytest.mark.parametrize("more", [{}, {"mp-destination": "https://site.example/"}])
def test_201_a_lone_file_is_an_upload(client, bearer, get, repo, more):
    """Micropublish sends it here if it knows of no media endpoint."""
    before = repo.head.commit
    form = {"file": _part(_film()), **more}

    response = client.post("/micropub", data=form, headers=bearer())

    assert response.status_code == 201
    assert response.headers["Location"].startswith(MEDIA)
    assert get(response.headers["Location"])
    assert repo.head.commit == before


@pytest.mark.parametrize("photo", [lambda url: url, lambda url: {"value": url, "alt": "Red"}])
def test_201_a_data_url_as_photo_becomes_a_file(post, source, repo, photo):
    given = photo(_data_url(_picture()))

    response = post({"type": ["h-entry"], "properties": {"photo": [given]}})

    [found] = source(response.headers["Location"])["photo"]
    assert (found["value"] if isinstance(given, dict) else found).startswith(MEDIA)
    assert len(_files(repo)) == 2


@pytest.mark.parametrize(
    "properties",
    [
        pytest.param({"content": [{"html": '<p>A <img src="URL" alt="B"></p>'}]}, id="HTML"),
        pytest.param({"name": ["N"], "content": ['<p>A <img src="URL"></p>']}, id="Quill's HTML"),
        pytest.param({"content": ["A ![B](URL)"]}, id="Markdown as text"),
        pytest.param({"content": [{"markdown": "A ![B](URL)"}]}, id="Markdown"),
    ],
)
def test_201_data_urls_in_content_become_files(post, source, repo, properties):
    url = _data_url(_picture())
    filled = json.loads(json.dumps(properties).replace("URL", url))

    response = post({"type": ["h-entry"], "properties": filled})

    assert response.status_code == 201
    assert MEDIA in str(source(response.headers["Location"])["content"])
    assert "data:" not in str(source(response.headers["Location"]))
    assert len(_files(repo)) == 2


def test_201_text_that_is_shown_as_typed_has_no_pictures(
    installation, start, client_of, bearer_of, repo
):
    installation.configure(micropub={"plain_text": "literal"})
    parts = start()
    text = f"A ![B]({_data_url(_picture())})"
    body = {"type": ["h-entry"], "properties": {"content": [text]}}

    client_of(parts).post("/micropub", json=body, headers=bearer_of(parts))

    [path] = _files(repo)
    assert text.encode() in _blob(repo, path)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("data:image/png;base64,!", id="broken"),
        pytest.param(_data_url(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), id="SVG called PNG"),
        pytest.param(_data_url(b"<svg/>", "image/svg+xml"), id="SVG"),
        pytest.param(_data_url(_picture()[:40]), id="cut"),
    ],
)
def test_400_or_415_data_urls_that_are_no_picture(post, repo, kept, url):
    before = repo.head.commit
    html = f'<p>A <img src="{_data_url(_picture())}"> <img src="{url}"></p>'

    in_content = post({"type": ["h-entry"], "properties": {"content": [{"html": html}]}})
    as_photo = post({"type": ["h-entry"], "properties": {"photo": [url]}})

    assert {in_content.status_code, as_photo.status_code} <= {400, 415}
    assert repo.head.commit == before
    assert kept() == []


def test_413_files_that_are_too_large_together(installation, start, client_of, bearer_of, repo):
    installation.configure(media={"max_request_bytes": 1000})
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    films = [_film(bytes(500)), _film(bytes(501))]
    uploads = [
        client.post("/media", data={"file": _part(film, "a.mp4")}, headers=headers)
        for film in films
    ]
    before = repo.head.commit
    properties = {"video": [upload.headers["Location"] for upload in uploads]}

    response = client.post(
        "/micropub", json={"type": ["h-entry"], "properties": properties}, headers=headers
    )

    assert response.status_code == 413
    assert "media.max_request_bytes" in response.json["error_description"]
    assert repo.head.commit == before


def test_413_too_many_data_urls(installation, start, client_of, bearer_of, kept):
    installation.configure(media={"max_files": 1})
    parts = start()
    films = [_data_url(_film(), "video/mp4"), _data_url(_film(b"other"), "video/mp4")]

    response = client_of(parts).post(
        "/micropub",
        json={"type": ["h-entry"], "properties": {"video": films}},
        headers=bearer_of(parts),
    )

    assert response.status_code == 413
    assert "at most 1 in a request" in response.json["error_description"]
    assert kept() == []


def test_200_config_names_the_media_endpoint(client, bearer):
    answer = client.get("/micropub", query_string={"q": "config"}, headers=bearer())

    assert answer.json["media-endpoint"] == "https://site.example/media"


@pytest.mark.parametrize("name", ["hugo", "jekyll"])
def test_201_a_static_folder_holds_the_files(
    installation, jekyll_installation, start, client_of, bearer_of, name
):
    chosen = {"hugo": installation, "jekyll": jekyll_installation}[name]
    if name == "hugo":
        chosen.configure(media={"store": "static"})
    parts = start(chosen)
    form = {"h": "entry", "video": _part(_film())}

    client_of(parts).post("/micropub", data=form, headers=bearer_of(parts))

    log = ["git", "show", "--name-only", "--format=", "HEAD"]
    files = subprocess.run(log, cwd=chosen.config.repository.path, capture_output=True, check=True)
    folder = {"hugo": "static/media", "jekyll": "media"}[name]
    assert folder in [path.rpartition("/")[0] for path in files.stdout.decode().splitlines()]


@pytest.fixture
def fetching(installation, start, client_of, bearer_of, httpserver):
    """Return a function that posts a photo, where remote ones are fetched from this machine."""
    installation.configure(
        media={"fetch_remote_media": True, "max_bytes": 5000},
        fetch={"allow_hosts": ["127.0.0.1"], "max_bytes": 10},
    )
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)

    def fetching(photo: Any) -> Any:
        body = {"type": ["h-entry"], "properties": {"photo": [photo]}}
        response = client.post("/micropub", json=body, headers=headers)
        query = {"q": "source", "url": response.headers["Location"]}
        return client.get("/micropub", query_string=query, headers=headers).json["properties"]

    return fetching


def test_201_a_remote_photo_is_fetched_by_setting(fetching, httpserver, repo):
    httpserver.expect_request("/a.png").respond_with_data(_picture(), content_type="image/png")

    properties = fetching({"value": httpserver.url_for("/a.png"), "alt": "Red"})

    assert properties["photo"][0]["value"].startswith(MEDIA)
    assert properties["photo"][0]["alt"] == "Red"
    assert len(_files(repo)) == 2


@pytest.mark.parametrize(
    ("status", "content"),
    [(404, _picture()), (200, b"<html>"), (200, bytes(6000)), (200, _sound())],
    ids=["not there", "a page", "too large", "a sound"],
)
def test_201_a_remote_photo_that_cannot_be_had_stays_a_url(
    fetching, httpserver, repo, status, content
):
    httpserver.expect_request("/a.png").respond_with_data(content, status=status)
    url = httpserver.url_for("/a.png")

    properties = fetching(url)

    assert properties["photo"] == [url]
    assert len(_files(repo)) == 1


def test_201_a_remote_photo_that_leads_inside_stays_a_url(fetching, httpserver, repo):
    inside = httpserver.url_for("/a.png").replace("127.0.0.1", "127.0.0.2")
    httpserver.expect_request("/b.png").respond_with_data("", 302, {"Location": inside})
    url = httpserver.url_for("/b.png")

    properties = fetching(url)

    assert properties["photo"] == [url]
    assert len(_files(repo)) == 1


def test_own_urls_are_not_fetched_however_they_are_spelled(httpserver):
    remote = RemoteMedia(Web(["127.0.0.1"]), (httpserver.url_for("/"),))

    found = remote.fetch(httpserver.url_for("/a.png").replace("http", "HTTP", 1))

    assert found is None
    assert httpserver.log == []


def test_201_remote_photos_are_left_alone_by_default(post, source, httpserver, repo):
    url = httpserver.url_for("/a.png")

    response = post({"type": ["h-entry"], "properties": {"photo": [url]}})

    assert source(response.headers["Location"])["photo"] == [url]
    assert httpserver.log == []


def test_hugo_shows_the_picture(post, source, installation):
    files = {"photo[]": _part(_picture(kind="JPEG")), "mp-photo-alt[]": "A <red> one"}
    url = post({"h": "entry", "content": "Look", **files}).headers["Location"]
    config = installation.config
    repository = config.repository

    Checkout(repository.checkout, repository.path, repository.branch).update()
    Builder(config.site.build, repository.checkout, config.site.output, 120).build()

    folder = Path(config.site.output) / url.removeprefix("https://site.example/")
    page = lxml.html.fromstring((folder / "index.html").read_text())
    [picture] = page.xpath("//article//img[@alt='A <red> one']")
    shown = picture.get("src").removeprefix("https://site.example").lstrip("/")
    with Image.open(Path(config.site.output) / shown) as image:
        assert image.size == (8, 6)
