"""What an examination finds: a line for each part, with the mend where it is ill."""

from collections.abc import Callable
from dataclasses import dataclass

from endpoint.errors import ConfigError, EndpointError
from endpoint.stores.builder import BuildError


class Ill(Exception):
    """A part is ill; the message says how to mend it."""


@dataclass(frozen=True)
class Finding:
    """One line of the examination: the part, whether it is well, and what to do if not."""

    part: str
    is_well: bool
    says: str


def look(part: str, examine: Callable[[], str]) -> Finding:
    """Return what ``examine`` finds: the words it returns, or those it raises."""
    try:
        return Finding(part, is_well=True, says=examine())
    except EndpointError as error:
        return Finding(part, is_well=False, says=error.description)
    except (Ill, ConfigError, BuildError) as error:
        return Finding(part, is_well=False, says=" ".join(str(error).split()))
