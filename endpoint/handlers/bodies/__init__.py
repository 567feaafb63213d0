"""Request bodies, read once and strictly: forms, multipart and JSON bytes."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from flask import Flask, g, request

from endpoint.errors import InvalidRequest, UnsupportedMediaType
from endpoint.handlers.bodies.files import (
    FilePart,
    FileRules,
    file_rules,
    register_files,
    save_file,
)
from endpoint.handlers.bodies.multipart import MAX_PARTS, read_parts
from endpoint.handlers.bodies.streams import body_stream
from endpoint.handlers.bodies.values import Values

__all__ = ["FilePart", "FileRules", "Form", "is_form", "read_form", "read_json", "register"]

_MULTIPART = "multipart/form-data"
_URLENCODED = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Form:
    """A form body: each name with its values in the order sent, and the file parts."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    files: tuple[FilePart, ...] = ()

    def first(self, name: str) -> str:
        """Return the first value of a field; empty if there is none."""
        return self.fields.get(name, [""])[0]


def register(app: Flask, rules: FileRules, max_body_bytes: int) -> None:
    """Let ``app`` read bodies of at most ``max_body_bytes``, multipart ones by ``rules``.

    The files of a request are removed when it ends, however it ends.
    """
    app.config["MAX_CONTENT_LENGTH"] = max_body_bytes
    register_files(app, rules)


def is_form() -> bool:
    """Return whether the request's body says that it is a form, of either kind."""
    return request.mimetype in (_URLENCODED, _MULTIPART)


def read_form() -> Form:
    """Return the request's form or multipart body; it is read only once.

    Raise InvalidRequest if it is malformed or not UTF-8, TooLarge if it is
    more than the settings allow, UnsupportedMediaType if it is neither kind
    of form (Micropub §2.1).
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
        return _parse_multipart()
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
            max_num_fields=MAX_PARTS,
        )
    except UnicodeDecodeError as error:
        raise InvalidRequest("The form is not valid UTF-8") from error
    except ValueError as error:
        raise InvalidRequest(f"The form has more than {MAX_PARTS} fields") from error
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def _parse_multipart() -> Form:
    boundary = request.mimetype_params.get("boundary", "")
    if not boundary:
        raise InvalidRequest("The multipart body has no boundary parameter")
    values = Values(request.max_content_length or 0)
    files: list[FilePart] = []
    request.max_content_length = file_rules().max_request_bytes
    for part in read_parts(body_stream(), boundary):
        if part.filename is None:
            values.add(part)
        elif file := save_file(part, len(values.fields.get(part.name, ()))):
            files.append(file)
    return Form(values.fields, tuple(files))
