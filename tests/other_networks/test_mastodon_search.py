"""Search: posts, people, hashtags, and any page by its URL."""

import pytest
from mention_sources import entry
from received_mentions import receive, said

SEARCH = "/api/v2/search"


@pytest.fixture
def headers(bearer):
    return bearer("read write")


@pytest.fixture
def search(client, headers):
    def search(text, **query):
        answer = client.get(SEARCH, query_string={"q": text, **query}, headers=headers)
        assert answer.status_code == 200
        assert answer.json.keys() == {"accounts", "statuses", "hashtags"}
        return answer.json

    return search


def urls(found):
    return [status["url"] for status in found["statuses"]]


def test_200_an_own_permalink_in_any_spelling(search, post):
    url = post("Hello")

    for spelling in (url, url.rstrip("/"), url + "#top", url.replace("site", "SITE")):
        assert urls(search(spelling)) == [url]


def test_200_the_source_of_a_mention(search, post, parts, approve):
    post("Hello")
    approve(receive(parts, "https://grace.example/source", said()))

    [by_source] = search("https://grace.example/source")["statuses"]
    [by_url] = search("https://grace.example/1")["statuses"]

    assert by_source["id"] == by_url["id"]
    assert by_source["mentions"][0]["id"] == "1"


def test_200_a_mention_that_waits_is_not_found(search, post, parts):
    post("Hello")
    receive(parts)

    assert urls(search("https://grace.example/1")) == []


def test_200_any_page_is_fetched_if_asked(elsewhere, search, client, headers):
    url = elsewhere.put("/note", entry("https://other.example/", "On tea"))

    unasked = search(url), list(elsewhere.asked)
    found = search(url, resolve="true")
    again = search(url)

    assert (unasked[0]["statuses"], unasked[1]) == ([], [])
    [status] = found["statuses"]
    assert (status["url"], status["uri"]) == (url, url)
    assert "On tea" in status["content"]
    assert status["account"]["display_name"] == "Grace"
    assert again["statuses"] == [status]
    assert client.get(f"/api/v1/statuses/{status['id']}", headers=headers).json == status
    assert elsewhere.asked == ["/note"]


def test_200_a_page_without_microformats(elsewhere, search):
    html = "<!doctype html><title>A page</title><meta name=description content='About tea'>"
    url = elsewhere.put("/plain", html)

    [status] = search(url, resolve="1")["statuses"]

    assert "About tea" in status["content"]


def test_200_what_a_page_says_is_harmless(elsewhere, search):
    words = '<b>Hi</b><script>x</script><img src=x onerror="y()"><a href="javascript:z()">z</a>'
    url = elsewhere.put("/evil", entry("https://other.example/", words))

    [status] = search(url, resolve="1")["statuses"]

    assert not any(word in status["content"] for word in ("script", "onerror"))


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"status": 404}, id="not found"),
        pytest.param({"status": 500}, id="broken"),
        pytest.param({"body": "", "Content_Type": "image/png"}, id="a picture"),
        pytest.param({"body": "<meta http-equiv=Status content='410 Gone'>"}, id="gone"),
        pytest.param({"body": "<div>" * 100_000}, id="made to keep a parser busy"),
    ],
)
def test_200_nothing_where_nothing_can_be_read(elsewhere, search, answer):
    url = elsewhere.put("/page", **answer)

    assert search(url, resolve="true")["hashtags"] == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://localhost:22/",
        "https://user:secret@grace.example/",
        "https://",
        "https://[",
        "http://a b",
        "https://grace.example:99999/",
        "https://xn--\udcff.example/",
    ],
)
def test_200_what_must_not_be_fetched_is_not(search, url):
    text = url.encode("utf-8", "surrogateescape")

    assert urls(search(text, resolve="true")) == []


def test_200_words_in_posts_and_not_in_drafts(search, post):
    url = post("Green tea")
    post("Black tea", **{"post-status": "draft"})

    assert urls(search("TEA")) == [url]
    assert urls(search("coffee")) == []


@pytest.mark.parametrize(
    "text", ["site", "@site", "@site@site.example", "Ada", "SITE@site.example"]
)
def test_200_the_owner(search, text):
    assert [account["id"] for account in search(text)["accounts"]] == ["1"]


def test_200_who_wrote(search, post, parts, approve):
    post("Hello")
    approve(receive(parts))

    [grace] = search("grace", type="accounts")["accounts"]

    assert grace["display_name"] == "Grace"
    assert search("grace", type="statuses")["accounts"] == []


def test_200_hashtags(search, post):
    post("Hello", category="Coffee")

    [tag] = search("#coff", type="hashtags")["hashtags"]

    assert tag["name"] == "Coffee"
    assert tag["url"] == "https://site.example/tags/coffee/"
    assert tag["history"] == []


def test_200_limit_and_offset(search, post):
    for number in range(3):
        post(f"Tea {number}")

    assert len(urls(search("tea", limit=2))) == 2
    assert len(urls(search("tea", limit=2, offset=2))) == 1
    assert urls(search("tea", offset=10**17)) == []


@pytest.mark.parametrize(
    "query",
    [{}, {"q": " "}, {"q": "x", "type": "polls"}, {"q": "x", "limit": "a"}, {"q": "http://\0/"}],
)
def test_422_no_question(client, headers, query):
    assert client.get(SEARCH, query_string=query, headers=headers).status_code == 422


def test_200_a_text_that_is_too_long(search):
    assert urls(search("x" * 5000)) == []


def test_401_strangers_do_not_search(client, elsewhere):
    url = elsewhere.put("/note", entry("https://other.example/"))

    answer = client.get(SEARCH, query_string={"q": url, "resolve": "true"})

    assert answer.status_code == 401
    assert elsewhere.asked == []
