"""Line ends in Markdown made line breaks, as whoever typed them saw them, and taken off again."""

from itertools import pairwise

from endpoint.domain.markup import parse

_BREAK = "  "


def break_lines(markdown: str) -> str:
    """Return ``markdown`` with a break at each line end in a paragraph, unless within code.

    Two blanks do it: of all the ways that Hugo and Jekyll know nobody sees these.
    """
    lines = markdown.split("\n")
    broken = list(lines)
    before = _paragraphs(markdown)
    for start, end, _ in before:
        broken[start : end - 1] = map(_break, lines[start : end - 1])
    after = _paragraphs("\n".join(broken))
    for (start, end, meant), (*_, said) in zip(before, after, strict=True):
        if said != [_broken(each) for each in meant]:
            broken[start:end] = lines[start:end]
    return "\n".join(broken)


def _break(line: str) -> str:
    # A backslash at the end is a break already, and none with blanks behind it.
    backslashes = len(line) - len(line.rstrip("\\"))
    return line if backslashes % 2 else line + _BREAK


def unbreak_lines(markdown: str) -> str:
    """Return what ``break_lines`` made ``markdown`` of, as far as that can be told."""
    lines = markdown.split("\n")
    for start, end, _ in _paragraphs(markdown):
        lines[start : end - 1] = [line.removesuffix(_BREAK) for line in lines[start : end - 1]]
    unbroken = "\n".join(lines)
    return unbroken if break_lines(unbroken) == markdown else markdown


def is_wrapped(markdown: str) -> bool:
    """Say whether a paragraph of ``markdown`` has line ends that readers do not see."""
    return any(each != _broken(each) for *_, said in _paragraphs(markdown) for each in said)


def _paragraphs(markdown: str) -> list[tuple[int, int, list[tuple[str, str]]]]:
    """Return each: its first line, the line after its last, and its words with their types."""
    return [
        (token.map[0], token.map[1], [(each.type, each.content) for each in token.children or []])
        for opening, token in pairwise(parse(markdown) or [])
        if opening.type == "paragraph_open" and token.map
    ]


def _broken(piece: tuple[str, str]) -> tuple[str, str]:
    kind, words = piece
    return ("hardbreak" if kind == "softbreak" else kind), words
