"""``endpoint check``: what the doctor finds."""

import click

from endpoint.cli.configured import assemble, configured
from endpoint.config import Config


@click.command()
@configured
def check(config: Config) -> None:
    """Look the installation over: a line for each part, with the mend."""
    from endpoint.assembly.doctor import make_doctor

    is_well = True
    for finding in make_doctor(assemble(config)).examine():
        is_well = is_well and finding.is_well
        click.echo(f"{'ok  ' if finding.is_well else 'MEND'}  {finding.part}: {finding.says}")
    if not is_well:
        raise click.exceptions.Exit(1)
