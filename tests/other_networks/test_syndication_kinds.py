"""Kinds of networks from installed packages: found by name, and a broken one in nobody's way."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from endpoint.errors import ConfigError
from endpoint.syndicators.kinds import find_kind

MODULE = """
class Letters:
    name = "letters"

    def __init__(self, target):
        self.targets = (target,)


def make(target, tools):
    if not target.options.get("street"):
        raise ValueError("options.street: is required")
    return Letters(target)


number = 5
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Return a function that installs a package with a module and its entry points."""
    folder = tmp_path / "packages"
    monkeypatch.syspath_prepend(folder)

    def install(module: str, source: str, **kinds: str) -> None:
        about = folder / f"{module}-1.0.dist-info"
        about.mkdir(parents=True)
        (folder / f"{module}.py").write_text(source)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        lines = [f"{kind} = {place}" for kind, place in kinds.items()]
        (about / "entry_points.txt").write_text("\n".join(["[endpoint.syndicators]", *lines]))

    return install


def target(kind: str, **settings: object) -> dict[str, object]:
    return {"kind": kind, "uid": kind, "name": kind, **settings}


@pytest.mark.parametrize("kind", ["bluesky", "link", "mastodon", "microblog"])
def test_ours_are_found_as_those_of_others_are(kind):
    assert find_kind(kind).__module__.startswith(f"endpoint.syndicators.{kind}")


def test_a_package_of_somebody_else_is_offered_to_apps(
    install, installation, start, client_of, bearer
):
    install("letters_in_stone", MODULE, letters="letters_in_stone:make")
    installation.configure(syndication=[target("letters", options={"street": "Main"})])

    answer = client_of(start()).get("/micropub?q=syndicate-to", headers=bearer())

    assert answer.json == {"syndicate-to": [{"uid": "letters", "name": "letters"}]}


def test_what_it_says_of_its_settings_stops_the_start(install, installation, start):
    install("letters_on_paper", MODULE, letters="letters_on_paper:make")
    installation.configure(
        syndication=[target("link", uid="https://a.example/"), target("letters")]
    )

    with pytest.raises(ConfigError, match=r"syndication\.1\.options\.street: is required"):
        start()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"kind": "link", "backfeed": True}, "backfeed: link does not tell who answers"),
        ({"kind": "link", "options": {"a": "b"}}, "options.a: is no option; link has none"),
        (
            {"kind": "microblog", "token": "x", "options": {"destinaton": "b"}},
            "options.destinaton: is no option; there is destination",
        ),
        (
            {"kind": "microblog", "token": "x", "options": {"destination": 3}},
            "options.destination: must be a text",
        ),
    ],
)
def test_a_setting_that_would_do_nothing_stops_the_start(installation, start, settings, sentence):
    installation.configure(syndication=[target("link", uid="https://a.example/") | settings])

    with pytest.raises(ConfigError) as caught:
        start()

    assert f"syndication.0.{sentence}" in str(caught.value)


def test_an_unknown_kind_is_named_with_those_there_are(install, installation, start):
    install("letters_in_sand", MODULE, letters="letters_in_sand:make")
    installation.configure(syndication=[target("pigeon")])

    with pytest.raises(ConfigError) as caught:
        start()

    assert "syndication.0.kind" in str(caught.value)
    assert "pigeon" in str(caught.value)
    assert "bluesky, letters, link, mastodon, microblog" in str(caught.value)


@pytest.mark.parametrize(
    ("source", "place", "reason"),
    [
        pytest.param("import nothing_of_that_name", "m:make", "ModuleNotFoundError", id="import"),
        pytest.param("1 / 0", "m:make", "ZeroDivisionError", id="fault"),
        pytest.param("", "m:make", "AttributeError", id="no such name"),
        pytest.param("number = 5", "m:number", "nothing to call", id="no function"),
    ],
)
def test_a_broken_module_is_named(install, monkeypatch, source, place, reason):
    install("broken_letters", source, letters=place.replace("m:", "broken_letters:"))
    monkeypatch.delitem(sys.modules, "broken_letters", raising=False)

    with pytest.raises(ValueError, match=f"letters.*broken_letters.*{reason}"):
        find_kind("letters")


def test_a_broken_module_is_in_nobodys_way(install, installation, start):
    install("fallen_letters", "1 / 0", letters="fallen_letters:make")
    installation.configure(syndication=[target("link", uid="https://a.example/")])

    parts = start()

    assert list(parts.syndication.syndicators) == ["https://a.example/"]
