"""Reads answers as tooi does: a line of JSON for each, and what is wrong with it back."""

import json
import sys
from typing import Any

from pydantic import ValidationError
from tooi import entities


def _wrongs(name: str, value: Any) -> list[str]:
    entity = getattr(entities, name)
    try:
        for item in value if isinstance(value, list) else [value]:
            entity.model_validate(item)
    except ValidationError as error:
        return [f"{wrong['loc']} {wrong['msg']}" for wrong in error.errors()]
    return []


def main() -> None:
    """Answer each line of standard input."""
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps({"result": _wrongs(asked["call"], *asked["arguments"])}), flush=True)  # noqa: T201


main()
