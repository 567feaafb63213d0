"""What a person sees while a command takes its time."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


def show_bytes(arrived: int) -> None:
    """Show how much of a clone has arrived."""
    if sys.stderr.isatty():
        click.echo(f"\rCloning: {arrived / 1e6:.1f} MB ", nl=False, err=True)


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function that shows how many are done, and of how many."""
    with click.progressbar(length=0, label=label, show_pos=True) as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield show
