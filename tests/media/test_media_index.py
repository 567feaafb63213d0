"""The post index knows which files of the repository are media, and which posts name them."""

import pytest
from programs import unpack
from test_index import SITE, Clock, Site

from endpoint.domain.tombstones import Tombstone

NAME = "0123456789abcdef" * 2 + ".jpg"
OTHER = "f" * 32 + ".mp4"
URL = f"{SITE}media/{NAME}"


@pytest.fixture
def site(tmp_path):
    site = Site(tmp_path, Clock())
    yield site
    for engine in site.engines:
        engine.dispose()


@pytest.fixture
def index(site):
    return site.index()


@pytest.mark.parametrize(
    "path",
    [f"content/notes/tea/{NAME}", f"static/media/{NAME}", f"assets/x.y/{NAME}", NAME],
)
def test_finds_a_file_by_its_name(site, index, path):
    site.commit({path: b"picture", f"static/{OTHER}": b"video"})

    index.catch_up()

    assert index.media(NAME) == path
    assert index.media_paths(OTHER) == [f"static/{OTHER}"]


@pytest.mark.parametrize(
    "name",
    ["tea.jpg", f"x{NAME}", NAME.upper(), NAME.replace(".jpg", ".html"), NAME + ".jpg", NAME[1:]],
)
def test_other_files_are_no_media(site, index, name):
    site.commit({f"content/notes/tea/{name}": b"<script>"})

    index.catch_up()

    assert index.media(name) is None


def test_every_copy_is_known_and_goes_by_itself(site, index):
    first, second = f"content/a/{NAME}", f"content/b/{NAME}"
    site.commit({first: b"picture", second: b"picture"})
    index.catch_up()
    both = index.media_paths(NAME)

    site.commit({first: None})
    index.catch_up()

    assert both == [first, second]
    assert index.media_paths(NAME) == [second]


@pytest.mark.parametrize(
    "properties",
    [
        pytest.param({"photo": [URL]}, id="photo"),
        pytest.param({"photo": [{"value": URL, "alt": "Tea"}]}, id="with alt text"),
        pytest.param({"content": [f"Look: ![tea]({URL})."]}, id="Markdown"),
        pytest.param({"content": [{"html": f'<img src="{URL}">'}]}, id="HTML"),
        pytest.param({"photo": [f"/media/{NAME}"]}, id="relative"),
        pytest.param({"featured": [URL], "post-status": ["draft"]}, id="draft"),
        pytest.param({"video": [f"{URL}#t=3"]}, id="fragment"),
        pytest.param({"name": [f"Tea\n{NAME}"]}, id="on a line of its own"),
        pytest.param({"photo": [f"https://x.example/?of=%2Fmedia%2F{NAME}"]}, id="escaped"),
    ],
)
def test_a_post_uses_what_it_names(site, index, properties):
    post = site.make("tea", **properties)
    site.publish(post, site.make("coffee"))

    index.catch_up()

    assert index.uses(NAME) == [post.permalink]
    assert index.uses(OTHER) == []


def test_an_update_and_a_delete_end_the_use(site, index):
    tea, coffee = site.make("tea", photo=[URL]), site.make("coffee", photo=[URL])
    site.publish(tea, coffee)
    index.catch_up()
    both = index.uses(NAME)
    site.publish(site.make("tea"))
    index.catch_up()
    one = index.uses(NAME)

    site.commit({coffee.path: None})
    index.catch_up()

    assert both == [coffee.permalink, tea.permalink]
    assert one == [coffee.permalink]
    assert index.uses(NAME) == []


def test_a_broken_file_uses_what_it_names(site, index):
    site.commit({"content/cat.md": f"---\ntitle: [\n---\n{URL}\n".encode()})

    index.catch_up()

    assert index.uses(NAME) == ["content/cat.md"]


def test_a_deleted_post_uses_what_its_tombstone_names(site, index):
    tea = site.make("tea", photo=[URL])
    tombstone = Tombstone.of(tea, tea.path, "0" * 40, Clock()(), (NAME,))
    grave = tombstone.path_in(site.generator.gone_folder)
    site.commit({grave: tombstone.to_json()})
    index.catch_up()
    deleted = index.uses(NAME)

    site.commit({grave: None})
    index.catch_up()

    assert deleted == [grave]
    assert index.uses(NAME) == []


def test_a_rebuild_finds_the_same(site, index):
    post = site.make("tea", photo=[URL])
    site.publish(post)
    site.commit({f"static/media/{NAME}": b"picture"})
    gone = f"static/media/{OTHER}"
    site.commit({gone: b"video"})
    index.catch_up()
    site.commit({gone: None})

    index.rebuild()
    fresh = site.index("fresh")
    fresh.catch_up()

    for each in (index, fresh):
        assert each.media(NAME) == f"static/media/{NAME}"
        assert each.media(OTHER) is None
        assert each.uses(NAME) == [post.permalink]


def test_large_files_are_not_read(site, index):
    """The blob is missing: whoever would read it would fail."""
    path = f"static/media/{NAME}"
    # So large that it is not remembered either.
    site.commit({path: b"a picture of its own" * 10_000})
    entry = dict(site.repository.files(site.repository.head()))[path]
    unpack(site.repository.path)
    (site.repository.path / "objects" / entry[:2] / entry[2:]).unlink()

    index.catch_up()

    assert index.media(NAME) == path
    assert index.problems() == []
