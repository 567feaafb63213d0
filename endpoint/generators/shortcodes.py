"""Shortcodes, which Hugo runs in Markdown and in HTML, and how they are shown as text."""

import re

from endpoint.domain.markup import render
from endpoint.generators.escapes import Escape

_CLOSERS = {"{{<": ">}}", "{{%": "%}}"}
_SHORTCODE = re.compile(r"\{\{[<%]")
_COMMENTED = re.compile(r"\{\{[<%]/\*")
_HIDDEN_CLOSER = re.compile(r"\n\n\[[>%]\}\}\]: #\Z")
# Hugo stops at attributes after a fence that it cannot parse.
_FENCE_INFO = re.compile(r"^[ \t>*+.)0-9-]*(?:`{3,}[^`\n]*|~{3,}.*)$", re.MULTILINE)
_MAX_CHARACTERS = 100_000
_SUMMARY_END = "<!--more-->"


def _escape_for_hugo(markdown: str) -> str | None:
    if _SUMMARY_END in markdown:
        return None
    quiet = _FENCE_INFO.sub(lambda line: line[0].replace("{", "&#123;"), markdown)
    if quiet != markdown and render(quiet) != render(markdown):
        return None
    return _comment_out(quiet)


def _comment_out(markdown: str) -> str | None:
    pieces, here = [], 0
    while opener := _SHORTCODE.search(markdown, here):
        closer = _CLOSERS[opener[0]]
        end = markdown.find(closer, opener.end())
        if end < 0:
            return _comment_out_unclosed(markdown, closer)
        pieces += [markdown[here : opener.end()], "/*", markdown[opener.end() : end], "*/", closer]
        here = end + len(closer)
    return "".join([*pieces, markdown[here:]])


def _comment_out_unclosed(markdown: str, closer: str) -> str | None:
    # Hugo wants a closer; in the label of a link definition nobody sees it.
    ended = f"{markdown}\n\n[{closer}]: #"
    seen = len(markdown) > _MAX_CHARACTERS or render(ended) != render(markdown)
    return None if seen else _comment_out(ended)


def _uncomment(markdown: str) -> str:
    pieces, here = [], 0
    while opener := _COMMENTED.search(markdown, here):
        closer = _CLOSERS[opener[0][:3]]
        end = markdown.find("*/" + closer, opener.end())
        if end < 0:
            break
        pieces += [markdown[here : opener.end() - 2], markdown[opener.end() : end], closer]
        here = end + 2 + len(closer)
    loud = _HIDDEN_CLOSER.sub("", "".join([*pieces, markdown[here:]]))
    return _FENCE_INFO.sub(lambda line: line[0].replace("&#123;", "{"), loud)


HUGO = Escape(
    special=re.compile(r"[<{&\r]"),
    extra=re.compile(r"\[\^|^[ >]*:[ \t]|\{[^{}]*\}[ \t]*$", re.MULTILINE),
    markdown=_escape_for_hugo,
    from_markdown=_uncomment,
    html=lambda html: re.sub(r"\{(?=\{)", "&#123;", html),
    from_html=lambda html: html.replace("&#123;", "{"),
)
