"""``endpoint build``: the site, built once."""

import click

from endpoint.cli.configured import assemble, configured
from endpoint.config import Config


@click.command()
@configured
def build(config: Config) -> None:
    """Build the site once, as the worker does after a commit."""
    parts = assemble(config)
    parts.checkout.update()
    parts.builder.build()
    click.echo(f"Built {config.site.output}")
