"""``endpoint webmention block``, ``trust`` and ``rules``."""

from typing import TYPE_CHECKING

import click

from endpoint.cli.configured import configured
from endpoint.cli.webmention.deciding import moderating_of
from endpoint.config import Config

if TYPE_CHECKING:
    from endpoint.domain.webmentions.deciding.rules import Rule
    from endpoint.services.webmentions.deciding import Moderating

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

    _rule(moderating_of(config), rules.block(subject, pattern), remove=remove)


@click.command("trust")
@configured
@click.argument("author", metavar="URL|ID")
@click.option("--via", metavar="HOST", default="", help="A bridge that speaks for the author.")
@click.option("--remove", is_flag=True, help="Remove the rule, and what it did.")
def trust(config: Config, author: str, via: str, *, remove: bool) -> None:
    """Show at once what an author sends, from pages below their URL or by a bridge.

    With the ID of a mention it is the author of that one, in what comes the way
    that it did, as with the button at /admin/mentions.
    """
    from endpoint.domain.webmentions.deciding import rules

    moderating = moderating_of(config)
    if not author.isalnum():
        rule = rules.trust(author, f"https://{via}/" if via else "")
    elif via:
        raise click.UsageError("--via goes with a URL; a mention says itself which way it came")
    else:
        rule = moderating.rule_like(author)
    _rule(moderating, rule, remove=remove)
    if not remove:
        _tell(config, moderating, rule)


def _tell(config: Config, moderating: "Moderating", rule: "Rule") -> None:
    from endpoint.domain.webmentions.deciding.rules import author_of, bridge_of
    from endpoint.domain.webmentions.deciding.words import trusted_by

    click.echo(f"{trusted_by(rule)}; --via HOST adds {'another' if bridge_of(rule) else 'a'} host")
    for host in moderating.other_ways(author_of(rule)):
        click.echo(f"Mentions in that name also wait from {host}, which need --via {host}")
    if "trusted" not in config.webmention.approve:
        click.echo("Note: it counts once webmention.approve has the word trusted", err=True)


@click.command("rules")
@configured
def list_rules(config: Config) -> None:
    """List whom you block and trust."""
    for rule in moderating_of(config).rules():
        click.echo(f"{rule.action} {rule.subject} {rule.pattern}")


def _rule(moderating: "Moderating", rule: "Rule", *, remove: bool) -> None:
    if not remove:
        moderating.add_rule(rule)
    elif not moderating.remove_rule(rule):
        raise click.ClickException(f"There is no rule for {rule.pattern}")
