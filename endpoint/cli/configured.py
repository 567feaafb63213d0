"""What nearly every command begins with: the configuration, and the installation's parts."""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from endpoint.config import Config, find_path, load

if TYPE_CHECKING:
    from endpoint.assembly import Parts

config_option = click.option(
    "--config",
    "path",
    metavar="PATH",
    help="The configuration; default: $ENDPOINT_CONFIG, else config.toml here.",
)


def configured(command: Callable[..., None]) -> Callable[..., None]:
    """Give ``command`` the option ``--config`` and the loaded Config as first argument."""

    @config_option
    @functools.wraps(command)
    def run(path: str | None, **options: Any) -> None:
        command(load(find_path(path)), **options)

    return run


def assemble(config: Config) -> "Parts":
    """Return the parts of the installation, ready to work."""
    from endpoint.assembly import assemble

    return assemble(config)
