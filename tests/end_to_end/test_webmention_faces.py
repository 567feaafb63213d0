"""Pictures of authors: taken from their sites once, made small, and gone when nobody needs them."""

import subprocess
from dataclasses import replace
from io import BytesIO

import pytest
from kept_mentions import ADA, KeptMentions, file_of, reply
from photos import XMP, bomb, corners, exif, quarters
from PIL import Image
from ports import free_port
from web_servers import FETCHED_PORTS, drip, listening, once

from endpoint.domain.webmentions.mention import Mention
from endpoint.stores.mentions.rows import REJECTED

SITE = "https://site.example/"


@pytest.fixture
def site(start, clock, installation) -> KeptMentions:
    installation.configure(fetch={"allow_hosts": ["127.0.0.1"], "timeout_s": 4})
    return KeptMentions(start(), clock, installation.folder)


@pytest.fixture
def page(site, client_of, bearer_of) -> str:
    client = client_of(site.parts)
    answer = client.post("/micropub", data={"content": "Hello"}, headers=bearer_of(site.parts))
    return str(answer.headers["Location"])


def picture(kind: str = "PNG", size: tuple[int, int] = (640, 480), **options: object) -> bytes:
    saved = BytesIO()
    quarters(size).save(saved, kind, **options)
    return saved.getvalue()


def by(photo: str, number: int = 1) -> Mention:
    return replace(reply(f"https://ada.example/{number}"), author=replace(ADA, photo=photo))


def faces(site: KeptMentions) -> list[str]:
    return [path for path in site.files() if path.startswith("static/faces/")]


def content(site: KeptMentions, path: str) -> bytes:
    command = ["git", "-C", str(site.folder / "site.git"), "show", f"main:{path}"]
    return subprocess.run(command, capture_output=True, check=True).stdout


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        pytest.param("PNG", {}, id="png"),
        pytest.param("JPEG", {"exif": exif(6), "xmp": XMP}, id="jpeg"),
        pytest.param("GIF", {"save_all": True, "append_images": [quarters((640, 480))]}, id="gif"),
        pytest.param("WEBP", {"lossless": True}, id="webp"),
    ],
)
def test_a_picture_is_a_small_file_of_the_site(site, page, httpserver, kind, options):
    httpserver.expect_request("/ada").respond_with_data(picture(kind, **options))
    site.add(page, by(httpserver.url_for("/ada")))

    site.work()

    [path], [entry] = faces(site), site.read(file_of(page))
    data = content(site, path)
    assert entry["author"]["photo"] == f"/{path.removeprefix('static/')}"
    with Image.open(BytesIO(data)) as image:
        assert (image.format, image.size) == ("WEBP", (144, 144))
        assert len(set(corners(image))) == 4
    assert len(data) < 5_000
    assert b"Secret" not in data


def test_a_picture_of_the_whole_of_a_person_is_its_middle(site, page, httpserver):
    wide = Image.new("RGB", (900, 300), "white")
    wide.paste("red", (300, 0, 600, 300))
    saved = BytesIO()
    wide.save(saved, "PNG")
    httpserver.expect_request("/ada").respond_with_data(saved.getvalue())
    site.add(page, by(httpserver.url_for("/ada")))

    site.work()

    with Image.open(BytesIO(content(site, faces(site)[0]))) as image:
        assert image.convert("RGB").getpixel((3, 70))[0] > 200
        assert image.convert("RGB").getpixel((3, 70))[2] < 60


def test_one_author_has_one_file_and_is_fetched_once(site, page, httpserver):
    httpserver.expect_request("/ada").respond_with_data(picture())
    for number in range(3):
        site.add(page, by(httpserver.url_for("/ada"), number))
        site.work()

    assert len(faces(site)) == 1
    assert len(httpserver.log) == 1
    assert len({entry["author"]["photo"] for entry in site.read(file_of(page))}) == 1


def test_mention_and_picture_are_one_commit(site, page, httpserver):
    httpserver.expect_request("/ada").respond_with_data(picture())
    before = site.commits()

    site.add(page, by(httpserver.url_for("/ada")))
    site.work()

    assert site.commits() == before + 1


def test_an_old_picture_is_looked_at_again(site, page, httpserver):
    httpserver.expect_ordered_request("/ada").respond_with_data(picture())
    httpserver.expect_ordered_request("/ada").respond_with_data(picture(size=(300, 900)))
    site.add(page, by(httpserver.url_for("/ada")))
    site.work()
    first = faces(site)

    site.clock.forward(days=29)
    site.work()
    early = len(httpserver.log)
    site.clock.forward(days=1)
    site.work()

    [second] = faces(site)
    assert (early, len(httpserver.log)) == (1, 2)
    assert [second] != first
    [entry] = site.read(file_of(page))
    assert entry["author"]["photo"] == f"/{second.removeprefix('static/')}"


def test_a_new_picture_is_shown_on_old_pages(site, page, httpserver, clock):
    httpserver.expect_ordered_request("/ada").respond_with_data(picture())
    httpserver.expect_ordered_request("/ada").respond_with_data(picture(size=(300, 900)))
    site.add(page, by(httpserver.url_for("/ada")))
    site.work()
    first = faces(site)
    clock.forward(days=1)
    site.add("https://site.example/about/", reply("https://eve.example/2"))
    site.work()

    clock.forward(days=30)
    site.work()

    [second] = faces(site)
    assert [second] != first
    [entry] = site.read(file_of(page))
    assert entry["author"]["photo"] == f"/{second.removeprefix('static/')}"


def test_the_old_picture_stays_while_there_is_no_new_one(site, page, httpserver):
    httpserver.expect_oneshot_request("/ada").respond_with_data(picture())
    site.add(page, by(httpserver.url_for("/ada")))
    site.work()
    first = faces(site)

    httpserver.expect_request("/ada").respond_with_data("gone", 410)
    site.clock.forward(days=31)
    site.work()

    assert faces(site) == first
    assert site.read(file_of(page))[0]["author"]["photo"]


def test_a_picture_that_nobody_shows_any_more_goes(site, page, httpserver):
    httpserver.expect_request("/ada").respond_with_data(picture())
    sources = [site.add(page, by(httpserver.url_for("/ada"), number)) for number in range(2)]
    site.work()

    site.change(sources[0], decision=REJECTED)
    site.work()
    one_left = len(faces(site))
    site.change(sources[1], decision=REJECTED)
    site.work()

    assert (one_left, faces(site)) == (1, [])


def test_files_of_the_owner_beside_the_pictures_stay(site, page, httpserver):
    httpserver.expect_request("/ada").respond_with_data(picture())
    site.edit(**{"static/faces/me.webp": "mine"})
    source = site.add(page, by(httpserver.url_for("/ada")))
    site.work()

    site.change(source, decision=REJECTED)
    site.work()

    assert faces(site) == ["static/faces/me.webp"]


def test_a_lost_database_finds_the_pictures_in_git(site, page, httpserver):
    httpserver.expect_request("/ada").respond_with_data(picture())
    source = site.add(page, by(httpserver.url_for("/ada")))
    site.work()
    before, [path] = site.commits(), faces(site)

    with site.parts.engine.begin() as connection:
        for table in ("mentions", "followers", "mention_photos"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    site.work()
    kept = site.commits()
    site.change(source, decision=REJECTED)
    site.work()

    assert kept == before
    assert (site.row(source).mention or reply()).author.photo == (
        SITE + path.removeprefix("static/")
    )
    assert faces(site) == []


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(404, picture(), id="404"),
        pytest.param(200, b"", id="nothing"),
        pytest.param(200, SVG, id="svg"),
        pytest.param(200, b"<!doctype html><script>alert(1)</script>", id="html"),
        pytest.param(200, picture()[:500], id="cut off"),
        pytest.param(200, bomb(), id="bomb"),
        pytest.param(200, b"\xff\xd8\xff" + bytes(6_000_000), id="too large"),
    ],
)
def test_what_is_no_picture_is_left_out(site, page, httpserver, status, body):
    httpserver.expect_request("/ada").respond_with_data(body, status)
    site.add(page, by(httpserver.url_for("/ada")))

    site.work()

    [entry] = site.read(file_of(page))
    assert "photo" not in entry["author"]
    assert faces(site) == []


def test_a_picture_that_could_not_be_had_is_tried_again_later_and_later(site, page, httpserver):
    site.add(page, by(httpserver.url_for("/ada")))
    site.work()
    looks = []
    for _ in range(6):
        site.clock.forward(hours=1)
        site.work()
        looks.append(len(httpserver.log))

    httpserver.expect_request("/ada").respond_with_data(picture())
    site.clock.forward(days=1)
    site.work()

    assert looks == [2, 2, 2, 2, 3, 3]
    assert site.read(file_of(page))[0]["author"]["photo"]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "//ada.example/me.png",
        "http://localhost:1/",
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "http://[",
    ],
)
def test_an_address_that_is_not_fetched_stops_nothing(site, page, url):
    site.add(page, by(url))

    site.work()

    assert "photo" not in site.read(file_of(page))[0]["author"]


def test_a_server_that_drips_holds_up_nothing(site, page):
    dripping = drip(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
    with listening(dripping, free_port(FETCHED_PORTS)) as (port, _):
        site.add(page, by(f"http://127.0.0.1:{port}/"))
        site.work()

    assert len(site.read(file_of(page))) == 1


def test_a_redirect_to_a_private_address_is_not_followed(site, page):
    secret = once(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + picture())
    with listening(secret, free_port(FETCHED_PORTS)) as (inside, asked):
        head = f"HTTP/1.1 302 Found\r\nLocation: http://localhost:{inside}/\r\n\r\n"
        with listening(once(head.encode()), free_port(FETCHED_PORTS)) as (port, _):
            site.add(page, by(f"http://127.0.0.1:{port}/"))
            site.work()

    assert (faces(site), asked) == ([], [])
