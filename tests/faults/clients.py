"""Clients that post without pause, try again until they are answered, and remember what for."""

import io
import itertools
import random
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import requests
from PIL import Image

_ANSWER_S = 30
_PATIENCE_S = 120
_AGAIN = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.BAD_GATEWAY)


@dataclass
class Acknowledged:
    """A post that the server has promised: its ``words`` are in no other.

    It links to ``link``, if to anything.
    """

    url: str
    words: str
    content: str
    link: str = ""
    has_photo: bool = False
    is_deleted: bool = False


@dataclass
class Client:
    """An app that creates, updates and deletes its own posts at ``urls``, one of them each time.

    Each post links to a page of its own below ``links_to``, unless that is empty.
    """

    name: str
    urls: tuple[str, ...]
    bearer: dict[str, str]
    seed: int
    until: threading.Event
    posts: list[Acknowledged] = field(default_factory=list)
    asked: int = 0
    repeated: int = 0
    failure: BaseException | None = None
    pause_s: float = 0
    links_to: str = ""

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._numbers = itertools.count()

    def run(self) -> None:
        """Act until it is told to stop; what fails is in ``failure``."""
        try:
            while not self.until.is_set():
                self._act()
                time.sleep(self.pause_s)
        except BaseException as error:
            self.failure = error

    def _act(self) -> None:
        living = [post for post in self.posts if not post.is_deleted]
        choice = self._random.random()
        if not living or choice < 0.55:
            self._create()
        elif choice < 0.7:
            self._create_with_photo()
        elif choice < 0.9:
            self._update(self._random.choice(living))
        else:
            self._delete(self._random.choice(living))

    def _create(self) -> None:
        words = self._words()
        # Half of them want the same address, and only the other half say what makes a retry.
        wish = {"mp-slug": "here"} if self._random.random() < 0.5 else {}
        key = {"Idempotency-Key": words} if self._random.random() < 0.5 else {}
        content = self._with_link(words)
        answer = self._ask("micropub", data={"content": content, **wish}, headers=key)
        self._note(answer, words, content)

    def _create_with_photo(self) -> None:
        words, photo = self._words(), self._photo()
        content = self._with_link(words)
        if self._random.random() < 0.5:
            answer = self._ask("micropub", data={"content": content}, files={"photo": photo})
        else:
            uploaded = self._ask("media", files={"file": photo})
            body = {"content": content, "photo": _place(uploaded)}
            answer = self._ask("micropub", data=body)
        self._note(answer, words, content, has_photo=True)

    def _update(self, post: Acknowledged) -> None:
        content = self._with_link(post.words, f" again {next(self._numbers)}")
        self._ask(
            "micropub",
            json={"action": "update", "url": post.url, "replace": {"content": [content]}},
        )
        post.content = content

    def _delete(self, post: Acknowledged) -> None:
        self._ask("micropub", data={"action": "delete", "url": post.url})
        post.is_deleted = True

    def _words(self) -> str:
        return f"{self.name}x{next(self._numbers)}x"

    def _with_link(self, words: str, more: str = "") -> str:
        return f"{words}{more}{self._link(words)}"

    def _link(self, words: str) -> str:
        # Written so that nobody takes it for the words of a post.
        return f" {self.links_to}{words.replace('x', '-')}" if self.links_to else ""

    def _photo(self) -> tuple[str, bytes, str]:
        file = io.BytesIO()
        colour = tuple(self._random.randrange(256) for _ in range(3))
        Image.new("RGB", (self._random.randrange(8, 40), 8), colour).save(file, "JPEG")
        return "photo.jpg", file.getvalue(), "image/jpeg"

    def _note(self, answer: requests.Response, words: str, content: str, **more: Any) -> None:
        link = self._link(words).strip()
        self.posts.append(Acknowledged(_place(answer), words, content, link, **more))

    def _ask(self, where: str, headers: dict[str, str] | None = None, **body: Any) -> Any:
        """Send the same request until it is answered, as an app in a tunnel does."""
        given_up = time.monotonic() + _PATIENCE_S
        self.asked += 1
        while True:
            try:
                answer = requests.post(
                    f"{self._random.choice(self.urls)}/{where}",
                    headers={**self.bearer, **(headers or {})},
                    timeout=_ANSWER_S,
                    **body,
                )
            except requests.RequestException:
                answer = None
            if answer is not None and answer.status_code not in _AGAIN:
                assert answer.status_code in (201, 202, 204, 200), (answer.text, body)
                return answer
            assert time.monotonic() < given_up, answer and answer.text
            self.repeated += 1
            time.sleep(0.05)


def _place(answer: requests.Response) -> str:
    return str(answer.headers["Location"])
