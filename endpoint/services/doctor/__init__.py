"""What ``endpoint check`` finds: each part of the installation, and the mend where one is ill."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from endpoint.services.doctor.findings import Finding

__all__ = ["Check", "Doctor", "Finding"]


class Check(Protocol):
    """A part of the installation that can be looked at; each has a module here."""

    def examine(self) -> Iterator[Finding]:
        """Yield what is found, as soon as it is known; nothing where there is no such part."""


@dataclass(frozen=True)
class Doctor:
    """Examines an installation without changing anything a reader could see."""

    me: str
    checks: Sequence[Check]

    def examine(self) -> Iterator[Finding]:
        """Yield a finding for each part, as soon as it is known."""
        yield Finding("configuration", is_well=True, says=f"for {self.me}")
        for check in self.checks:
            yield from check.examine()
