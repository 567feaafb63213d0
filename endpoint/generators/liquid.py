"""Liquid, which Jekyll runs everywhere, and what kramdown adds to Markdown, shown as text."""

import re
from html import unescape

from endpoint.domain.conversion import HTML_START
from endpoint.generators.escapes import Escape

# A "}" after a lone "{{" belongs in the raw block, or Liquid takes it for a closer.
_CODE = r"\{\{[^{}%\n]*\}\}|\{%(?!-?\s*endraw)[^{}%\n]*%\}|\{[{%]\}*"
_LIQUID = re.compile(_CODE)
_RAW = re.compile(rf"\{{% raw %\}}({_CODE})\{{% endraw %\}}")
_LINK = re.compile(r"\][(:]")
_SCRIPT = re.compile(r"\][(:][<>]*(?:\w*script|data):", re.IGNORECASE)
_FENCED = re.compile(r"^(`{3,5}|~{3,5})[^`~\n]*\n(?:(?!\1).*\n)*?\1(?=\n|\Z)", re.MULTILINE)
_CODE_SPAN = re.compile(r"(?<![`\\])`[^\s`|](?:[^`|\n]*[^\s`|])?`(?!`)")
_AUTOLINK = re.compile(r"<(?:https?:[^\s<>]*|[\w.-]+@[\w-]+(?:\.[\w-]+)+)>")
_CODE_MARK = re.compile(r"`|~~~|\$\$")
_TABLE_RULE = re.compile(r"^(?=.*\|)(?=.*-)[ >|:-]+$", re.MULTILINE)
_BEFORE, _AFTER = "{::nomarkdown}\n", "\n{:/nomarkdown}"


def _wrap_raw(markdown: str) -> str | None:
    # "{:" begins an attribute list, which might set an event handler.
    if "{:" in markdown or _has_script(markdown) or _has_loose_html(markdown):
        return None
    # A bar between two words is enough for kramdown to make a table.
    if "|" in markdown and not _TABLE_RULE.search(markdown):
        return None
    return _LIQUID.sub(r"{% raw %}\g<0>{% endraw %}", markdown)


def _has_script(markdown: str) -> bool:
    """Tell whether a link runs a script, which kramdown lets it."""
    if not _LINK.search(markdown):
        return False
    return bool(_SCRIPT.search(re.sub(r"[\x00-\x20\\]+", "", unescape(markdown))))


def _has_loose_html(markdown: str) -> bool:
    """Tell whether HTML is left in code that kramdown might not see as code."""
    if not HTML_START.search(markdown):
        return False
    rest = _AUTOLINK.sub("", _CODE_SPAN.sub("", _FENCED.sub("", markdown)))
    return bool(HTML_START.search(rest) or _CODE_MARK.search(rest))


def _shield(html: str) -> str:
    # No blank line, because there Jekyll's excerpt ends.
    inside = re.sub(r"(?<=\n)\n", "&#10;", re.sub(r"\{(?=[{%:])", "&#123;", html))
    return _BEFORE + inside + _AFTER


def _unshield(text: str) -> str:
    inside = text.removeprefix(_BEFORE).removesuffix(_AFTER)
    return inside.replace("&#123;", "{").replace("&#10;", "\n")


JEKYLL = Escape(
    special=re.compile(r"[<{&\r|]|\][(:]"),
    extra=re.compile(r"\$\$|\||\{:|\[\^|^[ >]*:[ \t]|^[ >]*\*\[|[\"'.-]{2}", re.MULTILINE),
    markdown=_wrap_raw,
    from_markdown=lambda markdown: _RAW.sub(r"\1", markdown),
    html=_shield,
    from_html=_unshield,
    html_mark=_BEFORE,
)
