"""masto (Elk, Phanpy and others are made with it) and megalodon (Fedistar and others) on Node."""

from urllib.parse import urlencode

import pytest
from foreign import ForeignError, start_node
from mastodon_sites import OUT_OF_BAND
from programs import wait_for


@pytest.fixture(scope="module")
def masto(tmp_path_factory, running_site):
    """masto, signed in: all of it in JSON."""
    with start_node(tmp_path_factory.mktemp("masto"), "masto") as masto:
        masto("start", url=running_site.url)
        said = {"clientName": "masto", "redirectUris": OUT_OF_BAND, "scopes": "read write"}
        app = masto("v1.apps.create", said)
        token = redeem(masto, running_site, app)
        masto("start", url=running_site.url, accessToken=token["accessToken"])
        yield masto


def redeem(masto, site, app):
    asked = {"client_id": app["clientId"], "redirect_uri": OUT_OF_BAND, "scope": "read write"}
    code = site.allow(f"{site.url}/oauth/authorize?response_type=code&{urlencode(asked)}")
    masto("start", url=site.url, oauth=True)
    grant = {
        "grantType": "authorization_code",
        "clientId": app["clientId"],
        "clientSecret": app["clientSecret"],
        "redirectUri": OUT_OF_BAND,
        "code": code,
        "scope": "read write",
    }
    return masto("token.create", grant)


@pytest.fixture(scope="module")
def megalodon(tmp_path_factory, running_site):
    """megalodon, signed in."""
    with start_node(tmp_path_factory.mktemp("megalodon"), "megalodon") as megalodon:
        megalodon("start", url=running_site.url, token=None)
        app = megalodon("registerApp", "megalodon", {"scopes": ["read", "write", "follow"]})
        code = running_site.allow(app["url"])
        secret = app.get("clientSecret") or app["client_secret"]
        client_id = app.get("clientId") or app["client_id"]
        token = megalodon("fetchAccessToken", client_id, secret, code, OUT_OF_BAND)
        access = token.get("accessToken") or token["access_token"]
        megalodon("start", url=running_site.url, token=access)
        megalodon.known = (client_id, secret, access)
        yield megalodon


def test_masto_reads_the_server_and_the_owner(site, masto):
    server, me = masto("v2.instance.fetch"), masto("v1.accounts.verifyCredentials")

    assert server["configuration"]["statuses"]["maxCharacters"] == 5000
    assert server["configuration"]["urls"]["streaming"].startswith("ws")
    assert (me["username"], me["id"]) == ("ada", "1")
    assert masto("v1.preferences.fetch")["posting:default:visibility"] == "public"


def test_masto_posts_a_picture_and_edits_its_description(site, masto, picture):
    media = masto("v2.media.create", {"file": str(picture), "description": "Colours"})
    status = masto("v1.statuses.create", {"status": "Look", "mediaIds": [media["id"]]})

    changed = [{"id": media["id"], "description": "Four colours"}]
    edited = masto(
        f"v1.statuses.${status['id']}.update",
        {"status": "Look here", "mediaIds": [media["id"]], "mediaAttributes": changed},
    )

    assert media["url"]
    assert [shown["description"] for shown in edited["mediaAttachments"]] == ["Four colours"]
    assert "Four colours" in site.page(status["url"])
    source = masto(f"v1.statuses.${status['id']}.source.fetch")
    assert source == {"id": status["id"], "text": "Look here", "spoilerText": ""}


def test_masto_reads_a_thread(site, masto):
    first = masto("v1.statuses.create", {"status": "One"})
    said = {"status": "Two", "inReplyToId": first["id"], "spoilerText": "A number"}
    second = masto("v1.statuses.create", said)

    context = masto(f"v1.statuses.${first['id']}.context.fetch")

    assert [one["id"] for one in context["descendants"]] == [second["id"]]
    assert context["descendants"][0]["spoilerText"] == "A number"


def test_masto_is_told_of_replies_and_likes_them(site, masto):
    status = masto("v1.statuses.create", {"status": "A question"})
    source = site.mention(status["url"], words="An answer")

    def told():
        notes = masto("v1.notifications.list", {"types": ["mention"]})
        return [note for note in notes if note["status"]["inReplyToId"] == status["id"]]

    wait_for(told)
    [note] = told()
    liked = masto(f"v1.statuses.${note['status']['id']}.favourite")

    assert note["status"]["url"] == source
    assert liked["favourited"] is True
    assert masto(f"v1.notifications.${note['id']}.fetch")["id"] == note["id"]


def test_masto_pages_to_the_end(site, masto):
    for number in range(4):
        masto("v1.statuses.create", {"status": f"Page {number} #paged"})

    pages = masto("pages:v1.timelines.tag.$paged.list", {"limit": 2})

    found = [status["content"] for page in pages for status in page]
    assert len(found) == 4


def test_masto_finds_a_page_and_answers_it(site, masto):
    url = site.pages.put("/for-masto", '<p class="h-entry"><b class="e-content">Thoughts</b></p>')

    [found] = masto("v2.search.list", {"q": url, "resolve": True, "type": "statuses"})["statuses"]
    answer = masto("v1.statuses.create", {"status": "True", "inReplyToId": found["id"]})

    assert site.read(answer["url"])["inReplyTo"] == [url]


@pytest.mark.parametrize(
    ("call", "arguments", "status"),
    [
        ("v1.statuses.$99.fetch", [], 404),
        ("v1.statuses.create", [{"status": "x", "visibility": "private"}], 422),
        ("v1.statuses.create", [{"status": "x", "scheduledAt": "2040-01-01T00:00:00Z"}], 422),
        (
            "v1.statuses.create",
            [{"status": "x", "poll": {"options": ["a", "b"], "expiresIn": 60}}],
            422,
        ),
    ],
)
def test_masto_is_told_what_cannot_be_done(site, masto, call, arguments, status):
    before = site.commits()

    with pytest.raises(ForeignError) as raised:
        masto(call, *arguments)

    assert (raised.value.name, raised.value.status) == ("MastoHttpError", status)
    assert str(raised.value)
    assert site.commits() == before


def test_masto_deletes(site, masto):
    status = masto("v1.statuses.create", {"status": "Not for long"})

    deleted = masto(f"v1.statuses.${status['id']}.remove")

    assert deleted["text"] == "Not for long"
    with pytest.raises(ForeignError) as raised:
        masto(f"v1.statuses.${status['id']}.fetch")
    assert raised.value.status == 404


def test_megalodon_takes_the_server_for_mastodon(site, megalodon):
    found = megalodon("detector", site.url)

    assert found == "mastodon"
    assert megalodon("getInstance")["uri"]
    assert megalodon("verifyAccountCredentials")["username"] == "ada"


def test_megalodon_posts_a_picture(site, megalodon, picture):
    media = megalodon("uploadMedia", {"file": str(picture)}, {"description": "Four colours"})

    status = megalodon("postStatus", "From megalodon", {"media_ids": [media["id"]]})

    [shown] = status["media_attachments"]
    assert shown["description"] == "Four colours"
    assert megalodon("getStatus", status["id"])["id"] == status["id"]


def test_megalodon_reads_what_is_empty_on_purpose(site, megalodon):
    empty = ["getInstanceCustomEmojis", "getLists", "getFilters", "getFollowRequests"]

    found = {call: megalodon(call) for call in [*empty, "getInstanceAnnouncements"]}

    assert set(map(tuple, found.values())) == {()}


def test_megalodon_deletes_with_a_body(site, megalodon):
    status = megalodon("postStatus", "Gone soon")

    megalodon("deleteStatus", status["id"])

    with pytest.raises(ForeignError) as raised:
        megalodon("getStatus", status["id"])
    assert raised.value.status == 404


def test_megalodon_signs_out(site, megalodon):
    megalodon("revokeToken", *megalodon.known)

    with pytest.raises(ForeignError) as raised:
        megalodon("verifyAccountCredentials")
    assert raised.value.status == 401
