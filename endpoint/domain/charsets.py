"""Bytes of a page as text: which character encoding it is in."""

import codecs
import re

# The encodings of the web (Encoding Standard §4.2) under Python's names; Python knows others,
# such as idna, that a stranger must not choose for us.
_ENCODINGS = frozenset(
    ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "koi8-r", "koi8-u", "mac-roman", "big5", "gbk"]
    + ["gb2312", "gb18030", "euc_jp", "shift_jis", "euc_kr", "cp866", "cp874", "cp932", "cp949"]
    + [f"iso8859-{number}" for number in range(2, 17)]
    + [f"cp{number}" for number in range(1250, 1259)]
)
_MARKS = [
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
]
_IN_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]+)""", re.IGNORECASE)
_IN_PAGE = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)


def decode(content: bytes, content_type: str) -> str:
    """Return ``content`` as text; what cannot be decoded becomes U+FFFD.

    The byte order mark decides, then the charset of ``content_type``, then the
    page's own ``<meta>``; without any it is UTF-8 if it can be, else
    Windows-1252 (HTML §13.2.3.2).
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    declared = _declared(content, content_type)
    if declared:
        return content.decode(declared, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        whole = content[: error.start]
        if error.end == len(content) and not whole.isascii():
            return whole.decode("utf-8")  # It was cut in the middle of a letter.
        return content.decode("cp1252", "replace")


def _declared(content: bytes, content_type: str) -> str | None:
    if found := _IN_HEADER.search(content_type):
        return _python_name(found[1])
    if found_bytes := _IN_PAGE.search(content[:1024]):
        return _python_name(found_bytes[1].decode("ascii", "replace"))
    return None


def _python_name(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    if name in ("iso8859-1", "ascii"):
        # What says Latin-1 on the web means Windows-1252.
        return "cp1252"
    return name if name in _ENCODINGS else None
