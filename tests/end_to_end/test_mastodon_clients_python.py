"""Mastodon.py against the whole server: the newest one, and one of the years before."""

import pytest
import requests
from foreign import ForeignError, start_python
from mastodon_sites import OUT_OF_BAND
from programs import wait_for

SCOPES = ["read", "write", "follow", "push"]


@pytest.fixture(scope="module", params=["new", "old"])
def library(request, tmp_path_factory):
    with start_python(tmp_path_factory.mktemp("library"), request.param) as library:
        # Newer ones insist on https unless they are told.
        library.over_http = {"allow_http": True} if request.param == "new" else {}
        yield library


def let_in(library, site):
    """Sign ``library`` in as its documentation says, and return its token."""
    app = {"api_base_url": site.url, "scopes": SCOPES, "redirect_uris": OUT_OF_BAND}
    client_id, secret = library("create_app", "Tests", **app)
    library("start", client_id=client_id, client_secret=secret, api_base_url=site.url)
    asked = {"scopes": SCOPES, "redirect_uris": OUT_OF_BAND, **library.over_http}
    code = site.allow(library("auth_request_url", **asked))
    grant = {"scopes": SCOPES, "redirect_uri": OUT_OF_BAND, **library.over_http}
    return library("log_in", code=code, **grant)


@pytest.fixture(scope="module")
def mastodon(library, running_site):
    """Mastodon.py, signed in."""
    let_in(library, running_site)
    return library


def test_signs_in_and_knows_who_it_is(site, mastodon):
    me = mastodon("account_verify_credentials")

    assert me["username"] == "ada"
    assert me["acct"] == "ada"
    assert str(me["id"]) == "1"
    assert mastodon("account_lookup", "ada")["id"] == me["id"]


def test_a_status_is_a_post_of_the_site(site, mastodon):
    before = site.commits()

    status = mastodon(
        "status_post",
        "Guten *Morgen* #Kaffee",
        language="de",
        spoiler_text="Early",
        sensitive=True,
    )

    assert site.commits() == before + 1
    post = site.read(status["url"])
    assert post.content.strip().startswith("Guten *Morgen*")
    assert [tag["name"].lower() for tag in status["tags"]] == ["kaffee"]
    assert status["spoiler_text"] == "Early"
    assert status["sensitive"] is True
    assert status["language"] == "de"
    assert "<em>Morgen</em>" in site.page(status["url"])


def test_a_picture_comes_with_its_description(site, mastodon, picture):
    media = mastodon("media_post", str(picture), mime_type="image/jpeg", description="Four colours")

    status = mastodon("status_post", "Look", media_ids=[media["id"]])

    [shown] = status["media_attachments"]
    assert shown["description"] == "Four colours"
    assert shown["meta"]["original"]["width"] == 160
    assert 'alt="Four colours"' in site.page(status["url"]).replace("alt='", 'alt="')
    assert requests.get(shown["url"], timeout=30).headers["Content-Type"] == "image/jpeg"


def test_a_thread_of_ones_own(site, mastodon):
    first = mastodon("status_post", "The first of a thread")

    second = mastodon("status_post", "The second", in_reply_to_id=first["id"])

    assert str(second["in_reply_to_id"]) == str(first["id"])
    assert site.read(second["url"])["inReplyTo"] == [first["url"]]
    [below] = mastodon("status_context", first["id"])["descendants"]
    assert below["id"] == second["id"]
    [above] = mastodon("status_context", second["id"])["ancestors"]
    assert above["id"] == first["id"]


def test_what_others_do_arrives_and_can_be_answered(site, mastodon):
    status = mastodon("status_post", "What do you think?")
    before = {str(note["id"]) for note in mastodon("notifications")}
    source = site.mention(status["url"], words="I think so too.")
    site.mention(status["url"], kind="u-like-of")
    site.mention(status["url"], kind="u-repost-of")

    def come():
        return [one for one in mastodon("notifications") if str(one["id"]) not in before]

    wait_for(lambda: len(come()) == 3)
    notes = {note["type"]: note for note in come()}
    said = notes["mention"]["status"]
    answer = mastodon("status_post", "Glad to hear it", in_reply_to_id=said["id"])

    assert set(notes) == {"mention", "favourite", "reblog"}
    assert "I think so too." in said["content"]
    assert str(said["in_reply_to_id"]) == str(status["id"])
    assert "1" in {str(mentioned["id"]) for mentioned in said["mentions"]}
    assert notes["mention"]["account"]["display_name"] == "Grace"
    assert str(notes["favourite"]["status"]["id"]) == str(status["id"])
    assert site.read(answer["url"])["inReplyTo"] == [source]
    counted = mastodon("status", status["id"])
    assert (counted["favourites_count"], counted["reblogs_count"]) == (1, 1)
    context = mastodon("status_context", status["id"])
    assert [one["id"] for one in context["descendants"]] == [said["id"], answer["id"]]


def test_the_page_of_somebody_else_is_found_liked_boosted_and_kept(site, mastodon):
    url = site.pages.put("/essay", '<article class="h-entry"><p class="e-content">An essay</p>')
    [found] = mastodon("search", url, resolve=True)["statuses"]

    liked = mastodon("status_favourite", found["id"])
    mastodon("status_reblog", found["id"])
    mastodon("status_bookmark", found["id"])
    known = mastodon("status", found["id"])
    mastodon("status_unfavourite", found["id"])

    assert "An essay" in found["content"]
    assert liked["favourited"] is True
    assert (known["favourited"], known["reblogged"], known["bookmarked"]) == (True,) * 3
    assert mastodon("status", found["id"])["favourited"] is False


def test_ones_own_post_is_found_by_its_address(site, mastodon):
    status = mastodon("status_post", "To be found")

    [found] = mastodon("search", status["url"], resolve=True)["statuses"]

    assert found["id"] == status["id"]


def test_an_edit_keeps_the_id_and_the_address(site, mastodon, picture):
    media = mastodon("media_post", str(picture), mime_type="image/jpeg", description="Before")
    status = mastodon("status_post", "With a tpyo", media_ids=[media["id"]])
    text = mastodon("status_source", status["id"])["text"]

    edited = mastodon(
        "status_update", status["id"], text.replace("tpyo", "typo"), media_ids=[media["id"]]
    )

    assert text == "With a tpyo"
    assert (edited["id"], edited["url"]) == (status["id"], status["url"])
    assert edited["edited_at"]
    assert len(edited["media_attachments"]) == 1
    assert site.read(status["url"]).content.strip() == "With a typo"


def test_pages_reach_the_end_and_show_each_once(site, mastodon):
    for number in range(5):
        mastodon("status_post", f"Number {number}")

    shown = [page := mastodon("timeline_home", limit=2)]
    while page := mastodon("fetch_next"):
        shown.append(page)

    ids = [int(status["id"]) for page in shown for status in page]
    assert all(len(page) <= 2 for page in shown)
    assert ids == sorted(set(ids), reverse=True)
    assert len(ids) >= 5


def test_what_is_new_is_asked_for_by_the_newest_that_is_known(site, mastodon):
    known = mastodon("status_post", "Known")
    new = [mastodon("status_post", f"New {number}")["id"] for number in range(3)]

    oldest_first = mastodon("timeline_home", min_id=known["id"], limit=2)
    newest_first = mastodon("timeline_home", since_id=known["id"], limit=2)

    assert [one["id"] for one in oldest_first] == [new[1], new[0]]
    assert [one["id"] for one in newest_first] == [new[2], new[1]]


def test_the_same_key_makes_one_post(site, mastodon):
    status = mastodon("status_post", "Only once", idempotency_key="only-once")
    before = site.commits()

    again = mastodon("status_post", "Only once", idempotency_key="only-once")

    assert again["id"] == status["id"]
    assert site.commits() == before


@pytest.mark.parametrize(
    ("call", "arguments", "options", "error"),
    [
        pytest.param("status", ["123"], {}, "MastodonNotFoundError", id="unknown"),
        pytest.param(
            "status_post", ["x"], {"visibility": "private"}, "MastodonAPIError", id="private"
        ),
        pytest.param(
            "status_post", ["x"], {"visibility": "direct"}, "MastodonAPIError", id="direct"
        ),
        pytest.param("status_post", ["x" * 6000], {}, "MastodonAPIError", id="long"),
        pytest.param("status_post", [""], {}, "MastodonAPIError", id="empty"),
        pytest.param("status_delete", ["123"], {}, "MastodonNotFoundError", id="delete"),
        pytest.param("account", ["123"], {}, "MastodonNotFoundError", id="account"),
    ],
)
def test_what_cannot_be_done_raises(site, mastodon, call, arguments, options, error):
    before = site.commits()

    with pytest.raises(ForeignError) as raised:
        mastodon(call, *arguments, **options)

    assert raised.value.name == error
    assert site.commits() == before


def test_a_deleted_status_can_be_drafted_again(site, mastodon, picture):
    media = mastodon("media_post", str(picture), mime_type="image/jpeg", description="Again")
    status = mastodon("status_post", "Take *two*", media_ids=[media["id"]])
    site.page(status["url"])

    deleted = mastodon("status_delete", status["id"])
    again = mastodon(
        "status_post",
        deleted["text"],
        media_ids=[one["id"] for one in deleted["media_attachments"]],
    )

    assert deleted["text"] == "Take *two*"
    assert again["id"] != status["id"]
    assert again["media_attachments"][0]["description"] == "Again"
    wait_for(lambda: requests.get(status["url"], timeout=30).status_code in (404, 410))
    with pytest.raises(ForeignError) as raised:
        mastodon("status", status["id"])
    assert raised.value.name == "MastodonNotFoundError"


def test_signing_out_ends_the_token(site, library, running_site):
    let_in(library, running_site)
    if library.over_http:
        pytest.skip("the newest has no way to sign out of a server without https")

    library("revoke_access_token")

    last = site.recorder.exchanges[-1]
    assert (last.path, last.status) == ("/oauth/revoke", 200)


def test_a_token_that_is_no_good_signs_out(site, library):
    library("start", access_token="no-such-token", api_base_url=site.url)

    with pytest.raises(ForeignError) as raised:
        library("account_verify_credentials")

    assert raised.value.name == "MastodonUnauthorizedError"
