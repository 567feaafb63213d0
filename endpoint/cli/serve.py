"""``endpoint serve`` and ``endpoint worker``: what runs until it is told to stop."""

import click

from endpoint.cli.configured import assemble, configured
from endpoint.config import Config

PORT = click.IntRange(1, 65_535)


@click.command()
@configured
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=PORT, default=8000, show_default=True)
@click.option("--no-worker", is_flag=True, help="Serve only; run `endpoint worker` beside it.")
def serve(config: Config, host: str, port: int, no_worker: bool) -> None:
    """Serve requests, with a worker in the same process."""
    from endpoint import server

    def greet() -> None:
        click.echo(f"Serving {config.base_url}/ at http://{host}:{port}/", err=True)

    server.serve(assemble(config), host, port, has_worker=not no_worker, greet=greet)


@click.command()
@configured
def worker(config: Config) -> None:
    """Work only: checkout and build after commits."""
    from endpoint import server

    server.work(assemble(config))
