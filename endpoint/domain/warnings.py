"""What readers are to know of a post before they see it: words, or that its media are sensitive."""

from endpoint.domain.posts import Properties

_YES = frozenset(("1", "on", "true", "yes"))
_NO = frozenset(("", "0", "false", "no", "off"))


def find_warning(properties: Properties) -> str:
    """Return the text of ``content-warning``; where that just says yes, the summary."""
    warning = _first(properties, "content-warning")
    if warning.lower() in _NO:
        return ""
    return _first(properties, "summary") if warning.lower() in _YES else warning


def is_sensitive(properties: Properties) -> bool:
    """Say whether the media of a post are to be hidden at first, as all behind a warning is."""
    is_warned = _first(properties, "content-warning").lower() not in _NO
    return is_warned or _first(properties, "sensitive").lower() in _YES


def _first(properties: Properties, name: str) -> str:
    values = properties.get(name, [])
    value = values[0] if values else ""
    if isinstance(value, bool | int):
        return str(value).lower()
    return " ".join(value.split()) if isinstance(value, str) else ""
