"""Sites that were there before us keep their folders, formats, layouts and addresses."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from programs import need

from endpoint.stores.builder import Builder
from endpoint.stores.checkout import Checkout

HUGO_SITE = {
    "hugo.toml": """\
baseURL = "https://site.example/"
title = "Old"
timeZone = "Europe/Berlin"
disableKinds = ["rss", "sitemap"]

[taxonomies]
tag = "tags"
series = "series"

[permalinks]
posts = "/:year/:month/:slug/"

[security]
allowContent = ["! ^text/org$"]
""",
    "layouts/_default/single.html": "<h1>{{ .Title }}</h1><main>{{ .Content }}</main>\n",
    "layouts/_default/list.html": "{{ range .Pages }}<a href='{{ .RelPermalink }}'></a>{{ end }}\n",
    "content/posts/first.md": """\
+++
title = 'First post'   # kept as it is
date = 2023-04-05T10:00:00+02:00
slug = "the-first"
tags = [
  "old",   # from before
  "tea",
]
series = ["Beginnings"]
toc = true

[cover]
image = "first.jpg"
+++

The *first* words.

{{< ref "posts/second.md" >}}
""",
    "content/posts/second.md": """\
+++
title = "Second"
date = 2023-05-05T10:00:00+02:00
draft = false
+++
More words.
""",
}
JEKYLL_SITE = {
    "_config.yml": """\
url: https://site.example
timezone: Europe/Berlin
permalink: /:year/:month/:title/
""",
    "_layouts/post.html": "<h1>{{ page.title }}</h1><main>{{ content }}</main>\n",
    "_posts/2023-04-05-the-first.md": """\
---
layout: post
title:  'First post'   # kept as it is
date:   2023-04-05 10:00:00 +0200
tags:
  - old   # from before
  - tea
cover: {image: first.jpg}
---
The *first* words.

{% assign own = "liquid of my own" %}{{ own }}
""",
    "_posts/2023-05-05-second.md": """\
---
layout: post
title: Second
---
More words.
""",
}
FIRST, SECOND = "https://site.example/2023/04/the-first/", "https://site.example/2023/05/second/"
SITES: dict[str, dict[str, Any]] = {
    "hugo": {
        "files": HUGO_SITE,
        "place": {"path": "content/posts/{slug}.md", "url": "{year}/{month}/{slug}/"},
        "front_matter": {"format": "toml"},
        "build": "hugo",
        "first": "content/posts/first.md",
        "second": "content/posts/second.md",
        "added": ['+  "loom",'],
    },
    "jekyll": {
        "files": JEKYLL_SITE,
        "place": {"path": "_posts/{year}-{month}-{day}-{slug}.md", "url": "{year}/{month}/{slug}/"},
        "front_matter": {},
        "build": "jekyll build -d {output}",
        "first": "_posts/2023-04-05-the-first.md",
        "second": "_posts/2023-05-05-second.md",
        "added": ["+  - loom"],
    },
}


class Adopted:
    """An installation on a site that its owner made, with one place for notes and articles."""

    def __init__(self, generator: str, installation: Any, tmp_path: Path) -> None:
        self.site = SITES[generator]
        self.installation = installation
        _replace_files(installation.folder / "site.git", self.site["files"], tmp_path / "clone")
        installation.configure(
            site={"build": self.site["build"]},
            front_matter=self.site["front_matter"],
            posts={"note": self.site["place"], "article": self.site["place"]},
        )

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", self.installation.folder / "site.git", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def diff(self) -> list[str]:
        """Return the lines of the newest commit that differ."""
        lines = self.git("show", "--format=", "--unified=0", "HEAD").splitlines()
        return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]

    def build(self) -> Path:
        config = self.installation.config
        repository = config.repository
        Checkout(repository.checkout, repository.path, repository.branch).update()
        Builder(config.site.build, repository.checkout, config.site.output, 120).build()
        output: Path = config.site.output
        return output


@pytest.fixture(params=["hugo", "jekyll"])
def adopted(request: pytest.FixtureRequest, tmp_path: Path) -> Adopted:
    need(request.param)
    name = "installation" if request.param == "hugo" else "jekyll_installation"
    return Adopted(request.param, request.getfixturevalue(name), tmp_path)


@pytest.fixture
def send(
    adopted: Adopted, start: Callable[..., Any], client_of: Any, bearer_of: Any
) -> Callable[..., Any]:
    parts = start(adopted.installation)
    client, headers = client_of(parts), bearer_of(parts)

    def send(**body: Any) -> Any:
        response = client.post("/micropub", json=body, headers=headers)
        assert response.status_code in (201, 204), response.json
        return response

    return send


def test_update_touches_one_line_of_a_hand_made_post(adopted: Adopted, send: Any) -> None:
    send(action="update", url=FIRST, add={"category": ["loom"]})

    assert adopted.diff() == adopted.site["added"]


def test_update_of_the_words_leaves_the_front_matter(adopted: Adopted, send: Any) -> None:
    send(action="update", url=SECOND, replace={"content": ["Other words."]})

    removed = [line for line in adopted.diff() if line.startswith("-")]
    added = [line for line in adopted.diff() if line.startswith("+")]
    assert removed == ["-More words."]
    assert [line for line in added if "lastmod" not in line and "modified" not in line] == [
        "+Other words."
    ]


def test_delete_and_undelete_give_back_every_byte(adopted: Adopted, send: Any) -> None:
    before = adopted.git("show", f"HEAD:{adopted.site['first']}")

    send(action="delete", url=FIRST)
    names = adopted.git("ls-tree", "-r", "--name-only", "HEAD").splitlines()
    send(action="undelete", url=FIRST)

    assert adopted.site["first"] not in names
    assert adopted.site["second"] in names
    assert adopted.git("show", f"HEAD:{adopted.site['first']}") == before


def test_a_deleted_post_is_gone_although_the_theme_has_no_page_for_that(
    adopted: Adopted, start: Callable[..., Any], client_of: Any, bearer_of: Any
) -> None:
    adopted.installation.configure(site={"serve": True})
    parts = start(adopted.installation)
    client, headers = client_of(parts), bearer_of(parts)
    statuses = []

    def look(url: str) -> None:
        with client.get(url) as response:
            statuses.append(response.status_code)

    adopted.build()
    look(FIRST)
    client.post("/micropub", json={"action": "delete", "url": FIRST}, headers=headers)
    look(FIRST)
    adopted.build()
    look(FIRST)
    look(f"{FIRST}more/")
    client.post("/micropub", json={"action": "undelete", "url": FIRST}, headers=headers)
    adopted.build()
    look(FIRST)

    assert statuses == [200, 410, 410, 404, 200]


def test_real_build_has_what_was_answered(adopted: Adopted, send: Any) -> None:
    note = send(type=["h-entry"], properties={"content": ["A note by <app>"]})
    article = send(
        type=["h-entry"],
        properties={"name": ["New: one"], "content": [{"html": "<p>A <u>b</u></p>"}]},
    )
    send(action="update", url=FIRST, add={"category": ["loom"]})
    send(action="update", url=SECOND, replace={"published": ["2023-06-07T10:00:00+02:00"]})

    output = adopted.build()

    pages = {
        url: output / url.removeprefix("https://site.example/") / "index.html"
        for url in (note.headers["Location"], article.headers["Location"], FIRST, SECOND)
    }
    assert {url for url, page in pages.items() if not page.is_file()} == set()
    assert "A note by &lt;app&gt;" in pages[note.headers["Location"]].read_text()
    assert "<p>A <u>b</u></p>" in pages[article.headers["Location"]].read_text()


def _replace_files(repository: Path, files: dict[str, str], clone: Path) -> None:
    """Commit a tree of ``files`` alone, as the owner's own site would be."""

    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], check=True, capture_output=True)

    git("clone", "--quiet", str(repository), str(clone))
    git("-C", str(clone), "rm", "-rq", ".")
    for path, text in files.items():
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        (clone / path).write_text(text)
    git("-C", str(clone), "add", "--all")
    person = ("-c", "user.name=Ada", "-c", "user.email=ada@site.example")
    git("-C", str(clone), *person, "commit", "--quiet", "-m", "My own site")
    git("-C", str(clone), "push", "--quiet")
