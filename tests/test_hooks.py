"""Notices from the hosting: ``/hooks/push`` and ``/hooks/deployed``."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from git import Repo

from endpoint.app import make_app
from endpoint.domain.hooks.signatures import is_signed

SECRET = "whsec_" + base64.b64encode(b"a secret of some thirty-two bytes").decode()
PUSHED = json.dumps({"ref": "refs/heads/main", "after": "1" * 40, "commits": []}).encode()
JSON = {"Content-Type": "application/json"}


def hex_of(body, secret=SECRET):
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def by_github(body, secret=SECRET):
    return {"X-Hub-Signature-256": f"sha256={hex_of(body, secret)}", "X-GitHub-Event": "push"}


def by_gitea(body, secret=SECRET):
    return {"X-Gitea-Signature": hex_of(body, secret)}


def by_forgejo(body, secret=SECRET):
    return {"X-Forgejo-Signature": hex_of(body, secret), **by_gitea(body, secret)}


def by_gitlab(_body, secret=SECRET):
    return {"X-Gitlab-Token": secret}


def by_bearer(_body, secret=SECRET):
    return {"Authorization": f"Bearer {secret}"}


def standard(body, secret=SECRET, at=1763800215, version="v1"):
    """Standard Webhooks, which GitLab's signing token follows."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b"msg_1." + str(at).encode() + b"." + body
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(at)}
    return {**headers, "webhook-signature": f"v1,AAAA {version},{signature}"}


SIGNERS = [by_github, by_gitea, by_forgejo, by_gitlab, by_bearer, standard]


@pytest.fixture
def listening(installation, start):
    installation.configure(
        hooks={"push_secret": SECRET, "deployed_secret": SECRET}, site={"build": ""}
    )
    return start()


@pytest.fixture
def hosting(listening):
    """A client as the hosting is one."""
    return make_app(listening).test_client()


# Pushes


@pytest.mark.parametrize("sign", SIGNERS)
def test_202_signed_push_wakes_the_worker(hosting, listening, sign):
    before = listening.bell.depth()

    response = hosting.post("/hooks/push", data=PUSHED, headers={**JSON, **sign(PUSHED)})

    assert response.status_code == 202
    assert response.data == b""
    assert (before, listening.bell.depth()) == (0, 1)


def test_202_form_with_a_payload(hosting, listening):
    """GitHub's other content type; the signature is that of the form as it was sent."""
    body = urlencode({"payload": PUSHED.decode()}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", **by_github(body)}

    response = hosting.post("/hooks/push", data=body, headers=headers)

    assert response.status_code == 202
    assert listening.bell.depth() == 1


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"ref": "refs/heads/drafts"}, id="another branch"),
        pytest.param({"ref": "refs/tags/main"}, id="a tag"),
        pytest.param({"ref": ["refs/heads/main"]}, id="a list"),
        pytest.param({"zen": "Keep it logically awesome.", "hook_id": 1}, id="a ping"),
        pytest.param([1], id="no object"),
    ],
)
def test_204_what_is_no_push_to_our_branch_does_nothing(hosting, listening, body):
    data = json.dumps(body).encode()

    response = hosting.post("/hooks/push", data=data, headers={**JSON, **by_github(data)})

    assert response.status_code == 204
    assert listening.bell.depth() == 0


@pytest.mark.parametrize("data", [b"", b"\xff", b"{", b"payload=", b"[" * 100_000])
def test_204_malformed_bodies(hosting, data):
    response = hosting.post("/hooks/push", data=data, headers=by_gitlab(data))

    assert response.status_code == 204


@pytest.mark.parametrize("path", ["/hooks/push", "/hooks/deployed"])
@pytest.mark.parametrize("sign", SIGNERS)
def test_401_wrong_secret(hosting, listening, sign, path, capsys):
    wrong = "whsec_" + base64.b64encode(b"another secret").decode()

    response = hosting.post(path, data=PUSHED, headers={**JSON, **sign(PUSHED, wrong)})

    assert response.status_code == 401
    assert response.json["error"] == "invalid_signature"
    assert "hooks." in response.json["error_description"]
    assert SECRET not in response.text + capsys.readouterr().out
    assert listening.bell.depth() == 0
    assert listening.live.live_commit() is None


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="none"),
        pytest.param({"X-Hub-Signature-256": "sha256="}, id="empty"),
        pytest.param({"X-Hub-Signature-256": "sha256=\xe9"}, id="not ASCII"),
        pytest.param({"X-Gitlab-Token": ""}, id="empty token"),
        pytest.param({"Authorization": "Bearer "}, id="empty bearer"),
        pytest.param({"Authorization": f"Basic {SECRET}"}, id="another scheme"),
        pytest.param({"X-Hub-Signature": f"sha1={hex_of(PUSHED)}"}, id="the weak one"),
        pytest.param(by_github(PUSHED + b" "), id="another body"),
        pytest.param(standard(PUSHED, at=1763800215 - 301), id="too old"),
        pytest.param(standard(PUSHED, at=1763800215 + 301), id="from the future"),
        pytest.param(standard(PUSHED, version="v1a"), id="another version"),
        pytest.param({**standard(PUSHED), "webhook-timestamp": "x"}, id="no time"),
        pytest.param({**standard(PUSHED), "webhook-id": "msg_2"}, id="another id"),
    ],
)
def test_401_not_signed(hosting, listening, headers):
    response = hosting.post("/hooks/push", data=PUSHED, headers={**JSON, **headers})

    assert response.status_code == 401
    assert listening.bell.depth() == 0


@pytest.mark.parametrize("path", ["/hooks/push", "/hooks/deployed"])
@pytest.mark.parametrize("sign", [by_github, by_gitlab, by_bearer])
def test_404_without_a_secret_of_ours(client, parts, sign, path):
    response = client.post(path, data=PUSHED, headers=sign(PUSHED, ""))

    assert response.status_code == 404
    assert f"hooks.{path[7:]}_secret" in response.json["error_description"]
    assert parts.bell.depth() == 0


def test_413_body_larger_than_any_notice(hosting):
    response = hosting.post("/hooks/push", data=b"x" * 5_000_001, headers=by_gitlab(b""))

    assert response.status_code == 413


def test_429_guessing_is_slowed(hosting):
    statuses = [hosting.post("/hooks/push", data=PUSHED).status_code for _ in range(21)]

    assert statuses == [401] * 20 + [429]


# Builds at the hosting


def commit_of(parts):
    return parts.repository.head()


def github_status(commit, state):
    return {"deployment_status": {"state": state}, "deployment": {"sha": commit}}


NOTICES = [
    pytest.param(lambda c: {"commit": c}, id="one of your own"),
    pytest.param(lambda c: github_status(c, "success"), id="GitHub deployment"),
    pytest.param(lambda c: {"build": {"status": "built", "commit": c}}, id="GitHub Pages"),
    pytest.param(
        lambda c: {
            "action": "completed",
            "workflow_run": {"status": "completed", "conclusion": "success", "head_sha": c},
        },
        id="GitHub workflow",
    ),
    pytest.param(
        lambda c: {"object_attributes": {"status": "success", "sha": c}, "commit": {"id": c}},
        id="GitLab pipeline",
    ),
]


@pytest.mark.parametrize("notice", NOTICES)
def test_202_deployed_commit_is_live(hosting, listening, notice):
    data = json.dumps(notice(commit_of(listening))).encode()

    response = hosting.post("/hooks/deployed", data=data, headers={**JSON, **by_github(data)})

    assert response.status_code == 202
    assert listening.live.live_commit() == commit_of(listening)


@pytest.mark.parametrize(
    "notice",
    [
        pytest.param(lambda c: github_status(c, "pending"), id="pending"),
        pytest.param(lambda c: github_status(c, "failure"), id="failed"),
        pytest.param(lambda c: {"build": {"status": "errored", "commit": c}}, id="errored"),
        pytest.param(
            lambda c: {"workflow_run": {"status": "completed", "conclusion": None, "head_sha": c}},
            id="no conclusion",
        ),
        pytest.param(lambda _: {"commit": "1" * 40}, id="a commit of somebody else"),
    ],
)
def test_204_what_is_not_up_is_not_live(hosting, listening, notice):
    data = json.dumps(notice(commit_of(listening))).encode()

    response = hosting.post("/hooks/deployed", data=data, headers={**JSON, **by_github(data)})

    assert response.status_code == 204
    assert listening.live.live_commit() is None


def test_204_an_object_that_is_no_commit(hosting, listening, installation):
    with Repo(installation.folder / "site.git") as repo:
        tree = repo.git.rev_parse("main^{tree}")
    data = json.dumps({"commit": tree}).encode()

    response = hosting.post("/hooks/deployed", data=data, headers=by_bearer(data))

    assert response.status_code == 204
    assert listening.live.live_commit() is None


def test_204_where_the_site_is_built_here(installation, start, client_of):
    installation.configure(hooks={"deployed_secret": SECRET})
    parts = start()
    data = json.dumps({"commit": commit_of(parts)}).encode()

    response = client_of(parts).post("/hooks/deployed", data=data, headers=by_bearer(data))

    assert response.status_code == 204
    assert parts.live.live_commit() is None


@pytest.mark.parametrize(
    "headers", [{}, {"x-gitlab-token": ""}, {"x-hub-signature-256": hex_of(b"x", "")}]
)
def test_without_a_secret_nothing_is_signed(headers):
    assert not is_signed(headers, b"x", "", datetime(2025, 11, 22, tzinfo=UTC))
