"""``endpoint webmention send``: those that a post links to are told now."""

from typing import TYPE_CHECKING

import click

from endpoint.cli.configured import assemble, configured
from endpoint.config import Config

if TYPE_CHECKING:
    from endpoint.services.webmentions.sending.endpoints import Endpoints
    from endpoint.stores.sent_mentions import Sent

_MOST = 10_000


@click.command()
@configured
@click.argument("url", metavar="URL")
@click.option("--dry-run", is_flag=True, help="Only say whom, and where they take mentions.")
def send(config: Config, url: str, dry_run: bool) -> None:
    """Tell everybody that your post at URL links to, also those who know.

    When a post is deleted, those who were told of it hear that. The worker tells
    by itself once a post is up; this is for what went wrong.
    """
    outgoing = assemble(config).webmentions.outgoing
    if dry_run:
        for pair in outgoing.announcing.pairs(url):
            click.echo(f"{pair.target}  {_find(outgoing.endpoints, pair.target)}")
        return
    source = outgoing.announcing.ask_again(url)
    outgoing.sending.send(source)
    rows = outgoing.sent.page(_MOST, source=source)
    if not rows:
        click.echo("It links to nobody who could be told", err=True)
    for row in rows:
        click.echo(f"{row.target}  {_describe(row)}")
    if any(row.state == "failed" for row in rows):
        raise click.exceptions.Exit(1)


def _find(endpoints: "Endpoints", target: str) -> str:
    from endpoint.services.webmentions.sending.endpoints import Unreachable

    try:
        return endpoints.find(target) or "no endpoint"
    except Unreachable as error:
        return str(error)


def _describe(row: "Sent") -> str:
    if row.state == "told":
        return f"told, and answered {row.status}"
    return f"{row.state}: {row.last_error}" if row.last_error else row.state
