"""Mentions in a theme of the owner's: what the documentation shows, built by Hugo and Jekyll."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import mf2py
import pytest
from kept_mentions import KeptMentions
from programs import need

from endpoint.assembly import Parts
from endpoint.assembly.doctor import make_doctor
from endpoint.services.doctor import Finding

ROOT = Path(__file__).parents[2]
SITE = "https://site.example/blog/"
READ = "layouts/_partials/mentions/read.html"
POST = "---\ntitle: Tea\ndate: 2025-01-02T03:04:05Z\n---\nTea at five?\n"
PLACES = {
    "hugo": {
        "folder": (f"{SITE}notes/folder/", "content/notes/folder/webmentions.json"),
        "file": (f"{SITE}notes/tea/", "data/webmentions/notes-tea.json"),
    },
    "jekyll": {
        "file": (f"{SITE}notes/tea/", "_data/webmentions/notes-tea.json"),
        "other letters": (f"{SITE}%D1%87%D0%B0%D0%B9/", "_data/webmentions/home.json"),
    },
}
COMMANDS = {
    "hugo": ["--panicOnWarning"],
    "jekyll": ["build", "--quiet", "--disable-disk-cache", "--destination", "public"],
}

OWN = {
    "hugo": (
        "content/notes/2025/01/tea.md",
        "data/webmentions/notes-2025-01-tea.json",
        "layouts/page.html",
    ),
    "jekyll": (
        "_notes/2025-01-02-tea.md",
        "_data/webmentions/notes-2025-01-tea.json",
        "_layouts/post.html",
    ),
}
MENTIONED = json.dumps(
    [
        {
            "source": "https://ada.example/1",
            "target": "https://site.example/notes/2025/01/tea/",
            "url": "https://ada.example/?a='1'&b=é",
            "kind": "reply",
            "content": "Tea!",
        }
    ]
)


def snippet(language: str) -> str:
    """Return the only example in ``language`` on the page about mentions."""
    page = (ROOT / "docs/webmentions.md").read_text(encoding="utf-8")
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return str(found)


def theme(generator: str) -> dict[str, str]:
    """Return a site with nothing of ours but what its owner copied, its posts not written."""
    if generator == "hugo":
        return {
            "hugo.toml": f'baseURL = "{SITE}"\ndisableKinds = ["taxonomy", "rss", "sitemap"]\n',
            "layouts/baseof.html": '{{ block "main" . }}{{ end }}',
            "layouts/home.html": '{{ define "main" }}Home{{ end }}',
            "layouts/section.html": '{{ define "main" }}All{{ end }}',
            "layouts/page.html": '{{ define "main" }}<article class="h-entry">'
            + snippet("go-html-template")
            + "</article>{{ end }}",
            READ: (ROOT / "site_template/hugo" / READ).read_text(encoding="utf-8"),
            "content/notes/folder/index.md": POST,
            "content/notes/tea.md": POST,
        }
    return {
        "_config.yml": "url: https://site.example\nbaseurl: /blog\n",
        "_layouts/post.html": f'<article class="h-entry">{snippet("liquid")}</article>',
        "tea.md": POST.replace("---\n", "---\nlayout: post\npermalink: /notes/tea/\n", 1),
        "other.md": POST.replace("---\n", "---\nlayout: post\npermalink: /чай/\n", 1),
    }


def mentions(permalink: str) -> str:
    common = {"target": permalink, "received": "2025-11-22T09:00:05+00:00"}
    ada = {"name": "Ada <b>", "url": "https://ada.example/"}
    entries = [
        {"source": "https://ada.example/1", "kind": "reply", "author": ada, "content": "1 < 2"},
        {"source": "https://eve.example/2", "kind": "mention", "author": {"name": "Eve"}},
        {"source": "https://bob.example/3", "kind": "like", "url": "https://bob.example/three"},
        {"source": "https://eve.example/4", "kind": "reply", "name": "On tea", "content": "Long"},
    ]
    elsewhere = {"source": "https://x.example/", "kind": "like", "target": f"{SITE}%D1%8F/"}
    return json.dumps([*({**common, **entry} for entry in entries), elsewhere])


@pytest.fixture(scope="module", params=["hugo", "jekyll"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    generator = str(request.param)
    folder = tmp_path_factory.mktemp(f"own-{generator}") / generator
    data = {path: mentions(url) for url, path in PLACES[generator].values()}
    for path, text in (theme(generator) | data).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    command = [need(generator), *COMMANDS[generator]]
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder


def comments(built: Path, permalink: str) -> list[dict[str, list[object]]]:
    path = permalink.removeprefix(SITE).replace("%D1%87%D0%B0%D0%B9", "чай")
    html = (built / "public" / path / "index.html").read_text(encoding="utf-8")
    [entry] = mf2py.parse(doc=html, url=permalink)["items"]
    return [comment["properties"] for comment in entry["properties"].get("comment", [])]


def test_the_least_that_a_theme_needs_shows_each_mention(built: Path) -> None:
    shown = {
        name: [comment["url"] for comment in comments(built, url)]
        for name, (url, _) in PLACES[built.name].items()
    }

    expected = [
        ["https://ada.example/1"],
        ["https://eve.example/2"],
        ["https://bob.example/three"],
        ["https://eve.example/4"],
    ]
    if built.name == "hugo":
        # A list beside a post is of that post alone, whatever its entries call it.
        assert shown.pop("folder")[:4] == expected
    assert list(shown.values()) == [expected] * len(shown)


def test_their_words_are_text(built: Path) -> None:
    first, second, third, fourth = comments(built, PLACES[built.name]["file"][0])

    assert first["author"][0]["properties"]["name"] == ["Ada <b>"]
    assert first["author"][0]["properties"]["url"] == ["https://ada.example/"]
    assert first["name"] == ["1 < 2"]
    assert second["author"][0]["properties"]["name"] == ["Eve"]
    assert "author" not in third
    assert fourth["name"] == ["On tea"]


@pytest.mark.parametrize("generator", ["hugo", "jekyll"])
def test_check_finds_a_theme_that_does_not_show_them(
    request: pytest.FixtureRequest, start: Callable[..., Parts], generator: str
) -> None:
    need(generator)
    name = "installation" if generator == "hugo" else "jekyll_installation"
    installation = request.getfixturevalue(name)
    parts = start(installation)
    site = KeptMentions(parts, parts.clock, installation.folder)
    post, data, theme = OWN[generator]
    site.edit(**{post: POST, data: MENTIONED})

    before = examine_build(parts)
    site.edit(**{theme: "<h1>{{ title }}</h1>" if generator == "jekyll" else "<h1>Tea</h1>"})
    after = examine_build(parts)
    site.edit(**{data: None})
    without = examine_build(parts)

    assert [before.is_well, after.is_well, without.is_well] == [True, False, True], before.says
    assert "is built without its mentions" in after.says
    assert "docs/webmentions.md" in after.says


def examine_build(parts: Parts) -> Finding:
    findings = make_doctor(parts).examine()
    return next(finding for finding in findings if finding.part == "build and permalinks")
