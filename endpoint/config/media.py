"""The ``[media]`` table: files of posts, what is made of them, and where they live."""

from typing import Literal, Self

from pydantic import Field, model_validator

from endpoint.config.checks import Folder, Prefix, Secret, UrlOrNothing
from endpoint.config.tables import Table


class S3Config(Table):
    """A bucket for the files of posts, and how it is reached."""

    bucket: str = Field(default="", pattern=r"^([A-Za-z0-9._-]{3,255})?$")
    endpoint_url: UrlOrNothing = ""
    region: str = ""
    access_key_id: Secret = ""
    secret_access_key: Secret = ""
    prefix: Prefix = ""
    public_url: UrlOrNothing = ""

    @model_validator(mode="after")
    def _pair_keys(self) -> Self:
        if bool(self.access_key_id) != bool(self.secret_access_key):
            raise ValueError("access_key_id and secret_access_key must be set both, or neither")
        return self


class MediaConfig(Table):
    """What files apps may send, what is made of pictures, and where all of them live."""

    store: Literal["", "bundle", "static", "s3"] = ""
    s3: S3Config = S3Config()
    folder: Folder = ""
    max_bytes: int = Field(default=25_000_000, gt=0)
    max_files: int = Field(default=20, gt=0)
    max_request_bytes: int = Field(default=100_000_000, gt=0)
    max_pixels: int = Field(default=50_000_000, gt=0)
    max_edge: int = Field(default=2560, ge=0)
    quality: int = Field(default=85, ge=1, le=95)
    heic_as: Literal["jpeg", "webp"] = "jpeg"
    fetch_remote_media: bool = False
    keep_unused_days: int = Field(default=7, ge=1)

    @model_validator(mode="after")
    def _need_bucket(self) -> Self:
        if self.store == "s3" and not self.s3.bucket:
            raise ValueError("s3.bucket must name the bucket, because store is s3")
        return self
