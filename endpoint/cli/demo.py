"""``endpoint demo``: a site to try things with."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from endpoint.cli.configured import assemble
from endpoint.cli.serve import PORT

if TYPE_CHECKING:
    from endpoint.assembly import Parts
    from endpoint.config import Config

_CLIENT = "https://demo.invalid/"


@click.command()
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default="demo")
@click.option("--port", type=PORT, help="Default: 8000, or where the demo in DIR was made for.")
def demo(folder: Path, port: int | None) -> None:
    """Try it: a new site on this machine, built by Hugo after each post."""
    from endpoint import server
    from endpoint.services.demo import prepare_demo, read_password

    config, port = prepare_demo(folder, port, datetime.now(UTC))
    parts = assemble(config)
    password = read_password(folder, config.auth.password_hash)
    greet = partial(_greet, config, parts, password)
    server.serve(parts, "127.0.0.1", port, has_worker=True, greet=greet)


def _greet(config: "Config", parts: "Parts", password: str) -> None:
    token = _make_token(parts)
    click.echo(f"Your site:     {config.me}")
    click.echo(f"Your password: {password}")
    click.echo(f"Sign in:       {config.base_url}/admin/")
    click.echo(f"A token:       {token}")
    click.echo("Post something:")
    click.echo(
        f"curl -i {config.base_url}/micropub -H 'Authorization: Bearer {token}'"
        " -d h=entry -d 'content=Hello world'"
    )
    click.echo("Ctrl-C ends it; `endpoint demo` continues where it was.", err=True)


def _make_token(parts: "Parts") -> str:
    for token in parts.tokens.list():
        if token.client_id == _CLIENT:
            parts.tokens.revoke(token.id)
    scopes = frozenset({"create", "update", "delete", "undelete", "media"})
    secret, _ = parts.tokens.create(client_id=_CLIENT, scopes=scopes)
    return secret
