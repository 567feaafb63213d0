"""What an attempt was to say, kept until it is known what came of it."""

import json
from dataclasses import asdict
from typing import Any

from endpoint.domain.posts import Post


def pack(post: Post, own_text: str) -> str:
    """Return ``post``, and the text that its author wrote for the copy, as one text."""
    return json.dumps({"post": asdict(post), "own_text": own_text}, ensure_ascii=False)


def unpack(text: str) -> tuple[Post, str]:
    """Return what ``pack`` made ``text`` of."""
    kept: dict[str, Any] = json.loads(text)
    fields = kept["post"]
    lists = {name: tuple(fields[name]) for name in ("channels", "old_urls")}
    return Post(**{**fields, **lists}), str(kept["own_text"])
