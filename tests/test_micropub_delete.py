"""Delete and undelete: gone with a tombstone, and back as it was (Micropub §3.5)."""

import json

import pytest


@pytest.fixture
def post(client, bearer):
    body = {"content": "Hello", "category[]": ["a", "b"], "post-status": "draft"}
    return client.post("/micropub", data=body, headers=bearer()).headers["Location"]


@pytest.fixture(params=["form", "json"])
def act(request, client, bearer):
    headers = bearer("delete undelete")

    def act(action, url):
        body = {"action": action, "url": url}
        arguments = {"json": body} if request.param == "json" else {"data": body}
        return client.post("/micropub", headers=headers, **arguments)

    return act


def source(client, bearer, url):
    query = {"q": "source", "url": url}
    return client.get("/micropub", query_string=query, headers=bearer())


def test_204_delete_removes_the_file_and_leaves_a_tombstone(act, post, repo):
    response = act("delete", post)

    names = repo.git.show("--name-status", "--format=", "HEAD").splitlines()
    [grave] = [name[2:] for name in names if name.startswith("A\t")]
    assert response.status_code == 204
    assert "D\tcontent/notes/2025/11/hello/index.md" in names
    assert json.loads(repo.git.show(f"HEAD:{grave}"))["url"] == "/notes/2025/11/hello/"
    assert grave.startswith("data/gone/")
    assert repo.head.commit.message == "delete note: Hello\n"


def test_400_source_of_a_deleted_post(act, post, client, bearer):
    act("delete", post)

    answer = source(client, bearer, post)
    listed = client.get("/micropub?q=source", headers=bearer())

    assert answer.status_code == 400
    assert listed.json["items"] == []
    assert client.get("/micropub?q=category", headers=bearer()).json == {"categories": []}


def test_204_undelete_brings_back_the_very_file(act, post, client, bearer, repo):
    before = source(client, bearer, post).json
    tree = repo.head.commit.tree
    act("delete", post)

    response = act("undelete", post)

    assert response.status_code == 204
    assert source(client, bearer, post).json == before
    assert repo.head.commit.tree == tree


def test_commits_name_what_is_deleted_and_brought_back(act, post, repo):
    act("delete", post)
    deleted = repo.head.commit.message
    act("undelete", post)

    assert deleted == "delete note: Hello\n"
    assert repo.head.commit.message == "undelete note: Hello\n"


def test_204_deleting_a_bundle_takes_its_files_and_brings_them_back(act, post, repo, tmp_path):
    with repo.clone(tmp_path / "clone") as clone:
        photo = tmp_path / "clone/content/notes/2025/11/hello/photo.jpg"
        photo.write_bytes(b"\xff\xd8 a photo")
        clone.index.add([str(photo)])
        clone.index.commit("A photo by hand")
        clone.remote().push()

    act("delete", post)
    after_delete = repo.git.ls_tree("-r", "--name-only", "HEAD")
    act("undelete", post)

    assert "photo.jpg" not in after_delete
    assert "notes/2025/11/hello/photo.jpg" in repo.git.ls_tree("-r", "--name-only", "HEAD")


def test_204_deleting_twice_and_undeleting_what_lives(act, post, repo):
    act("delete", post)
    deleted = repo.head.commit
    again = act("delete", post)
    after_again = repo.head.commit
    act("undelete", post)
    back = repo.head.commit

    once_more = act("undelete", post)

    assert (again.status_code, once_more.status_code) == (204, 204)
    assert after_again == deleted
    assert repo.head.commit == back


def test_204_delete_and_undelete_and_delete(act, post, client, bearer):
    for action in ("delete", "undelete", "delete"):
        act(action, post)

    assert source(client, bearer, post).status_code == 400


def test_400_undelete_where_another_file_is_now(act, post, repo, tmp_path):
    act("delete", post)
    with repo.clone(tmp_path / "clone") as clone:
        file = tmp_path / "clone/content/notes/2025/11/hello/index.md"
        file.parent.mkdir(parents=True)
        file.write_text("---\ndate: 2025-11-22T10:00:00Z\n---\nAnother\n")
        clone.index.add([str(file)])
        clone.index.commit("Another by hand")
        clone.remote().push()
    before = repo.head.commit

    response = act("undelete", post)

    assert response.status_code in (204, 400)
    assert repo.head.commit == before
    assert "Another" in repo.git.show("HEAD:content/notes/2025/11/hello/index.md")


def test_204_undelete_after_the_slug_was_wished_again(act, client, bearer):
    wish = {"mp-slug": "tea"}
    first = client.post("/micropub", data={"content": "One", **wish}, headers=bearer())
    act("delete", first.headers["Location"])
    second = client.post("/micropub", data={"content": "Two", **wish}, headers=bearer())

    response = act("undelete", first.headers["Location"])

    back, other = (
        source(client, bearer, post.headers["Location"]).json["properties"]
        for post in (first, second)
    )
    assert response.status_code == 204
    assert (back["content"], other["content"]) == (["One"], ["Two"])


def test_400_unknown_or_missing_url_leaves_everything(act, post, repo):
    before = repo.head.commit

    answers = [act("delete", post + "more/"), act("undelete", "https://site.example/")]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert repo.head.commit == before


def test_204_any_spelling_of_the_permalink(act, post, client, bearer):
    response = act("delete", post.replace("https://site.", "HTTPS://SITE.").rstrip("/") + "#top")

    assert response.status_code == 204
    assert source(client, bearer, post).status_code == 400
