"""``endpoint webmention import``: what another service received comes here."""

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from endpoint.cli.configured import assemble, configured
from endpoint.cli.progress import progress_bar
from endpoint.config import Config

if TYPE_CHECKING:
    from endpoint.domain.webmentions.listing.exports import Entry

_TOKEN = "WEBMENTION_IO_TOKEN"  # noqa: S105 - the name of a variable
_MAX_BYTES = 50_000_000


@click.command("import")
@configured
@click.argument("source", metavar="FILE|URL")
def import_mentions(config: Config, source: str) -> None:
    """Take mentions over from webmention.io, as approved.

    FILE is what its API answered, saved; URL is that of its API, such as
    https://webmention.io/api/mentions.jf2?domain=site.example, which is read page by
    page with the API key in $WEBMENTION_IO_TOKEN. Nothing is taken in twice.
    """
    entries = _read(config, source)
    importing = assemble(config).webmentions.importing
    with progress_bar("Taking in mentions") as show:
        fates = importing.take_in(entries, show)
    click.echo(_tell(fates))


def _read(config: Config, source: str) -> "list[Entry]":
    from endpoint.assembly.web import make_web
    from endpoint.services.webmentions.listing.exports import fetch_all, read_file

    if not source.startswith(("http://", "https://")):
        return read_file(Path(source))
    token = os.environ.get(_TOKEN, "")
    entries = fetch_all(make_web(config, _MAX_BYTES), source, token, _show_fetched)
    click.echo(err=True)
    return entries


def _show_fetched(count: int) -> None:
    click.echo(f"\rFetching: {count} mentions ", nl=False, err=True)


def _tell(fates: Counter[str]) -> str:
    from endpoint.services.webmentions.listing import importing

    sentences = {
        importing.KNOWN: "were here before",
        importing.PRIVATE: "are private",
        importing.BLOCKED: "are by whom you block",
        importing.ELSEWHERE: "are of no published post of this site",
    }
    left = [f"{fates[fate]} {words}" for fate, words in sentences.items() if fates[fate]]
    return "; ".join([f"Taken in: {fates[importing.NEW]}", *left])
