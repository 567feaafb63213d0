"""YAML front matter, read by the rules of YAML 1.2 and written so that 1.1 agrees."""

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

import yaml

from endpoint.generators.frontmatter.format import Format, Metadata
from endpoint.generators.frontmatter.literals import write_key, write_yaml
from endpoint.generators.frontmatter.yaml_edits import edit_lines


class Loader(yaml.CSafeLoader):
    """A loader to which ``yes``, ``on``, ``0123`` and ``12:30`` are strings.

    The core schema of YAML 1.2 §10.3, with timestamps and without octal
    numbers that begin with a bare zero.
    """

    def construct_timestamp(self, node: yaml.ScalarNode) -> date | str:
        """Return the time that ``node`` names, or its text if there is no such day."""
        with suppress(ValueError):
            return datetime.fromisoformat(node.value) if len(node.value) > 10 else _day(node.value)
        with suppress(ValueError):
            moment: date = self.construct_yaml_timestamp(node)
            return moment
        return str(node.value)


class YamlFormat(Format):
    """Front matter between two ``---`` lines."""

    FM_BOUNDARY = re.compile(r"^-{3}[ \t]*$", re.MULTILINE)
    START_DELIMITER = END_DELIMITER = "---"
    opening = re.compile(r"\ufeff?\s*---[ \t]*\r?\n")
    closing = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.MULTILINE)

    def load(self, fm: str, **_: object) -> Metadata:
        """Return the mapping in ``fm``. Raise ValueError if it is none, or no YAML."""
        try:
            metadata = yaml.load(fm, Loader=Loader)  # noqa: S506 - a subclass of CSafeLoader
        except (yaml.YAMLError, RecursionError, TypeError) as error:
            raise ValueError(f"The front matter is not valid YAML: {_explain(error)}") from error
        if not isinstance(metadata, dict | None):
            raise ValueError("The front matter is not a YAML mapping")
        return {str(key): value for key, value in (metadata or {}).items()}

    def export(self, metadata: Mapping[str, object], **_: object) -> str:
        """Return ``metadata`` as YAML, a line for each key."""
        return "".join(f"{write_key(k)}: {write_yaml(v)}\n" for k, v in metadata.items())

    def edit(
        self, text: str, changes: Mapping[str, Any], dropped: Collection[str], newline: str
    ) -> str:
        """Return ``text`` with ``changes`` set and ``dropped`` keys gone; other lines stay."""
        root = yaml.compose(text, Loader=Loader)
        return edit_lines(text, root, self.load(text), changes, dropped, newline)


def _explain(error: Exception) -> str:
    problem = getattr(error, "problem", None) or "it is nested too deeply"
    mark = getattr(error, "problem_mark", None)
    return f"{problem} in line {mark.line + 1}" if mark else str(problem)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _resolve(kind: str, pattern: str, first: str) -> None:
    Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{kind}", re.compile(f"(?:{pattern})$"), list(first)
    )


Loader.yaml_implicit_resolvers = {}
_resolve("bool", "true|True|TRUE|false|False|FALSE", "tTfF")
_resolve("int", "[-+]?(?:0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789")
_resolve(
    "float",
    r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
    "-+0123456789.",
)
_resolve("null", "~|null|Null|NULL|", "~nN")
Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("$"), [""])
_resolve("merge", "<<", "<")
_resolve(
    "timestamp",
    r"\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?"
    r"(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?",
    "0123456789",
)
Loader.add_constructor("tag:yaml.org,2002:timestamp", Loader.construct_timestamp)
