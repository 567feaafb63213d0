"""``endpoint init``: a new installation, or one for a site that exists."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from endpoint.cli.progress import show_bytes
from endpoint.config import Config


def _check_filter(_context: click.Context, _option: click.Parameter, given: str | None) -> str:
    from endpoint.stores.git.partial_clones import is_filter

    if given and not is_filter(given):
        raise click.BadParameter("must be blob:none, or blob:limit= with a size such as 100k or 1m")
    return given or ""


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--me", metavar="URL", help="Your profile URL: the site's address, with its path.")
@click.option("--public-url", metavar="URL", help="Where this server is reached; default: --me.")
@click.option("--name", help="Your name, as the site and the feed show it.")
@click.option("--timezone", metavar="ZONE", default="UTC", help="Like Europe/Berlin.")
@click.option("--generator", type=click.Choice(["hugo", "jekyll"]), default="hugo")
@click.option("--repository", metavar="PATH-OR-URL", help="Adopt this site instead of making one.")
@click.option("--ssh-key", metavar="PATH", help="The key that opens it, for an address by SSH.")
@click.option("--known-hosts", metavar="PATH", help="Where its host's key is known from.")
@click.option("--token-file", metavar="PATH", help="The token that opens it, for one by https.")
@click.option("--depth", type=click.IntRange(1), help="Take only its newest commits: a large site.")
@click.option(
    "--filter",
    "left_out",
    metavar="FILTER",
    callback=_check_filter,
    help="Leave files there until they are read: blob:none, or blob:limit=100k for larger ones.",
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
def init(folder: Path, *, password_stdin: bool, yes: bool, **wishes: Any) -> None:
    """Make a new installation in DIR."""
    from endpoint.services.installation import Wishes, check_free, install, make_password

    check_free(folder)
    if not yes:
        _ask(wishes)
    if not wishes["me"]:
        raise click.UsageError("--me URL is needed: the address of your site")
    given = _read_password() if password_stdin else ""
    password = given or make_password()
    # The options have the names of the wishes.
    wished = {name: wish for name, wish in wishes.items() if wish is not None}
    config = install(folder, Wishes(**wished, password=password), datetime.now(UTC), show_bytes)
    click.echo(f"Made {folder} for {config.me}")
    if not given:
        click.echo(f"Your password, shown only this once: {password}")
    if wishes["repository"]:
        _show_links(config)
    click.echo(f"Next: cd {folder} && endpoint serve; and endpoint check, once your site is up")


def _ask(wishes: dict[str, Any]) -> None:
    """Ask for what ``wishes`` must have and lack."""
    me = wishes["me"] = wishes["me"] or click.prompt("The address of your site (https://…)")
    wishes["name"] = wishes["name"] or click.prompt("Your name", default="", show_default=False)
    wishes["public_url"] = wishes["public_url"] or click.prompt(
        "Where this server is reached", default=me
    )


def _read_password() -> str:
    given = sys.stdin.readline().rstrip("\n")
    if not given:
        raise click.UsageError("--password-stdin found no password on standard input")
    return given


def _show_links(config: Config) -> None:
    from endpoint.domain.discovery_links import discovery_links

    click.echo("In the head of your site's pages, so that apps find this server:")
    links = discovery_links(
        config.base_url,
        signs_in=config.auth.mode == "builtin",
        receives=config.webmention.receive,
    )
    for link in links:
        click.echo(link.element)
