"""A post as a record of Bluesky: its words, pictures and card, and what it answers."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from endpoint.domain.bluesky.addresses import POST, parse_post
from endpoint.domain.bluesky.facets import find_facets, find_links, shorten_links
from endpoint.domain.copies.counting import count_graphemes
from endpoint.domain.copies.cutting import cut
from endpoint.domain.copies.fitting import NEVER, Wording, fit
from endpoint.domain.posts import Post
from endpoint.domain.warnings import find_warning
from endpoint.errors import NotFound
from endpoint.syndicators import Outgoing
from endpoint.syndicators.bluesky import records
from endpoint.syndicators.bluesky.network import Network, Photo
from endpoint.syndicators.bluesky.records import LIKE, REPOST, Record, Subject
from endpoint.syndicators.bluesky.xrpc import Account
from endpoint.syndicators.outcomes import Unfit
from endpoint.syndicators.wording import find_wording

_MOST = 300
_BYTES_A_LETTER = 10
_MOST_PICTURES = 4
_LONGEST_ALT = 2_000
_LONGEST_TITLE = 100
_LONGEST_DESCRIPTION = 300
_VERBS = {"like-of": LIKE, "repost-of": REPOST}
_CLICKS = frozenset(("like", "repost"))
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,4}", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Verb:
    """What a post without words of its own is: a record of ``collection`` about ``url``."""

    collection: str
    url: str


def find_verb(outgoing: Outgoing) -> Verb | None:
    """Return what the post does to a post on Bluesky; None if it has something to say itself."""
    if _has_words(outgoing):
        return None
    found = (
        Verb(collection, url)
        for name, collection in _VERBS.items()
        for url in _pages(outgoing.post, name)
    )
    return next(found, None)


def _has_words(outgoing: Outgoing) -> bool:
    return bool(outgoing.html.strip() or outgoing.own_text or outgoing.attachments)


class Writing:
    """Writes records for ``account``."""

    def __init__(self, account: Account, clock: Callable[[], datetime]) -> None:
        self._network = Network(account)
        self._clock = clock

    def write(self, outgoing: Outgoing) -> tuple[str, Record]:
        """Return the collection and the record that the post is to be.

        Raise Unfit if it answers or likes what is not on Bluesky.
        """
        created = outgoing.post.published or self._clock()
        if verb := find_verb(outgoing):
            subject = self._require_subject(verb.url)
            return verb.collection, records.like(verb.collection, subject, created)
        if outgoing.post.kind in _CLICKS and not _has_words(outgoing):
            raise Unfit("It likes or reposts a page that is no post on Bluesky.")
        return POST, self._write_post(outgoing, created)

    def _write_post(self, outgoing: Outgoing, created: datetime) -> Record:
        answered, quoted = self._find_answered(outgoing), self._find_quoted(outgoing.post)
        warning = "" if outgoing.own_text else find_warning(outgoing.post.properties)
        if warning:
            text, embed = self._write_warning(warning, outgoing.post)
        else:
            text, media = self._write_said(outgoing, is_answer=bool(answered or quoted))
            embed = records.quotation(quoted, media) if quoted else media
        return (
            self._write_words(text, created, outgoing.language)
            | ({"reply": records.reply(answered)} if answered else {})
            | ({"embed": embed} if embed else {})
        )

    def _write_warning(self, warning: str, post: Post) -> tuple[str, Record | None]:
        """Return a text that warns, and a card: Bluesky has nothing to hide words behind."""
        card = records.card(post.permalink, cut(warning, _LONGEST_TITLE), "", None)
        return cut(warning, _MOST, _count), card

    def _write_said(self, outgoing: Outgoing, *, is_answer: bool) -> tuple[str, Record | None]:
        """Return what the post says, and its photos, or the card that leads to it."""
        photos = _load_photos(outgoing)
        wording = find_wording(
            outgoing,
            is_answer=is_answer,
            is_incomplete=len(photos) < len(outgoing.attachments),
        )
        text = fit(wording, _MOST, _count)
        media = None
        if wording.permalink in text and (wording.title or not photos):
            # The card is the link.
            text = fit(_beside_card(wording, outgoing.post), _MOST, _count)
            media = self._write_card(wording, outgoing.post, photos)
        elif photos:
            media = records.images(map(self._network.upload, photos))
        return text, media

    def _write_words(self, text: str, created: datetime, language: str) -> Record:
        shown, found = shorten_links(text, find_facets(text))
        facets = list(records.facets(shown, found, self._network.find_did))
        known = language if _LANGUAGE.fullmatch(language) else ""
        return records.post(shown, facets, created, known)

    def _write_card(self, wording: Wording, post: Post, photos: list[Photo]) -> Record:
        title = wording.title or next(iter(wording.text.splitlines()), "") or wording.permalink
        about = (_summary(post) or wording.text) if wording.title else ""
        thumb = self._network.upload(photos[0]).blob if photos else None
        return records.card(
            wording.permalink,
            cut(title, _LONGEST_TITLE),
            cut(about, _LONGEST_DESCRIPTION) if about else "",
            thumb,
        )

    def _find_answered(self, outgoing: Outgoing) -> Subject | None:
        post = outgoing.post
        if outgoing.answered and (own := self._network.find_own(outgoing.answered.id)):
            return own
        pages = list(_pages(post, "in-reply-to"))
        if post.properties.get("in-reply-to") and not pages:
            raise Unfit("It answers a page that is no post on Bluesky.")
        return self._require_subject(pages[0]) if pages else None

    def _find_quoted(self, post: Post) -> Subject | None:
        names = ("quotation-of", *_VERBS)
        url = next((url for name in names for url in _pages(post, name)), None)
        return self._require_subject(url) if url else None

    def _require_subject(self, url: str) -> Subject:
        if subject := self._network.find_subject(url):
            return subject
        raise Unfit(f"There is no post on Bluesky at {url}.")


def _count(text: str) -> int:
    """Return how long ``text`` is once its links are short; its bytes are limited too."""
    shown, _ = shorten_links(text, find_links(text))
    return max(count_graphemes(shown), -(-len(shown.encode()) // _BYTES_A_LETTER))


def _beside_card(wording: Wording, post: Post) -> Wording:
    words = (_summary(post) or wording.title) if wording.title else wording.text
    return replace(wording, title="", text=words, link=NEVER)


def _summary(post: Post) -> str:
    summary = next(iter(post.properties.get("summary", [])), "")
    return " ".join(summary.split()) if isinstance(summary, str) else ""


def _load_photos(outgoing: Outgoing) -> list[Photo]:
    """Return the photos that are files of ours, as many as can be shown."""
    loaded: list[Photo] = []
    for file in outgoing.attachments:
        if file.media_type.startswith("image/") and len(loaded) < _MOST_PICTURES:
            with suppress(NotFound):
                loaded.append(Photo(file.url, file.load(), cut(file.alt, _LONGEST_ALT)))
    return loaded


def _pages(post: Post, name: str) -> Iterator[str]:
    """Yield those values of the property ``name`` that are posts on Bluesky."""
    for value in post.properties.get(name, []):
        inner = value.get("properties") if isinstance(value, dict) else None
        urls = inner.get("url", []) if isinstance(inner, dict) else [value]
        for url in urls if isinstance(urls, list) else []:
            if isinstance(url, str) and parse_post(url.strip()):
                yield url.strip()
