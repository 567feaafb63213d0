"""An installation with mentions that were decided on, and what git has of them."""

import json
import subprocess
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from endpoint.assembly import Parts
from endpoint.domain.permalinks import address
from endpoint.domain.webmentions.mention import Author, Mention
from endpoint.stores.mentions.rows import (
    APPROVED,
    PRESENT,
    Received,
    key_of,
    mentions,
    to_received,
)

ADA = Author("Ada", "https://ada.example/")


def reply(source: str = "https://ada.example/1", **values: Any) -> Mention:
    """Return a reply of Ada's."""
    told = {"html": "<p>Well <b>said</b> &amp; done.</p>", "text": "Well said & done."} | values
    return Mention(**{"kind": "reply", "url": source, "author": ADA, **told})


class KeptMentions:
    """An installation whose mentions are decided on by hand, and whose worker runs when told to."""

    def __init__(self, parts: Parts, clock: Any, folder: Path) -> None:
        self.parts = parts
        self.clock = clock
        self.folder = folder

    def add(self, permalink: str, mention: Mention, **values: Any) -> str:
        """Put an approved mention into the database, as looking and deciding would."""
        source = values.pop("source", mention.url)
        row = {
            "id": source[-32:],
            "key": key_of(source, address(permalink)),
            "source": source,
            "target": permalink,
            "asked": permalink,
            "permalink": permalink,
            "address": address(permalink),
            "host": "ada.example",
            "received_at": self.clock.now,
            "changed_at": self.clock.now,
            "finding": PRESENT,
            "decision": APPROVED,
            "decided_at": self.clock.now,
            "kind": mention.kind,
            "content": mention.to_json(),
        }
        with self.parts.engine.begin() as connection:
            connection.execute(insert(mentions).values(**row | values))
        return source

    def change(self, source: str, **values: Any) -> None:
        changing = update(mentions).where(mentions.c.source == source)
        with self.parts.engine.begin() as connection:
            connection.execute(changing.values(changed_at=self.clock.now, **values))

    def row(self, source: str) -> Received:
        with self.parts.engine.connect() as connection:
            query = select(mentions).where(mentions.c.source == source)
            return to_received(connection.execute(query).one())

    def work(self) -> None:
        """Let some seconds pass, again and again, and the worker do what it does with mentions."""
        for _ in range(3):
            self.clock.forward(seconds=5)
            self.parts.following.work("keeping")

    def git(self, *words: str) -> str:
        command = ["git", "-C", str(self.folder / "site.git"), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def commits(self) -> int:
        return int(self.git("rev-list", "--count", "main"))

    def files(self) -> list[str]:
        return self.git("ls-tree", "-r", "--name-only", "main").splitlines()

    def read(self, path: str) -> Any:
        return json.loads(self.git("show", f"main:{path}"))

    def edit(self, message: str = "by hand", **files: Any) -> None:
        """Commit as the owner: text for each path, None for what goes."""
        changes = {
            path: content.encode() if isinstance(content, str) else content
            for path, content in files.items()
        }
        with self.parts.repository.writing() as writer:
            writer.commit(changes, message, self.clock.now)


def file_of(permalink: str) -> str:
    return f"content/{permalink.removeprefix('https://site.example/')}webmentions.json"
