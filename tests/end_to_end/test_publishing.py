"""Publishing: commits go to the hosting and come from there, by path, by SSH and by HTTP."""

import pytest
from click.testing import CliRunner
from remotes import Hosting, git, make_key

from endpoint.cli import main
from endpoint.stores.git.mover import Mover


@pytest.fixture
def post(client, bearer):
    headers = bearer()

    def post(content, **fields):
        answer = client.post("/micropub", data={"content": content, **fields}, headers=headers)
        assert answer.status_code == 201
        return answer.headers["Location"]

    return post


def publish(parts):
    parts.following.work("remote")
    return parts.publishing.backlog()


NOTE = "content/notes/2025/11/{}/index.md"


def test_several_posts_make_one_push(hosting, parts, post):
    hosting.hook("post-receive", "cat >> pushes")
    for number in range(3):
        post(f"Post {number}")

    backlog = publish(parts)

    assert hosting.subjects()[-3:] == ["note: Post 0", "note: Post 1", "note: Post 2"]
    assert hosting.head() == parts.repository.head()
    assert len((hosting.bare / "pushes").read_text().splitlines()) == 1
    assert (backlog.commits, backlog.last_error) == (0, "")


def test_a_post_made_meanwhile_at_the_desk_stays(hosting, parts, post, client):
    post("From the phone")
    theirs = hosting.edit({"content/about.md": "---\ntitle: About\n---\nMe\n"})

    publish(parts)

    assert hosting.subjects()[-2:] == ["By hand", "note: From the phone"]
    assert git(hosting.bare, "rev-parse", "main^") == theirs
    assert hosting.paths() >= {"content/about.md", NOTE.format("from-the-phone")}
    assert hosting.head() == parts.repository.head()
    assert len(client.get("/feed.json").json["items"]) == 1


def test_message_author_and_date_outlive_a_replay(hosting, parts, post, clock):
    post("Hello")
    before = git(parts.repository.path, "show", "-s", "--format=%an %ae %ad %B", "main")
    hosting.edit({"README.md": "Hi\n"})
    clock.forward(hours=3)

    publish(parts)

    shown = git(hosting.bare, "show", "-s", "--format=%an %ae %ad %B", "main")
    assert shown == before
    committed = git(hosting.bare, "show", "-s", "--format=%cI", "main")
    assert committed.startswith("2025-11-22T11:30:15")


@pytest.fixture
def on_both_sides(hosting, parts, post, client, bearer):
    """Return a function: a post exists everywhere, is edited at the desk, and here by an app."""

    def on_both_sides(theirs, ours):
        permalink = post("First line\n\nSecond line\n\nThird line", name="Title", category="a")
        publish(parts)
        [path] = [path for path in hosting.paths() if path.endswith("title/index.md")]
        hosting.edit({path: theirs(hosting.read(path) + "\n")})
        answer = client.post(
            "/micropub",
            json={"action": "update", "url": permalink, **ours},
            headers=bearer(),
        )
        assert answer.status_code == 204
        backlog = publish(parts)
        return path, hosting.read(path), backlog

    return on_both_sides


def test_edits_of_different_keys_and_lines_are_merged(on_both_sides, hosting, parts):
    def edit(text):
        return text.replace("First line", "First line, edited").replace(
            "---\n", "---\n# Mine\nweight:   7\n", 1
        )

    _, merged, backlog = on_both_sides(edit, {"add": {"category": ["b"], "summary": ["Short"]}})

    assert "# Mine\nweight:   7\n" in merged
    assert "First line, edited" in merged
    assert 'summary: "Short"' in merged
    assert 'tags: ["a", "b"]' in merged
    assert backlog.conflicts == ()
    assert hosting.head() == parts.repository.head()


def test_a_conflict_keeps_theirs_on_the_site_and_ours_on_a_branch(
    on_both_sides, hosting, parts, post
):
    path, merged, backlog = on_both_sides(
        lambda text: text.replace("First line", "Theirs"),
        {"replace": {"content": ["Ours\n\nSecond line\n\nThird line"]}},
    )

    post("Life goes on")
    publish(parts)

    [found] = backlog.conflicts
    assert "Theirs" in merged
    assert "Ours" not in merged
    assert found.branch.startswith("conflict-20251122T083015Z-")
    assert "both sides changed the same lines" in found.reason
    assert "Ours" in git(parts.repository.path, "show", f"{found.branch}:{path}")
    assert "Ours" in git(hosting.bare, "show", f"{found.branch}:{path}")
    assert NOTE.format("life-goes-on") in hosting.paths()
    assert git(parts.repository.path, "fsck", "--strict", "--no-dangling") == ""


def test_a_conflict_is_shown_until_it_is_resolved(on_both_sides, parts):
    on_both_sides(
        lambda text: text.replace('title: "Title"', 'title: "Theirs"'),
        {"replace": {"name": ["Ours"]}},
    )
    [found] = parts.publishing.backlog().conflicts

    parts.publishing.resolve(found.branch)

    assert "its title" in found.reason
    assert parts.publishing.backlog().conflicts == ()
    assert git(parts.repository.path, "rev-parse", found.branch) == found.commit


def test_a_post_deleted_there_and_edited_here_is_a_conflict(hosting, parts, post, client, bearer):
    permalink = post("Hello")
    publish(parts)
    hosting.edit({NOTE.format("hello"): None})
    update = {"action": "update", "url": permalink, "replace": {"content": ["Edited"]}}
    client.post("/micropub", json=update, headers=bearer())

    [found] = publish(parts).conflicts

    assert NOTE.format("hello") not in hosting.paths()
    assert "deleted there" in found.reason
    assert "Edited" in git(hosting.bare, "show", f"{found.branch}:{NOTE.format('hello')}")


def test_a_post_edited_there_and_deleted_here_is_a_conflict(hosting, parts, post, client, bearer):
    permalink = post("Hello")
    publish(parts)
    path = NOTE.format("hello")
    hosting.edit({path: hosting.read(path).replace("Hello", "Better") + "\n"})
    client.post("/micropub", data={"action": "delete", "url": permalink}, headers=bearer())

    [found] = publish(parts).conflicts

    assert "Better" in hosting.read(path)
    assert not any(name.startswith("data/gone/") for name in hosting.paths())
    assert "deleted here" in found.reason
    assert len(client.get("/feed.json").json["items"]) == 1


def test_a_post_deleted_on_both_sides_stays_deleted(hosting, parts, post, client, bearer):
    permalink = post("Hello")
    publish(parts)
    hosting.edit({NOTE.format("hello"): None})
    client.post("/micropub", data={"action": "delete", "url": permalink}, headers=bearer())

    backlog = publish(parts)

    assert backlog.conflicts == ()
    assert NOTE.format("hello") not in hosting.paths()


def test_the_same_change_on_both_sides_is_one_commit(hosting, parts):
    theirs = hosting.edit({"static/a.txt": "A\n"})
    with parts.repository.writing() as writer:
        writer.commit({"static/a.txt": b"A\n"}, "The same", parts.clock())

    publish(parts)

    assert parts.repository.head() == theirs == hosting.head()


def test_an_edit_follows_a_post_that_was_moved_there(hosting, parts, post, client, bearer):
    permalink = post("Hello")
    publish(parts)
    git(hosting.desk, "pull", "--quiet")
    git(hosting.desk, "mv", "content/notes/2025/11/hello", "content/articles")
    hosting.edit({}, push=False)
    git(hosting.desk, "push", "--quiet", "origin", "HEAD:main")
    update = {"action": "update", "url": permalink, "replace": {"content": ["Edited"]}}
    client.post("/micropub", json=update, headers=bearer())

    backlog = publish(parts)

    [path] = [path for path in hosting.paths() if path.startswith("content/articles/")]
    assert "Edited" in hosting.read(path)
    assert backlog.conflicts == ()
    assert NOTE.format("hello") not in hosting.paths()


def test_of_two_posts_at_one_path_ours_gives_way(hosting, parts, post, client, bearer):
    theirs = "---\ndate: 2025-11-22T08:00:00Z\n---\nTheirs\n"
    hosting.edit({NOTE.format("hello"): theirs})
    permalink = post("Hello")
    client.post(
        "/micropub",
        json={"action": "update", "url": permalink, "add": {"category": ["x"]}},
        headers=bearer(),
    )

    backlog = publish(parts)

    urls = {item["url"] for item in client.get("/feed.json").json["items"]}
    assert hosting.read(NOTE.format("hello")) == theirs.rstrip("\n")
    assert "Hello" in hosting.read(NOTE.format("hello-2"))
    assert 'tags: ["x"]' in hosting.read(NOTE.format("hello-2"))
    assert urls == {
        "https://site.example/notes/2025/11/hello/",
        "https://site.example/notes/2025/11/hello-2/",
    }
    assert backlog.conflicts == ()


def test_a_post_that_gives_way_takes_its_tombstone_along(hosting, parts, post, client, bearer):
    hosting.edit({NOTE.format("hello"): "---\ndate: 2025-11-22T08:00:00Z\n---\nTheirs\n"})
    permalink = post("Hello")
    client.post("/micropub", data={"action": "delete", "url": permalink}, headers=bearer())

    publish(parts)

    [item] = client.get("/feed.json").json["items"]
    [grave] = [path for path in hosting.paths() if path.startswith("data/gone/")]
    assert item["url"] == permalink
    assert "Theirs" in hosting.read(NOTE.format("hello"))
    assert "hello-2/" in hosting.read(grave)


def test_what_was_pushed_by_hand_comes_here(hosting, parts, client, clock, installation):
    publish(parts)
    theirs = hosting.edit({NOTE.format("desk"): "---\ndate: 2025-11-22T08:00:00Z\n---\nDesk\n"})
    publish(parts)
    early = parts.repository.head()
    clock.forward(seconds=300)

    publish(parts)

    assert early != theirs
    assert parts.repository.head() == theirs
    assert client.get("/feed.json").json["items"][0]["content_text"] == "Desk"


def test_a_hint_from_the_hosting_does_not_wait(hosting, parts):
    publish(parts)
    theirs = hosting.edit({"README.md": "Hi\n"})

    parts.publishing.look_soon()
    publish(parts)

    assert parts.repository.head() == theirs


def test_an_empty_remote_gets_all(hosting, parts, post, tmp_path, installation, start):
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "new.git")
    installation.configure(repository={"remote": str(tmp_path / "new.git")})
    post("Hello")
    parts = start()

    backlog = publish(parts)

    assert git(tmp_path / "new.git", "rev-parse", "main") == parts.repository.head()
    assert backlog.commits == 0


def test_a_branch_deleted_there_comes_again(hosting, parts, post):
    publish(parts)
    git(hosting.bare, "update-ref", "-d", "refs/heads/main")
    post("Hello")

    publish(parts)

    assert hosting.head() == parts.repository.head()


def test_another_history_is_refused_and_kept(hosting, installation, tmp_path, start):
    other = tmp_path / "other"
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "other")
    (other / "a.md").write_text("A")
    git(other, "add", "a.md")
    git(other, "commit", "--quiet", "-m", "Another site")
    before = git(other, "rev-parse", "main")
    installation.configure(repository={"remote": str(other / ".git")})
    parts = start()
    head = parts.repository.head()

    backlog = publish(parts)

    assert "another history" in backlog.last_error
    assert "endpoint init" in backlog.last_error
    assert git(other, "rev-parse", "main") == before
    assert parts.repository.head() == head


def test_a_rewritten_remote_is_followed_and_what_it_had_is_kept(hosting, parts, post):
    post("Secret")
    publish(parts)
    before = parts.repository.head()
    git(hosting.bare, "update-ref", "refs/heads/main", "main~1")
    post("Hello")
    parts.publishing.look_soon()

    [kept] = publish(parts).conflicts

    assert "note: Secret" not in hosting.subjects()
    assert hosting.subjects()[-1] == "note: Hello"
    assert hosting.head() == parts.repository.head()
    assert (kept.commit, "rewritten" in kept.reason) == (before, True)
    assert git(parts.repository.path, "rev-parse", kept.branch) == before
    assert git(hosting.bare, "branch", "--list", "rewritten-*") == ""


def test_what_a_hook_refuses_waits_with_its_reason(hosting, parts, post, client):
    hook = hosting.hook("pre-receive", "echo 'No \"posts\" on Sundays.' >&2; exit 1")
    post("Hello")
    refused = publish(parts)
    hook.unlink()
    post("Again")

    backlog = publish(parts)

    assert "No 'posts' on Sundays." in refused.last_error
    assert refused.commits == 1
    assert refused.next_attempt_at
    assert hosting.subjects()[-2:] == ["note: Hello", "note: Again"]
    assert (backlog.commits, backlog.last_error) == (0, "")


def test_posts_wait_while_the_remote_is_down(hosting, parts, post, clock, tmp_path):
    publish(parts)
    hosting.bare.rename(tmp_path / "away.git")
    waits = []
    for number in range(12):
        post(f"Post {number}") if number < 3 else clock.forward(seconds=1000)
        down = publish(parts)
        waits.append((down.next_attempt_at - clock()).total_seconds())
    (tmp_path / "away.git").rename(hosting.bare)
    clock.forward(seconds=900)

    backlog = publish(parts)

    assert down.commits == 3
    assert down.since.isoformat() == "2025-11-22T08:30:15+00:00"
    assert waits[:4] == [5, 10, 20, 40]
    assert max(waits) == 900
    assert hosting.subjects()[-3:] == ["note: Post 0", "note: Post 1", "note: Post 2"]
    assert (backlog.commits, backlog.since, backlog.last_error) == (0, None, "")


def test_our_hooks_do_not_run(hosting, parts, post, tmp_path):
    for name in ("pre-push", "reference-transaction", "post-rewrite"):
        hook = parts.repository.path / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        hook.chmod(0o755)
    post("Hello")

    publish(parts)

    assert hosting.head() == parts.repository.head()
    assert not (tmp_path / "ran").exists()


def test_what_the_owner_pushes_here_goes_to_the_remote(hosting, parts, post, tmp_path):
    """A merge made at the desk is linear afterwards, and whole."""
    here = tmp_path / "here"
    git(tmp_path, "clone", "--quiet", str(parts.repository.path), str(here))
    desk = Hosting(parts.repository.path, here)
    desk.edit({"static/a.txt": "A\n"}, push=False)
    post("Hello")
    git(here, "pull", "--quiet", "--no-rebase", "--no-edit")
    git(here, "push", "--quiet", "origin", "HEAD:main")
    hosting.edit({"static/b.txt": "B\n"})

    publish(parts)

    wanted = {"static/a.txt", "static/b.txt", NOTE.format("hello")}
    assert hosting.paths() >= wanted
    assert hosting.head() == parts.repository.head()


def test_links_modes_and_strange_names_outlive_a_replay(hosting, parts, tmp_path):
    here = tmp_path / "here"
    git(tmp_path, "clone", "--quiet", str(parts.repository.path), str(here))
    desk = Hosting(parts.repository.path, here)
    (here / "link").symlink_to("README.md")
    (here / "run").write_text("#!/bin/sh\n")
    (here / "run").chmod(0o755)
    (here / ".gitmodules").write_text("")
    (here / "caf\udce9.txt").write_text("Latin")
    desk.edit({}, push=False)
    git(here, "push", "--quiet", "origin", "HEAD:main")
    hosting.edit({"static/b.txt": "B\n"})

    publish(parts)

    shown = git(hosting.bare, "ls-tree", "-r", "main")
    assert "120000 blob" in shown
    assert "100755 blob" in shown
    assert ".gitmodules" in shown
    assert "caf\\351.txt" in shown


def test_a_shallow_clone_publishes(hosting, installation, tmp_path, start, client_of):
    """As ``git clone --depth`` makes it: commits go out and come in."""
    for _ in range(3):
        hosting.edit({"static/a.txt": f"{_}\n"})
    bare = installation.folder / "site.git"
    source = f"file://{hosting.bare}"
    for number, words in enumerate((["--depth=1"], ["--depth=2", "--no-single-branch"])):
        new = tmp_path / f"shallow{number}.git"
        git(tmp_path, "clone", "--quiet", "--bare", *words, source, str(new))
        installation.configure(repository={"path": str(new)})
        parts = start()
        with parts.repository.writing() as writer:
            writer.commit({f"static/{number}.txt": b"S"}, "Shallow", parts.clock())
        hosting.edit({f"static/b{number}.txt": "B\n"})

        backlog = publish(parts)

        assert backlog.last_error == ""
        assert hosting.paths() >= {f"static/{number}.txt", f"static/b{number}.txt"}
    assert bare.exists()


def test_a_post_that_gives_way_gets_another_address_in_front_matter(
    hosting, installation, start, client_of, bearer_of
):
    """As where the site's own settings would make another address of the path."""
    place = {"path": "content/posts/{slug}.md", "url": "{year}/{slug}/"}
    installation.configure(posts={"note": place})
    parts = start()
    client = client_of(parts)
    theirs = "---\ndate: 2025-11-22T08:00:00Z\nurl: /2025/hello/\n---\nTheirs\n"
    hosting.edit({"content/posts/hello.md": theirs})
    client.post("/micropub", data={"content": "Hello"}, headers=bearer_of(parts))

    backlog = publish(parts)

    urls = {item["url"] for item in client.get("/feed.json").json["items"]}
    assert urls == {"https://site.example/2025/hello/", "https://site.example/2025/hello-2/"}
    assert "Hello" in hosting.read("content/posts/hello-2.md")
    assert backlog.conflicts == ()


def test_a_jekyll_post_is_merged_and_moved_too(
    jekyll_installation, start, client_of, bearer_of, tmp_path
):
    hosting = Hosting.of(jekyll_installation.folder / "site.git", tmp_path)
    jekyll_installation.configure(repository={"remote": str(hosting.bare)}, site={"build": ""})
    parts = start(jekyll_installation)
    client, headers = client_of(parts), bearer_of(parts)
    client.post("/micropub", data={"content": "Hello", "category": "a"}, headers=headers)
    publish(parts)
    [path] = [path for path in hosting.paths() if path.endswith("hello.md")]
    hosting.edit(
        {
            path: hosting.read(path).replace("Hello", "Better") + "\n",
            path.replace("hello", "again"): "---\ndate: 2025-11-22\n---\nTheirs\n",
        }
    )
    url = client.get("/feed.json").json["items"][0]["url"]
    update = {"action": "update", "url": url, "add": {"category": ["b"]}}
    client.post("/micropub", json=update, headers=headers)
    client.post("/micropub", data={"content": "Again"}, headers=headers)

    backlog = publish(parts)

    assert "Better" in hosting.read(path)
    assert '"b"' in hosting.read(path) or "- b" in hosting.read(path)
    assert "Theirs" in hosting.read(path.replace("hello", "again"))
    assert "Again" in hosting.read(path.replace("hello", "again-2"))
    assert backlog.conflicts == ()


def test_replayed_commits_are_signed(hosting, installation, start, client_of, bearer_of, tmp_path):
    installation.configure(repository={"sign_with": str(make_key(tmp_path / "signing"))})
    parts = start()
    client_of(parts).post("/micropub", data={"content": "Hello"}, headers=bearer_of(parts))
    hosting.edit({"README.md": "Hi\n"})

    publish(parts)

    assert "gpgsig -----BEGIN SSH" in git(hosting.bare, "cat-file", "commit", "main")


def test_another_remote_begins_anew(hosting, parts, post, installation, start, tmp_path):
    """A copy that is older is no rewritten history: it gets what it lacks."""
    git(tmp_path, "clone", "--quiet", "--bare", str(hosting.bare), "older.git")
    post("Hello")
    publish(parts)
    installation.configure(repository={"remote": str(tmp_path / "older.git")})
    parts = start()

    backlog = publish(parts)

    assert git(tmp_path / "older.git", "rev-parse", "main") == parts.repository.head()
    assert NOTE.format("hello") in hosting.paths()
    assert backlog.conflicts == ()


def test_a_kill_between_branch_and_rows_makes_no_second_conflict(
    on_both_sides, hosting, parts, monkeypatch
):
    """Here the move fails after the branch was kept; the next look comes to the same."""
    real = Mover.move
    monkeypatch.setattr(Mover, "move", lambda *_: False)
    on_both_sides(
        lambda text: text.replace("First line", "Theirs"),
        {"replace": {"content": ["Ours\n\nSecond line\n\nThird line"]}},
    )
    monkeypatch.setattr(Mover, "move", real)
    parts.publishing.look_soon()

    backlog = publish(parts)

    assert len(backlog.conflicts) == 1
    assert git(parts.repository.path, "branch", "--list", "conflict-*").count("conflict-") == 1
    assert hosting.head() == parts.repository.head()


def test_a_branch_the_hosting_does_not_take_stays_here(on_both_sides, hosting, parts):
    hosting.hook("update", 'case "$1" in refs/heads/conflict-*) echo no; exit 1;; esac')

    _, _, backlog = on_both_sides(
        lambda text: text.replace("First line", "Theirs"),
        {"replace": {"content": ["Ours\n\nSecond line\n\nThird line"]}},
    )

    [found] = backlog.conflicts
    assert backlog.last_error == ""
    assert not found.is_pushed
    assert git(parts.repository.path, "rev-parse", found.branch) == found.commit


def test_what_needs_no_merge_starts_no_network(hosting, parts, tmp_path):
    publish(parts)
    hosting.bare.rename(tmp_path / "away.git")

    parts.following.work("remote")
    with parts.repository.writing() as writer:
        assert writer.commit({}, "Nothing", parts.clock()) == parts.repository.head()
    parts.publishing.work()

    assert parts.publishing.backlog().last_error == ""


def test_check_and_the_commands_tell_of_conflicts(on_both_sides, installation, parts):
    on_both_sides(
        lambda text: text.replace("First line", "Theirs"),
        {"replace": {"content": ["Ours\n\nSecond line\n\nThird line"]}},
    )
    [found] = parts.publishing.backlog().conflicts
    words = ["--config", str(installation.folder / "config.toml")]

    checked = CliRunner().invoke(main, ["check", *words])
    listed = CliRunner().invoke(main, ["conflicts", "list", *words])
    resolved = CliRunner().invoke(main, ["conflicts", "resolve", *words, found.branch])
    again = CliRunner().invoke(main, ["conflicts", "resolve", *words, found.branch])

    assert "ok    remote: answers and lets us push; no commit waits" in checked.output
    assert f"MEND  conflict: update article: Title: {found.reason}" in checked.output
    assert listed.output.startswith(found.branch)
    assert resolved.exit_code == 0
    assert "waits for nobody" in again.output
    assert parts.publishing.backlog().conflicts == ()


def test_check_tells_of_a_remote_that_refuses(hosting, installation, parts, tmp_path):
    hosting.bare.rename(tmp_path / "away.git")

    words = ["check", "--config", str(installation.folder / "config.toml")]
    checked = CliRunner().invoke(main, words)

    assert "MEND  remote: There is no repository at repository.remote" in checked.output
