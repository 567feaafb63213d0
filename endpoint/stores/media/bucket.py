"""A bucket of an S3-compatible store: the files of posts by name, outside the repository."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import boto3
from botocore.config import Config as ClientConfig
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from botocore.parsers import ResponseParserError

from endpoint.domain.media_names import is_name, type_of
from endpoint.errors import ConfigError, Unavailable
from endpoint.stores.disk import disk_errors
from endpoint.stores.media.places import StoredFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CLIENT = ClientConfig(
    # Apps wait half a minute or less, for a post with many files too.
    connect_timeout=3,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 2},
    # Not every store knows the checksums that AWS has; requests are signed with one anyway.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)
# A file goes out in pieces of so many bytes, so that no connection waits for a slow reader.
_PIECE = 1_048_576
_CACHE_CONTROL = "public, max-age=31536000, immutable"
_MISSING = 404
_NOT_ALLOWED = (401, 403)


@dataclass(frozen=True)
class BucketRules:
    """Which bucket, where and for whom; all but ``name`` may be empty, as the client's own.

    Files lie in the folder ``prefix`` of the bucket, which ends with a slash,
    and are public below ``public_url``.
    """

    name: str
    endpoint_url: str = ""
    region: str = ""
    access_key_id: str = ""
    secret_access_key: str = ""
    prefix: str = ""
    public_url: str = ""


class Bucket:
    """A MediaPlace in a bucket, which nobody else may put files with such names into.

    Its host is the owner's choice, so the client is boto3's. Raise ConfigError
    if that makes no sense of the rules.
    """

    def __init__(self, rules: BucketRules) -> None:
        self._name = rules.name
        self._prefix = rules.prefix
        root = rules.public_url.rstrip("/")
        self.public_root = f"{root}/{quote(rules.prefix)}" if root else ""
        self._client = _make_client(rules)

    def keep(self, draft: Path, name: str) -> None:
        """Put the file at ``draft`` into the bucket, under its ``name``."""
        with self._answering(), disk_errors("media folder"), draft.open("rb") as file:
            self._client.put_object(
                Bucket=self._name,
                Key=self._key(name),
                Body=file,
                ContentType=type_of(name).name,
                CacheControl=_CACHE_CONTROL,
            )

    def find(self, name: str) -> StoredFile | None:
        """Return the file, or None if there is none."""
        if not is_name(name):
            return None
        with self._answering():
            try:
                head = self._client.head_object(Bucket=self._name, Key=self._key(name))
            except ClientError as error:
                if _status(error) == _MISSING:
                    return None
                raise

        def pieces(first: int, stop: int) -> Iterator[bytes]:
            for start in range(first, stop, _PIECE):
                yield self._read(name, start, min(start + _PIECE, stop))

        return StoredFile(
            name, head.get("ContentLength", 0), pieces, self.public_root and self.public_root + name
        )

    def remove(self, name: str) -> None:
        """Remove the file, if it is there, for good."""
        if is_name(name):
            with self._answering():
                self._client.delete_object(Bucket=self._name, Key=self._key(name))

    def older(self, before: datetime) -> list[str]:
        """Return the name of each file that was put there before ``before``."""
        listing = self._client.get_paginator("list_objects_v2")
        with self._answering():
            found = [
                known["Key"].removeprefix(self._prefix)
                for page in listing.paginate(Bucket=self._name, Prefix=self._prefix)
                for known in page.get("Contents", [])
                if known["LastModified"] < before
            ]
        return [name for name in found if is_name(name)]

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _key(self, name: str) -> str:
        return self._prefix + name

    def _read(self, name: str, first: int, stop: int) -> bytes:
        with self._answering():
            part = f"bytes={first}-{stop - 1}"
            found = self._client.get_object(Bucket=self._name, Key=self._key(name), Range=part)
            with closing(found["Body"]) as body:
                content: bytes = body.read()
                return content

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Raise Unavailable, with the mend, if the bucket does not do what it is asked for."""
        try:
            yield
        except ClientError as error:
            raise Unavailable(self._explain(error)) from error
        except NoCredentialsError as error:
            raise Unavailable(
                "media.s3 has no credentials; set access_key_id and secret_access_key"
            ) from error
        except (BotoCoreError, ResponseParserError) as error:
            raise Unavailable(
                "The bucket for media cannot be reached; try again, or check media.s3.endpoint_url"
            ) from error

    def _explain(self, error: ClientError) -> str:
        code = re.sub(r"[^A-Za-z0-9]+", " ", error.response.get("Error", {}).get("Code", ""))
        if code == "NoSuchBucket":
            return f"There is no bucket {self._name}; make it, or correct media.s3.bucket"
        if _status(error) in _NOT_ALLOWED:
            return (
                f"The bucket {self._name} refuses these credentials ({code}); check"
                " media.s3.access_key_id and secret_access_key, and what they may do"
            )
        return f"The bucket {self._name} answers {code}; try again"


def _make_client(rules: BucketRules) -> "S3Client":
    try:
        client: S3Client = boto3.client(
            "s3",
            endpoint_url=rules.endpoint_url or None,
            region_name=rules.region or None,
            aws_access_key_id=rules.access_key_id or None,
            aws_secret_access_key=rules.secret_access_key or None,
            config=_CLIENT,
        )
    except (BotoCoreError, ValueError) as error:
        raise ConfigError(f"media.s3: the bucket has no client: {error}") from error
    return client


def _status(error: ClientError) -> int:
    status: int = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status
