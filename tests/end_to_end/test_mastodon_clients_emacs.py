"""mastodon.el in Emacs: what its commands do, on the forms of its own."""

import json

import pytest
from foreign import start_emacs
from programs import wait_for


@pytest.fixture(scope="module")
def emacs(tmp_path_factory, running_site):
    """Emacs, signed in."""
    with start_emacs(tmp_path_factory.mktemp("emacs")) as emacs:
        emacs.say(f'(setq mastodon-instance-url "{running_site.url}" mastodon-active-user "ada")')
        url = emacs.say("(mastodon-auth--get-browser-login-url)")
        code = running_site.allow(url)
        # The notice is a window, which a terminal without a screen has no place for.
        emacs.say(
            "(cl-letf (((symbol-function 'mastodon-auth--show-notice)"
            f' (lambda (&rest _) "{code}"))) (mastodon-auth--access-token))'
        )
        yield emacs


def get(emacs, path):
    """Return what mastodon.el reads at ``path`` of the API."""
    return emacs.say(f"(mastodon-http--get-json (mastodon-http--api {json.dumps(path)}))")


def compose(emacs, text, more=""):
    """Write in the buffer where one composes, and send it."""
    emacs.say(
        f"(progn (mastodon-toot--compose-buffer nil nil) {more}"
        f" (goto-char (point-max)) (insert {json.dumps(text)}) (mastodon-toot--send) t)"
    )


def test_signs_in(site, emacs):
    assert emacs.say("(mastodon-auth--user-acct)") == "ada"


def test_a_status_is_composed_and_read(site, emacs):
    before = site.commits()

    compose(emacs, "From Emacs, with *love*")

    assert site.commits() == before + 1
    [newest, *_] = get(emacs, "timelines/home")
    assert "From Emacs" in newest["content"]
    assert site.read(newest["url"]).content.strip() == "From Emacs, with *love*"


def test_a_picture_is_attached(site, emacs, picture):
    attach = f'(mastodon-toot--attach-media "{picture}" "image/jpeg" "Four colours")'
    emacs.say(f"(progn (mastodon-toot--compose-buffer nil nil) {attach} t)")

    ready = "(progn (sleep-for 0.1) (length mastodon-toot--media-attachment-ids))"
    wait_for(lambda: emacs.say(f'(with-current-buffer "*new toot*" {ready})') == 1)
    emacs.say(
        '(with-current-buffer "*new toot*" (goto-char (point-max))'
        ' (insert "Look") (mastodon-toot--send) t)'
    )

    [newest, *_] = get(emacs, "timelines/home")
    assert [one["description"] for one in newest["media_attachments"]] == ["Four colours"]


def test_the_home_timeline_is_shown(site, emacs):
    compose(emacs, "To be shown")

    shown = emacs.say(
        '(progn (mastodon-tl--init-sync "home" "timelines/home" \'mastodon-tl--timeline)'
        ' (with-current-buffer "*mastodon-home*"'
        " (buffer-substring-no-properties (point-min) (point-max))))"
    )

    assert "To be shown" in shown
    assert "@ada" in shown


def test_what_others_say_is_shown(site, emacs):
    compose(emacs, "Anybody?")
    [status, *_] = get(emacs, "timelines/home")
    site.mention(status["url"], words="Yes, me")

    wait_for(lambda: any(note["type"] == "mention" for note in get(emacs, "notifications")))
    shown = emacs.say(
        "(progn (mastodon-notifications--get)"
        ' (with-current-buffer "*mastodon-notifications*"'
        " (buffer-substring-no-properties (point-min) (point-max))))"
    )

    assert "Yes, me" in shown
    assert "Grace" in shown
    context = get(emacs, f"statuses/{status['id']}/context")
    assert "Yes, me" in context["descendants"][0]["content"]


def test_search(site, emacs):
    compose(emacs, "Sought")
    [status, *_] = get(emacs, "timelines/home")

    found = emacs.say(
        "(mastodon-http--get-search-json"
        f' "{site.url}/api/v2/search" {json.dumps(status["url"])} "resolve=true")'
    )

    assert [one["id"] for one in found["statuses"]] == [status["id"]]


def test_it_is_deleted(site, emacs):
    compose(emacs, "Not for long")
    [status, *_] = get(emacs, "timelines/home")

    emacs.say(
        f'(kill-buffer (mastodon-http--delete (mastodon-http--api "statuses/{status["id"]}")))'
    )

    assert get(emacs, f"statuses/{status['id']}")["error"] == "Record not found"
