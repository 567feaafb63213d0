"""What is wanted of a picture, and what it became."""

from dataclasses import dataclass
from typing import Literal

from endpoint.domain.media_types import MediaType


@dataclass(frozen=True)
class PictureRules:
    """Limits and wishes: ``max_edge`` in pixels (0 keeps the size), ``quality`` from 1 to 95."""

    max_pixels: int
    max_edge: int
    quality: int
    heic_as: Literal["jpeg", "webp"]


@dataclass(frozen=True)
class Picture:
    """What was made, its width and height in pixels as it is seen, and its BlurHash."""

    media_type: MediaType
    width: int
    height: int
    blurhash: str
