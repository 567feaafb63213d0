"""Imports point one way: app, handlers, services, stores, generators, domain."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import endpoint

PACKAGE = Path(endpoint.__file__).parent
LAYERS = ["app", "handlers", "services", "syndicators", "stores", "generators", "domain"]
TOP = {"app", "assembly", "cli", "server"}
OPEN = {"errors", "config", "logs"}


def layer_of(module: str) -> str:
    first = module.split(".")[1] if "." in module else "app"
    return "app" if first in TOP else first


def imports_of(file: Path) -> list[str]:
    tree = ast.parse(file.read_text())
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            found.append(node.module)
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return [name for name in found if name == "endpoint" or name.startswith("endpoint.")]


def modules() -> list[tuple[str, Path]]:
    files = sorted(PACKAGE.rglob("*.py"))
    named = [
        (".".join(["endpoint", *file.relative_to(PACKAGE).with_suffix("").parts]), file)
        for file in files
        if "migrations" not in file.parts
    ]
    assert len(named) > 40
    return named


@pytest.mark.parametrize(("module", "file"), modules(), ids=lambda value: str(value)[:60])
def test_arrows_point_one_way(module, file):
    own = layer_of(module)

    for imported in imports_of(file):
        theirs = layer_of(imported)
        if imported == "endpoint" or theirs in OPEN:
            continue
        assert own in LAYERS, f"{module} is open to all and imports {imported}"
        assert LAYERS.index(own) <= LAYERS.index(theirs), f"{module} imports {imported}"


@pytest.mark.parametrize(("module", "file"), modules(), ids=lambda value: str(value)[:60])
def test_pure_layers_touch_nothing(module, file):
    if layer_of(module) not in ("domain", "generators"):
        return
    impure = {"os", "subprocess", "socket", "requests", "sqlalchemy", "git", "flask", "time"}

    tree = ast.parse(file.read_text())

    names = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert not {name.split(".")[0] for name in names} & impure


def test_a_server_imports_neither_decoders_nor_clients_of_what_it_lacks(installation):
    """Decoders and parsers run in processes of their own; most sites have no bucket, say."""
    program = (
        "import sys; from pathlib import Path; from endpoint.app import create_app;"
        " from endpoint.config import load; create_app(load(Path(sys.argv[1])));"
        " print(*sys.modules)"
    )
    command = [sys.executable, "-c", program, installation.folder / "config.toml"]

    imported = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()

    lacking = {"PIL", "pillow_heif", "blurhash", "mf2py", "boto3", "botocore", "redis", "psycopg"}
    assert not lacking & set(imported)
    kinds = {
        f"endpoint.syndicators.{kind}" for kind in ("mastodon", "microblog", "bluesky", "link")
    }
    assert not {"mastodon", "sqlalchemy.dialects.postgresql", *kinds} & set(imported)
