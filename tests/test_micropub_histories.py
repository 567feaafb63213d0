"""Any history of creates, updates, deletes and undeletes, against a plain model of it."""

import copy
from string import ascii_lowercase

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

common = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

letters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])
words = st.text(letters, min_size=1, max_size=12).filter(str.strip)
values = st.one_of(
    words,
    st.sampled_from(["yes", "null", "0123", "2020-01-01", "a: b", "#x", "- y", "{{< x >}}", "---"]),
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.dictionaries(st.sampled_from(["value", "alt", "a b"]), words, min_size=1),
)
names = st.one_of(
    st.sampled_from(["category", "name", "summary", "syndication", "in-reply-to", "location"]),
    st.sampled_from(["title", "date", "tags", "draft", "x-y", "place_name", "Odd Name", "weight"]),
    st.text(ascii_lowercase, min_size=3, max_size=6).map("own-{}".format),
)
lists = st.lists(values, min_size=1, max_size=3, unique_by=repr)
properties = st.dictionaries(names, lists, max_size=3)
updates = st.fixed_dictionaries(
    {},
    optional={
        "replace": st.dictionaries(names, lists, min_size=1, max_size=2),
        "add": st.dictionaries(names, lists, min_size=1, max_size=2),
        "delete": st.lists(names, min_size=1, max_size=2),
    },
).filter(bool)
steps = st.lists(
    st.one_of(
        properties.map(lambda kept: ("create", kept)),
        updates.map(lambda operations: ("update", operations)),
        st.sampled_from([("delete", {}), ("undelete", {})]),
    ),
    max_size=7,
)


class Site:
    """What a client that remembers everything expects of the server."""

    def __init__(self, client, headers):
        self.client = client
        self.headers = headers
        self.posts = {}
        self.gone = set()

    def act(self, index, action, body):
        """Take one step with the post of this index, or with a new one."""
        if action == "create" or not self.posts:
            self.create(body if action == "create" else {})
            return
        url = list(self.posts)[index % len(self.posts)]
        response = self.post({"action": action, "url": url, **body})
        if action == "update" and url in self.gone:
            assert response.status_code == 400
            return
        assert response.status_code == 204
        if action == "update":
            self.posts[url] = updated(self.posts[url], body)
        elif action == "delete":
            self.gone.add(url)
        else:
            self.gone.discard(url)

    def create(self, kept):
        kept = {"content": [f"Post {len(self.posts)}"], **kept}
        response = self.post({"type": ["h-entry"], "properties": kept})
        url = response.headers["Location"]
        assert response.status_code == 201
        assert url not in self.posts
        self.posts[url] = copy.deepcopy(kept)

    def post(self, body):
        return self.client.post("/micropub", json=body, headers=self.headers)

    def get(self, **query):
        query["q"] = "source"
        return self.client.get("/micropub", query_string=query, headers=self.headers)

    def list(self):
        """Yield the items of every page."""
        page = self.get(limit=7).json
        yield from page["items"]
        while after := page["paging"].get("after"):
            page = self.get(limit=9, after=after).json
            yield from page["items"]


def updated(kept, operations):
    kept = {**kept, **operations.get("replace", {})}
    for name, more in operations.get("add", {}).items():
        known = [repr(value) for value in kept.get(name, [])]
        kept[name] = kept.get(name, []) + [value for value in more if repr(value) not in known]
    return {name: kept[name] for name in kept if name not in operations.get("delete", [])}


def without_times(found):
    return {name: found[name] for name in found if name not in ("published", "updated")}


@common
@given(steps=steps, indexes=st.lists(st.integers(0, 9), min_size=7, max_size=7))
def test_every_history_ends_as_its_client_expects(installation_app, steps, indexes):
    client, headers = installation_app
    site = Site(client, headers)

    for index, (action, body) in zip(indexes, steps, strict=False):
        site.act(index, action, body)

    listed = {
        item["properties"].pop("url")[0]: without_times(item["properties"]) for item in site.list()
    }
    for url, expected in site.posts.items():
        if url in site.gone:
            assert site.get(url=url).status_code == 400
            assert url not in listed
        else:
            assert without_times(site.get(url=url).json["properties"]) == expected
            assert listed[url] == expected


@pytest.fixture
def installation_app(installation, start, client_of, bearer_of):
    installation.configure(micropub={"idempotency_s": 0})
    parts = start()
    return client_of(parts), bearer_of(parts)


members = st.sampled_from(["value", "html", "aB", "x-y", "type", "properties"])


def deeper(inner):
    """Return values that hold ``inner`` ones; a list right inside a list is nothing mf2 knows."""
    objects = st.dictionaries(members, inner, min_size=1, max_size=3)
    return words | objects | st.lists(words | objects, min_size=2, max_size=3)


# Brackets are read to a depth of ten.
nested = deeper(deeper(deeper(words)))


def as_fields(name, value):
    """Yield the form fields, with brackets, that stand for ``value``."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from as_fields(f"{name}[{key}]", member)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from as_fields(f"{name}[{index}]", item)
    else:
        yield name, value


@common
@given(value=nested, kind=st.sampled_from(["multipart/form-data", None]))
def test_a_form_says_what_json_says(installation_app, value, kind):
    client, headers = installation_app
    fields = {"content": ["x"]}
    for name, text in as_fields("own", value):
        fields.setdefault(name, []).append(text)
    body = {"type": ["h-entry"], "properties": {"content": ["x"], "own": value}}

    form = client.post("/micropub", data=fields, content_type=kind, headers=headers)
    as_json = client.post("/micropub", json=body, headers=headers)

    assert (form.status_code, as_json.status_code) in ((201, 201), (400, 400))
    if form.status_code == 201:
        one, other = (
            client.get(
                "/micropub",
                query_string={"q": "source", "url": answer.headers["Location"]},
                headers=headers,
            ).json["properties"]
            for answer in (form, as_json)
        )
        assert one == other
