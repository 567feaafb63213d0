"""``endpoint webmention block``, ``trust`` and ``rules``."""

from typing import TYPE_CHECKING

import click

from endpoint.cli.configured import configured
from endpoint.cli.webmention.deciding import moderating_of
from endpoint.config import Config

if TYPE_CHECKING:
    from endpoint.domain.webmentions.deciding.rules import Rule

_SUBJECTS = ("author", "host", "source")


@click.command("block")
@configured
@click.argument("subject", type=click.Choice(_SUBJECTS))
@click.argument("pattern")
@click.option("--remove", is_flag=True, help="Remove the rule, and what it did.")
def block(config: Config, subject: str, pattern: str, *, remove: bool) -> None:
    """Show nothing of an author, a host or sources, and take no more of it in.

    PATTERN is the URL of an author, the name of a host, which stands for all
    below it too, or a URL in which * stands for anything.
    """
    from endpoint.domain.webmentions.deciding import rules

    _rule(config, rules.block(subject, pattern), remove=remove)


@click.command("trust")
@configured
@click.argument("url", metavar="URL")
@click.option("--via", metavar="HOST", default="", help="A bridge that speaks for the author.")
@click.option("--remove", is_flag=True, help="Remove the rule, and what it did.")
def trust(config: Config, url: str, via: str, *, remove: bool) -> None:
    """Show at once what the author with the page URL sends, from pages below it or by a bridge."""
    from endpoint.domain.webmentions.deciding import rules

    _rule(config, rules.trust(url, f"https://{via}/" if via else ""), remove=remove)
    if "trusted" not in config.webmention.approve:
        click.echo("Note: it counts once webmention.approve has the word trusted", err=True)


@click.command("rules")
@configured
def list_rules(config: Config) -> None:
    """List whom you block and trust."""
    for rule in moderating_of(config).rules():
        click.echo(f"{rule.action} {rule.subject} {rule.pattern}")


def _rule(config: Config, rule: "Rule", *, remove: bool) -> None:
    moderating = moderating_of(config)
    if not remove:
        moderating.add_rule(rule)
    elif not moderating.remove_rule(rule):
        raise click.ClickException(f"There is no rule for {rule.pattern}")
