"""``endpoint conflicts``: what could not be merged, and waits for the owner."""

import click

from endpoint.cli.configured import assemble, configured
from endpoint.config import Config


@click.group()
def conflicts() -> None:
    """Commits that could not be merged with what others pushed."""


@conflicts.command("list")
@configured
def list_conflicts(config: Config) -> None:
    """List what waits for you: the branch that keeps a commit, and why it is not on the site."""
    waiting = assemble(config).publishing.backlog().conflicts
    if not waiting:
        click.echo("There are none", err=True)
    for found in waiting:
        click.echo(f"{found.branch}  {found.found_at:%Y-%m-%d}  {found.subject}: {found.reason}")


@conflicts.command("resolve")
@configured
@click.argument("branch")
def resolve(config: Config, branch: str) -> None:
    """Say that BRANCH is dealt with; it stays until you delete it."""
    if not assemble(config).publishing.resolve(branch):
        raise click.UsageError(f"{branch} waits for nobody; see endpoint conflicts list")
