"""What can come of fetching a URL, besides the page."""


class FetchError(Exception):
    """A URL could not be fetched; the message says why in a few words."""


class RefusedError(FetchError):
    """A URL is never fetched: a private address, an odd port, another scheme."""
