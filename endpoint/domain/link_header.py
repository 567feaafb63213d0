"""The Link header as a list of links (RFC 8288 §3)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TARGET = re.compile(r"\s*<([^>]*)>")
_PARAMETER = re.compile(r"\s*;\s*([^\s=;,]*)\s*")
_VALUE = re.compile(r'=\s*(?:"((?:[^"\\]|\\.)*)"?|([^\s;,]*))')
_ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True)
class Link:
    """One link of a header: its target as written, and its parameters.

    Parameter names are lower case; of a parameter given twice the first counts.
    """

    target: str
    parameters: dict[str, str]

    @property
    def rels(self) -> frozenset[str]:
        """The relation types, in lower case."""
        return frozenset(self.parameters.get("rel", "").lower().split())


def parse_link_header(value: str) -> list[Link]:
    """Return the links of a Link header, several header lines joined with commas.

    Quoted strings may hold commas, semicolons and escapes. What is not a link
    is skipped up to the next comma (RFC 8288 appendix B.2).
    """
    return list(_links(value))


def _links(value: str) -> Iterator[Link]:
    position = 0
    # Without a bracket to come there is no target either; looking for one each time adds up.
    last = value.rfind(">")
    while position <= last:
        if target := _TARGET.match(value, position):
            parameters, position = _parameters(value, target.end())
            yield Link(target[1].strip(), parameters)
        comma = value.find(",", position)
        position = comma + 1 if comma >= 0 else len(value)


def _parameters(value: str, position: int) -> tuple[dict[str, str], int]:
    parameters: dict[str, str] = {}
    while name := _PARAMETER.match(value, position):
        position = name.end()
        text = ""
        if found := _VALUE.match(value, position):
            position = found.end()
            text = found[2] if found[1] is None else _ESCAPE.sub(r"\1", found[1])
        parameters.setdefault(name[1].lower(), text)
    return parameters, position
