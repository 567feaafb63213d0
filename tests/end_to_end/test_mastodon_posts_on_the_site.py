"""Posts of apps for Mastodon as readers see them, built by Hugo and Jekyll."""

from io import BytesIO

import lxml.html
import pytest
from photos import quarters

TEXT = "The butler did it, says https://x.example/a_b and #Crime"


@pytest.fixture(params=["installation", "jekyll_installation"])
def parts(request, start):
    return start(request.getfixturevalue(request.param))


def test_a_warning_hides_words_until_a_reader_wants_them(parts, client, bearer):
    status = {"status": TEXT, "spoiler_text": "The <end>"}
    posted = client.post("/api/v1/statuses", json=status, headers=bearer("write")).json

    parts.following.work()

    path = posted["url"].removeprefix("https://site.example/")
    for page in (path, ""):
        root = lxml.html.parse(parts.config.site.output / page / "index.html").getroot()
        [hidden] = root.xpath("//article/details[not(@open)]")
        assert hidden.xpath("string(summary)") == "The <end>"
        content = "*[contains(@class, 'e-content')]"
        assert [each.text_content().strip() for each in hidden.xpath(content)] == [TEXT]
        assert hidden.xpath(f"{content}//a/@href") == ["https://x.example/a_b"]
        assert root.xpath("//article//*[contains(@class, 'p-summary')]") == []


def read_article(parts, permalink):
    """Return the post of a page that readers get."""
    path = permalink.removeprefix("https://site.example/")
    root = lxml.html.parse(parts.config.site.output / path / "index.html").getroot()
    [article] = root.xpath("//article")
    return article


def test_sensitive_media_are_hidden_and_words_are_not(parts, client, bearer):
    picture, headers = BytesIO(), bearer("write")
    quarters().save(picture, "PNG")
    sent = {"file": (BytesIO(picture.getvalue()), "a.png"), "description": "Four colours"}
    medium = client.post("/api/v2/media", data=sent, headers=headers).json
    status = {"status": "Look", "media_ids": [medium["id"]], "sensitive": True}
    posted = client.post("/api/v1/statuses", json=status, headers=headers).json
    words = client.post(
        "/api/v1/statuses", json={"status": "Words", "sensitive": True}, headers=headers
    ).json

    parts.following.work()

    article = read_article(parts, posted["url"])
    [hidden] = article.xpath("details[not(@open)]")
    assert hidden.xpath("string(summary)") == "Sensitive media"
    assert hidden.xpath(".//img/@alt") == ["Four colours"]
    assert article.xpath("count(.//img)") == 1
    assert article.xpath("string(*[contains(@class, 'e-content')])").strip() == "Look"
    assert read_article(parts, words["url"]).xpath(".//details") == []


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"content-warning": ["Spiders"]}, ["Spiders"]),
        ({"content-warning": ["yes"], "summary": ["Snakes"]}, ["Snakes"]),
        ({"content-warning": ["true"]}, ["Content warning"]),
        ({"content-warning": ["no"], "summary": ["Snakes"]}, []),
    ],
)
def test_warnings_of_other_apps(parts, client, bearer, more, told):
    create = {"type": ["h-entry"], "properties": {"content": ["Ssss"], **more}}
    posted = client.post("/micropub", json=create, headers=bearer("create"))

    parts.following.work()

    article = read_article(parts, posted.headers["Location"])
    assert [each.text_content() for each in article.xpath("details/summary")] == told


def test_lines_and_people_of_a_status_are_shown(parts, client, bearer):
    status = {"status": "Roses are red\nviolets are blue, says @site@site.example"}
    posted = client.post("/api/v1/statuses", json=status, headers=bearer("write")).json

    parts.following.work()

    article = read_article(parts, posted["url"])
    assert article.xpath("count(.//*[contains(@class, 'e-content')]//br)") == 1
    assert article.xpath(".//a[.='@site@site.example']/@href") == ["https://site.example/"]


def test_a_post_says_in_which_language_it_is(parts, client, bearer):
    status = {"status": "Guten Morgen", "language": "de"}
    posted = client.post("/api/v1/statuses", json=status, headers=bearer("write")).json

    parts.following.work()

    [content] = read_article(parts, posted["url"]).xpath("*[contains(@class, 'e-content')]")
    assert content.get("lang") == "de"
