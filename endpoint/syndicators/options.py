"""What only some kinds of networks can be told: ``options`` of a ``[[syndication]]`` table."""

from endpoint.config.syndication import SyndicationTarget


def read_options(target: SyndicationTarget, *known: str) -> dict[str, str]:
    """Return the options of ``target``, which are texts; raise ValueError if one is unknown."""
    for name, value in target.options.items():
        if name not in known:
            there = f"there is {', '.join(known)}" if known else f"{target.kind} has none"
            raise ValueError(f"options.{name}: is no option; {there}")
        if not isinstance(value, str):
            raise ValueError(f"options.{name}: must be a text")
    return target.options
