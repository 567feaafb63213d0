"""``/healthz`` and ``/readyz``: is it up, can it post, and how far behind is the rest."""

import pytest

from endpoint.stores.builder import BuildError

NOTE = {"content": "Hello"}


def test_200_healthz_even_when_no_post_could_be_made(client, repo):
    repo.git.update_ref("-d", "refs/heads/main")

    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json == {"status": "ok"}


def test_200_readyz_tells_how_far_behind_the_followers_are(client, bearer, parts):
    client.post("/micropub", data=NOTE, headers=bearer())
    before = client.get("/readyz")

    parts.following.work()

    after = client.get("/readyz")
    assert (before.status_code, after.status_code) == (200, 200)
    assert before.json["status"] == before.json["database"] == before.json["repository"] == "ok"
    assert before.json["followers"]["checkout"] == {"behind": True, "failures": 0}
    assert after.json["followers"]["checkout"] == {"behind": False, "failures": 0}
    assert after.json["followers"]["build"] == {"behind": False, "failures": 0}
    assert after.headers["Cache-Control"] == "no-store"


def test_200_readyz_when_builds_fail(installation, start, client_of):
    installation.configure(site={"build": "sh -c 'echo secret-path; exit 1' {output}"})
    parts = start()
    parts.following.work()

    response = client_of(parts).get("/readyz")

    assert response.status_code == 200
    assert response.json["followers"]["build"] == {"behind": True, "failures": 1}
    assert "secret-path" not in response.text


def test_503_readyz_without_the_branch(client, repo):
    repo.git.update_ref("-d", "refs/heads/main")

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json["repository"] == response.json["status"] == "unavailable"
    assert response.json["database"] == "ok"
    assert int(response.headers["Retry-After"]) > 0


def test_503_readyz_without_the_database(client, installation, parts):
    parts.engine.dispose()
    for file in (installation.folder / "state").glob("endpoint.db*"):
        file.unlink()
    (installation.folder / "state" / "endpoint.db").mkdir()

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json["database"] == response.json["status"] == "unavailable"
    assert response.json["repository"] == "ok"
    assert response.json["followers"] == {}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_405_or_404_nothing_to_post_to(client, path):
    assert client.post(path).status_code in (404, 405)


def test_the_first_line_of_a_failed_build_is_kept(installation, start):
    installation.configure(site={"build": "sh -c 'echo ERROR no such theme >&2; exit 3' {output}"})
    parts = start()

    parts.following.work()

    [build] = [each for each in parts.following.progress() if each.name == "build"]
    assert build.is_done is False
    assert "no such theme" in build.last_error
    with pytest.raises(BuildError):
        parts.builder.build()


def test_200_readyz_while_the_hosting_is_away_and_it_says_how_far_behind(
    installation, start, client_of, bearer_of, tmp_path, clock
):
    installation.configure(repository={"remote": str(tmp_path / "away.git")}, site={"build": ""})
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    client.post("/micropub", data=NOTE, headers=headers)
    client.post("/micropub", data={"content": "Another"}, headers=headers)
    parts.following.work("remote")

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json["status"] == "ok"
    assert response.json["followers"]["publish"] == {"behind": True, "failures": 1}
    # Two posts, and the commit that the site was begun with.
    assert response.json["publishing"]["commits"] == 3
    assert response.json["publishing"]["since"] == "2025-01-01T00:00:00+00:00"
    assert str(tmp_path) not in response.text
