"""``endpoint webmention list``, ``approve``, ``reject``, ``spam``, ``block`` and ``trust``."""

from typing import TYPE_CHECKING

import click

from endpoint.cli.configured import assemble, configured
from endpoint.config import Config

if TYPE_CHECKING:
    from endpoint.services.webmentions.deciding import Moderating
    from endpoint.stores.mentions.rows import Received


@click.command("list")
@configured
@click.option(
    "--show",
    type=click.Choice(["waiting", "shown", "rejected", "spam", "unseen"]),
    default="waiting",
    show_default=True,
)
@click.option("--most", type=click.IntRange(1, 10_000), default=50, show_default=True)
def list_mentions(config: Config, show: str, most: int) -> None:
    """List mentions, the newest first, by the ids that the other commands take."""
    tray = moderating_of(config).look(show, most=most)
    for received in tray.mentions:
        _print(received)
    left = tray.counts[show] - len(tray.mentions)
    if left > 0:
        click.echo(f"And {left} more; see --most", err=True)


def _print(received: "Received") -> None:
    from endpoint.domain.webmentions.deciding.words import headline, one_line

    mention = received.mention
    click.echo(f"{received.id}  {received.received_at:%Y-%m-%d}  ", nl=False)
    click.echo(headline(mention, received.source, received.permalink))
    said = one_line(mention.text or mention.name, 200) if mention else received.last_error
    for line in (said, received.source):
        if line:
            click.echo(f"    {line}")


@click.command("approve")
@configured
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
def approve(config: Config, ids: tuple[str, ...]) -> None:
    """Show the mentions ID... on the site."""
    _decide(config, ids, "approve")


@click.command("reject")
@configured
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
def reject(config: Config, ids: tuple[str, ...]) -> None:
    """Do not show the mentions ID..., now or later."""
    _decide(config, ids, "reject")


@click.command("spam")
@configured
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
def spam(config: Config, ids: tuple[str, ...]) -> None:
    """Call the mentions ID... spam, and do not show them."""
    _decide(config, ids, "spam")


def _decide(config: Config, ids: tuple[str, ...], word: str) -> None:
    moderating = moderating_of(config)
    # All are known before anything is decided.
    for mention_id in ids:
        moderating.find(mention_id)
    moderating.decide(ids, word)


def moderating_of(config: Config) -> "Moderating":
    """Return what decides, in the installation of ``config``."""
    return assemble(config).webmentions.moderation.moderating
