"""Whether the site builds, its pages are where the permalinks say, and show what is theirs."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from endpoint.config import Config
from endpoint.domain.lists import Selection
from endpoint.domain.media_names import find_names
from endpoint.domain.posts import Post
from endpoint.services.doctor.findings import Finding, Ill, look
from endpoint.services.doctor.mentions import KeptMentions, shows_any
from endpoint.stores.builder import Builder
from endpoint.stores.checkout import Checkout
from endpoint.stores.index import PostIndex
from endpoint.stores.lfs import has_lfs, uses_lfs

_SAMPLE = 100


class Building:
    """Builds the site into a folder that is thrown away, and looks for the newest posts there."""

    def __init__(
        self,
        config: Config,
        index: PostIndex,
        builder: Builder,
        checkout: Checkout,
        mentions: KeptMentions,
    ) -> None:
        self._config = config
        self._index = index
        self._builder = builder
        self._checkout = checkout
        self._mentions = mentions

    def examine(self) -> Iterator[Finding]:
        """Yield what a build shows."""
        yield look("build and permalinks", self._examine_build)
        yield look("posts in HTML", self._examine_html)
        yield look("large files", self._examine_large_files)

    def _examine_build(self) -> str:
        if not self._config.site.build:
            return "left to the hosting"
        self._checkout.update()
        with tempfile.TemporaryDirectory() as folder:
            self._builder.run(Path(folder))
            page = self._index.select(Selection(limit=_SAMPLE, public_only=True))
            self._require_pages(Path(folder), page.posts)
            self._require_files(Path(folder), page.posts)
            self._require_mentions(Path(folder), page.posts)
        if not page.posts:
            return "the site builds; there is no public post to compare yet"
        return f"the newest posts ({len(page.posts)}) are where their permalinks say"

    def _require_pages(self, output: Path, posts: Sequence[Post]) -> None:
        for post in posts:
            if self._find_page(output, post) is None:
                raise Ill(
                    f"{post.path} should be at {post.permalink}, and the build has no such"
                    " page; make [posts] of the configuration agree with the site's permalinks"
                )

    def _require_files(self, output: Path, posts: Sequence[Post]) -> None:
        for post in posts:
            page = self._find_page(output, post)
            if page and (unshown := _files_of(post) - find_names(page.read_bytes())):
                raise Ill(
                    f"{post.permalink} is built without {min(unshown)}, a file of the post; have"
                    " your templates show photos, videos and audios (docs/templates.md)"
                )

    def _require_mentions(self, output: Path, posts: Sequence[Post]) -> None:
        mentioned = ((post, urls) for post in posts if (urls := self._mentions.urls(post)))
        # A theme shows mentions or does not: the newest page that has any tells.
        post, urls = next(mentioned, (None, set[str]()))
        page = self._find_page(output, post) if post else None
        if post and page and not shows_any(page.read_bytes(), urls):
            raise Ill(
                f"{post.permalink} is built without its mentions; have your templates show"
                " them (docs/webmentions.md)"
            )

    def _find_page(self, output: Path, post: Post) -> Path | None:
        path = post.permalink.removeprefix(self._config.site_url)
        target = output / unquote(urlsplit(path).path)
        pages = target / "index.html", target, target.with_name(target.name + ".html")
        return next((page for page in pages if page.is_file()), None)

    def _examine_html(self) -> str:
        builds_here = self._config.site.build and self._config.site.generator == "hugo"
        if builds_here and self._builder.denies_html():
            raise Ill(
                "this Hugo refuses content in HTML, and one such post would stop the build; set"
                ' allowContent = ["! ^text/org$"] under [security] in hugo.toml'
            )
        return "can be built" if builds_here else "not asked"

    def _examine_large_files(self) -> str:
        if not uses_lfs(self._config.repository.checkout):
            return "none are kept by Git LFS"
        if self._config.site.build and not has_lfs():
            raise Ill(
                "the site keeps files with Git LFS, and builds have only their pointers;"
                " install git-lfs"
            )
        return "are brought by Git LFS"


def _files_of(post: Post) -> set[str]:
    """Return the names of the uploads that a reader should see on the page of ``post``."""
    shown = [post.properties.get(name) for name in ("photo", "video", "audio")]
    return find_names(json.dumps(shown).encode())
