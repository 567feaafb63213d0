"""Where the mentions of a page lie for pages without a folder: names that templates can make."""

import re
from urllib.parse import unquote

FILE = "webmentions.json"
"""The name of the file in the folder of a page that has one."""

_OTHERS = re.compile(r"[^A-Za-z0-9]+")
_LONGEST = 100


def mentions_key(path: str) -> str:
    """Return the name, without suffix, of the file for the page at ``path`` of the site.

    Hugo and Jekyll can make it too: letters and digits in lower case, a hyphen
    between, and no more than 100 of them. Pages with other alphabets may share one,
    so each mention in it says which page it is about.
    """
    return _OTHERS.sub("-", unquote(path)).strip("-").lower()[:_LONGEST] or "home"
