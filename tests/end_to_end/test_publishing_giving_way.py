"""Publishing to where another post is already: ours gives way, and gets another address."""

from remotes import NOTE, Hosting, publish_due


def test_of_two_posts_at_one_path_ours_gives_way(hosting, parts, post, client, bearer):
    theirs = "---\ndate: 2025-11-22T08:00:00Z\n---\nTheirs\n"
    hosting.edit({NOTE.format("hello"): theirs})
    permalink = post("Hello")
    client.post(
        "/micropub",
        json={"action": "update", "url": permalink, "add": {"category": ["x"]}},
        headers=bearer(),
    )

    backlog = publish_due(parts)

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

    publish_due(parts)

    [item] = client.get("/feed.json").json["items"]
    [grave] = [path for path in hosting.paths() if path.startswith("data/gone/")]
    assert item["url"] == permalink
    assert "Theirs" in hosting.read(NOTE.format("hello"))
    assert "hello-2/" in hosting.read(grave)


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

    backlog = publish_due(parts)

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
    publish_due(parts)
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

    backlog = publish_due(parts)

    assert "Better" in hosting.read(path)
    assert '"b"' in hosting.read(path) or "- b" in hosting.read(path)
    assert "Theirs" in hosting.read(path.replace("hello", "again"))
    assert "Again" in hosting.read(path.replace("hello", "again-2"))
    assert backlog.conflicts == ()
