"""Whether the bucket for media takes files, gives them back, and shows them in public."""

import secrets
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from endpoint.domain.media_names import make_name
from endpoint.services.doctor.findings import Finding, Ill, look
from endpoint.stores.media.files import copy_stored
from endpoint.stores.media.places import MediaPlace
from endpoint.stores.web import FetchError, Web

_EXTENSION = ".gif"
_MEND = "correct media.s3.public_url, and let everybody read the files there"


class BucketCheck:
    """Puts a small file into ``bucket``, looks at it as readers do, and removes it."""

    def __init__(self, bucket: MediaPlace | None, web: Web) -> None:
        self._bucket = bucket
        self._web = web

    def examine(self) -> Iterator[Finding]:
        """Yield what is found, if there is a bucket."""
        bucket = self._bucket
        if bucket:
            yield look("bucket", lambda: self._examine(bucket))

    def _examine(self, bucket: MediaPlace) -> str:
        name = make_name(secrets.token_hex(16), _EXTENSION)
        with tempfile.TemporaryDirectory() as folder:
            draft, again = Path(folder) / "draft", Path(folder) / "again"
            draft.write_bytes(name.encode())
            bucket.keep(draft, name)
            try:
                found = bucket.find(name)
                if found is None:
                    raise Ill("it loses what is put there; correct media.s3")
                copy_stored(found, again)
                if again.read_bytes() != name.encode():
                    raise Ill("it changes what is put there; correct media.s3")
                self._show(found.url, name.encode())
            finally:
                bucket.remove(name)
        bucket.older(datetime.min.replace(tzinfo=UTC))
        root = bucket.public_root
        shown = f"everybody gets them below {root}" if root else "this server shows them"
        return f"files can be put there, read, listed and deleted; {shown}"

    def _show(self, url: str, content: bytes) -> None:
        if not url:
            return
        try:
            page = self._web.get(url)
        except FetchError as error:
            raise Ill(f"{url} cannot be fetched ({error}); {_MEND}") from error
        if page.status != HTTPStatus.OK or page.content != content:
            raise Ill(f"{url} answers {page.status} and not with the file put there; {_MEND}")
