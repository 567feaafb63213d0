"""Which copies a request asks for: mp-syndicate-to, and what holds without it."""

import pytest

from endpoint.domain.micropub import Create

QUILL = "https://quill.p3k.io/"


@pytest.fixture
def begin(configure, start_publisher):
    """Return a function that starts an installation with these targets."""

    def begin(*targets):
        configure(*targets)
        return start_publisher()

    return begin


def targets_of(publisher, permalink):
    return [row.target for row in publisher.parts.syndications.page(99, permalink=permalink)]


def create(publisher, **values):
    body = {"content": "Hello", **values}
    return publisher.client.post("/micropub", data=body, headers=publisher.headers)


def test_400_an_unknown_target_is_named_and_nothing_is_posted(publisher, repo):
    before = repo.head.commit

    response = create(publisher, **{"mp-syndicate-to[]": ["small", 'a"b\\c é']})

    assert response.status_code == 400
    assert response.json["error"] == "invalid_request"
    told = "mp-syndicate-to names aU+0022bU+005Cc U+00E9, which q=syndicate-to does not list"
    assert response.json["error_description"] == told
    assert repo.head.commit == before


def test_400_an_update_with_an_unknown_target_changes_nothing(publisher, repo):
    permalink = publisher.post(content="Hello")
    before = repo.head.commit
    body = {"action": "update", "url": permalink, "replace": {"content": ["x"]}}
    body["mp-syndicate-to"] = ["unknown"]

    response = publisher.client.post("/micropub", json=body, headers=publisher.headers)

    assert response.status_code == 400
    assert repo.head.commit == before


def test_400_a_target_of_another_app(begin, bearer_of):
    publisher = begin({"clients": [QUILL]})
    quill = bearer_of(publisher.parts, client_id="https://quill.p3k.io")

    answers = [
        publisher.client.post(
            "/micropub", data={"content": "Hello", "mp-syndicate-to": "small"}, headers=headers
        )
        for headers in (publisher.headers, quill)
    ]

    assert [answer.status_code for answer in answers] == [400, 201]


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        pytest.param({}, ["always"], id="no word"),
        pytest.param({"mp-syndicate-to": ""}, [], id="none"),
        pytest.param({"syndicate-to[]": ""}, [], id="none, by its old name"),
        pytest.param({"mp-syndicate-to": "checked"}, ["checked"], id="one"),
        pytest.param({"mp-syndicate-to[]": ["never", "checked"]}, ["checked", "never"], id="two"),
    ],
)
def test_201_what_is_named_is_asked_for(begin, sent, asked):
    publisher = begin(
        {"uid": "always", "always": True}, {"uid": "checked", "checked": True}, {"uid": "never"}
    )

    response = create(publisher, **sent)

    assert targets_of(publisher, response.headers["Location"]) == asked


def test_an_app_that_cannot_ask_copies_to_what_is_checked(begin):
    publisher = begin(
        {"uid": "always", "always": True}, {"uid": "checked", "checked": True}, {"uid": "never"}
    )
    posts, token = publisher.client.application.extensions["endpoint"].posts, publisher.token()

    post = posts.create(Create("h-entry", {"content": ["Hello"]}), token, can_ask=False)
    told = Create("h-entry", {"content": ["Hello"]}, {"syndicate-to": ["never"]})
    other = posts.create(told, token, can_ask=False)

    assert targets_of(publisher, post.permalink) == ["always", "checked"]
    assert targets_of(publisher, other.permalink) == ["never"]


@pytest.mark.parametrize(
    ("rules", "properties", "is_for"),
    [
        pytest.param({"types": ["note"]}, {}, True, id="its type"),
        pytest.param({"types": ["photo", "article"]}, {}, False, id="another type"),
        pytest.param({"categories": ["Tea"]}, {"category[]": ["a", "tea"]}, True, id="category"),
        pytest.param({"categories": ["tea"]}, {"category[]": ["a"]}, False, id="another category"),
        pytest.param({"categories": ["tea"]}, {}, False, id="no category"),
        pytest.param(
            {"types": ["note"], "categories": ["a"]}, {"category[]": ["b"]}, False, id="one of two"
        ),
    ],
)
def test_rules_say_which_posts_a_target_is_for(begin, network, rules, properties, is_for):
    publisher = begin({"uid": "small", **rules}, {"uid": "always", "always": True, **rules})

    named = create(publisher, **{"mp-syndicate-to": "small"}, **properties).headers["Location"]
    unnamed = create(publisher, **properties).headers["Location"]
    publisher.deploy()

    assert targets_of(publisher, unnamed) == (["always"] if is_for else [])
    row = publisher.row(named)
    assert row.state == ("copied" if is_for else "unfit")
    assert len(network.texts) == (2 if is_for else 0)
    assert bool(row.last_error) != is_for


def test_202_an_existing_post_with_a_text_of_its_own(publisher, network, repo):
    permalink = publisher.post(content="Hello")
    publisher.deploy()
    before = repo.head.commit
    body = {"url": permalink, "syndicate-to": "small", "content": "For there"}

    response = publisher.client.post("/micropub", data=body, headers=publisher.headers)
    at_once = repo.head.commit
    publisher.work()

    assert (response.status_code, at_once) == (202, before)
    assert network.texts == ["For there"]
    assert publisher.source(permalink)["content"] == ["Hello"]


def test_202_another_text_changes_the_copy_and_stays(publisher, network):
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    body = {"url": permalink, "syndicate-to": "small", "content": "For there"}
    publisher.client.post("/micropub", data=body, headers=publisher.headers)
    publisher.deploy()

    publisher.act("update", permalink, replace={"content": ["Changed"]})
    publisher.deploy()

    assert network.texts == ["For there"]


def test_what_is_asked_for_twice_is_copied_once(publisher, network):
    permalink = publisher.post("small", content="Hello")

    for _ in range(3):
        publisher.act("update", permalink, replace={"mp-syndicate-to": ["small"]})
        publisher.deploy()

    assert len(network.said("POST")) == 1


def test_a_draft_of_an_app_that_may_write_no_more_is_copied_when_it_is_published(
    publisher, network, bearer_of
):
    headers = bearer_of(publisher.parts, "draft")
    body = {"content": "Hello", "mp-syndicate-to": "small"}
    permalink = publisher.client.post("/micropub", data=body, headers=headers).headers["Location"]
    publisher.deploy()
    before = list(network.heard)

    publisher.act("update", permalink, delete=["post-status"])
    publisher.deploy()

    assert before == []
    assert network.texts == ["<p>Hello</p>\n"]


def test_201_known_copies_are_named_in_the_answer(publisher):
    properties = {"content": ["Hello"], "syndication": ["https://x.example/1"]}
    body = {"type": ["h-entry"], "properties": properties}

    response = publisher.client.post("/micropub", json=body, headers=publisher.headers)

    assert response.headers["Link"] == '<https://x.example/1>; rel="syndication"'
