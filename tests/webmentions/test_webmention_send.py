"""Webmentions out: who is told of a post, when, and what becomes of it (Webmention §3.1)."""

import json

import pytest
from git import Repo
from mention_targets import ENDPOINT
from web_servers import drip, flood, listening, once
from werkzeug.wrappers import Response


def path_of(url):
    return "/" + url.split("/", 3)[3]


def page(content, date="2025-11-20", more=""):
    return f"---\ndate: {date}\n{more}---\n{content}\n"


# What is sent, and when


def test_a_reply_tells_the_page_that_it_answers_once_it_is_live(author, targets):
    target = targets.put("/post")
    source = author.post(content="Well said", **{"in-reply-to": target})
    author.work()
    before = list(targets.told)

    author.deploy()

    assert before == []
    assert targets.told == [(source, target)]
    row = author.sent()[target]
    assert (row.state, row.status) == ("told", 202)
    assert row.endpoint == targets.server.url_for("/endpoint")


def test_nobody_is_told_twice_of_the_same(author, targets, clock):
    target = targets.put("/post")
    source = author.post(content=f"See {target}")
    author.deploy()

    for _ in range(3):
        clock.forward(hours=3)
        author.post(content="Another")
        author.deploy()

    assert targets.told == [(source, target)]


def test_every_link_is_told_once_as_it_stands_in_the_post(author, targets):
    plain, marked = targets.put("/a"), targets.put("/b")
    spelled = plain + "?x=1&y=%20z#part"
    source = author.post(content=f"{spelled} [it]({spelled}) <{marked}>", **{"like-of": marked})

    author.deploy()

    assert sorted(targets.told) == [(source, spelled), (source, marked)]


def test_one_that_fails_keeps_nobody_else_from_being_told(author, targets):
    targets.pages["/broken"] = lambda _: Response(
        "x", 200, {"Link": "<javascript:x>; rel=webmention"}
    )
    urls = [
        targets.put("/none", ""),
        targets.server.url_for("/missing"),
        targets.put("/error", ENDPOINT, 500),
        targets.server.url_for("/broken"),
        "http://127.0.0.2:1/",
        targets.put("/good"),
    ]
    source = author.post(content=f"{' '.join(urls)} [m](mailto:a@b.example) [r](/rel)")

    author.deploy()

    assert targets.told == [(source, urls[-1])]
    states = [author.sent()[url].state for url in urls]
    assert states == ["no endpoint", "failed", "waiting", "failed", "failed", "told"]
    assert len(author.sent()) == len(urls)


def test_an_endpoint_that_is_none_is_given_up_at_once(author, targets):
    endpoints = ["javascript:alert(1)", "http://[", "http://a b.example/", "http://a\0.example/"]
    endpoints += ["ftp://a/", "http://u:p@a.example/", "http://a.example:99999/", "http:///x"]
    urls = [
        targets.put(f"/{number}", f'<link rel="webmention" href="{endpoint}">')
        for number, endpoint in enumerate(endpoints)
    ]
    good = targets.put("/good")
    source = author.post(content=" ".join([*urls, good]))

    author.deploy()

    assert targets.told == [(source, good)]
    rows = [author.sent()[url] for url in urls]
    assert {row.state for row in rows} <= {"failed", "no endpoint"}
    assert all(row.attempts == 1 and "wrong here" not in row.last_error for row in rows)


ACCEPTED = b"HTTP/1.1 202 Accepted\r\nLocation: /status/1\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(flood(ACCEPTED + b"\r\n", b"x" * 20_000), id="never ends"),
        pytest.param(drip(ACCEPTED + b"\r\n"), id="drips"),
        pytest.param(once(ACCEPTED + b"Content-Length: 900\r\n\r\nx"), id="breaks off"),
        pytest.param(once(ACCEPTED + b"Content-Encoding: br\r\n\r\nx"), id="odd encoding"),
    ],
)
def test_of_a_success_status_and_headers_are_enough(author, targets, answer):
    with listening(answer) as (port, asked):
        endpoint = f"http://127.0.0.1:{port}/endpoint"
        target = targets.put("/post", f'<link rel="webmention" href="{endpoint}">')
        author.post(content=f"See {target}")
        author.deploy()

    row = author.sent()[target]
    assert (row.state, row.status, len(asked)) == ("told", 202, 1)
    assert row.location == f"http://127.0.0.1:{port}/status/1"


def test_a_refusal_at_length_is_final(author, targets):
    answer = flood(b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\r\n", b"No. " * 9_000)
    with listening(answer) as (port, _):
        endpoint = f"http://127.0.0.1:{port}/endpoint"
        target = targets.put("/post", f'<link rel="webmention" href="{endpoint}">')
        author.post(content=f"See {target}")
        author.deploy()

    row = author.sent()[target]
    assert (row.state, row.status) == ("failed", 400)
    assert row.last_error.startswith("The endpoint answers 400: No. No.")


def test_drafts_tell_nobody_until_they_are_published(author, targets):
    target = targets.put("/post")
    source = author.post(content=f"See {target}", **{"post-status": "draft"})
    author.deploy()
    before = list(targets.told)
    author.act("update", source, replace={"post-status": ["published"]})

    author.deploy()

    assert before == []
    assert targets.told == [(source, target)]


def test_a_scheduled_post_tells_when_it_comes_out(author, targets, clock):
    target = targets.put("/post")
    source = author.post(content=f"See {target}", published="2025-11-22T12:00:00Z")
    author.deploy()
    before = list(targets.told)
    clock.forward(hours=4)

    author.deploy()

    assert before == []
    assert targets.told == [(source, target)]


def test_unlisted_posts_tell_and_private_ones_do_not(author, targets, edit):
    """Whoever is answered may know the address of an unlisted post; it is in no list."""
    public, secret = targets.put("/public"), targets.put("/secret")
    source = author.post(content=f"See {public}", visibility="unlisted")
    edit({"content/notes/secret.md": page(f"See {secret}", more="visibility: private\n")})

    author.deploy()

    assert targets.told == [(source, public)]


def test_a_page_of_our_own_is_not_told_unless_the_setting_says_so(
    configure_sending, start_author, targets
):
    configure_sending(send_to_own_pages=True)
    author = start_author()
    own = author.post(content="First")
    targets.put(path_of(own))
    source = author.post(content=f"As [I said]({path_of(own)})")
    author.deploy()
    configure_sending(send_to_own_pages=False)
    author = start_author()
    author.post(content=f"And {own}")

    author.deploy()

    assert targets.told == [(source, own)]


def test_what_a_local_demo_links_to_is_not_told(author, targets):
    """Nobody else could see its pages."""
    author.post(content="See https://elsewhere.example/")

    author.deploy()

    assert author.sent() == {}


def test_a_private_address_is_neither_fetched_nor_posted_to(author, targets):
    targets.put("/inside", '<link rel="webmention" href="http://10.0.0.1/">')
    urls = [targets.server.url_for("/inside"), "http://127.0.0.3:8080/", "http://[::1]/"]
    author.post(content=" ".join(urls))

    author.deploy()

    assert [author.sent()[url].state for url in urls] == ["failed"] * 3
    assert "never used" in author.sent()[urls[0]].last_error
    assert author.sent()[urls[0]].attempts == 1


# Sites that were there before, and other hands


def test_the_first_start_tells_nobody_of_old_posts(configure_sending, start_author, targets, edit):
    old, new = targets.put("/old"), targets.put("/new")
    edit({"content/notes/old.md": page(f"See {old}")})
    configure_sending(send=False)
    start_author().deploy()
    configure_sending(send=True)
    author = start_author()
    author.deploy()
    source = author.post(content=f"See {new}")

    author.deploy()

    assert targets.told == [(source, new)]


def test_what_was_posted_while_nothing_was_sent_is_not_sent_later(
    configure_sending, start_author, targets
):
    configure_sending(send=False)
    author = start_author()
    author.post(content=f"See {targets.put('/post')}")
    author.deploy()
    configure_sending(send=True)

    start_author().deploy()

    assert targets.told == []


def test_an_old_post_that_is_edited_tells_its_old_and_its_new_links(
    configure_sending, start_author, targets, edit
):
    old, new = targets.put("/old"), targets.put("/new")
    edit({"content/notes/old.md": page(f"See {old}")})
    configure_sending(send=False)
    start_author()
    configure_sending(send=True)
    author = start_author()
    edit({"content/notes/old.md": page(f"See {new}")})

    author.deploy()

    assert {target for _, target in targets.told} == {old, new}


def test_posts_made_edited_and_deleted_by_hand_count(author, targets, edit):
    target = targets.put("/post")
    edit({"content/notes/by-hand.md": page(f"See {target}")})
    author.deploy()
    edit({"content/notes/by-hand.md": page(f"Do see {target}")})
    author.deploy()
    edit({"content/notes/by-hand.md": None})

    author.deploy()

    source = f"http://localhost:{targets.server.port}/notes/by-hand/"
    assert targets.told == [(source, target)] * 3


def test_an_edit_that_no_reader_sees_tells_nobody(author, targets, edit):
    target = targets.put("/post")
    edit({"content/notes/by-hand.md": page(f"See {target}")})
    author.deploy()
    more = "syndication: [https://copy.example/1]\nlastmod: 2025-11-21\n# A comment\n"
    edit({"content/notes/by-hand.md": page(f"See {target}", more=more)})

    author.deploy()

    assert len(targets.told) == 1


def test_a_file_that_moves_with_its_address_tells_nobody(author, targets, edit):
    target = targets.put("/post")
    edit({"content/notes/here.md": page(f"See {target}", more="url: /notes/x/\n")})
    author.deploy()
    text = page(f"See {target}", more="url: /notes/x/\n")
    edit({"content/notes/here.md": None, "content/articles/there.md": text})

    author.deploy()

    assert len(targets.told) == 1


def test_an_older_build_and_a_history_that_was_rewritten_announce_nothing_of_the_past(
    author, targets, installation
):
    first = author.parts.repository.head()
    target = targets.put("/post")
    source = author.post(content=f"See {target}")
    author.deploy()
    author.parts.live.hear(first)
    author.work()
    after_roll_back = list(targets.told)
    with Repo(installation.folder / "site.git") as repo:
        repo.git.update_ref("refs/heads/main", first)
        repo.git.reflog("expire", "--expire=now", "--all")
        repo.git.gc("--prune=now", "--quiet")

    author.deploy()

    assert after_roll_back == [(source, target)]
    assert targets.told == [(source, target)]


# Replies to our own posts


@pytest.mark.parametrize(
    ("setting", "path", "times"),
    [
        pytest.param(True, "content/notes/x/index.md", 3, id="on, in a bundle"),
        pytest.param(True, "content/notes/x.md", 3, id="on, beside other data"),
        pytest.param(False, "content/notes/x/index.md", 1, id="off"),
    ],
)
def test_who_is_linked_to_hears_again_of_replies_only_if_the_setting_says_so(
    configure_sending, start_author, targets, edit, setting, path, times
):
    configure_sending(send_after_replies=setting)
    author = start_author()
    target = targets.put("/post")
    source = f"http://localhost:{targets.server.port}/notes/x/"
    edit({path: page(f"See {target}")})
    author.deploy()
    mentions = author.parts.generator.mentions_path(path, source)
    reply = {"source": "https://a.example/", "target": source, "kind": "reply", "content": "A"}
    like = {"source": "https://b.example/", "target": source, "kind": "like"}
    for entries in ([like], [reply, like], [reply], [reply | {"content": "B"}]):
        edit({mentions: json.dumps(entries)})

        author.deploy()

    assert targets.told == [(source, target)] * times


# Deleted


def test_nobody_is_told_of_a_deletion_while_the_page_is_still_there(author, targets, clock):
    target = targets.put("/post")
    source = author.post(content=f"See {target}")
    author.deploy()
    targets.put(path_of(source), "Still here")
    author.act("delete", source)
    author.deploy()
    early = list(targets.told), author.sent()[target].last_error
    del targets.pages[path_of(source)]
    clock.forward(minutes=2)

    author.work()

    assert early == ([(source, target)], "The deleted page still answers 200.")
    assert targets.told == [(source, target)] * 2


def test_an_undelete_tells_once_more(author, targets):
    target = targets.put("/post")
    source = author.post(content=f"See {target}")
    author.deploy()
    author.act("delete", source)
    author.deploy()
    author.act("undelete", source)

    author.deploy()

    assert targets.told == [(source, target)] * 3


def test_who_was_never_told_hears_nothing_of_a_deletion(author, targets, clock):
    target = targets.put("/post", ENDPOINT, 503)
    source = author.post(content=f"See {target}")
    author.deploy()
    targets.put("/post")
    author.act("delete", source)
    author.deploy()
    clock.forward(days=2)

    author.work()

    assert targets.told == []
    assert author.sent()[target].next_attempt_at is None


# Again


def test_what_may_be_better_next_time_is_tried_again(author, targets, clock):
    statuses = [408, 425, 429, 500, 502, 503]
    urls = {status: targets.put_with_endpoint(status, 200) for status in statuses}
    source = author.post(content=" ".join(urls.values()))
    author.deploy()
    author.work()
    early = len(targets.told), {status: author.sent()[urls[status]] for status in statuses}
    clock.forward(minutes=2)

    author.work()

    assert early[0] == 6
    assert all((row.state, row.status) == ("waiting", st) for st, row in early[1].items())
    assert sorted(targets.told) == sorted([(source, url) for url in urls.values()] * 2)
    assert {(row.state, row.last_error) for row in author.sent().values()} == {("told", "")}


def test_the_waits_grow_until_it_is_given_up(author, targets, clock):
    target = targets.put("/post", "", 502)
    author.post(content=f"See {target}")
    author.deploy()
    tries, began = [], clock.now

    while author.sent()[target].state == "waiting":
        tries.append(author.sent()[target].next_attempt_at - clock.now)
        clock.now = author.sent()[target].next_attempt_at
        author.work()

    assert author.sent()[target].state == "failed"
    assert author.sent()[target].last_error == "The page answers 502."
    assert 1 < (clock.now - began).days < 7
    assert 6 <= len(tries) <= 12
    assert tries[0].total_seconds() < 120


def test_retry_after_is_honoured(author, targets, clock):
    target = targets.put("/post")
    targets.answers[:] = [Response(status=429, headers={"Retry-After": "7200"}), Response()]
    author.post(content=f"See {target}")
    author.deploy()
    clock.forward(hours=1, minutes=59)
    author.work()
    early = len(targets.told)
    clock.forward(minutes=2)

    author.work()

    assert early == 1
    assert len(targets.told) == 2


def test_a_refusal_is_final_until_the_post_changes(author, targets, clock):
    statuses = [400, 401, 403, 404, 410, 422]
    urls = {status: targets.put_with_endpoint(status) for status in statuses}
    source = author.post(content=" ".join(urls.values()))
    author.deploy()
    clock.forward(days=3)
    author.work()
    refused = len(targets.told), {status: author.sent()[urls[status]] for status in statuses}
    author.act("update", source, replace={"content": [f"Please: {' '.join(urls.values())}"]})

    author.deploy()

    assert refused[0] == 6
    assert all((row.state, row.status) == ("failed", st) for st, row in refused[1].items())
    assert len(targets.told) == 12


def test_what_an_endpoint_says_of_its_refusal_is_kept(author, targets):
    plain, json_, html = targets.put("/plain"), targets.put("/json"), targets.put("/html")
    said = {
        plain: Response("No\0 link\n to us.", 400, content_type="text/plain; charset=utf-8"),
        json_: Response(
            '{"error_description": "Too \\ud800old"}', 400, content_type="application/json"
        ),
        html: Response("<script>x</script>", 400, content_type="text/html"),
    }
    targets.pages["/endpoint"] = lambda request: said[request.form["target"]]
    author.post(content=" ".join(said))

    author.deploy()

    assert {url: author.sent()[url].last_error for url in said} == {
        plain: "The endpoint answers 400: No link to us.",
        json_: "The endpoint answers 400: Too old.",
        html: "The endpoint answers 400.",
    }


def test_any_2xx_is_success(author, targets):
    urls = {status: targets.put_with_endpoint(status) for status in (200, 201, 202, 204)}
    author.post(content=" ".join(urls.values()))

    author.deploy()

    assert {url: (row.state, row.status) for url, row in author.sent().items()} == {
        url: ("told", status) for status, url in urls.items()
    }


def test_the_status_page_is_kept(author, targets):
    target = targets.put("/post")
    targets.answers[:] = [Response(status=201, headers={"Location": "/status/1"})]
    author.post(content=f"See {target}")

    author.deploy()

    assert author.sent()[target].location == targets.server.url_for("/status/1")


def test_a_status_page_that_is_no_page_is_not_kept(author, targets):
    target = targets.put("/post")
    targets.answers[:] = [Response(status=201, headers={"Location": "javascript:alert(1)"})]
    author.post(content=f"See {target}")

    author.deploy()

    assert author.sent()[target].location == ""


def test_an_endpoint_that_has_moved_gets_the_mention_at_its_new_place(author, targets):
    for status in (301, 307, 308):
        targets.put(f"/old/{status}", "", status, Location="/endpoint")
    urls = [
        targets.put(f"/post/{status}", f'<link rel="webmention" href="/old/{status}">')
        for status in (301, 307, 308)
    ]
    source = author.post(content=" ".join(urls))

    author.deploy()

    assert sorted(targets.told) == [(source, url) for url in urls]


# Finding the endpoint


def test_an_endpoint_is_looked_up_again_after_two_hours(author, targets, clock):
    target = targets.put("/post")
    for number in range(2):
        author.post(content=f"See {target}, part {number}")
        author.deploy()
    early = targets.fetched("/post")
    clock.forward(hours=2)
    author.post(content=f"See {target}, the last part")

    author.deploy()

    assert (early, targets.fetched("/post")) == (1, 2)
    assert len(targets.told) == 3


def test_a_page_that_wants_no_cache_is_asked_each_time(author, targets):
    controls = enumerate(["no-store", "private, no-cache", "max-age=0"])
    urls = [targets.put(f"/{number}", Cache_Control=control) for number, control in controls]
    for number in range(2):
        author.post(content=f"{' '.join(urls)} part {number}")

        author.deploy()

    assert [targets.fetched(f"/{number}") for number in range(3)] == [2, 2, 2]


def test_an_update_looks_the_endpoint_up_again(author, targets):
    """Webmention §3.1.4."""
    target = targets.put("/post")
    source = author.post(content=f"See {target}")
    author.deploy()
    targets.put("/post", '<link rel="webmention" href="/endpoint/new">')
    author.act("update", source, replace={"content": [f"Do see {target}"]})

    author.deploy()

    assert author.sent()[target].endpoint == targets.server.url_for("/endpoint/new")


def test_an_undelete_looks_the_endpoint_up_again(author, targets):
    target = targets.put("/post")
    source = author.post(content=f"See {target}")
    author.deploy()
    author.act("delete", source)
    author.deploy()
    targets.put("/post", '<link rel="webmention" href="/endpoint/new">')
    author.act("undelete", source)

    author.deploy()

    assert author.sent()[target].endpoint == targets.server.url_for("/endpoint/new")


def test_an_endpoint_that_fails_is_looked_up_again(author, targets, clock):
    target = targets.put("/post")
    author.post(content=f"See {target}, part 1")
    author.deploy()
    targets.put("/post", '<link rel="webmention" href="/endpoint/new">')
    targets.answers[:] = [Response(status=503), Response(status=202)]
    source = author.post(content=f"See {target}, part 2")
    author.deploy()
    clock.forward(minutes=2)

    author.work()

    [row] = author.parts.webmentions.outgoing.sent.page(9, source=source)
    assert (row.state, row.endpoint) == ("told", targets.server.url_for("/endpoint/new"))


def _without_type(_):
    response = Response(ENDPOINT)
    del response.headers["Content-Type"]
    return response


def test_only_html_is_looked_into_and_a_header_counts_for_anything(author, targets):
    targets.pages["/text"] = lambda _: Response(ENDPOINT, content_type="text/plain")
    targets.pages["/bare"] = _without_type
    targets.pages["/pdf"] = lambda _: Response(
        b"%PDF" * 500_000, 200, {"Link": "</endpoint>; rel=webmention"}, "application/pdf"
    )
    text, bare, pdf = (targets.server.url_for(path) for path in ("/text", "/bare", "/pdf"))
    source = author.post(content=f"{text} {bare} {pdf}")

    author.deploy()

    assert targets.told == [(source, pdf)]
    assert {author.sent()[url].state for url in (text, bare)} == {"no endpoint"}


def test_a_long_page_is_read_as_far_as_the_limit(author, targets):
    early = targets.put("/early", ENDPOINT + "x" * 2_000_000)
    late = targets.put("/late", "x" * 2_000_000 + ENDPOINT)
    source = author.post(content=f"{early} {late}")

    author.deploy()

    assert targets.told == [(source, early)]
    assert author.sent()[late].state == "no endpoint"


def test_requests_say_who_asks_and_what_for(author, targets):
    author.post(content=f"See {targets.put('/post')}")

    author.deploy()

    assert {request.method for request in targets.asked} == {"GET", "POST"}
    assert all("Webmention" in request.headers["User-Agent"] for request in targets.asked)
