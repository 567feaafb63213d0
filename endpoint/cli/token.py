"""``endpoint token``: the tokens that apps post with."""

from datetime import UTC, datetime, timedelta

import click

from endpoint.cli.configured import assemble, configured
from endpoint.config import Config
from endpoint.domain.indieauth.scopes import is_known


@click.group()
def token() -> None:
    """Make, list and revoke the tokens apps post with."""


@token.command("create")
@configured
@click.option("--scope", default="create update delete undelete media", show_default=True)
@click.option("--client-id", metavar="URL", default="", help="The app that will use it.")
@click.option("--expires-in", metavar="SECONDS", type=click.IntRange(1, 10**9))
def create(config: Config, scope: str, client_id: str, expires_in: int | None) -> None:
    """Make a token and print it alone on standard output."""
    for unknown in sorted(each for each in set(scope.split()) if not is_known(each)):
        click.echo(f"Note: {unknown} is no scope that grants anything here", err=True)
    secret, _ = assemble(config).tokens.create(
        client_id=client_id,
        scopes=frozenset(scope.split()),
        expires_in=timedelta(seconds=expires_in) if expires_in else None,
    )
    click.echo(secret)


@token.command("list")
@configured
def list_tokens(config: Config) -> None:
    """List the tokens by their ids; the tokens themselves are not kept."""
    for row in assemble(config).tokens.list():
        state = "revoked" if row.revoked_at else _until(row.expires_at)
        used = f"{row.last_used_at:%Y-%m-%d}" if row.last_used_at else "never"
        scope = " ".join(sorted(row.scopes)) or "no scope"
        click.echo(f"{row.id}  {state}, used {used}: {scope}  {row.client_id}".rstrip())


def _until(expires_at: datetime | None) -> str:
    if expires_at is None:
        return "valid"
    return f"expire{'s' if expires_at > datetime.now(UTC) else 'd'} {expires_at:%Y-%m-%d}"


@token.command("revoke")
@configured
@click.argument("token_id", metavar="ID")
def revoke(config: Config, token_id: str) -> None:
    """Make the token ID useless at once."""
    assemble(config).tokens.revoke(token_id)
