"""Plain text as it is put together: words, lines and paragraphs, each as far apart as is due."""

from dataclasses import dataclass, field

import regex

_BLANKS = regex.compile(r"[ \t\n\f\r]+")
_GAP = regex.compile(r"\n{3,}")


@dataclass
class Lines:
    """What is said so far; ``gap`` newlines, or a blank, are due before the next word.

    Each line begins with ``prefix``. ``is_begun`` if the last has nothing but its
    bullet so far.
    """

    prefix: str = ""
    gap: int = 0
    has_blank: bool = False
    is_preformatted: bool = False
    is_begun: bool = False
    _said: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return it all."""
        return str(_GAP.sub("\n\n", "".join(self._said))).strip()

    def break_(self, lines: int) -> None:
        """Have the next word ``lines`` further down, unless it is already."""
        self.gap = 0 if self.is_begun else max(self.gap, lines)
        self.has_blank = False

    def break_line(self) -> None:
        """Begin a line, after a second time a paragraph."""
        self.gap = min(self.gap + 1, 2)

    def say(self, text: str) -> None:
        """Add ``text`` as HTML shows it: blanks collapsed, or as it is within ``pre``."""
        if self.is_preformatted:
            self._say_preformatted(text.strip("\n"))
            return
        words = _BLANKS.sub(" ", text)
        if not words.strip(" "):
            self.has_blank = self.has_blank or bool(words)
            return
        self.has_blank = self.has_blank or words.startswith(" ")
        self.put(words.strip(" "))
        self.has_blank = words.endswith(" ")

    def put(self, text: str) -> None:
        """Add ``text`` as it is, after what is due."""
        if not self._said:
            self._said.append(self.prefix)
        elif self.gap:
            between = f"\n{self.prefix.rstrip()}" * (self.gap - 1)
            self._said.append(f"{between}\n{self.prefix}")
        elif self.has_blank:
            self._said.append(" ")
        self._said.append(text)
        self.gap, self.has_blank, self.is_begun = 0, False, False

    def put_bullet(self, bullet: str) -> None:
        """Begin the line of an item."""
        self.break_(1)
        self.put(bullet)
        self.is_begun = True

    def put_closing(self, mark: str) -> None:
        """Add what stands close to the last word."""
        self._said.append(mark)

    def _say_preformatted(self, text: str) -> None:
        for number, line in enumerate(text.split("\n") if text else []):
            self.gap = max(self.gap, 1 if number else 0)
            self.put(line)
