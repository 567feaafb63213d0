"""The fields of a multipart body, which stay in memory and are bounded together."""

from endpoint.errors import InvalidRequest, TooLarge
from endpoint.handlers.bodies.multipart import Part


class Values:
    """Each field's name with its values in the order sent, as ``fields``."""

    def __init__(self, max_bytes: int) -> None:
        self.fields: dict[str, list[str]] = {}
        self._max_bytes = max_bytes
        self._left = max_bytes

    def add(self, part: Part) -> None:
        """Read ``part`` to its end and take it in.

        Raise InvalidRequest if it is not UTF-8, TooLarge if all fields together
        have more than ``max_bytes``, their names counted.
        """
        content = bytearray()
        self._count(part.name.encode())
        for piece in part.pieces:
            self._count(piece)
            content += piece
        self.fields.setdefault(part.name, []).append(_decode(content))

    def _count(self, piece: bytes) -> None:
        self._left -= len(piece)
        if self._left < 0:
            raise TooLarge(
                f"The fields of the form are too large; this server takes at most"
                f" {self._max_bytes} bytes beside files (limits.max_body_bytes)"
            )


def _decode(content: bytearray) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidRequest("A part of the multipart body is not valid UTF-8") from error
