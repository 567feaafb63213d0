"""What must be true after every fault: all that was promised is there, once, everywhere."""

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import requests
from clients import Acknowledged
from remotes import git

_WORDS = re.compile(r"\b[a-z]+\d*x\d+x")


def require_posts(bare: Path, posts: Iterable[Acknowledged]) -> None:
    """Each post is in main of ``bare`` once, as it was last changed, unless it was deleted."""
    found = Counter[str]()
    for path, text in _read_pages(bare):
        [words] = set(_WORDS.findall(text))
        found[words] += 1
        post = {post.words: post for post in posts}[words]
        assert not post.is_deleted, path
        assert re.search(rf"^{re.escape(post.content)}$", text, re.MULTILINE), (post.content, text)
        if post.has_photo:
            folder = path.rpartition("/")[0]
            assert git(bare, "ls-tree", "--name-only", f"main:{folder}").count("\n") == 1
    assert found == Counter(post.words for post in posts if not post.is_deleted)


def require_single_commits(bare: Path, posts: Iterable[Acknowledged]) -> None:
    """No post was made twice, not even to be deleted again."""
    subjects = git(bare, "log", "--format=%s", "main").splitlines()
    made = Counter(
        words
        for subject in subjects
        if not subject.startswith(("update", "delete", "undelete"))
        for words in _WORDS.findall(subject)
    )
    assert made == Counter(post.words for post in posts)


def require_whole(repository: Path) -> None:
    """Nothing is damaged or missing, and no lock is left but our own, which are files to hold."""
    said = git(repository, "fsck", "--strict", "--no-dangling")
    assert said == "", said
    assert _locks(repository) == []


def require_answers(url: str, bearer: dict[str, str], posts: Iterable[Acknowledged]) -> None:
    """Index and feed show each living post, and no other of ours."""
    living = {post.url: post.content for post in posts if not post.is_deleted}
    assert len(living) == sum(not post.is_deleted for post in posts)
    for post_url, content in living.items():
        source = _ask(f"{url}/micropub", bearer, {"q": "source", "url": post_url})
        assert source["properties"]["content"] == [content]
    listed = [item["url"] for item in _walk_source(url, bearer)]
    assert sorted(place for place in listed if place in living) == sorted(living)
    assert sorted(item["url"] for item in _walk_feed(url)) == sorted(set(listed))
    assert len(listed) == len(set(listed))


def _read_pages(bare: Path) -> list[tuple[str, str]]:
    listed = git(bare, "ls-tree", "-r", "main", "--", "content").splitlines()
    blobs = [line.split(maxsplit=3) for line in listed]
    pages = [(path, oid) for _, _, oid, path in blobs if path.endswith("index.md")]
    asked = "".join(f"{oid}\n" for _, oid in pages)
    command = ["git", "-C", str(bare), "cat-file", "--batch"]
    said = subprocess.run(command, input=asked.encode(), capture_output=True, check=True).stdout
    found = []
    for path, _ in pages:
        head, _, rest = said.partition(b"\n")
        size = int(head.split()[2])
        found.append((path, rest[:size].decode()))
        said = rest[size + 1 :]
    return [(path, text) for path, text in found if _WORDS.search(text)]


def _locks(repository: Path) -> list[str]:
    own = {"endpoint.lock", "endpoint-index.lock"}
    return [str(path) for path in repository.rglob("*.lock") if path.name not in own]


def _walk_source(url: str, bearer: dict[str, str]) -> list[dict]:
    items, after = [], {}
    while True:
        page = _ask(f"{url}/micropub", bearer, {"q": "source", "limit": "100", **after})
        items += [{"url": item["properties"]["url"][0]} for item in page["items"]]
        if "after" not in page.get("paging", {}):
            return items
        after = {"after": page["paging"]["after"]}


def _walk_feed(url: str) -> list[dict]:
    items, place = [], f"{url}/feed.json"
    while place:
        page = json.loads(requests.get(place, timeout=30).text)
        items += page["items"]
        following = page.get("next_url", "")
        place = f"{url}/feed.json?{following.partition('?')[2]}" if following else ""
    return items


def _ask(url: str, bearer: dict[str, str], query: dict[str, str]) -> dict:
    answer = requests.get(url, params=query, headers=bearer, timeout=30)
    assert answer.ok, answer.text
    return answer.json()
