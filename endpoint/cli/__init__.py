"""The ``endpoint`` command. Each command, or group of them, has the module of its name here."""

import click

from endpoint import __version__, logs
from endpoint.cli import (
    build,
    check,
    conflicts,
    demo,
    index,
    init,
    password,
    serve,
    syndication,
    token,
    webmention,
)
from endpoint.cli.errors import OneLineErrors

# What a command needs is imported when it runs, so that --help answers at once.


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="endpoint")
def main() -> None:
    """Post to your static site from any IndieWeb app."""
    logs.configure()


for _command in (
    init.init,
    serve.serve,
    serve.worker,
    demo.demo,
    check.check,
    build.build,
    token.token,
    password.password,
    conflicts.conflicts,
    index.index,
    webmention.webmention,
    syndication.syndication,
):
    main.add_command(_command)
