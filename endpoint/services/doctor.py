"""What ``endpoint check`` finds: each part of the installation, and the mend where one is ill."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import Engine

from endpoint.config import Config
from endpoint.domain.discovery import find_rel
from endpoint.domain.lists import Selection
from endpoint.errors import ConfigError, EndpointError
from endpoint.services.health import Health
from endpoint.stores.builder import Builder, BuildError
from endpoint.stores.checkout import Checkout
from endpoint.stores.cloning import list_remote
from endpoint.stores.followers import Followers
from endpoint.stores.index import PostIndex
from endpoint.stores.repository import Repository
from endpoint.stores.web import FetchError, Web

_SAMPLE = 100


@dataclass(frozen=True)
class Finding:
    """One line of the examination: the part, whether it is well, and what to do if not."""

    part: str
    is_well: bool
    says: str


class Doctor:
    """Examines an installation without changing anything a reader could see."""

    def __init__(
        self,
        config: Config,
        engine: Engine,
        repository: Repository,
        index: PostIndex,
        builder: Builder,
        checkout: Checkout,
        web: Web,
    ) -> None:
        self._config = config
        self._engine = engine
        self._repository = repository
        self._index = index
        self._builder = builder
        self._checkout = checkout
        self._web = web

    def examine(self) -> Iterator[Finding]:
        """Yield a finding for each part, as soon as it is known."""
        yield Finding("configuration", is_well=True, says=f"for {self._config.me}")
        parts: tuple[tuple[str, Callable[[], str]], ...] = (
            ("repository and database", self._examine_stores),
            ("posts", self._examine_posts),
            ("remote", self._examine_remote),
            ("worker", self._examine_worker),
            ("build and permalinks", self._examine_build),
            ("posts in HTML", self._examine_html),
            ("discovery", self._examine_discovery),
        )
        for part, look in parts:
            try:
                yield Finding(part, is_well=True, says=look())
            except EndpointError as error:
                yield Finding(part, is_well=False, says=error.description)
            except (_Ill, ConfigError, BuildError) as error:
                yield Finding(part, is_well=False, says=" ".join(str(error).split()))

    def _examine_stores(self) -> str:
        Health(self._engine, self._repository).require()
        return f"branch {self._config.repository.branch} is at {self._repository.head()[:10]}"

    def _examine_posts(self) -> str:
        self._index.catch_up()
        problems = self._index.problems()
        if problems:
            path, problem = problems[0]
            more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
            raise _Ill(f"{path} cannot be read as a post: {problem}{more}")
        return "every file of the content folders can be read"

    def _examine_remote(self) -> str:
        remote = self._config.repository.remote
        if not remote:
            return "none; the repository on this machine is the hosting"
        list_remote(remote, self._config.repository.path)
        return "answers; commits are not pushed there by themselves yet"

    def _examine_worker(self) -> str:
        for name in ("checkout", "build"):
            progress = Followers(self._engine).progress(name)
            if progress.last_error:
                raise _Ill(f"{name} failed {progress.attempts} times: {progress.last_error}")
        if Followers(self._engine).progress("checkout").done != self._repository.head():
            return "not up to date yet; endpoint serve or endpoint worker does the work"
        return "nothing failed, and the newest commit is checked out"

    def _examine_build(self) -> str:
        if not self._config.site.build:
            return "left to the hosting"
        self._checkout.update()
        with tempfile.TemporaryDirectory() as folder:
            self._builder.run(Path(folder))
            page = self._index.select(Selection(limit=_SAMPLE, public_only=True))
            for post in page.posts:
                if not _is_built(Path(folder), post.permalink.removeprefix(self._config.site_url)):
                    raise _Ill(
                        f"{post.path} should be at {post.permalink}, and the build has no such"
                        " page; make [posts] of the configuration agree with the site's permalinks"
                    )
        if not page.posts:
            return "the site builds; there is no public post to compare yet"
        return f"the newest posts ({len(page.posts)}) are where their permalinks say"

    def _examine_html(self) -> str:
        builds_here = self._config.site.build and self._config.site.generator == "hugo"
        if builds_here and self._builder.denies_html():
            raise _Ill(
                "this Hugo refuses content in HTML, and one such post would stop the build; set"
                ' allowContent = ["! ^text/org$"] under [security] in hugo.toml'
            )
        return "can be built" if builds_here else "not asked"

    def _examine_discovery(self) -> str:
        try:
            page = self._web.get(self._config.me)
        except FetchError as error:
            raise _Ill(f"{self._config.me} cannot be fetched: {error}") from error
        if page.status != 200:
            raise _Ill(f"{self._config.me} answers {page.status}; it must show your site")
        expected = f"{self._config.base_url}/micropub"
        found = find_rel("micropub", page.headers, page.text, page.url)
        if found != expected:
            link = f'<link rel="micropub" href="{expected}">'
            raise _Ill(f"{self._config.me} does not name this server; add {link} to its head")
        return f"{self._config.me} names this server"


class _Ill(Exception):
    """A part is ill; the message says how to mend it."""


def _is_built(output: Path, path: str) -> bool:
    target = output / unquote(urlsplit(path).path)
    return (
        (target / "index.html").is_file()
        or target.is_file()
        or (target.with_name(target.name + ".html").is_file())
    )
