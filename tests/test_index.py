"""The post index: it says what the repository holds, however that came about."""

import subprocess
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, text

from endpoint.domain.lists import Selection, parse_selection
from endpoint.domain.posts import Post
from endpoint.domain.tombstones import Tombstone
from endpoint.errors import InvalidRequest, Unavailable
from endpoint.generators.hugo import Hugo
from endpoint.stores.database import make_engine
from endpoint.stores.index import PostIndex, updates
from endpoint.stores.repository import Repository

SITE = "https://site.example/"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


class Site:
    """A repository with posts, and as many indexes of it as a test wants."""

    def __init__(self, folder, clock):
        self.folder = folder
        self.clock = clock
        self.generator = make_generator()
        self.repository = Repository.init(
            folder / "site.git", branch="main", author="Ada <ada@site.example>"
        )
        self.repository.begin({"hugo.toml": b""}, "Begin", NOW)
        self.engines = []

    def index(self, name="index", generator=None):
        self.engines.append(make_engine(f"sqlite:///{self.folder / name}.db"))
        engine = self.engines[-1]
        return PostIndex(engine, self.repository, generator or self.generator, self.clock)

    def commit(self, changes):
        with self.repository.writing() as writer:
            return writer.commit(changes, "Change", NOW)

    def publish(self, *posts):
        self.commit({post.path: self.generator.write(post) for post in posts})

    def make(self, slug, *, kind="note", channels=(), at=NOW - timedelta(days=1), **properties):
        """Return a post; ``at`` None makes a page without a date, beside the lists."""
        path, permalink = self.generator.place(kind, slug, at or NOW)
        if at is None:
            path, permalink = f"content/{slug}.md", f"{SITE}{slug}/"
        dated = {"published": [at.isoformat()]} if at else {}
        values = {name.replace("_", "-"): value for name, value in properties.items()}
        content = {} if "content" in values or kind != "note" else {"content": [f"About {slug}"]}
        return Post("h-entry", kind, {**dated, **content, **values}, permalink, path, channels)


def make_generator(site_url=SITE):
    return Hugo(site_url=site_url, zone=ZoneInfo("UTC"))


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def site(tmp_path, clock):
    site = Site(tmp_path, clock)
    yield site
    for engine in site.engines:
        engine.dispose()


@pytest.fixture
def index(site):
    return site.index()


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Return an engine and the index in it, which a test only reads."""
    site = Site(tmp_path_factory.mktemp("filled"), Clock())
    index = site.index()
    site.publish(*(site.make(f"p{n}", category=["a", f"t{n}"]) for n in range(40)))
    index.catch_up()
    yield site.engines[0], index
    site.engines[0].dispose()


def slugs(page):
    return [post.permalink.rstrip("/").rpartition("/")[2] for post in page.posts]


def minutes(number):
    return NOW - timedelta(minutes=number)


def test_finds_what_was_committed(site, index):
    post = site.make("tea", content=["Tea first."], category=["a", "b"])
    site.publish(post)

    index.catch_up()

    assert index.find(post.permalink) == post
    assert index.select(Selection()).posts == (post,)


def test_sees_commits_made_by_hand(site, index, tmp_path):
    post = site.make("mine")
    site.publish(post, site.make("other"))
    index.catch_up()
    work = tmp_path / "work"
    subprocess.run(["git", "clone", "-q", site.repository.path, work], check=True)
    (work / post.path).write_bytes(
        site.generator.write(
            replace(post, kind="note", properties={**post.properties, "content": ["By hand"]})
        )
    )
    by_hand = site.make("by-hand")
    (work / by_hand.path).parent.mkdir(parents=True)
    (work / by_hand.path).write_bytes(site.generator.write(by_hand))
    (work / site.make("other").path).unlink()
    person = ["-c", "user.name=Ada", "-c", "user.email=ada@site.example"]
    subprocess.run(["git", "-C", work, "add", "-A"], check=True)
    subprocess.run(["git", "-C", work, *person, "commit", "-qm", "By hand"], check=True)
    subprocess.run(["git", "-C", work, "push", "-q"], check=True)

    index.catch_up()

    assert index.find(post.permalink).properties["content"] == ["By hand"]
    assert index.find(by_hand.permalink) == by_hand
    assert index.find(site.make("other").permalink) is None


@pytest.mark.parametrize(
    ("url", "is_found"),
    [
        pytest.param("https://site.example/notes/2026/11/tea/", True, id="as it is"),
        pytest.param("https://site.example/notes/2026/11/tea", True, id="no slash at the end"),
        pytest.param("https://SITE.example:443/notes/2026/11/tea/#top", True, id="host and port"),
        pytest.param("https://site.example/notes/2026/11/te%61/", True, id="needless encoding"),
        pytest.param("https://site.example/notes/2026/11/TEA/", False, id="case of the path"),
        pytest.param("http://site.example/notes/2026/11/tea/", False, id="other scheme"),
        pytest.param("https://site.example:8443/notes/2026/11/tea/", False, id="other port"),
        pytest.param(
            "https://site.example.evil.example/notes/2026/11/tea/", False, id="other host"
        ),
        pytest.param("https://site.example/notes/2026/11/tea/?a=b", False, id="query"),
        pytest.param("/notes/2026/11/tea/", False, id="relative"),
        pytest.param("https://[site.example/", False, id="malformed"),
        pytest.param("https://site.example/\0", False, id="nul"),
        pytest.param("https://site.example/\ud800", False, id="half a surrogate pair"),
        pytest.param("", False, id="empty"),
    ],
)
def test_permalinks_are_compared_as_addresses(site, index, url, is_found):
    site.publish(site.make("tea"), site.make("coffee"))
    index.catch_up()

    found = index.find(url)

    assert (found is not None) == is_found
    assert index.taken(url) == is_found


def test_tombstone_takes_the_permalink(site, index):
    post = site.make("tea")
    site.publish(post, site.make("coffee"))
    index.catch_up()
    tombstone = Tombstone.of(post, site.generator.owned(post.path), "0" * 40, NOW)
    grave = tombstone.path_in(site.generator.gone_folder)

    site.commit({post.path: None, grave: tombstone.to_json()})
    index.catch_up()

    assert index.find(post.permalink) is None
    assert index.gone(post.permalink.rstrip("/")) == tombstone
    assert index.taken(post.permalink)
    assert index.gone(site.make("coffee").permalink) is None
    site.commit({post.path: site.generator.write(post), grave: None})
    index.catch_up()
    assert index.find(post.permalink) == post
    assert index.gone(post.permalink) is None


def test_post_put_back_by_hand_is_not_gone(site, index):
    post = site.make("tea")
    tombstone = Tombstone.of(post, post.path, "0" * 40, NOW)
    grave = tombstone.path_in(site.generator.gone_folder)
    site.commit({post.path: site.generator.write(post), grave: tombstone.to_json()})

    index.catch_up()

    assert index.gone(post.permalink) is None
    assert index.find(post.permalink) == post


def test_newest_first_undated_last_and_pages_in_no_list(site, index):
    site.publish(
        site.make("middle", at=minutes(20)),
        site.make("about", at=None),
        replace(site.make("undated"), properties={"content": ["No date"]}),
        site.make("old", at=datetime(1969, 1, 1, tzinfo=UTC)),
        site.make("new", at=minutes(10).astimezone(ZoneInfo("Asia/Tokyo"))),
    )
    index.catch_up()

    page = index.select(Selection())

    assert slugs(page) == ["new", "middle", "old", "undated"]
    assert index.find(f"{SITE}about/") is not None


@pytest.mark.parametrize(
    ("changes", "is_public"),
    [
        pytest.param({}, True, id="plain"),
        pytest.param({"post_status": ["published"], "visibility": ["public"]}, True, id="said so"),
        pytest.param({"post_status": ["draft"]}, False, id="draft"),
        pytest.param({"visibility": ["unlisted"]}, False, id="unlisted"),
        pytest.param({"at": NOW}, True, id="due this moment"),
        pytest.param({"at": NOW + timedelta(seconds=1)}, False, id="scheduled"),
        pytest.param({"at": None}, False, id="page without a date"),
    ],
)
def test_public_is_what_every_reader_may_see(site, index, changes, is_public):
    post = site.make("this", category=["Tea"], **changes)
    site.publish(post, site.make("other", category=["coffee"]))
    index.catch_up()

    public = index.select(Selection(public_only=True))

    assert slugs(public) == (["this", "other"] if is_public else ["other"])
    assert len(index.items(Selection()).items) == len(public.posts)
    assert index.categories() == ["coffee", "Tea"]
    assert index.find(post.permalink).path == post.path


def test_scheduled_post_comes_out_in_time(site, index, clock):
    soon, later = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    site.publish(
        site.make("soon", at=soon),
        site.make("later", at=later),
        site.make("draft", at=NOW + timedelta(minutes=1), post_status=["draft"]),
    )
    index.catch_up()
    before = index.newest_out(), index.edition()

    assert (index.newest_out(), index.edition()) == before == (None, before[1])
    clock.now = soon
    assert slugs(index.select(Selection(public_only=True))) == ["soon"]
    assert index.newest_out() == soon
    assert index.edition().version != before[1].version
    assert index.edition().modified > soon
    clock.now = later
    assert index.newest_out() == later


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param({"kind": "like"}, ["like"], id="post type"),
        pytest.param({"kind": "nothing"}, [], id="unknown post type"),
        pytest.param({"status": "draft"}, ["draft"], id="drafts"),
        pytest.param({"status": "published"}, ["scheduled", "tea", "like", "html"], id="published"),
        pytest.param({"channel": "blog"}, ["scheduled", "tea"], id="channel"),
        pytest.param({"channel": "Blog"}, [], id="uids are compared whole"),
        pytest.param({"tag": "FOOD & DRINK"}, ["tea", "draft"], id="tag in any case"),
        pytest.param({"tag": "food"}, [], id="part of a tag"),
        pytest.param({"tag": "food & drink", "channel": "blog"}, ["tea"], id="tag and channel"),
        pytest.param({"tag": "food & drink", "status": "draft"}, ["draft"], id="tag and status"),
        pytest.param({"filter": "ÉCLAIR"}, ["tea"], id="text in any case"),
        pytest.param({"filter": "100%"}, ["tea"], id="percent sign is a letter"),
        pytest.param({"filter": "1_0"}, [], id="underscore is a letter"),
        pytest.param({"filter": "title"}, ["draft"], id="text of the name"),
        pytest.param({"filter": "sum"}, ["draft"], id="text of the summary"),
        pytest.param({"filter": "bold move"}, ["html"], id="text of html"),
        pytest.param({"filter": "strong"}, [], id="no tags of html"),
        pytest.param({"filter": "a", "kind": "like"}, [], id="filter and post type"),
    ],
)
def test_selections(site, index, wanted, expected):
    site.publish(
        site.make("scheduled", at=NOW + timedelta(days=1), channels=("blog", "photos")),
        site.make(
            "tea",
            at=minutes(1),
            content=["éclair, 100%"],
            category=["Food & Drink"],
            channels=("blog",),
        ),
        site.make(
            "draft",
            at=minutes(2),
            name=["A title"],
            summary=["A sum"],
            kind="article",
            content=["x"],
            category=["food & drink", "other"],
            post_status=["draft"],
        ),
        site.make("like", at=minutes(3), kind="like", like_of=["https://b.example/"]),
        site.make("html", at=minutes(4), content=[{"html": "<p><strong>bold</strong> move</p>"}]),
    )
    index.catch_up()

    page = index.select(Selection(**wanted))

    assert slugs(page) == expected


def test_pages_meet_every_post_once_while_others_arrive(site, index):
    # Many share a time, so that the path has to decide.
    site.publish(*(site.make(f"p{n}", at=minutes(n // 3)) for n in range(12)))
    index.catch_up()
    everything = slugs(index.select(Selection(limit=100)))

    met, page = [], index.select(Selection(limit=5))
    first = page
    for limit in (2, 3, 100):
        met += slugs(page)
        site.publish(site.make(f"late{limit}", at=minutes(-limit)))
        index.catch_up()
        page = index.select(Selection(limit=limit, after=page.after))

    met += slugs(page)
    assert met == everything
    assert first.before is None
    assert page.after is None
    assert page.before is not None


def test_before_goes_back_up_the_list(site, index):
    site.publish(*(site.make(f"p{n}", at=minutes(n)) for n in range(7)))
    index.catch_up()
    third = index.select(Selection(limit=3, offset=4))

    second = index.select(Selection(limit=3, before=third.before))
    first = index.select(Selection(limit=3, before=second.before))

    assert slugs(third) == ["p4", "p5", "p6"]
    assert slugs(second) == ["p1", "p2", "p3"]
    assert slugs(first) == ["p0"]
    assert [third.after, first.before] == [None, None]
    assert slugs(index.select(Selection(limit=3, after=first.after))) == ["p1", "p2", "p3"]


def test_offset_beyond_the_end_is_an_empty_page(site, index):
    site.publish(site.make("one"))
    index.catch_up()

    page = index.select(Selection(offset=10**9))

    assert (page.posts, page.before, page.after) == ((), None, None)


@pytest.mark.parametrize(
    ("parameters", "selection"),
    [
        pytest.param({}, Selection(), id="nothing"),
        pytest.param({"limit": "5", "offset": "10"}, Selection(limit=5, offset=10), id="numbers"),
        pytest.param({"limit": "101"}, Selection(limit=100), id="limit above the most"),
        pytest.param({"limit": "9" * 5000}, Selection(limit=100), id="huge limit"),
        pytest.param({"offset": "9" * 5000}, Selection(offset=10**9), id="huge offset"),
        pytest.param(
            {"post-type": "like", "filter": "a", "channel": "b", "post-status": "draft"},
            Selection(kind="like", filter="a", channel="b", status="draft"),
            id="filters",
        ),
        pytest.param({"after": "", "limit": "", "filter": ""}, Selection(), id="empty values"),
    ],
)
def test_parse_selection(parameters, selection):
    assert parse_selection(parameters) == selection


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("limit", "0", id="limit of none"),
        pytest.param("limit", "-1", id="negative limit"),
        pytest.param("limit", "ten", id="limit in letters"),
        pytest.param("limit", "1.5", id="half a post"),
        pytest.param("limit", "٣", id="digits of another script"),
        pytest.param("offset", "-1", id="negative offset"),
        pytest.param("offset", "1e3", id="offset in letters"),
        pytest.param("after", "nonsense!", id="no cursor"),
        pytest.param("before", "nonsense!", id="no cursor before"),
        pytest.param("after", "MQ", id="half a cursor"),
        pytest.param("after", "OTk5OTk5OTk5OTk5OTk5OTk5OSBh", id="cursor out of range"),
        pytest.param("post-status", "private", id="unknown status"),
        pytest.param("filter", "x" * 1001, id="filter too long"),
        pytest.param("channel", "\0", id="nul"),
    ],
)
def test_odd_values_are_named(index, name, value):
    with pytest.raises(InvalidRequest, match=f"^{name} "):
        index.select(parse_selection({name: value}))


def test_before_and_after_at_once_are_refused(site, index):
    site.publish(*(site.make(f"p{n}") for n in range(3)))
    index.catch_up()
    cursor = index.select(Selection(limit=1)).after

    with pytest.raises(InvalidRequest, match="before and after"):
        index.select(Selection(before=cursor, after=cursor))


def test_categories_each_once(site, index):
    site.publish(
        site.make("a", category=["tea", "Travel", "tea"]),
        site.make("b", category=["tea", "zoo", {"type": ["h-card"], "properties": {}}]),
        site.make("c", category=["Äpfel"], post_status=["draft"]),
    )
    index.catch_up()

    assert index.categories() == ["tea", "Travel", "zoo", "Äpfel"]
    assert index.categories("T") == ["tea", "Travel"]
    assert index.categories("nothing") == []


def test_broken_file_is_a_problem_until_mended(site, index):
    broken = site.make("broken")
    site.commit({broken.path: b"---\ntitle: [\n---\n"})
    site.publish(site.make("whole"))

    index.catch_up()

    [(path, sentence)] = index.problems()
    assert path == broken.path
    assert sentence
    assert slugs(index.select(Selection())) == ["whole"]
    site.publish(broken)
    index.catch_up()
    assert index.problems() == []
    assert index.find(broken.permalink) == broken


def test_broken_tombstone_is_a_problem(site, index):
    site.commit({f"{site.generator.gone_folder}/a.json": b"{}"})

    index.catch_up()

    [(path, _)] = index.problems()
    assert path == f"{site.generator.gone_folder}/a.json"


def dump(index):
    everything = Selection(limit=100)
    return (
        index.select(everything),
        index.items(everything),
        index.categories(),
        index.problems(),
        index.gone(f"{SITE}notes/2026/11/p3/"),
        index.edition().posts,
    )


def make_history(site, index):
    """Commit posts, edits, a deletion and a broken file, catching up in between."""
    site.publish(*(site.make(f"p{n}", at=minutes(n), category=[f"t{n % 4}"]) for n in range(30)))
    index.catch_up()
    site.publish(site.make("p1", at=minutes(1), content=["Edited"], post_status=["draft"]))
    index.catch_up()
    gone = site.make("p3", at=minutes(3))
    tombstone = Tombstone.of(gone, gone.path, "0" * 40, NOW)
    site.commit(
        {
            gone.path: None,
            tombstone.path_in(site.generator.gone_folder): tombstone.to_json(),
            site.make("broken").path: b"---\n[\n---\n",
        }
    )
    index.catch_up()


def test_rebuild_gives_the_same_answers(site, index):
    make_history(site, index)
    before = dump(index)
    told = []

    index.rebuild(lambda done, total: told.append((done, total)))

    assert dump(index) == before
    assert told[-1] == (31, 31)
    assert len(before[0].posts) == 29
    another = site.index("another")
    another.rebuild()
    assert dump(another) == before


def test_rebuild_by_several_processes_gives_the_same_answers(site, index, monkeypatch):
    make_history(site, index)
    before = dump(index)
    monkeypatch.setattr(updates, "_MANY", 0)
    monkeypatch.setattr(updates, "_BATCH", 2)
    another = site.index("another")

    another.rebuild(processes=2)

    assert dump(another) == before


def test_rebuild_mends_what_was_lost_and_forgets_what_never_was(site, index, tmp_path):
    make_history(site, index)
    before = dump(index)
    with site.engines[0].begin() as connection:
        connection.execute(text("DELETE FROM index_labels"))
        connection.execute(text("DELETE FROM index_posts WHERE path LIKE '%/p1%'"))
        connection.execute(text("UPDATE index_posts SET path = path || 'x' WHERE kind = 'note'"))

    index.rebuild()

    assert dump(index) == before


def test_rebuild_leaves_what_is_committed_meanwhile(site, index):
    posts = [site.make(f"p{n}") for n in range(250)]
    site.publish(*posts)
    index.catch_up()
    edited = replace(posts[249], properties={**posts[249].properties, "content": ["Edited"]})
    answers = []

    def commit_in_between(done, total):
        if not answers:
            site.publish(edited, site.make("new"))
            site.commit({posts[248].path: None})
            index.catch_up()
        answers.append(len(index.select(Selection(limit=100)).posts))

    index.rebuild(commit_in_between)

    assert answers == [100, 100]
    assert index.find(edited.permalink) == edited
    assert index.find(site.make("new").permalink) is not None
    assert index.find(posts[248].permalink) is None
    fresh = site.index("fresh")
    fresh.catch_up()
    assert dump(index) == dump(fresh)


def test_rewritten_history_is_read_whole(site, index):
    site.publish(site.make("kept"), site.make("lost"))
    index.catch_up()
    with site.engines[0].begin() as connection:
        connection.execute(text("""UPDATE index_state SET "commit" = :id"""), {"id": "1" * 40})
    site.commit({site.make("lost").path: None})

    index.catch_up()

    assert slugs(index.select(Selection())) == ["kept"]


def test_other_settings_make_the_index_anew(site, index):
    post = site.make("tea")
    site.publish(post)
    index.catch_up()

    found_again = site.index().find(post.permalink)
    moved = site.index(generator=make_generator(site_url="https://new.example/"))
    moved.catch_up()

    assert found_again == post
    assert moved.find(post.permalink.replace(SITE, "https://new.example/")) is not None
    assert moved.find(post.permalink) is None


def test_edition_changes_with_posts_and_with_nothing_else(site, index):
    site.publish(site.make("tea"))
    before = index.edition()
    index.catch_up()
    first = index.edition()

    site.commit({"layouts/home.html": b"<p>"})
    themed = index.edition()
    site.publish(site.make("coffee"))
    posted = index.edition()

    assert first == before
    assert themed == first
    assert posted.version != themed.version
    assert posted.modified >= themed.modified + timedelta(seconds=1)


def test_edition_counts_what_is_out(site, index, clock):
    posts = [site.make(f"p{n}", at=minutes(n)) for n in range(3)]
    kept = [site.make("draft", post_status=["draft"]), site.make("page", at=None)]
    site.publish(*posts, *kept, site.make("later", at=NOW + timedelta(hours=1)))
    counts = [index.edition().posts]

    site.commit({posts[0].path: None})
    counts.append(index.edition().posts)
    site.publish(
        posts[0], replace(posts[1], properties={**posts[1].properties, "content": ["Tea"]})
    )
    counts.append(index.edition().posts)
    site.publish(replace(kept[0], properties={**kept[0].properties, "post-status": ["published"]}))
    site.publish(replace(posts[2], properties={**posts[2].properties, "visibility": ["unlisted"]}))
    site.publish(site.make("new"))
    counts.append(index.edition().posts)
    clock.now += timedelta(hours=1)
    counts.append(index.edition().posts)

    assert counts == [3, 2, 3, 4, 5]
    assert index.edition().posts == len(index.select(Selection(public_only=True)).posts)
    assert index.edition().newest == clock.now
    assert site.index("another").edition().posts == 5


def test_threads_read_each_commit_once(site, index):
    site.publish(*(site.make(f"p{n}") for n in range(50)))
    others = [index, site.index(), site.index()]
    inserted = []
    for engine in site.engines:
        event.listen(engine, "before_cursor_execute", lambda *call: inserted.append(call[2]))

    threads = [threading.Thread(target=each.catch_up) for each in others * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([sql for sql in inserted if sql.startswith("INSERT INTO index_posts")]) == 1
    assert len(index.select(Selection(limit=100)).posts) == 50


def test_nothing_new_costs_one_query(site, index):
    site.publish(site.make("tea"))
    index.catch_up()
    asked = []
    event.listen(site.engines[0], "before_cursor_execute", lambda *call: asked.append(call[2]))

    index.catch_up()

    assert len([sql for sql in asked if sql.startswith("SELECT")]) == 1


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda index: index.select(Selection()), id="list"),
        pytest.param(lambda index: index.select(Selection(after="MSBh")), id="after a cursor"),
        pytest.param(lambda index: index.select(Selection(before="MSBh")), id="before a cursor"),
        pytest.param(lambda index: index.select(Selection(kind="note")), id="list of a type"),
        pytest.param(lambda index: index.select(Selection(status="draft")), id="drafts"),
        pytest.param(lambda index: index.select(Selection(channel="blog")), id="channel"),
        pytest.param(lambda index: index.select(Selection(tag="a")), id="tag"),
        pytest.param(lambda index: index.items(Selection()), id="feed"),
        pytest.param(lambda index: index.items(Selection(after="MSBh")), id="next page"),
        pytest.param(lambda index: index.items(Selection(kind="note")), id="feed of a type"),
        pytest.param(lambda index: index.items(Selection(tag="a")), id="feed of a tag"),
        pytest.param(lambda index: index.items(Selection(tag="a", kind="note")), id="both"),
        pytest.param(lambda index: index.find(SITE), id="find"),
        pytest.param(lambda index: index.gone(SITE), id="gone"),
        pytest.param(lambda index: index.taken(SITE), id="taken"),
        pytest.param(lambda index: index.edition(), id="edition"),
        pytest.param(lambda index: index.newest_out(), id="newest out"),
        pytest.param(lambda index: index.categories(), id="categories"),
    ],
)
def test_every_question_walks_along_an_index(filled, ask):
    engine, index = filled
    asked = []

    def note(*call):
        asked.append(call[2:4])

    with engine.begin() as connection:  # after any commit nothing is answered from memory
        connection.execute(text("UPDATE index_state SET id = id"))
    event.listen(engine, "before_cursor_execute", note)
    ask(index)
    event.remove(engine, "before_cursor_execute", note)

    questions = [call for call in asked if call[0].startswith(("SELECT", "WITH"))]
    plans = [explain(engine, *question) for question in questions]
    assert plans
    for plan in plans:
        assert not [step for step in plan if "TEMP B-TREE" in step]
        assert not [step for step in plan if "SCAN index_" in step and "INDEX" not in step]


def explain(engine, sql, values):
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        return [row.detail for row in rows]


def test_unreachable_database_is_503(site, index):
    site.publish(site.make("tea"))
    index.catch_up()
    with site.engines[0].begin() as connection:
        connection.execute(text("DROP TABLE index_posts"))

    with pytest.raises(Unavailable):
        index.select(Selection())


def test_nothing_is_half_taken_in(site, index):
    site.publish(site.make("old"))
    index.catch_up()
    site.publish(site.make("new"))
    with site.engines[0].begin() as connection:
        connection.execute(
            text(
                "CREATE TRIGGER full BEFORE UPDATE ON index_state "
                "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        )

    with pytest.raises(Unavailable):
        index.catch_up()

    assert slugs(index.select(Selection())) == ["old"]
    with site.engines[0].begin() as connection:
        connection.execute(text("DROP TRIGGER full"))
    index.catch_up()
    assert slugs(index.select(Selection())) == ["old", "new"]
