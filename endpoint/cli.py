"""The ``endpoint`` command."""

import functools
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from endpoint import __version__, logs
from endpoint.config import Config, find_path, load
from endpoint.errors import ConfigError, EndpointError

if TYPE_CHECKING:
    from endpoint.assembly import Parts

_PORT = click.IntRange(1, 65_535)
_READERS = 4
"""Processes that read posts for the index; more would wait for the one that writes."""

# What a command needs is imported when it runs, so that --help answers at once.


class _Group(click.Group):
    """A group whose commands fail with one clear line."""

    def invoke(self, ctx: click.Context) -> Any:
        from endpoint.stores.builder import BuildError

        try:
            return super().invoke(ctx)
        except EndpointError as error:
            raise click.ClickException(error.description) from error
        except (ConfigError, BuildError) as error:
            raise click.ClickException(str(error)) from error


_config_option = click.option(
    "--config",
    "path",
    metavar="PATH",
    help="The configuration; default: $ENDPOINT_CONFIG, else config.toml here.",
)


def _configured(command: Callable[..., None]) -> Callable[..., None]:
    """Give ``command`` the option ``--config`` and the loaded Config as first argument."""

    @_config_option
    @functools.wraps(command)
    def run(path: str | None, **options: Any) -> None:
        command(load(find_path(path)), **options)

    return run


def _assemble(config: Config) -> "Parts":
    from endpoint.assembly import assemble

    return assemble(config)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="endpoint")
def main() -> None:
    """Post to your static site from any IndieWeb app."""
    logs.configure()


def _check_filter(_context: click.Context, _option: click.Parameter, given: str | None) -> str:
    from endpoint.stores.git.partial_clones import is_filter

    if given and not is_filter(given):
        raise click.BadParameter("must be blob:none, or blob:limit= with a size such as 100k or 1m")
    return given or ""


@main.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--me", metavar="URL", help="Your profile URL: the site's address, with its path.")
@click.option("--public-url", metavar="URL", help="Where this server is reached; default: --me.")
@click.option("--name", help="Your name, as the site and the feed show it.")
@click.option("--timezone", metavar="ZONE", default="UTC", help="Like Europe/Berlin.")
@click.option("--generator", type=click.Choice(["hugo", "jekyll"]), default="hugo")
@click.option("--repository", metavar="PATH-OR-URL", help="Adopt this site instead of making one.")
@click.option("--ssh-key", metavar="PATH", help="The key that opens it, for an address by SSH.")
@click.option("--known-hosts", metavar="PATH", help="Where its host's key is known from.")
@click.option("--token-file", metavar="PATH", help="The token that opens it, for one by https.")
@click.option("--depth", type=click.IntRange(1), help="Take only its newest commits: a large site.")
@click.option(
    "--filter",
    "left_out",
    metavar="FILTER",
    callback=_check_filter,
    help="Leave files there until they are read: blob:none, or blob:limit=100k for larger ones.",
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
def init(
    folder: Path,
    me: str | None,
    public_url: str | None,
    name: str | None,
    timezone: str,
    generator: str,
    repository: str | None,
    ssh_key: str | None,
    known_hosts: str | None,
    token_file: str | None,
    depth: int | None,
    left_out: str,
    password_stdin: bool,
    yes: bool,
) -> None:
    """Make a new installation in DIR."""
    from endpoint.domain.discovery_links import discovery_links
    from endpoint.services.installation import Wishes, install, make_password

    if not yes:
        me = me or click.prompt("The address of your site (https://…)")
        name = name or click.prompt("Your name", default="", show_default=False)
        public_url = public_url or click.prompt("Where this server is reached", default=me)
    if not me:
        raise click.UsageError("--me URL is needed: the address of your site")
    given = sys.stdin.readline().rstrip("\n") if password_stdin else ""
    if password_stdin and not given:
        raise click.UsageError("--password-stdin found no password on standard input")
    password = given or make_password()
    wishes = Wishes(
        me=me,
        public_url=public_url or "",
        name=name or "",
        timezone=timezone,
        generator=generator,
        repository=repository or "",
        ssh_key=ssh_key or "",
        known_hosts=known_hosts or "",
        token_file=token_file or "",
        depth=depth or 0,
        left_out=left_out,
        password=password,
    )
    config = install(folder, wishes, datetime.now(UTC), _show_bytes)
    click.echo(f"Made {folder} for {config.me}")
    if not given:
        click.echo(f"Your password, shown only this once: {password}")
    if repository:
        click.echo("In the head of your site's pages, so that apps find this server:")
        for link in discovery_links(config.base_url, signs_in=config.auth.mode == "builtin"):
            click.echo(link.element)
    click.echo(f"Next: cd {folder} && endpoint serve; and endpoint check, once your site is up")


def _show_bytes(arrived: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\rCloning: {arrived / 1e6:.1f} MB ", nl=False, err=True)


@main.command()
@_configured
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=_PORT, default=8000, show_default=True)
@click.option("--no-worker", is_flag=True, help="Serve only; run `endpoint worker` beside it.")
def serve(config: Config, host: str, port: int, no_worker: bool) -> None:
    """Serve requests, with a worker in the same process."""
    from endpoint import server

    click.echo(f"Serving {config.base_url}/ at http://{host}:{port}/", err=True)
    server.serve(_assemble(config), host, port, has_worker=not no_worker)


@main.command()
@_configured
def worker(config: Config) -> None:
    """Work only: checkout and build after commits."""
    from endpoint import server

    server.work(_assemble(config))


@main.command()
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default="demo")
@click.option("--port", type=_PORT, help="Default: 8000, or where the demo in DIR was made for.")
def demo(folder: Path, port: int | None) -> None:
    """Try it: a new site on this machine, built by Hugo after each post."""
    from endpoint import server
    from endpoint.services.demo import prepare_demo, read_password

    config, port = prepare_demo(folder, port, datetime.now(UTC))
    parts = _assemble(config)
    token = _make_demo_token(parts)
    click.echo(f"Your site:     {config.me}")
    click.echo(f"Your password: {read_password(folder, config.auth.password_hash)}")
    click.echo(f"Sign in:       {config.base_url}/admin/")
    click.echo(f"A token:       {token}")
    click.echo("Post something:")
    click.echo(
        f"curl -i {config.base_url}/micropub -H 'Authorization: Bearer {token}'"
        " -d h=entry -d 'content=Hello world'"
    )
    click.echo("Ctrl-C ends it; `endpoint demo` continues where it was.", err=True)
    server.serve(parts, "127.0.0.1", port, has_worker=True)


def _make_demo_token(parts: "Parts") -> str:
    for token in parts.tokens.list():
        if token.client_id == _DEMO_CLIENT:
            parts.tokens.revoke(token.id)
    scopes = frozenset({"create", "update", "delete", "undelete", "media"})
    secret, _ = parts.tokens.create(client_id=_DEMO_CLIENT, scopes=scopes)
    return secret


_DEMO_CLIENT = "https://demo.invalid/"


_SCOPES = frozenset("create draft update delete undelete media profile email post".split())


@main.group()
def token() -> None:
    """Make, list and revoke the tokens apps post with."""


@token.command("create")
@_configured
@click.option("--scope", default="create update delete undelete media", show_default=True)
@click.option("--client-id", metavar="URL", default="", help="The app that will use it.")
@click.option("--expires-in", metavar="SECONDS", type=click.IntRange(1, 10**9))
def token_create(config: Config, scope: str, client_id: str, expires_in: int | None) -> None:
    """Make a token and print it alone on standard output."""
    for unknown in sorted(set(scope.split()) - _SCOPES):
        click.echo(f"Note: {unknown} is no scope that grants anything here", err=True)
    secret, _ = _assemble(config).tokens.create(
        client_id=client_id,
        scopes=frozenset(scope.split()),
        expires_in=timedelta(seconds=expires_in) if expires_in else None,
    )
    click.echo(secret)


@token.command("list")
@_configured
def token_list(config: Config) -> None:
    """List the tokens by their ids; the tokens themselves are not kept."""
    for row in _assemble(config).tokens.list():
        state = "revoked" if row.revoked_at else _until(row.expires_at)
        used = f"{row.last_used_at:%Y-%m-%d}" if row.last_used_at else "never"
        scope = " ".join(sorted(row.scopes)) or "no scope"
        click.echo(f"{row.id}  {state}, used {used}: {scope}  {row.client_id}".rstrip())


def _until(expires_at: datetime | None) -> str:
    if expires_at is None:
        return "valid"
    return f"expire{'s' if expires_at > datetime.now(UTC) else 'd'} {expires_at:%Y-%m-%d}"


@token.command("revoke")
@_configured
@click.argument("token_id", metavar="ID")
def token_revoke(config: Config, token_id: str) -> None:
    """Make the token ID useless at once."""
    _assemble(config).tokens.revoke(token_id)


@main.group()
def password() -> None:
    """The password you sign in with."""


@password.command("set")
@_config_option
@click.option("--stdin", "from_stdin", is_flag=True, help="Read it from standard input.")
def password_set(path: str | None, from_stdin: bool) -> None:
    """Set a new password; only its hash is kept."""
    from endpoint.services.passwords import set_password

    changed = set_password(find_path(path), _read_password() if from_stdin else _ask_password())
    click.echo(f"The new password is in {changed}, as a hash")
    click.echo("Restart the server for it to count; every browser is signed out then")


def _ask_password() -> str:
    given: str = click.prompt("New password", hide_input=True, confirmation_prompt="And again")
    if len(given) < _SHORT_PASSWORD:
        click.echo("Note: this password is short; four random words are hard to guess", err=True)
    return given


def _read_password() -> str:
    try:
        return sys.stdin.buffer.readline().decode().rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise click.UsageError("--stdin found something that is not UTF-8") from error


_SHORT_PASSWORD = 12


@main.command()
@_configured
def check(config: Config) -> None:
    """Look the installation over: a line for each part, with the mend."""
    from endpoint.assembly.doctor import make_doctor

    is_well = True
    for finding in make_doctor(_assemble(config)).examine():
        is_well = is_well and finding.is_well
        click.echo(f"{'ok  ' if finding.is_well else 'MEND'}  {finding.part}: {finding.says}")
    if not is_well:
        raise click.exceptions.Exit(1)


@main.group()
def conflicts() -> None:
    """Commits that could not be merged with what others pushed."""


@conflicts.command("list")
@_configured
def conflicts_list(config: Config) -> None:
    """List what waits for you: the branch that keeps a commit, and why it is not on the site."""
    for found in _assemble(config).publishing.backlog().conflicts:
        click.echo(f"{found.branch}  {found.found_at:%Y-%m-%d}  {found.subject}: {found.reason}")


@conflicts.command("resolve")
@_configured
@click.argument("branch")
def conflicts_resolve(config: Config, branch: str) -> None:
    """Say that BRANCH is dealt with; it stays until you delete it."""
    if not _assemble(config).publishing.resolve(branch):
        raise click.UsageError(f"{branch} waits for nobody; see endpoint conflicts list")


@main.command()
@_configured
def build(config: Config) -> None:
    """Build the site once, as the worker does after a commit."""
    parts = _assemble(config)
    parts.checkout.update()
    parts.builder.build()
    click.echo(f"Built {config.site.output}")


@main.group()
def index() -> None:
    """The index of posts beside the repository."""


@index.command("rebuild")
@_configured
def index_rebuild(config: Config) -> None:
    """Make the index again from the repository."""
    parts = _assemble(config)
    with click.progressbar(length=0, label="Reading posts", show_pos=True) as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        parts.index.rebuild(show, processes=min(os.cpu_count() or 1, _READERS))
    for path, problem in parts.index.problems():
        click.echo(f"{path}: {problem}", err=True)
