"""How a command that fails says so: in one clear line."""

from typing import Any

import click

from endpoint.errors import ConfigError, EndpointError


class OneLineErrors(click.Group):
    """A group whose commands fail with one clear line."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that ``ctx`` names; raise ClickException for what is ours to say."""
        from endpoint.stores.builder import BuildError

        try:
            return super().invoke(ctx)
        except EndpointError as error:
            raise click.ClickException(error.description) from error
        except (ConfigError, BuildError) as error:
            raise click.ClickException(str(error)) from error
