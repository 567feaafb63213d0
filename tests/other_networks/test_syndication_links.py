"""Places that read a post themselves: linked in the post, told by Webmention, heard in answer."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from networks import Publisher
from pytest_httpserver import HTTPServer
from werkzeug.wrappers import Request, Response

from endpoint.config.syndication import SyndicationTarget
from endpoint.domain.markup import render
from endpoint.domain.posts import Post
from endpoint.services.live import LIVE
from endpoint.stores.web import Web
from endpoint.syndicators import Copy, Outgoing, Syndicator, Tools
from endpoint.syndicators.link import make
from endpoint.syndicators.outcomes import NeedsLink, NotNow, Refused

pytest_plugins = ("networks",)

NOW = datetime(2025, 11, 22, 8, 30, 15, tzinfo=UTC)
KNOWN = {"error": "Already published that page.", "original": {"url": "https://silo.example/9"}}


@dataclass
class Place:
    """A place at ``/en`` and a site beside it, whose pages are the HTML that a test puts there.

    ``answers`` are those of the place to come, the last one for good.
    """

    server: HTTPServer
    pages: dict[str, str | None] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    page: Response | None = None

    @property
    def url(self) -> str:
        return self.server.url_for("/en")

    @property
    def site(self) -> str:
        return f"http://localhost:{self.server.port}/"

    def answer(self, request: Request) -> Response:
        if request.path == "/endpoint":
            self.told.append((request.form["source"], request.form["target"]))
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if request.path == "/en":
            page = '<link rel="webmention" href="/endpoint">'
            return self.page or Response(page, content_type="text/html")
        html = self.pages.get(request.path, "")
        return Response(html, 410 if html is None else 200, content_type="text/html")


@pytest.fixture
def place(httpserver: HTTPServer) -> Place:
    place = Place(httpserver, answers=[said({"url": "https://news.example/1"})])
    httpserver.expect_request(re.compile("")).respond_with_handler(place.answer)
    return place


@pytest.fixture
def link(place: Place) -> Syndicator:
    return make_link(uid=place.url)


def make_link(allow_hosts: tuple[str, ...] = ("127.0.0.1", "localhost"), **settings: Any) -> Any:
    target = SyndicationTarget.model_validate({"kind": "link", "name": "News", **settings})
    web = Web(allow_hosts, timeout_s=30)
    return make(target, Tools(web, "https://a.example/", "https://a.example/f", lambda: NOW))


def said(body: Any = None, status: int = 201, **headers: str) -> Response:
    text = "" if body is None else json.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(text, status, named, content_type="application/json")


def linking(place: Place, text: str = "Hello", **properties: Any) -> Outgoing:
    """Return a post that is kept with the link, and put its page with the link."""
    place.pages["/hello/"] = f'<a class="u-syndication" href="{place.url}" hidden></a>'
    kept = {"content": [text], "syndicate-to": [place.url], **properties}
    post = Post("h-entry", "note", kept, f"{place.site}hello/", "content/hello.md")
    return Outgoing(post, render(text))


def test_a_post_must_link_to_the_place_first(place, link):
    outgoing = linking(place, **{"syndicate-to": ["https://other.example/"]})

    with pytest.raises(NeedsLink) as caught:
        link.copy(outgoing, "key")

    assert caught.value.url == place.url
    assert place.told == []


def test_a_post_whose_words_link_there_needs_no_other_link(place, link):
    outgoing = linking(place, f"Seen on [News]({place.url})", **{"syndicate-to": []})

    copy = link.copy(outgoing, "key")

    assert copy.url == "https://news.example/1"


def test_it_is_told_once_the_page_shows_the_link(place, link):
    outgoing = linking(place)
    place.pages["/hello/"] = "<p>An old build"
    with pytest.raises(NotNow, match="theme"):
        link.copy(outgoing, "key")
    before = list(place.told)
    place.pages["/hello/"] = f'<base href="{place.url}"><a href="/x"></a><A HREF=" en "></a>'

    copy = link.copy(outgoing, "key")

    assert before == []
    assert place.told == [(f"{place.site}hello/", place.url)]
    assert copy == Copy("https://news.example/1", f"{place.site}hello/")


@pytest.mark.parametrize(
    ("answer", "url"),
    [
        pytest.param(said({"url": "https://a.example/1"}), "https://a.example/1", id="JSON"),
        pytest.param(said(Location="https://a.example/1"), "https://a.example/1", id="Location"),
        pytest.param(
            said({"url": "https://a.example/1"}, Location="https://b.example/"),
            "https://a.example/1",
            id="both",
        ),
        pytest.param(said(status=202, Location="https://a.example/wait"), "", id="not yet"),
        pytest.param(said(status=200), "", id="nothing"),
        pytest.param(said(KNOWN, 400), "https://silo.example/9", id="known already"),
        pytest.param(said({"url": "javascript:alert(1)"}), "", id="no web page"),
        pytest.param(said({"url": "https://a.example/" + "x" * 3000}), "", id="too long"),
        pytest.param(said({"url": ["https://a.example/"]}), "", id="a list"),
        pytest.param(said([1]), "", id="no object"),
        pytest.param(said(Location="mailto:ada@a.example"), "", id="an address"),
        pytest.param(Response("[" * 100_000, 201, content_type="application/json"), "", id="deep"),
    ],
)
def test_the_answer_says_where_the_copy_is(place, link, answer, url):
    place.answers = [answer]

    copy = link.copy(linking(place), "key")

    assert copy.url == url


def test_a_relative_location_is_one_of_the_endpoint(place, link):
    place.answers = [said(Location="/posts/1")]

    assert link.copy(linking(place), "key").url == place.server.url_for("/posts/1")


@pytest.mark.parametrize(
    ("answer", "outcome", "words"),
    [
        pytest.param(said({"error": "no_link_found"}, 400), Refused, "no_link_found", id="400"),
        pytest.param(said({"original": 5}, 400), Refused, "400", id="odd"),
        pytest.param(
            said({"error": "x", "error_description": 'No "h-entry"\\n'}, 400),
            Refused,
            "h-entry",
            id="described",
        ),
        pytest.param(said(status=403), Refused, "403", id="403"),
        pytest.param(said(status=503), NotNow, "503", id="503"),
        pytest.param(said(status=429), NotNow, "429", id="429"),
    ],
)
def test_what_comes_of_a_failure(place, link, answer, outcome, words):
    place.answers = [answer]

    with pytest.raises(outcome, match=words):
        link.copy(linking(place), "key")


def test_it_is_left_alone_for_as_long_as_it_says(place, link):
    place.answers = [said(status=429, Retry_After="120")]

    with pytest.raises(NotNow) as caught:
        link.copy(linking(place), "key")

    assert caught.value.retry_at == NOW + timedelta(seconds=120)


@pytest.mark.parametrize(
    ("page", "outcome"),
    [
        pytest.param(Response("<p>", content_type="text/html"), Refused, id="takes none"),
        pytest.param(Response("", 404), Refused, id="is not there"),
        pytest.param(Response("", 500), NotNow, id="is out of order"),
    ],
)
def test_a_place_that_takes_nothing(place, link, page, outcome):
    place.page = page

    with pytest.raises(outcome):
        link.copy(linking(place), "key")

    assert place.told == []


def test_a_site_that_only_others_see_is_taken_at_its_word(place):
    link = make_link(("127.0.0.1",), uid=place.url)

    copy = link.copy(linking(place), "key")

    assert copy.url == "https://news.example/1"


def test_an_edit_is_told_and_keeps_what_is_known_of_the_copy(place, link):
    copy = link.copy(linking(place), "key")
    place.answers = [said(status=202)]

    edited = link.edit(copy, linking(place, "Hello again"))

    assert edited == copy
    assert len(place.told) == 2


def test_a_deletion_is_told_once_the_page_is_gone(place, link):
    copy = link.copy(linking(place), "key")
    with pytest.raises(NotNow, match="still answers 200"):
        link.remove(copy)
    before = len(place.told)
    place.pages["/hello/"] = None

    link.remove(copy)

    assert before == 1
    assert place.told[1:] == [(f"{place.site}hello/", place.url)]


def test_nothing_has_to_be_found(place, link):
    assert link.find(linking(place), "key", NOW) is None


def test_the_place_may_be_told_apart_from_its_uid(place):
    link = make_link(uid="news", server=place.url)

    assert link.check() == place.url


def test_a_uid_that_is_no_url_needs_a_server():
    with pytest.raises(ValueError, match="server"):
        make_link(uid="news")


@pytest.fixture
def publisher(place: Place, installation, start_publisher) -> Publisher:
    installation.configure(
        me=place.site,
        site={"build": "", "url": place.site},
        fetch={"allow_hosts": ["127.0.0.1", "localhost"]},
        syndication=[{"kind": "link", "uid": place.url, "name": "News"}],
    )
    return start_publisher()


def test_a_post_is_linked_built_and_then_told(place, publisher, repo):
    permalink = publisher.post(place.url, content="Hello")
    path = "/" + permalink.removeprefix(place.site)
    place.pages[path] = "<p>Hello"
    publisher.deploy()
    kept = publisher.source(permalink)["syndicate-to"]
    told = list(place.told)
    place.pages[path] = f'<p>Hello <a class="u-syndication" href="{place.url}" hidden></a>'
    publisher.deploy()
    publisher.clock.forward(minutes=2)
    publisher.work()

    source = publisher.source(permalink)

    assert (kept, told) == ([place.url], [])
    assert place.told == [(permalink, place.url)]
    assert source["syndication"] == ["https://news.example/1"]
    assert source["syndicate-to"] == [place.url]
    assert "updated" not in source
    assert len(list(repo.iter_commits("HEAD", max_count=20))) >= 3


def test_nobody_else_is_told_of_the_links(place, publisher):
    permalink = publisher.post(place.url, content=f"See {place.site}other/ and {place.url}x")
    place.pages["/" + permalink.removeprefix(place.site)] = f'<a href="{place.url}"></a>'
    for _ in range(3):
        publisher.deploy()
        publisher.clock.forward(minutes=2)
        publisher.parts.following.work(LIVE)
        publisher.parts.following.work("send")

    mentions = publisher.parts.webmentions.outgoing.sent.page(100)

    assert [row.target for row in mentions] == [f"{place.url}x"]
    assert place.told == [(permalink, place.url)]
