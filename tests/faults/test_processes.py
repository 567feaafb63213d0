"""Many processes of one installation post at once, with SQLite and one repository."""

import json
import subprocess
import sys
from pathlib import Path

from conftest import make_bearer
from remotes import git

from endpoint.assembly import assemble

_PROCESSES = 8
_POSTS = 10
_POSTER = """
import json, sys
from pathlib import Path
from endpoint.app import make_app
from endpoint.assembly import assemble
from endpoint.config import load
parts = assemble(load(Path(sys.argv[1]) / "config.toml"))
client, headers = make_app(parts).test_client(), json.loads(sys.argv[2])
sys.stdin.readline()
urls = []
for number in range(int(sys.argv[4])):
    data = {"content": f"{sys.argv[3]} {number}", "mp-slug": f"note-{number}"}
    answer = client.post("/micropub", data=data, headers=headers)
    assert answer.status_code == 201, answer.data
    urls.append(answer.headers["Location"])
    parts.following.work("site")
parts.close()
print(json.dumps(urls))
"""


def test_eight_processes_post_at_once(installation):
    installation.configure(site={"build": ""})
    parts = assemble(installation.config)
    words = [str(installation.folder), json.dumps(make_bearer(parts))]

    running = [_start([*words, f"p{number}", str(_POSTS)]) for number in range(_PROCESSES)]
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate() for process in running]

    assert [errors for _, errors in said] == [""] * _PROCESSES
    assert [process.returncode for process in running] == [0] * _PROCESSES
    urls = [url for output, _ in said for url in json.loads(output.splitlines()[-1])]
    assert len(set(urls)) == _PROCESSES * _POSTS
    parts.index.catch_up()
    assert all(map(parts.index.find, urls))
    subjects = git(parts.repository.path, "log", "--format=%s").splitlines()
    assert len([subject for subject in subjects if subject.startswith("note: p")]) == len(urls)
    assert git(parts.repository.path, "fsck", "--strict", "--no-dangling") == ""
    parts.following.work("site")
    assert parts.checkout.commit() == parts.repository.head()
    parts.close()


def _start(words: list[str]) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", _POSTER, *words],
        cwd=Path(__file__).parents[2],
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        text=True,
    )
