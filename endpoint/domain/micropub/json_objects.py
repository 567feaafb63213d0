"""JSON as RFC 8259 has it, from clients that may send anything."""

import json
from typing import Any, NoReturn

from endpoint.errors import InvalidRequest


def load_object(body: bytes | str) -> dict[str, Any]:
    """Return the JSON object in ``body``, UTF-8 if it is bytes.

    Of a name given twice the last value counts. Raise InvalidRequest if it is
    malformed, no object, holds NaN or Infinity, or is nested without end.
    """
    try:
        text = body.decode("utf-8-sig") if isinstance(body, bytes) else body
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InvalidRequest(f"The body is not valid JSON: see {place}.") from error
    except UnicodeDecodeError as error:
        raise InvalidRequest("The body is not UTF-8.") from error
    except RecursionError as error:
        raise InvalidRequest("The body is nested too deeply.") from error
    except ValueError as error:  # an integer of thousands of digits
        raise InvalidRequest("The body holds a number that is too long.") from error
    if not isinstance(value, dict):
        raise InvalidRequest("The body is not a JSON object.")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidRequest(f"The body holds {name}, which is not JSON.")
