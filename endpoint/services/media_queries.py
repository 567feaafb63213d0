"""What a client may ask the media endpoint: which files it took, and which was the last."""

from collections.abc import Callable, Mapping
from typing import Any

from endpoint.domain.lists import Selection, parse_selection
from endpoint.domain.tokens import Token
from endpoint.errors import InvalidRequest
from endpoint.services.media import Media
from endpoint.stores.media.rows import KeptUpload, UploadRows

Arguments = Mapping[str, str]
Answer = dict[str, Any]


class MediaQueries:
    """Answers to ``GET /media?q=…`` (Micropub extensions: media list, last upload)."""

    def __init__(self, uploads: UploadRows, media: Media) -> None:
        self._uploads = uploads
        self._media = media
        self._answers: dict[str, Callable[[Arguments], Answer]] = {
            "config": self._config,
            "source": self._source,
            "last": self._last,
        }

    def answer(self, arguments: Arguments, token: Token) -> Answer:
        """Return the answer to the query ``q``; raise InvalidRequest if there is no such query."""
        token.require("media", "update", "delete", "undelete")
        name = arguments["q"]
        if name not in self._answers:
            raise InvalidRequest(f"q must be one of {', '.join(self._answers)}")
        return self._answers[name](arguments)

    def _config(self, _arguments: Arguments) -> Answer:
        return {"q": list(self._answers)}

    def _source(self, arguments: Arguments) -> Answer:
        if "url" in arguments:
            return self._one(arguments["url"])
        page = self._uploads.select(parse_selection(arguments), _media_type(arguments))
        return {
            "items": [self._item(kept) for kept in page.uploads],
            "paging": {"after": page.after} if page.after else {},
        }

    def _one(self, url: str) -> Answer:
        name = self._media.name_in(url)
        kept = self._uploads.find(name) if name else None
        if kept is None:
            raise InvalidRequest("url names no upload of this server")
        return self._item(kept)

    def _last(self, _arguments: Arguments) -> Answer:
        newest = self._uploads.select(Selection(limit=1)).uploads
        return {"url": self._media.url_of(newest[0].name)} if newest else {}

    def _item(self, kept: KeptUpload) -> Answer:
        # Without the time Quill attaches the last upload to every new note.
        known = {
            "url": self._media.url_of(kept.name),
            "published": kept.uploaded_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "mime_type": kept.media_type,
            "size": kept.size,
            "width": kept.width,
            "height": kept.height,
            "blurhash": kept.blurhash,
        }
        return {name: value for name, value in known.items() if value is not None}


def _media_type(arguments: Arguments) -> str:
    """Return the type that is asked for; a family such as ``image/*`` keeps its slash only."""
    wanted = arguments.get("mime_type") or arguments.get("mime") or ""
    if "\0" in wanted:
        raise InvalidRequest("mime_type must be a type such as image/jpeg")
    family, _, rest = wanted.strip().lower().partition("/")
    return f"{family}/" if family and rest in ("", "*") else wanted.strip().lower()
