"""A bucket as the place of media: a real S3 server on a socket, asked through the application."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import count
from typing import Any

import boto3
import pytest
import requests
import tomlkit
from moto.server import ThreadedMotoServer
from PIL import Image
from ports import free_port
from urllib3 import encode_multipart_formdata

from endpoint.assembly.doctor import make_doctor
from endpoint.config import load
from endpoint.errors import ConfigError

BASE = "https://site.example"
OURS = f"{BASE}/media/"
CDN = "https://cdn.example/"
SECRET = "a-secret-of-the-bucket"
HEAD = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2"
FILM = HEAD + bytes(range(256)) * 9000
# Nothing is done to films, so these are kept in no time.
CLIP, OTHER = HEAD + b"one", HEAD + b"other"
NUMBERS = count()


def make_picture():
    file = BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "JPEG")
    return file.getvalue()


@pytest.fixture(scope="module")
def server():
    """The URL of an S3 server of this module's own."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def s3(server):
    session = boto3.session.Session("owner", SECRET, region_name="us-east-1")
    client = session.client("s3", endpoint_url=server)
    yield client
    client.close()


@dataclass(frozen=True)
class Store:
    """A bucket as somebody else sees it."""

    client: Any
    name: str
    settings: dict[str, str]

    @property
    def keys(self) -> list[str]:
        listed = self.client.list_objects_v2(Bucket=self.name)
        return [known["Key"] for known in listed.get("Contents", [])]

    def get(self, key: str) -> Any:
        return self.client.get_object(Bucket=self.name, Key=key)

    def read(self, key: str) -> bytes:
        content: bytes = self.get(key)["Body"].read()
        return content

    def put(self, key: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=content)


@pytest.fixture
def bucket(server, s3):
    """A bucket of the test's own, and the settings that name it."""
    name = f"media-{next(NUMBERS)}"
    s3.create_bucket(Bucket=name)
    keys = {"access_key_id": "owner", "secret_access_key": SECRET}
    return Store(s3, name, {"bucket": name, "endpoint_url": server, "region": "us-east-1", **keys})


@dataclass(frozen=True)
class Site:
    """A running installation, as apps and readers meet it."""

    parts: Any
    client: Any
    headers: dict[str, str] = field(repr=False)

    def upload(self, content: bytes, filename: str = "photo.jpg") -> Any:
        # Werkzeug's client would write a large one into a file, and leave it open.
        data, media_type = encode_multipart_formdata({"file": (filename, content)})
        headers = {**self.headers, "Content-Type": media_type}
        return self.client.post("/media", data=data, headers=headers)

    def add(self, content: bytes) -> str:
        """Upload the file and return its URL."""
        response = self.upload(content)
        assert response.status_code == 201
        url: str = response.headers["Location"]
        return url

    def post(self, **properties: Any) -> Any:
        body = {"type": ["h-entry"], "properties": {"content": ["Look"], **properties}}
        return self.client.post("/micropub", json=body, headers=self.headers)

    def act(self, where: str, **body: Any) -> Any:
        return self.client.post(where, json=body, headers=self.headers)

    def show(self, url: str, method: str = "GET", **headers: str) -> Any:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        path = url.removeprefix(BASE)
        with self.client.open(path, method=method, headers=headers) as response:
            response.get_data()
            return response

    def listed(self) -> list[str]:
        query = {"q": "source"}
        answer = self.client.get("/media", query_string=query, headers=self.headers)
        return [item["url"] for item in answer.json["items"]]


Opening = Callable[..., Site]


@pytest.fixture
def open_site(installation, start, client_of, bearer_of, bucket) -> Opening:
    """Return a function that starts the installation with a store, and settings of the bucket."""

    def open_site(store: str = "s3", **settings: str) -> Site:
        media = {"store": store, "s3": {**bucket.settings, **settings}}
        installation.configure(media=media, site={"build": ""})
        parts = start()
        return Site(parts, client_of(parts), bearer_of(parts))

    return open_site


@pytest.fixture
def site(open_site) -> Site:
    return open_site()


@pytest.fixture
def left(installation):
    """Return a function that lists the files that are in the state folder."""

    def left() -> list[str]:
        folders = [installation.folder / "state" / name for name in ("media", "incoming")]
        found = [path for folder in folders for path in folder.glob("*") if path.suffix != ".lock"]
        return sorted(path.name for path in found)

    return left


def name_of(url: str) -> str:
    return url.rpartition("/")[2]


def changed_by_head(repo) -> list[str]:
    names: str = repo.git.show("--name-only", "--format=", "HEAD")
    return [path.rpartition("/")[2] for path in names.splitlines()]


def test_201_upload_goes_to_the_bucket(site, bucket, left):
    response = site.upload(make_picture())

    url = response.headers["Location"]
    shown = site.show(url)
    stored = bucket.get(name_of(url))
    assert response.status_code == 201
    assert url.startswith(OURS)
    assert bucket.keys == [name_of(url)]
    assert stored["ContentType"] == "image/jpeg"
    assert "immutable" in stored["CacheControl"]
    assert shown.status_code == 200
    assert shown.data == stored["Body"].read()
    assert left() == []
    assert site.listed() == [url]


def test_201_post_is_a_commit_without_the_file(site, bucket, repo):
    url = site.add(CLIP)
    before = repo.head.commit

    response = site.post(video=[url])

    assert response.status_code == 201
    assert changed_by_head(repo) == ["index.md"]
    assert repo.head.commit.parents == (before,)
    assert bucket.keys == [name_of(url)]
    assert site.show(url).status_code == 200


def test_201_file_in_the_post_goes_to_the_bucket(site, bucket, repo):
    form = {"h": "entry", "photo": (BytesIO(make_picture()), "a.jpg")}

    response = site.client.post("/micropub", data=form, headers=site.headers)

    assert response.status_code == 201
    assert changed_by_head(repo) == ["index.md"]
    assert len(bucket.keys) == 1


def test_204_update_brings_no_file_either(site, repo):
    post = site.post().headers["Location"]
    url = site.add(CLIP)

    response = site.act("/micropub", action="update", url=post, add={"video": [url]})

    assert response.status_code == 204
    assert changed_by_head(repo) == ["index.md"]


def test_201_same_bytes_are_put_once(site, bucket):
    url = site.add(CLIP)
    bucket.put(name_of(url), b"as it was")

    again = site.add(CLIP)

    assert again == url
    assert bucket.read(name_of(url)) == b"as it was"


def test_201_again_when_the_bucket_lost_it(site, bucket):
    url = site.add(CLIP)
    bucket.client.delete_object(Bucket=bucket.name, Key=name_of(url))

    again = site.add(CLIP)

    assert again == url
    assert bucket.keys == [name_of(url)]


def test_201_prefix_is_a_folder_of_the_bucket(open_site, bucket):
    site = open_site(prefix="site/media")

    url = site.add(CLIP)

    assert bucket.keys == [f"site/media/{name_of(url)}"]
    assert site.show(url).status_code == 200


def test_400_a_refused_post_leaves_nothing_in_the_bucket(site, bucket, repo):
    before = repo.head.commit
    form = {"h": "entry", "photo": (BytesIO(make_picture()), "a.jpg"), "mp-channel": "x"}

    response = site.client.post("/micropub", data=form, headers=site.headers)

    assert response.status_code == 400
    assert bucket.keys == []
    assert repo.head.commit == before


def test_400_a_file_that_the_bucket_lost(site, bucket, repo):
    url = site.add(CLIP)
    before = repo.head.commit
    bucket.client.delete_object(Bucket=bucket.name, Key=name_of(url))

    response = site.post(video=[url])

    assert response.status_code == 400
    assert "video names a file" in response.json["error_description"]
    assert repo.head.commit == before


def test_204_update_of_a_post_whose_file_was_lost(site, bucket):
    """What was lost long ago does not stop a change of something else."""
    url = site.add(CLIP)
    post = site.post(video=[url]).headers["Location"]
    bucket.client.delete_object(Bucket=bucket.name, Key=name_of(url))

    response = site.act("/micropub", action="update", url=post, replace={"content": ["Else"]})

    assert response.status_code == 204


def test_200_large_file_comes_whole_and_in_parts(site):
    url = site.add(FILM)

    whole = site.show(url)
    part = site.show(url, Range="bytes=1048570-1048585")
    end = site.show(url, Range="bytes=-5")

    assert whole.status_code == 200
    assert whole.data == FILM
    assert whole.headers["Content-Type"] == "video/mp4"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert (part.status_code, end.status_code) == (206, 206)
    assert part.data == FILM[1048570:1048586]
    assert part.headers["Content-Range"] == f"bytes 1048570-1048585/{len(FILM)}"
    assert part.headers["Content-Length"] == "16"
    assert end.data == FILM[-5:]


def test_a_range_that_makes_no_sense(site):
    url = site.add(FILM)

    beyond = site.show(url, Range="bytes=9999999-")
    several = site.show(url, Range="bytes=0-1,5-6")
    changed = site.show(url, Range="bytes=0-9", If_Range='"another"')

    assert (beyond.status_code, beyond.data) == (416, b"")
    assert beyond.headers["Content-Range"] == f"bytes */{len(FILM)}"
    assert [it.status_code for it in (several, changed)] == [200, 200]
    assert several.data == changed.data == FILM


def test_200_head_and_304(site):
    url = site.add(CLIP)
    got = site.show(url)

    head = site.show(url, "HEAD")
    known = site.show(url, If_None_Match=got.headers["ETag"], Range="bytes=0-9")
    other = site.show(url, If_Match='"another"', Range="bytes=0-9")

    assert (head.status_code, head.data) == (200, b"")
    for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control"):
        assert head.headers[name] == got.headers[name]
    assert (known.status_code, known.data) == (304, b"")
    assert known.headers["ETag"] == got.headers["ETag"]
    assert (other.status_code, other.data) == (412, b"")


def test_404_what_is_not_in_the_bucket(site, bucket):
    bucket.put("config.toml", b"not ours")

    assert site.show(f"{OURS}{'0' * 32}.jpg").status_code == 404
    assert site.show(f"{OURS}config.toml").status_code == 404


@pytest.mark.parametrize("public_url", [CDN, f"{CDN}files"])
def test_201_public_url_is_what_apps_are_told(open_site, bucket, repo, public_url):
    site = open_site(public_url=public_url, prefix="a/b/")
    url = site.add(CLIP)

    response = site.post(video=[url])

    redirect = site.show(OURS + name_of(url))
    assert url == f"{public_url.rstrip('/')}/a/b/{bucket.keys[0].removeprefix('a/b/')}"
    assert response.status_code == 201
    assert url in repo.git.show("HEAD")
    assert site.listed() == [url]
    assert redirect.status_code == 307
    assert redirect.headers["Location"] == url
    assert "max-age" in redirect.headers["Cache-Control"]


def test_204_delete_by_either_url(open_site, bucket):
    site = open_site(public_url=CDN)
    names = [name_of(site.add(content)) for content in (CLIP, OTHER)]

    urls = [root + name for root, name in zip((OURS, CDN), names, strict=True)]
    statuses = [site.act("/media", action="delete", url=url).status_code for url in urls]

    assert statuses == [204, 204]
    assert bucket.keys == []
    assert [site.show(OURS + name).status_code for name in names] == [410, 410]


def test_400_delete_of_what_a_post_shows(open_site, bucket):
    site = open_site(public_url=CDN)
    url = site.add(CLIP)
    site.post(video=[url])

    refused = [site.act("/media", action="delete", url=root + name_of(url)) for root in (OURS, CDN)]
    forced = site.act("/media", action="delete", url=url, force=True)

    assert [response.status_code for response in refused] == [400, 400]
    assert forced.status_code == 204
    assert bucket.keys == []


def test_unused_files_are_swept_from_the_bucket(site, bucket, clock):
    used, unused = site.add(CLIP), site.add(OTHER)
    site.post(video=[used])
    clock.forward(days=8)

    site.parts.following.work()

    assert bucket.keys == [name_of(used)]
    assert site.show(unused).status_code == 410


def test_what_a_deleted_post_showed_is_there_when_it_comes_back(site, bucket, clock):
    url = site.add(make_picture())
    permalink = site.post(photo=url).headers["Location"]
    site.act("/micropub", action="delete", url=permalink)
    clock.forward(days=30)
    site.parts.following.work()

    site.act("/micropub", action="undelete", url=permalink)

    assert bucket.keys == [name_of(url)]
    assert site.show(url).status_code == 200


def test_the_sweep_finds_what_a_crash_left_in_the_bucket(open_site, bucket, clock):
    """A file without a row; what lies elsewhere or has another name is not ours."""
    site = open_site(prefix="a/")
    lost, others = f"a/{'0' * 32}.jpg", [f"{'0' * 32}.jpg", "a/b/" + "0" * 32 + ".jpg", "a/x.jpg"]
    for key in (lost, *others):
        bucket.put(key, CLIP)
    clock.now = datetime.now(UTC) + timedelta(days=6)
    site.parts.following.work()
    before = bucket.keys
    clock.forward(days=2)

    site.parts.following.work()

    assert lost in before
    assert set(bucket.keys) == set(others)


def test_files_from_before_the_bucket_keep_their_urls(open_site, bucket, installation, repo):
    before = open_site("bundle", bucket="")
    used, unused = before.add(CLIP), before.add(OTHER)
    before.post(video=[used])
    site = open_site(public_url=CDN)

    again = site.add(OTHER)
    keys = bucket.keys
    response = site.post(video=[unused])

    assert response.status_code == 201
    assert (again, keys) == (unused, [])
    assert changed_by_head(repo) == ["index.md"]
    assert bucket.keys == [name_of(unused)]
    assert [site.show(url).status_code for url in (used, unused)] == [200, 200]
    assert set(site.listed()) == {used, unused}


def test_a_file_that_is_only_committed_comes_to_the_bucket_with_its_next_post(
    open_site, bucket, installation
):
    before = open_site("bundle", bucket="")
    url = before.add(CLIP)
    before.post(video=[url])
    (installation.folder / "state/media" / name_of(url)).unlink()
    site = open_site()

    response = site.post(video=[url])

    assert response.status_code == 201
    assert bucket.read(name_of(url)) == site.show(url).data


@pytest.mark.parametrize("public_url", ["", CDN])
def test_after_the_bucket_its_files_are_committed_with_their_next_post(
    open_site, bucket, repo, public_url
):
    before = open_site(public_url=public_url)
    used, unused = before.add(CLIP), before.add(OTHER)
    before.post(video=[used])
    content = bucket.read(name_of(unused))
    site = open_site("bundle", public_url=public_url)

    response = site.post(video=[unused])

    assert response.status_code == 201
    assert changed_by_head(repo) == [name_of(unused), "index.md"]
    assert site.show(OURS + name_of(unused)).data == content
    old = site.show(OURS + name_of(used))
    assert (old.status_code, old.headers.get("Location")) == (
        (307, used) if public_url else (200, None)
    )


def test_after_the_bucket_new_files_stay_here_and_old_ones_are_deleted_there(
    open_site, bucket, left
):
    old = open_site().add(CLIP)
    site = open_site("bundle")

    new = site.add(OTHER)
    deleted = site.act("/media", action="delete", url=old)

    assert left() == [name_of(new)]
    assert deleted.status_code == 204
    assert bucket.keys == []


def test_503_bucket_down_leaves_nothing(open_site, bucket, left, repo):
    site = open_site(endpoint_url=f"http://127.0.0.1:{free_port()}")
    before = repo.head.commit

    response = site.upload(CLIP)

    assert response.status_code == 503
    assert "media.s3.endpoint_url" in response.json["error_description"]
    assert "Retry-After" in response.headers
    assert "Location" not in response.headers
    assert left() == []
    assert site.listed() == []
    assert repo.head.commit == before


def test_200_committed_files_are_shown_while_the_bucket_is_down(open_site, installation):
    before = open_site("bundle", bucket="")
    url = before.add(CLIP)
    before.post(video=[url])
    (installation.folder / "state/media" / name_of(url)).unlink()

    site = open_site(endpoint_url=f"http://127.0.0.1:{free_port()}")

    assert site.show(url).status_code == 200


def test_503_post_whose_file_cannot_come_to_the_bucket(open_site, repo):
    url = open_site("bundle", bucket="").add(CLIP)
    site = open_site(endpoint_url=f"http://127.0.0.1:{free_port()}")
    before = repo.head.commit

    response = site.post(video=[url])

    assert response.status_code == 503
    assert "Retry-After" in response.headers
    assert repo.head.commit == before


@pytest.mark.parametrize("body", ["<p>Hello", ""], ids=["a page", "nothing"])
def test_503_a_web_server_that_is_no_bucket(open_site, httpserver, left, body):
    httpserver.expect_request(re.compile(".*")).respond_with_data(body, 200)
    site = open_site(endpoint_url=httpserver.url_for(""))

    response = site.upload(CLIP)

    assert response.status_code == 503
    assert left() == []
    assert site.listed() == []


def test_503_no_such_bucket(open_site, left):
    site = open_site(bucket="another")

    response = site.upload(CLIP)

    assert response.status_code == 503
    assert "There is no bucket another" in response.json["error_description"]
    assert left() == []


@pytest.fixture
def strict(server, bucket):
    """From now on the server knows nobody."""
    requests.post(f"{server}/moto-api/reset-auth", b"0", timeout=30).close()
    yield
    requests.post(f"{server}/moto-api/reset-auth", b"inf", timeout=30).close()


def test_503_credentials_that_the_bucket_refuses(site, strict, left, caplog):
    response = site.upload(CLIP)

    said = response.json["error_description"]
    assert response.status_code == 503
    assert "InvalidAccessKeyId" in said
    assert "media.s3.access_key_id" in said
    assert not {'"', "\\"} & set(said)
    assert left() == []
    assert SECRET not in caplog.text


def test_503_without_any_credentials(open_site, monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    site = open_site(access_key_id="", secret_access_key="")

    response = site.upload(CLIP)

    assert response.status_code == 503
    assert "media.s3 has no credentials" in response.json["error_description"]


def test_201_credentials_of_the_machine(open_site, bucket, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "owner")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    site = open_site(access_key_id="", secret_access_key="")

    site.add(CLIP)

    assert len(bucket.keys) == 1


def test_without_the_package_the_start_says_what_to_install(open_site, monkeypatch):
    monkeypatch.setitem(sys.modules, "boto3", None)
    monkeypatch.setitem(sys.modules, "boto3.session", None)
    monkeypatch.delitem(sys.modules, "endpoint.stores.media.bucket", raising=False)

    with pytest.raises(ConfigError, match=r"pip install 'indieweb-endpoint\[s3\]'"):
        open_site()


@pytest.mark.parametrize(
    ("media", "says"),
    [
        ({"store": "s3"}, ["media: s3.bucket must name the bucket"]),
        ({"store": "s4"}, ["media.store: "]),
        ({"s3": {"access_key_id": "123456"}}, ["media.s3: access_key_id and secret_access_key"]),
        (
            {
                "s3": {
                    "bucket": "a b",
                    "endpoint_url": "x",
                    "prefix": "/media",
                    "public_url": "cdn.example",
                    "secret_access_key": 123456,
                    "name": "x",
                }
            },
            [
                f"media.s3.{key}: "
                for key in (
                    "bucket",
                    "endpoint_url",
                    "prefix",
                    "public_url",
                    "secret_access_key",
                    "name",
                )
            ],
        ),
    ],
    ids=["no bucket", "no such store", "half a key", "wrong values"],
)
def test_configuration_that_is_refused(tmp_path, media, says):
    path = tmp_path / "config.toml"
    path.write_text(tomlkit.dumps({"me": f"{BASE}/", "media": media}))

    with pytest.raises(ConfigError) as refused:
        load(path)

    assert [words for words in says if words not in str(refused.value)] == []
    assert "123456" not in str(refused.value)


def test_a_region_that_makes_no_url_is_refused_at_the_start(open_site):
    with pytest.raises(ConfigError, match=r"media\.s3"):
        open_site(endpoint_url="", region="no region")


def test_a_profile_that_the_machine_lacks_is_refused_at_the_start(open_site, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)

    with pytest.raises(ConfigError, match=r"media\.s3.*nobody"):
        open_site(access_key_id="", secret_access_key="")


def check(installation, start) -> Any:
    installation.configure(site={"build": ""}, fetch={"allow_hosts": ["127.0.0.1"]})
    return next(it for it in make_doctor(start()).examine() if it.part == "bucket")


def test_check_finds_a_bucket_well(open_site, installation, start, bucket):
    open_site()

    finding = check(installation, start)

    assert finding.is_well, finding.says
    assert "this server shows them" in finding.says
    assert bucket.keys == []


def test_check_looks_for_the_file_at_the_public_url(open_site, installation, start, bucket, server):
    bucket.client.put_bucket_acl(Bucket=bucket.name, ACL="public-read")
    open_site(public_url=f"{server}/{bucket.name}")

    finding = check(installation, start)

    assert finding.is_well, finding.says
    assert f"below {server}/{bucket.name}/" in finding.says
    assert bucket.keys == []


def test_check_says_that_the_public_url_shows_something_else(
    open_site, installation, start, bucket, server
):
    open_site(public_url=f"{server}/another")

    finding = check(installation, start)

    assert not finding.is_well
    assert "media.s3.public_url" in finding.says
    assert bucket.keys == []


def test_check_says_what_the_bucket_says(open_site, installation, start):
    open_site(bucket="another")

    finding = check(installation, start)

    assert not finding.is_well
    assert "media.s3.bucket" in finding.says


def test_check_says_nothing_without_a_bucket(open_site, installation, start):
    open_site("bundle", bucket="")

    with pytest.raises(StopIteration):
        check(installation, start)
