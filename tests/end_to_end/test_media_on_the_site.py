"""Photos, films and sounds as apps send them to a real server, read back from the built site."""

import contextlib
import hashlib
import json
import re
import shutil
import socket
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import git
import mf2py
import pillow_heif
import pytest
import requests
from conftest import Installation, make_bearer, make_installation
from photos import UPRIGHT, XMP, corners, exif, quarters
from PIL import Image
from ports import free_port
from programs import need, wait_for

from endpoint.app import make_app
from endpoint.assembly import Parts, assemble
from endpoint.assembly.doctor import make_doctor
from endpoint.services.doctor import Finding
from endpoint.stores.builder import Builder
from endpoint.stores.checkout import Checkout

COMMAND = Path(sys.executable).parent / "endpoint"
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x0e\x1c\x02\x78\x00\x09SecretIpt\x00"
SECRETS = (b"SecretCam", b"SecretNote", b"SecretXmp", b"SecretIpt", b"Exif\0\0", b"Photoshop 3.0")

Send = Callable[..., requests.Response]
"""Sends a request to a path of the server; ``json``, ``data``, ``files``, ``headers`` as usual."""


@dataclass
class Sent:
    """What an app sent: its post, and the alternative text of each photo in order."""

    permalink: str
    alts: list[str]
    media: dict[str, bytes] = field(default_factory=dict)


def photo(number: int, kind: str = "JPEG") -> bytes:
    """Return a photo as a phone held upright stores it, on its side: 600 by 450, another each time.

    Upright it is 450 by 600, red and green above, blue and white below.
    """
    upright = quarters((450, 600))
    upright.paste((number, 255 - number, 128), (200, 280, 250, 320))
    file = BytesIO()
    on_its_side = upright.transpose(Image.Transpose.ROTATE_90)
    if kind == "HEIF":
        # Phones tell the turn of these in the container too, and pillow-heif writes it there.
        pillow_heif.from_pillow(on_its_side).save(file, exif=exif(6), xmp=XMP, quality=80)
        assert b"irot" in file.getvalue()
        return file.getvalue()
    on_its_side.save(file, "JPEG", quality=90, exif=exif(6), xmp=XMP)
    data = file.getvalue()
    return data[:2] + b"\xff\xed" + (len(IPTC) + 2).to_bytes(2, "big") + IPTC + data[2:]


def film(brand: bytes = b"isom") -> bytes:
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\x02\0isommp42" + bytes(400)


def webm() -> bytes:
    return bytes.fromhex(
        "1a45dfa3a3428681014287810142f7810142f2810442f381084282847765626d"
    ) + bytes(400)


def mp3() -> bytes:
    return (b"\xff\xfb\x90\x00" + bytes(413)) * 4


def wav() -> bytes:
    file = BytesIO()
    with contextlib.closing(wave.open(file, "wb")) as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(800))
    return file.getvalue()


# The apps, each with what its own source, or the wire, says that it sends.


def own_your_gram(send: Send, token: str) -> Sent:
    """Two steps, the token in header and body, and no alternative text."""
    file = {"file": ("photo.jpg", photo(1), "image/jpeg")}
    url = send("media", data={"access_token": token}, files=file).headers["Location"]
    fields = [("h", "entry"), ("access_token", token), ("content", "Portland"), ("photo", url)]
    post = send("micropub", data=[*fields, ("location", "geo:45.5155,-122.6789")])
    return Sent(post.headers["Location"], [""])


def micro_blog(send: Send, token: str) -> Sent:
    """One multipart body: two photos, and an alternative text for the first alone."""
    parts = [
        *[("h", (None, "entry")), ("name", (None, "")), ("content", (None, "Two from a phone"))],
        *[("photo[]", (f"image{n}.jpg", photo(n), "image/jpeg")) for n in (2, 3)],
        *[("mp-photo-alt[]", (None, "Lake")), ("mp-destination", (None, "undefined"))],
        *[("mp-syndicate-to[]", (None, "")), ("post-status", (None, "published"))],
    ]
    return Sent(send("micropub", files=parts).headers["Location"], ["Lake", ""])


def sparkles(send: Send, token: str) -> Sent:
    """Two steps, with the URL from the JSON answer, and a value with its alternative text."""
    url = send("media", files={"file": ("blob", photo(4), "image/jpeg")}).json()["url"]
    value = {"value": url, "alt": 'A "fox" <b>& me</b>'}
    post = send_json(send, {"content": ["Sparkling"], "photo": [value]}, "; charset=UTF-8")
    return Sent(post.headers["Location"], ['A "fox" <b>& me</b>'])


def indigenous_android(send: Send, token: str) -> Sent:
    """One multipart body without words, its date in a spelling of its own."""
    parts = [
        *[("h", (None, "entry")), ("content", (None, "")), ("post-status", (None, "published"))],
        *[("published", (None, "2025-01-01T12:00:00+0000")), ("mp-photo-alt[]", (None, "Moss"))],
        ("photo[]", ("1700000000.jpg", photo(5), "image/jpg")),
    ]
    return Sent(send("micropub", files=parts).headers["Location"], ["Moss"])


def indigenous_ios(send: Send, token: str) -> Sent:
    """A HEIC, and the token in the body alone."""
    file = {"file": ("IMG_0001.HEIC", photo(6, "HEIF"), "image/heic")}
    bare = {"Authorization": None}
    upload = send("media", data={"access_token": token}, files=file, headers=bare)
    fields = {"access_token": token, "h": "entry", "photo": upload.headers["Location"]}
    return Sent(send("micropub", data=fields, headers=bare).headers["Location"], [""])


def micropublish(send: Send, token: str) -> Sent:
    """The file goes to the Micropub endpoint, as a part called ``file``."""
    upload = send("micropub", files={"file": ("My photo (1).jpg", photo(7), "image/jpeg")})
    properties = {"content": ["Published"], "photo": [upload.headers["Location"]]}
    post = send_json(send, properties, "; charset=utf-8")
    return Sent(post.headers["Location"], [""])


def quill(send: Send, token: str) -> Sent:
    """Two steps as PHP does them: its encoding of parts, and of slashes in JSON."""
    boundary = "p3k-1"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a b.jpg"\r\n'
    head += "Content-Type: image/jpeg\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    body = head.encode() + photo(8) + f"\r\n--{boundary}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    url = send("media", data=body, headers=kind).headers["Location"]
    value = {"value": url, "alt": "alt text \u00fcmlaut"}
    post = send_json(send, {"content": ["With a photo"], "photo": [value]})
    return Sent(post.headers["Location"], ["alt text \u00fcmlaut"])


def micropub_helper(send: Send, token: str) -> Sent:
    """The file as ``file``, its URL in a form with blanks as ``%20``."""
    headers = {"Accept": "*/*"}
    file = {"file": ("blob", photo(9), "image/jpeg")}
    url = send("media", files=file, headers=headers).headers["Location"]
    body = urlencode({"h": "entry", "content": "Hello there", "photo[]": url}).replace("+", "%20")
    form = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
    return Sent(send("micropub", data=body, headers=form).headers["Location"], [""])


def ia_writer(send: Send, token: str) -> Sent:
    """A draft whose Markdown shows the upload; somebody publishes it later."""
    file = {"file": ("shot.jpg", photo(10), "image/jpeg")}
    url = send("media", files=file).headers["Location"]
    content = f"First.\n\n![A *still* lake]({url})\n\nLast."
    draft = {"name": "Lakes", "content": content, "post-status": "draft"}
    permalink = send_json(send, draft).headers["Location"]
    change = {"action": "update", "url": permalink, "replace": {"post-status": ["published"]}}
    send("micropub", json=change)
    return Sent(permalink, ["A still lake"])


def editor(send: Send, token: str) -> Sent:
    """An article with a picture that stands for it and one inside its HTML."""
    urls = [
        send("media", files={"file": ("a.jpg", photo(n), "image/jpeg")}).headers["Location"]
        for n in (11, 12)
    ]
    html = f'<p>One</p><p><img src="{urls[1]}" alt="Inside"></p>'
    properties = {"name": ["Hills"], "featured": [urls[0]], "content": [{"html": html}]}
    return Sent(send_json(send, properties).headers["Location"], ["", "Inside"])


APPS = [
    own_your_gram,
    micro_blog,
    sparkles,
    indigenous_android,
    indigenous_ios,
    micropublish,
    quill,
    micropub_helper,
    ia_writer,
    editor,
]


def films_and_sounds(send: Send, token: str) -> str:
    """IndiePass: films and sounds as parts, and one by its URL."""
    url = send("media", files={"file": ("a", webm(), "video/webm")}).headers["Location"]
    parts = [
        *[("h", (None, "entry")), ("content", (None, "Hear")), ("video[]", (None, url))],
        ("video[]", ("VID_1.mp4", film(), "video/mp4")),
        ("audio[]", ("song.mp3", mp3(), "audio/mpeg")),
        ("audio[]", ("memo.wav", wav(), "application/octet-stream")),
    ]
    return send("micropub", files=parts).headers["Location"]


def send_json(send: Send, properties: dict[str, Any], parameters: str = "") -> requests.Response:
    text = json.dumps({"type": ["h-entry"], "properties": properties}).replace("/", "\\/")
    headers = {"Content-Type": f"application/json{parameters}", "Accept": "application/json"}
    return send("micropub", data=text.encode(), headers=headers)


class Elements(HTMLParser):
    """Collects the elements of a page with their attributes, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


@dataclass
class Site:
    """A built site, and what the apps sent to its server."""

    url: str
    parts: Parts
    sent: dict[str, Sent] = field(default_factory=dict)
    films: str = ""
    at_once: dict[str, bytes] = field(default_factory=dict)

    @property
    def output(self) -> Path:
        return self.parts.config.site.output

    def file(self, url: str) -> Path:
        """Return the file of the built site that ``url`` leads to."""
        return self.output / url.removeprefix(self.url)

    def page(self, permalink: str) -> str:
        return (self.file(permalink) / "index.html").read_text(encoding="utf-8")

    def pictures(self, permalink: str) -> list[dict[str, str]]:
        found = Elements(self.page(permalink)).found
        return [attributes for tag, attributes in found if tag == "img"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server that runs, everything that the apps sent to it, and what Hugo made of it."""
    need("hugo")
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    folder = tmp_path_factory.mktemp("end-to-end") / "site"
    make_installation(folder, url, serve=True)
    Installation(folder).configure(micropub={"idempotency_s": 0})
    parts = assemble(Installation(folder).config)
    site = Site(url, parts)
    with serving(folder, port):
        token = make_bearer(parts, "create update")["Authorization"].removeprefix("Bearer ")
        with requests.Session() as session:
            post_everything(site, session, token)
        build(parts)
        yield site
    parts.close()


@contextlib.contextmanager
def serving(folder: Path, port: int) -> Iterator[None]:
    command = [COMMAND, "serve", "--port", str(port), "--no-worker"]
    log = folder.parent / "log"
    with log.open("w") as said, subprocess.Popen(command, cwd=folder, stderr=said) as process:
        try:
            wait_for(lambda: answers(port))
            yield
        finally:
            process.terminate()
    assert "Traceback" not in log.read_text()


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def post_everything(site: Site, session: requests.Session, token: str) -> None:
    def send(path: str, headers: dict[str, Any] | None = None, **body: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}", **(headers or {})}
        answer = session.post(site.url + path, headers=headers, timeout=30, **body)
        assert answer.status_code in (201, 204), (answer.status_code, answer.text)
        location = answer.headers.get("Location", "")
        if "/media/" in location:
            site.at_once[location] = session.get(location, timeout=30).content
        return answer

    for app in APPS:
        site.sent[app.__name__] = app(send, token)
    site.films = films_and_sounds(send, token)


def build(parts: Parts) -> None:
    config = parts.config
    repository = config.repository
    Checkout(repository.checkout, repository.path, repository.branch).update()
    Builder(config.site.build, repository.checkout, config.site.output, 120).build()


def assert_silent(path: Path) -> None:
    """Check that a picture holds nothing but what is seen."""
    data = path.read_bytes()
    assert [secret for secret in SECRETS if secret in data] == [], path
    with Image.open(BytesIO(data)) as image:
        assert not image.getexif(), path
        assert not {"exif", "xmp", "photoshop", "comment"} & image.info.keys(), path


@pytest.mark.parametrize("app", [app.__name__ for app in APPS])
def test_photos_are_on_the_page_upright_and_described(site: Site, app: str) -> None:
    sent = site.sent[app]

    pictures = site.pictures(sent.permalink)

    assert [picture["alt"] for picture in pictures] == sent.alts
    for picture in pictures:
        assert picture["src"].startswith(sent.permalink)
        with Image.open(site.file(picture["src"])) as image:
            assert image.size == (450, 600)
            assert corners(image) == UPRIGHT
        assert (picture["width"], picture["height"]) == ("450", "600")


@pytest.mark.parametrize("app", [app.__name__ for app in APPS])
def test_smaller_copies_are_there_and_upright(site: Site, app: str) -> None:
    for picture in site.pictures(site.sent[app].permalink):
        copies = [copy.split(" ") for copy in picture["srcset"].split(", ")]

        assert [width for _, width in copies] == ["320w", "450w"]
        for url, width in copies:
            with Image.open(site.file(url)) as image:
                assert image.width == int(width[:-1])
                assert corners(image) == UPRIGHT


def test_no_file_of_the_site_tells_where_a_photo_was_taken(site: Site) -> None:
    files = [path for path in site.output.rglob("*") if path.is_file()]

    pictures = [path for path in files if path.suffix in (".jpg", ".webp", ".png", ".heic")]
    assert len(pictures) >= 2 * len(APPS)
    for path in pictures:
        assert_silent(path)
    for path in files:
        assert not [secret for secret in SECRETS[:4] if secret in path.read_bytes()], path


def test_photo_and_post_are_one_commit(site: Site) -> None:
    with git.Repo(site.parts.config.repository.path) as repo:
        for app in ("micro_blog", "indigenous_android", "quill", "ia_writer", "editor"):
            folder = f"content/{site.sent[app].permalink.removeprefix(site.url)}"
            log = repo.git.log("--diff-filter=A", "--name-only", "--format=%x00", "--", folder)
            [commit] = [part.split() for part in log.split("\0") if part.strip()]
            assert f"{folder}index.md" in commit
            shown = site.pictures(site.sent[app].permalink)
            names = {picture["src"].rpartition("/")[2] for picture in shown}
            assert {folder + name for name in names} | {f"{folder}index.md"} == set(commit)


def test_other_programs_find_photos_with_their_alternative_text(site: Site) -> None:
    for app in ("micro_blog", "sparkles", "quill"):
        sent = site.sent[app]
        [entry] = mf2py.parse(doc=site.page(sent.permalink), url=sent.permalink)["items"]

        shown = [picture["src"] for picture in site.pictures(sent.permalink)]
        photos = [(value["value"], value["alt"]) for value in entry["properties"]["photo"]]
        assert photos == list(zip(shown, sent.alts, strict=True))


def test_films_and_sounds_can_be_played(site: Site) -> None:
    found = Elements(site.page(site.films)).found

    players = [(tag, player) for tag, player in found if tag in ("video", "audio")]
    assert [tag for tag, _ in players] == ["video", "video", "audio", "audio"]
    contents = [site.file(player["src"]).read_bytes() for _, player in players]
    assert contents == [webm(), film(), mp3(), wav()]
    for _, player in players:
        assert "controls" in player
        assert player["preload"] == "metadata"


def test_feeds_name_the_files(site: Site) -> None:
    ours = requests.get(f"{site.url}feed.json", timeout=30).json()["items"]
    built = json.loads((site.output / "feed.json").read_text(encoding="utf-8"))["items"]

    for items in (ours, built):
        by_url = {item["url"]: item for item in items}
        films = by_url[site.films]["attachments"]
        types = ["video/webm", "video/mp4", "audio/mpeg", "audio/wav"]
        assert [attachment["mime_type"] for attachment in films] == types
        album = by_url[site.sent["micro_blog"].permalink]
        assert [attachment.get("title", "") for attachment in album["attachments"]] == ["Lake", ""]
        assert album["image"] == album["attachments"][0]["url"]
        article = by_url[site.sent["editor"].permalink]
        assert article["image"].endswith(".jpg")
    sizes = [attachment["size_in_bytes"] for attachment in films]
    assert sizes == [len(content) for content in (webm(), film(), mp3(), wav())]


def test_an_address_stays_true(site: Site) -> None:
    """Before the post, after post and build, and when the folder of uploads is lost."""
    media = site.parts.config.state / "media"
    away = media.with_name("lost")

    built = {url: requests.get(url, timeout=30).content for url in site.at_once}
    media.rename(away)
    lost = {url: requests.get(url, timeout=30) for url in site.at_once}
    shutil.rmtree(media, ignore_errors=True)
    away.rename(media)

    assert len(site.at_once) == 10
    assert built == site.at_once
    assert {url: answer.content for url, answer in lost.items()} == site.at_once
    assert {answer.headers["Content-Type"] for answer in lost.values()} == {
        "image/jpeg",
        "video/webm",
    }


@pytest.fixture
def send_to() -> Callable[[Parts], tuple[str, list[str]]]:
    """Return a function that posts two photos with a line; it gives permalink and file names."""

    def send(parts: Parts) -> tuple[str, list[str]]:
        client, headers = make_app(parts).test_client(), make_bearer(parts)
        files = [(BytesIO(photo(number)), "IMG_1.JPG") for number in (20, 21)]
        form = {"h": "entry", "content": "Two", "photo[]": files, "mp-photo-alt[]": ["A", "B"]}
        permalink = client.post("/micropub", data=form, headers=headers).headers["Location"]
        names = [hashlib.sha256(photo(n)).hexdigest()[:32] + ".jpg" for n in (20, 21)]
        return permalink, names

    return send


def owner_changes(installation: Installation, name: str, old: str, new: str) -> None:
    """Change a file of the site as its owner does: clone, edit, push."""
    clone = installation.folder.parent / "clone"
    bare = installation.config.repository.path
    with git.Repo.clone_from(bare, clone) as repo:
        text = (clone / name).read_text(encoding="utf-8")
        assert old in text
        (clone / name).write_text(text.replace(old, new), encoding="utf-8")
        author = git.Actor("Ada", "ada@site.example")
        repo.index.add([name])
        repo.index.commit("Move the photos", author=author, committer=author)
        repo.remotes.origin.push().raise_if_error()


def test_hugo_shows_photos_of_a_folder_of_its_own(installation, start, send_to) -> None:
    installation.configure(media={"store": "static", "folder": "static/uploads"})
    setting = 'mediaFolder = "static/{}"'
    owner_changes(installation, "hugo.toml", setting.format("media"), setting.format("uploads"))
    parts = start()

    permalink, names = send_to(parts)
    build(parts)

    site = Site("https://site.example/", parts)
    pictures = site.pictures(permalink)
    assert [picture["alt"] for picture in pictures] == ["A", "B"]
    assert [picture["src"] for picture in pictures] == [
        f"https://site.example/uploads/{name}" for name in names
    ]
    for picture in pictures:
        assert (picture["width"], picture["height"]) == ("450", "600")
        assert_silent(site.file(picture["src"]))
    with git.Repo(parts.config.repository.path) as repo:
        changed = repo.git.show("--name-only", "--format=", "HEAD").splitlines()
    folder = permalink.removeprefix("https://site.example/")
    assert changed == [
        f"content/{folder}index.md",
        *sorted(f"static/uploads/{name}" for name in names),
    ]


def test_check_finds_templates_that_do_not_show_photos(installation, start, send_to) -> None:
    parts = start()
    permalink, names = send_to(parts)
    before = examine_build(parts)
    media = "layouts/_partials/post/media.html"
    owner_changes(installation, media, "{{- with $photos }}", "{{- with first 1 $photos }}")

    after = examine_build(parts)

    assert before.is_well
    assert not after.is_well
    assert f"{permalink} is built without {names[1]}" in after.says


def examine_build(parts: Parts) -> Finding:
    findings = make_doctor(parts).examine()
    return next(finding for finding in findings if finding.part == "build and permalinks")


def test_jekyll_shows_photos_of_a_folder_of_its_own(jekyll_installation, start, send_to) -> None:
    need("jekyll")
    jekyll_installation.configure(media={"folder": "uploads"})
    setting = 'media_folder: "{}"'
    owner_changes(
        jekyll_installation, "_config.yml", setting.format("media"), setting.format("uploads")
    )
    parts = start(jekyll_installation)

    permalink, names = send_to(parts)
    build(parts)

    site = Site("https://site.example/", parts)
    pictures = site.pictures(permalink)
    assert [picture["alt"] for picture in pictures] == ["A", "B"]
    assert [picture["src"] for picture in pictures] == [
        f"https://site.example/uploads/{name}" for name in names
    ]
    for picture in pictures:
        assert_silent(site.file(picture["src"]))
        with Image.open(site.file(picture["src"])) as image:
            assert corners(image) == UPRIGHT
    feed = json.loads((site.output / "feed.json").read_text(encoding="utf-8"))
    shown = re.findall(r'src="([^"]+)"', feed["items"][0]["content_html"])
    assert shown == [picture["src"] for picture in pictures]
