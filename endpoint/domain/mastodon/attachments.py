"""Pictures, films and recordings as Mastodon's apps see them."""

from dataclasses import dataclass

from endpoint.domain.mastodon.entities import Entity


@dataclass(frozen=True)
class Attachment:
    """A file: ``family`` is ``image``, ``video`` or ``audio``, ``url`` is absolute.

    ``width`` and ``height`` are in pixels, None where they are not known.
    """

    id: str
    family: str
    url: str
    alt: str = ""
    width: int | None = None
    height: int | None = None
    blurhash: str | None = None

    def describe(self) -> Entity:
        """Return the entity MediaAttachment."""
        return {
            "id": self.id,
            "type": self.family,
            "url": self.url,
            "preview_url": self.url,
            "remote_url": None,
            "preview_remote_url": None,
            "text_url": None,
            "meta": self._meta(),
            "description": self.alt or None,
            "blurhash": self.blurhash,
        }

    def _meta(self) -> Entity:
        if not self.width or not self.height:
            return {}
        size = {
            "width": self.width,
            "height": self.height,
            "size": f"{self.width}x{self.height}",
            "aspect": round(self.width / self.height, 6),
        }
        return {"original": size, "small": size}
