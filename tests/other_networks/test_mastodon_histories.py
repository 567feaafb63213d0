"""Any history of what apps for Mastodon do, against a plain model of it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from received_mentions import receive, said

STATUSES = "/api/v1/statuses"
SECRET = "whispered-to-nobody"

texts = st.sampled_from(
    ["Hello", "Hello #world", "*One*\n\n- two", "https://x.example/a_b.", "{{< x >}}", "né 🎉 #né"]
) | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30)
wishes = st.fixed_dictionaries(
    {"status": texts.filter(str.strip)},
    optional={
        "spoiler_text": st.sampled_from(["", "Careful"]),
        "sensitive": st.booleans(),
        "language": st.sampled_from(["en", "de", "?"]),
    },
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), wishes, st.sampled_from(["public", "public", "unlisted"])),
        st.tuples(st.just("reply"), wishes, st.just("public")),
        st.tuples(st.just("whisper"), wishes, st.sampled_from(["private", "direct"])),
        st.tuples(st.just("edit"), wishes, st.just("")),
        st.tuples(st.just("delete"), st.just({}), st.just("")),
        st.tuples(
            st.just("do"),
            st.just({}),
            st.sampled_from(["favourite", "reblog", "bookmark"]),
        ),
        st.tuples(
            st.just("do"),
            st.just({}),
            st.sampled_from(["unfavourite", "unreblog", "unbookmark"]),
        ),
    ),
    max_size=7,
)


class App:
    """An app that remembers everything, and how many commits it has caused."""

    def __init__(self, client, headers, repo, clock, other):
        self.client, self.headers, self.repo, self.clock = client, headers, repo, clock
        self.other = other
        self.shown, self.hidden, self.gone = {}, {}, set()
        self.done = set()

    def act(self, action, wish, how, index):
        """Take one step; it makes one commit if it changes anything, and else none."""
        self.clock.forward(minutes=2)
        before = self.commits()
        changes = getattr(self, action)(wish, how, index)
        assert self.commits() == before + changes

    def publish(self, wish, visibility, _index):
        status = self.ask("post", STATUSES, {**wish, "visibility": visibility})
        mine = self.shown if visibility == "public" else self.hidden
        assert status["id"] not in {*self.shown, *self.hidden, *self.gone}
        mine[status["id"]] = (status["url"], wish["status"])
        return 1

    def reply(self, wish, visibility, index):
        if number := self.pick(index):
            wish = {**wish, "in_reply_to_id": number}
        return self.publish(wish, visibility, index)

    def whisper(self, wish, visibility, _index):
        body = {**wish, "status": f"{wish['status']} {SECRET}", "visibility": visibility}
        assert self.client.post(STATUSES, json=body, headers=self.headers).status_code == 422
        return 0

    def edit(self, wish, _how, index):
        number = self.pick(index)
        if number is None:
            return 0
        before = self.repo.head.commit
        status = self.ask("put", f"{STATUSES}/{number}", wish)
        mine = self.shown if number in self.shown else self.hidden
        assert (status["id"], status["url"]) == (number, mine[number][0])
        mine[number] = (status["url"], wish["status"])
        return int(self.repo.head.commit != before)

    def delete(self, _wish, _how, index):
        number = self.pick(index)
        if number is None:
            return 0
        deleted = self.ask("delete", f"{STATUSES}/{number}", {})
        assert deleted["text"] == (self.shown | self.hidden)[number][1]
        for mine in (self.shown, self.hidden):
            mine.pop(number, None)
        self.gone.add(number)
        return 1

    def do(self, _wish, verb, _index):
        self.ask("post", f"{STATUSES}/{self.other}/{verb}", {})
        name = verb.removeprefix("un")
        was_done = name in self.done
        (self.done.discard if verb.startswith("un") else self.done.add)(name)
        return int(was_done != (name in self.done))

    def pick(self, index):
        numbers = [*self.shown, *self.hidden]
        return numbers[index % len(numbers)] if numbers else None

    def ask(self, method, url, body):
        answer = self.client.open(url, method=method, json=body, headers=self.headers)
        assert answer.status_code == 200, answer.json
        return answer.json

    def get(self, path):
        return self.client.get(path, headers=self.headers)

    def timeline(self):
        """Return every status of the home timeline, page by page."""
        found, path = [], "/api/v1/timelines/home?limit=3"
        while path:
            answer = self.get(path)
            found += answer.json
            links = answer.headers.get("Link", "").split(", ")
            older = [link for link in links if 'rel="next"' in link]
            path = older[0][1:].partition(">")[0] if older and answer.json else ""
        return found

    def commits(self):
        return int(self.repo.git.rev_list("--count", "HEAD"))


@pytest.fixture
def parts(installation, start):
    """An installation that shows every mention that comes."""
    installation.configure(webmention={"approve": ["all"]})
    return start()


@pytest.fixture
def app(client, bearer, parts, repo, clock):
    """An app whose history goes on from example to example."""
    headers = bearer("read write")
    own = client.post(STATUSES, json={"status": "The first"}, headers=headers).json
    receive(parts, page=own["url"], mention=said(name="Grace"))
    [told] = client.get("/api/v1/notifications", headers=headers).json
    app = App(client, headers, repo, clock, told["status"]["id"])
    app.shown[own["id"]] = (own["url"], "The first")
    return app


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=steps, indexes=st.lists(st.integers(0, 9), min_size=7, max_size=7))
def test_every_history_ends_as_its_app_expects(app, steps, indexes):
    for index, (action, wish, how) in zip(indexes, steps, strict=False):
        app.act(action, wish, how, index)

    timeline = app.timeline()
    ids = [status["id"] for status in timeline]
    own = {status["id"]: status["url"] for status in timeline if status["id"] in app.shown}
    assert own == {number: url for number, (url, _) in app.shown.items()}
    assert ids == sorted(set(ids), key=int, reverse=True)
    assert app.hidden.keys().isdisjoint(ids)
    assert app.gone.isdisjoint(ids)
    for number, (url, text) in (app.shown | app.hidden).items():
        assert app.get(f"{STATUSES}/{number}").json["url"] == url
        assert app.get(f"{STATUSES}/{number}/source").json["text"] == text
    assert all(app.get(f"{STATUSES}/{number}").status_code == 404 for number in app.gone)
    other = app.get(f"{STATUSES}/{app.other}").json
    flags = {"favourite": "favourited", "reblog": "reblogged", "bookmark": "bookmarked"}
    assert {name for name, flag in flags.items() if other[flag]} == app.done
    assert SECRET not in app.repo.git.log("-p")
