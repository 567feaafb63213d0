"""What a network is given of a post: text, files, language."""

import io
import subprocess

import pytest
from PIL import Image


@pytest.fixture
def photo():
    file = io.BytesIO()
    Image.new("RGB", (4, 3), "teal").save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def upload(publisher, photo):
    def upload():
        data = {"file": (io.BytesIO(photo), "a.png", "image/png")}
        answer = publisher.client.post("/media", data=data, headers=publisher.headers)
        assert answer.status_code == 201
        return answer.headers["Location"]

    return upload


def test_photos_are_our_own_files_with_their_alt_texts(publisher, network, upload, httpserver):
    url = upload()
    publisher.post("small", content="Look", photo=[{"value": url, "alt": "Teal"}])
    publisher.deploy()

    [post] = network.posts.values()
    [[alt, media_type, size]] = post["files"]
    assert (alt, media_type) == ("Teal", "image/png")
    assert size > 50
    assert not any("media" in request.path for request, _ in httpserver.log)


def test_a_photo_beside_the_post_is_one_of_ours(publisher, network, installation, photo):
    folder = "content/photos/2025/11/by-hand"
    text = "---\ndate: 2025-11-20\nphotos: [my%20photo.png]\n---\nLook\n"
    lines = [b"commit refs/heads/main", b"committer Ada <a@b.example> 1763800000 +0000"]
    lines += [b"data 7", b"By hand", b"from refs/heads/main^0"]
    for path, data in {"index.md": text.encode(), "my photo.png": photo}.items():
        where = f'M 100644 inline "{folder}/{path}"'.encode()
        lines += [where, f"data {len(data)}".encode(), data]
    command = ["git", "-C", installation.folder / "site.git", "fast-import", "--quiet"]
    subprocess.run(command, input=b"\n".join([*lines, b""]), check=True)
    publisher.deploy()
    publisher.act(
        "update",
        "https://site.example/photos/2025/11/by-hand/",
        replace={"mp-syndicate-to": ["small"]},
    )

    publisher.work()

    [post] = network.posts.values()
    assert post["files"] == [["", "image/png", len(photo)]]


@pytest.mark.parametrize(
    "url",
    [
        "https://site.example/elsewhere.jpg",
        "../../../../../config.toml",
        "/media/00000000000000000000000000000000.jpg",
    ],
)
def test_a_file_that_is_none_of_ours_is_never_fetched(publisher, network, clock, url):
    permalink = publisher.post("small", content="Look", photo=url)

    publisher.deploy()

    row = publisher.row(permalink)
    assert row.state == "waiting"
    assert "is no file of this server" in row.last_error
    assert network.posts == {}


@pytest.mark.parametrize(("properties", "language"), [({}, "en"), ({"language": "de-CH"}, "de-CH")])
def test_the_language_is_the_posts_or_the_sites(publisher, network, properties, language):
    publisher.post("small", content="Grüezi", **properties)

    publisher.deploy()

    assert [post["language"] for post in network.posts.values()] == [language]


def test_html_is_harmless_and_its_urls_are_absolute(publisher, network):
    html = '<p onclick="x()"><a href="/about/">Me</a><script>x()</script> <a href="javascript:x">y'
    publisher.post("small", content={"html": html})

    publisher.deploy()

    [text] = network.texts
    assert '<a href="https://site.example/about/"' in text
    assert "x()" not in text
    assert "javascript" not in text
