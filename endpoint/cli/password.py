"""``endpoint password``: what you sign in with."""

import sys

import click

from endpoint.cli.configured import config_option
from endpoint.config import find_path

_SHORT = 12


@click.group()
def password() -> None:
    """The password you sign in with."""


@password.command("set")
@config_option
@click.option("--stdin", "from_stdin", is_flag=True, help="Read it from standard input.")
def set_new(path: str | None, from_stdin: bool) -> None:
    """Set a new password; only its hash is kept."""
    from endpoint.services.passwords import set_password

    changed = set_password(find_path(path), _read_password() if from_stdin else _ask_password())
    click.echo(f"The new password is in {changed}, as a hash")
    click.echo("Restart the server for it to count; every browser is signed out then")


def _ask_password() -> str:
    given: str = click.prompt("New password", hide_input=True, confirmation_prompt="And again")
    if len(given) < _SHORT:
        click.echo("Note: this password is short; four random words are hard to guess", err=True)
    return given


def _read_password() -> str:
    try:
        return sys.stdin.buffer.readline().decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise click.UsageError("--stdin found something that is not UTF-8") from error
