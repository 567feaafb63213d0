"""Request bodies, read once and strictly: forms, multipart and JSON bytes."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from flask import g, request
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from endpoint.errors import InvalidRequest, UnsupportedMediaType

_MAX_FIELDS = 20_000
_MULTIPART = "multipart/form-data"
_URLENCODED = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Upload:
    """A file part: the parameter it came as, the client's name for it, its bytes."""

    parameter: str
    filename: str
    content: bytes


@dataclass(frozen=True)
class Form:
    """A form body: each name with its values in the order sent, and the file parts."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    uploads: tuple[Upload, ...] = ()

    def first(self, name: str) -> str:
        """Return the first value of a field; empty if there is none."""
        return self.fields.get(name, [""])[0]


def is_form() -> bool:
    """Return whether the request's body says that it is a form, of either kind."""
    return request.mimetype in (_URLENCODED, _MULTIPART)


def read_form() -> Form:
    """Return the request's form or multipart body; it is read only once.

    Raise InvalidRequest if it is malformed or not UTF-8, UnsupportedMediaType
    if it is neither kind of form (Micropub §2.1).
    """
    if "form" not in g:
        g.form = _parse_form()
    form: Form = g.form
    return form


def read_json() -> bytes:
    """Return the bytes of the request's JSON body."""
    return request.get_data()


def _parse_form() -> Form:
    if request.mimetype == _MULTIPART:
        return _parse_multipart(request.get_data())
    if request.mimetype == _URLENCODED:
        return Form(_parse_urlencoded(request.get_data()))
    if not request.mimetype and not request.get_data():
        return Form()
    raise UnsupportedMediaType(
        "Content-Type must be application/json, multipart/form-data"
        " or application/x-www-form-urlencoded"
    )


def _parse_urlencoded(body: bytes) -> dict[str, list[str]]:
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except UnicodeDecodeError as error:
        raise InvalidRequest("The form is not valid UTF-8") from error
    except ValueError as error:
        raise InvalidRequest(f"The form has more than {_MAX_FIELDS} fields") from error
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def _parse_multipart(body: bytes) -> Form:
    boundary = request.mimetype_params.get("boundary", "")
    if not boundary:
        raise InvalidRequest("The multipart body has no boundary parameter")
    fields: dict[str, list[str]] = {}
    uploads: list[Upload] = []
    for part, content in _parts(body, boundary):
        if isinstance(part, File):
            # A file input left empty is sent without name and bytes.
            if part.filename or content:
                uploads.append(Upload(part.name, part.filename, bytes(content)))
        else:
            fields.setdefault(part.name, []).append(_decode(content))
    return Form(fields, tuple(uploads))


def _parts(body: bytes, boundary: str) -> list[tuple[Field | File, bytearray]]:
    # werkzeug's own form parser swallows malformed bodies and bad UTF-8, so
    # its decoder is driven here.
    parts: list[tuple[Field | File, bytearray]] = []
    try:
        decoder = MultipartDecoder(boundary.encode("ascii"), max_parts=_MAX_FIELDS)
        decoder.receive_data(body)
        decoder.receive_data(None)
        while not isinstance(event := decoder.next_event(), Epilogue):
            match event:
                case Field() | File():
                    parts.append((event, bytearray()))
                case Data():
                    parts[-1][1].extend(event.data)
                case NeedData():
                    raise InvalidRequest("The multipart body ends in the middle of a part")
    except InvalidRequest:
        raise
    except Exception as error:
        raise InvalidRequest("The multipart body is malformed") from error
    return parts


def _decode(content: bytearray) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidRequest("A part of the multipart body is not valid UTF-8") from error
