"""The power goes right after an answer: what was promised is on the disk."""

import os
import shutil

from clients import Acknowledged
from conftest import Installation, make_bearer
from disks import make_disk
from examining import require_posts
from remotes import git

from endpoint.app import make_app
from endpoint.assembly import assemble

_CUTS = 8


def test_what_was_answered_outlives_a_power_cut(installation, tmp_path):
    disk, posts, cuts = make_disk(tmp_path / "disk"), [], []

    with disk.mounted() as folder:
        here = Installation(folder / "site")
        shutil.copytree(installation.folder, here.folder)
        os.sync()
        parts = assemble(here.config)
        client, headers = make_app(parts).test_client(), make_bearer(parts)
        for number in range(_CUTS):
            posts = [*posts, _post(client, headers, number)]
            cuts.append((disk.cut(tmp_path / f"cut-{number}"), posts))
        parts.close()

    for cut, promised in cuts:
        with cut.mounted() as folder:
            bare = folder / "site" / "site.git"
            require_posts(bare, promised)
            assert git(bare, "fsck", "--strict", "--full", "--no-dangling") == ""
            parts = assemble(Installation(folder / "site").config)
            answer = make_app(parts).test_client().get("/feed.json")
            parts.close()
        assert {item["url"] for item in answer.json["items"]} >= {post.url for post in promised}


def _post(client, headers, number: int) -> Acknowledged:
    words = f"c{number}x0x"
    answer = client.post("/micropub", data={"content": words}, headers=headers)
    assert answer.status_code == 201
    return Acknowledged(answer.headers["Location"], words, words)
