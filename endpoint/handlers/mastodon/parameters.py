"""The parameters of a call to the Mastodon API, wherever the app put them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request

from endpoint.domain.mastodon.parameters import Values, nest
from endpoint.domain.micropub.json_objects import load_object
from endpoint.domain.micropub.values import check_value
from endpoint.handlers.bodies import FilePart, is_form, read_form, read_json


@dataclass(frozen=True)
class Parameters(Values):
    """The values of a request, and its files."""

    files: tuple[FilePart, ...] = field(default=())

    def file(self, name: str) -> FilePart | None:
        """Return the file called ``name``, the last of several; None if there is none."""
        return next((file for file in reversed(self.files) if file.parameter == name), None)


def read() -> Parameters:
    """Return the parameters of this request: those of the query, and over them those of the body.

    The body is JSON, a form or multipart, whatever the method. Raise
    InvalidRequest, TooLarge or UnsupportedMediaType if it cannot be read.
    """
    in_query = nest(request.args.items(multi=True))
    in_body, files = _read_body()
    values = {**in_query, **in_body}
    check_value(values)
    return Parameters(values, files)


def _read_body() -> tuple[Mapping[str, Any], tuple[FilePart, ...]]:
    if request.is_json:
        body = read_json()
        return (load_object(body) if body.strip() else {}), ()
    if not is_form() and not request.get_data():
        return {}, ()
    form = read_form()
    return nest(_pairs(form.fields)), form.files


def _pairs(fields: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, values in fields.items() for value in values)
