"""``endpoint syndication``: the copies of posts on other networks."""

from typing import TYPE_CHECKING

import click

from endpoint.cli.configured import assemble, configured
from endpoint.config import Config

if TYPE_CHECKING:
    from endpoint.services.syndication.overview import CopyPage
    from endpoint.stores.syndications.rows import Syndication

_GOES_ON = (
    "What is PAUSED goes on with a new token in the configuration, once the server was started"
    " again, or with the old one by endpoint syndication retry"
)


@click.group()
def syndication() -> None:
    """Copies of your posts on other networks."""


@syndication.command("list")
@configured
@click.argument("url", metavar="[URL]", required=False)
@click.option("--page", "number", type=click.IntRange(min=1), default=1, help="50 are on each.")
def list_copies(config: Config, url: str | None, number: int) -> None:
    """List the copies, those asked for last first; with URL, those of your post there."""
    found = assemble(config).syndication.overview.page(number, url)
    for uid, pause in found.pauses.items():
        click.echo(f"PAUSED  {uid}  {pause.reason}")
    if found.pauses:
        click.echo(_GOES_ON, err=True)
    if not found.rows:
        click.echo("There are none", err=True)
    for row in found.rows:
        click.echo(f"{row.permalink}  {row.target}  {_describe(row, found)}")
    if found.has_more:
        click.echo(f"More: --page {number + 1}", err=True)


@syndication.command()
@configured
@click.argument("url", metavar="[URL]", required=False)
@click.option("--target", help="Only this one, by the uid of its [[syndication]] table.")
def retry(config: Config, url: str | None, target: str | None) -> None:
    """Have the worker try again what failed, of your post at URL or of all.

    What is paused goes on.
    """
    targets = assemble(config).syndication.overview.retry(url, target)
    for uid in targets:
        click.echo(f"The worker tries {uid} again; endpoint syndication list tells what came of it")
    if not targets:
        click.echo("Nothing has failed", err=True)


def _describe(row: "Syndication", found: "CopyPage") -> str:
    if row.target not in found.names:
        return f"{row.state}: there is no such target in the configuration"
    if row.last_error:
        return f"{row.state}: {row.last_error}"
    return f"{row.state} {row.url}".rstrip()
