"""``endpoint webmention``: the owner's view of mentions, in and out."""

import click

from endpoint.cli.webmention import deciding, ruling
from endpoint.cli.webmention.importing import import_mentions
from endpoint.cli.webmention.sending import send


@click.group()
def webmention() -> None:
    """Mentions by other sites, and those that your posts send."""


# Each command has a module here; what it needs is imported when it runs.
for _command in (
    deciding.list_mentions,
    deciding.approve,
    deciding.reject,
    deciding.spam,
    ruling.block,
    ruling.trust,
    ruling.list_rules,
):
    webmention.add_command(_command)
webmention.add_command(import_mentions)
webmention.add_command(send)
