"""``endpoint webmention``: the owner's view of mentions, in and out."""

import click


@click.group()
def webmention() -> None:
    """Mentions by other sites, and those that your posts send."""


# Each command has a module here; what it needs is imported when it runs.
