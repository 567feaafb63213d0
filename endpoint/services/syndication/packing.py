"""What an attempt was to say, kept until it is known what came of it."""

import json
from dataclasses import asdict
from typing import Any

from endpoint.domain.posts import Post
from endpoint.syndicators import Rules


def pack(post: Post, own_text: str, rules: Rules) -> str:
    """Return ``post``, the text that its author wrote for the copy, and its rules, as one text."""
    kept = {"post": asdict(post), "own_text": own_text, "rules": asdict(rules)}
    return json.dumps(kept, ensure_ascii=False)


def unpack(text: str) -> tuple[Post, str, Rules]:
    """Return what ``pack`` made ``text`` of."""
    kept: dict[str, Any] = json.loads(text)
    fields = kept["post"]
    lists = {name: tuple(fields[name]) for name in ("channels", "old_urls")}
    return Post(**{**fields, **lists}), str(kept["own_text"]), Rules(**kept["rules"])
