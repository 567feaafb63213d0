"""Pictures of authors: fetched once, made small, and looked at again when they are old."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from time import monotonic

import structlog

from endpoint.domain.urls import canonical
from endpoint.errors import EndpointError
from endpoint.stores.confined import Confined, Limits, Overrun
from endpoint.stores.mentions.photos import Photo, Photos
from endpoint.stores.web import FetchError, Web

_log = structlog.get_logger()
_FRESH = timedelta(days=30)
_FIRST_WAIT = timedelta(hours=1)
_AT_ONCE = 4
_BATCH = 40
_PATIENCE_S = 20
_draw = Confined("endpoint.stores.media.faces:answer", at_once=2, patience_s=60)
# A picture of 16 million pixels, as lossless WebP, takes 20 bytes for each beside the program.
_LIMITS = Limits(memory_bytes=700_000_000, cpu_s=10, time_s=10, file_bytes=0)


@dataclass(frozen=True)
class Look:
    """What a look at a picture has brought: our file of it, None for none, and the next look."""

    photo: Photo
    content: bytes | None
    next_look_at: datetime


class Faces:
    """Our copies of authors' pictures, named after what is in them.

    The same picture is one file, whoever shows it. What cannot be had is tried
    again, at longer and longer intervals; an old copy stays meanwhile.
    """

    def __init__(self, photos: Photos, web: Web, clock: Callable[[], datetime]) -> None:
        self._photos = photos
        self._web = web
        self._clock = clock

    def expect(self, urls: Iterable[str]) -> dict[str, str]:
        """Return the name of our copy for each of ``urls``, empty where there is none yet."""
        return self._photos.expect(filter(_is_web, urls), self._clock())

    def due(self) -> datetime | None:
        """Return since when a look is due, None if none is."""
        first = self._photos.first_due()
        return first if first and first <= self._clock() else None

    def look(self) -> list[Look]:
        """Return what came of looking at those that are due.

        It takes half a minute at most; what was not reached then stays due.
        """
        due, until_s = self._photos.due(self._clock(), _BATCH), monotonic() + _PATIENCE_S

        def look(photo: Photo) -> Look | None:
            return self._look(photo) if monotonic() < until_s else None

        with ThreadPoolExecutor(_AT_ONCE, "faces") as pool:
            return list(filter(None, pool.map(look, due)))

    def note(self, looks: Iterable[Look]) -> None:
        """Note what came of looks, once their files are committed."""
        for look in looks:
            self._photos.note(look.photo, look.next_look_at)

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield URL and file name of each copy."""
        return self._photos.names()

    def forget(self, urls: Iterable[str]) -> None:
        """Forget the copies of ``urls``, whose files are removed."""
        self._photos.forget(urls)

    def _look(self, photo: Photo) -> Look:
        now = self._clock()
        try:
            content = self._fetch(photo.url)
        except (FetchError, EndpointError, Overrun) as error:
            _log.info("picture of an author not taken", url=photo.url, reason=str(error))
            wait = min(_FIRST_WAIT * 4 ** min(photo.attempts, 10), _FRESH)
            return Look(replace(photo, attempts=photo.attempts + 1), None, now + wait)
        name = f"{hashlib.sha256(content).hexdigest()[:24]}.webp"
        return Look(replace(photo, name=name, attempts=0), content, now + _FRESH)

    def _fetch(self, url: str) -> bytes:
        page = self._web.get(url, {"Accept": "image/*"})
        if page.status != HTTPStatus.OK:
            raise FetchError(f"it answers {page.status}")
        picture = b64encode(page.content).decode("ascii")
        return b64decode(_draw.run(picture, _LIMITS))


def _is_web(url: str) -> bool:
    try:
        return bool(canonical(url))
    except ValueError:
        return False
