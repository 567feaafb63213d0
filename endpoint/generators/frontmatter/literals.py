"""How a value is written on one line, so that YAML 1.1, YAML 1.2 and TOML all read it back."""

import json
import re
from datetime import date, datetime, time
from typing import Any

_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_KEYWORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])
"""What a YAML 1.1 reader takes for a boolean or nothing, in any case."""


def write_yaml(value: Any) -> str:
    """Return ``value`` in YAML's flow style: strings quoted as in JSON, times native."""
    return _write(value, ": ")


def write_toml(value: Any) -> str:
    """Return ``value`` as TOML: maps are inline tables. There is no null in TOML."""
    return _write(value, " = ")


def write_string(text: str) -> str:
    """Return ``text`` quoted as JSON, YAML and TOML all read it, on one line.

    What YAML calls not printable is escaped, and so are its other line breaks.
    """
    return _UNPRINTABLE.sub(_escape, json.dumps(text, ensure_ascii=False))


def write_key(key: str) -> str:
    """Return ``key`` bare if every reader takes it for a string, else quoted."""
    return key if is_plain(key) else write_string(key)


def is_plain(text: str) -> bool:
    """Return whether ``text`` is one word that needs no quotes in YAML, of any version."""
    return bool(_PLAIN.fullmatch(text)) and text.lower() not in _KEYWORDS


def _write(value: Any, assign: str) -> str:
    match value:
        case str():
            return write_string(value)
        case bool():
            return "true" if value else "false"
        case float():
            return _write_float(value, assign)
        case list():
            return f"[{', '.join(_write(item, assign) for item in value)}]"
        case dict():
            items = (f"{write_key(str(k))}{assign}{_write(v, assign)}" for k, v in value.items())
            return f"{{{', '.join(items)}}}"
        case datetime() | date() | time():
            return value.isoformat()
        case None:
            return "null"
    return str(value)


def _write_float(value: float, assign: str) -> str:
    """Return ``value`` with a point in it: ``1e+22`` is a string to YAML 1.1 and to Hugo."""
    text = repr(value)
    if "n" in text:
        # inf and nan, which YAML writes with a leading point.
        return text.replace("inf", ".inf").replace("nan", ".nan") if assign == ": " else text
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}.0e{exponent}" if e and "." not in mantissa else text


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
