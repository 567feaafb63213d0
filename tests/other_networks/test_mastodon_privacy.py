"""What strangers learn through ids: nothing that is not out, and not what the owner looks at."""

import pytest
from mention_sources import entry
from received_mentions import receive, said

API = "/api/v1"


@pytest.fixture
def headers(bearer):
    return bearer("read write")


@pytest.fixture
def decide(parts):
    return lambda decision, *ids: parts.webmentions.moderation.moderating.decide(ids, decision)


@pytest.fixture
def notified(parts, post, client, headers, decide):
    """The notification of a reply to a post, as the owner's app has it."""
    post("Hello")
    decide("approve", receive(parts))
    [shown] = client.get(f"{API}/notifications", headers=headers).json
    return shown


def test_404_strangers_do_not_learn_which_pages_the_owner_looked_at(elsewhere, client, headers):
    url = elsewhere.put("/note", entry("https://other.example/", "On tea"))
    asked = {"q": url, "resolve": "true"}
    [status] = client.get("/api/v2/search", query_string=asked, headers=headers).json["statuses"]
    paths = [f"{API}/statuses/{status['id']}", f"{API}/accounts/{status['account']['id']}"]

    answers = [client.get(path) for path in [*paths, f"{paths[0]}/context"]]
    some = client.get(f"{API}/statuses?id[]={status['id']}")
    people = client.get(f"{API}/accounts?id[]={status['account']['id']}")

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert (some.json, people.json) == ([], [])
    assert [client.get(path, headers=headers).status_code for path in paths] == [200, 200]


def test_404_strangers_find_the_owner_and_nobody_who_wrote_to_the_owner(client, notified, bearer):
    path = f"{API}/accounts/{notified['account']['id']}"

    answers = [client.get(f"{path}{more}") for more in ("", "/statuses", "/followers")]
    with_profile = client.get(path, headers=bearer("profile"))

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert with_profile.status_code == 403
    assert client.get(f"{API}/accounts/1").status_code == 200


def test_404_what_was_said_of_a_post_that_is_a_draft_again(client, notified, headers, bearer):
    number = notified["status"]["id"]
    page = notified["status"]["in_reply_to_id"]
    before = client.get(f"{API}/statuses/{number}").status_code
    url = client.get(f"{API}/statuses/{page}", headers=headers).json["url"]
    change = {"action": "update", "url": url, "replace": {"post-status": ["draft"]}}
    client.post("/micropub", json=change, headers=bearer())

    answers = [client.get(f"{API}/statuses/{number}{more}") for more in ("", "/context")]

    assert before == 200
    assert [answer.status_code for answer in answers] == [404, 404]


def test_200_no_more_than_eighty_are_told_at_once(parts, post, client, decide):
    post("Hello")
    for number in range(90):
        liked = said("like", url=f"https://g{number}.example/", name=f"G{number}")
        decide("approve", receive(parts, f"https://g{number}.example/1", liked))
    [status] = client.get(f"{API}/timelines/public").json

    everybody = client.get(f"{API}/statuses/{status['id']}/favourited_by?limit=1000").json
    some = client.get(f"{API}/statuses/{status['id']}/favourited_by").json

    assert (len(everybody), len(some)) == (80, 40)
    assert some[0]["display_name"] == "G89"


@pytest.mark.parametrize("sent", ["Basic YWRhOnNlY3JldA==", "DPoP x", "x", "", " "])
def test_200_who_sends_no_token_of_ours_is_a_stranger(client, bearer, clock, post, sent):
    post("Hello")
    clock.forward(minutes=1)
    headers = {"Authorization": sent}
    draft = {"content": "Secret", "post-status": "draft"}
    client.post("/micropub", data=draft, headers=bearer())

    timeline = client.get(f"{API}/timelines/public", headers=headers)
    paths = ["accounts/1", "accounts/1/statuses", "tags/pens", f"statuses/{timeline.json[0]['id']}"]
    answers = [client.get(f"{API}/{path}", headers=headers) for path in paths]
    own = client.get(f"{API}/timelines/home", headers=headers)

    assert [answer.status_code for answer in [timeline, *answers]] == [200] * 5
    assert "Secret" not in timeline.text
    assert own.status_code == 401


@pytest.mark.parametrize("sent", ["Bearer nonsense", "bearer nonsense", "Bearer"])
def test_401_a_token_that_is_no_good_any_more(client, sent):
    answer = client.get(f"{API}/timelines/public", headers={"Authorization": sent})

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("later", "flags"),
    [
        pytest.param({"post-status": "draft"}, (False, False), id="draft"),
        pytest.param({"published": "2031-01-01T00:00:00Z"}, (False, False), id="scheduled"),
        pytest.param({}, (True, True), id="out"),
    ],
)
def test_200_what_the_owner_likes_in_a_draft_is_told_to_nobody(
    client, notified, bearer, later, flags
):
    status = notified["status"]
    for verb in ("like-of", "bookmark-of"):
        made = client.post("/micropub", data={verb: status["url"], **later}, headers=bearer())
        assert made.status_code == 201

    shown = client.get(f"{API}/statuses/{status['id']}").json

    assert (shown["favourited"], shown["bookmarked"]) == flags


@pytest.mark.parametrize(("scope", "status"), [("read", 200), ("update", 200), ("media", 403)])
def test_a_token_for_files_reads_no_posts(client, bearer, scope, status):
    answer = client.get("/api/v1/timelines/home", headers=bearer(scope))

    assert answer.status_code == status
