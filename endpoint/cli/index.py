"""``endpoint index``: the index of posts."""

import os

import click

from endpoint.cli.configured import assemble, configured
from endpoint.cli.progress import progress_bar
from endpoint.config import Config

_READERS = 4
"""Processes that read posts for the index; more would wait for the one that writes."""


@click.group()
def index() -> None:
    """The index of posts beside the repository."""


@index.command("rebuild")
@configured
def rebuild(config: Config) -> None:
    """Make the index again from the repository."""
    parts = assemble(config)
    with progress_bar("Reading posts") as show:
        parts.index.rebuild(show, processes=min(os.cpu_count() or 1, _READERS))
    for path, problem in parts.index.problems():
        click.echo(f"{path}: {problem}", err=True)
