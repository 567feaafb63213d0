"""The server under a path of its own, whether the proxy in front strips the path or not."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


_VERSION = re.compile(r"/v[12]/")


class Mount:
    """Takes ``prefix`` (the path of ``public_url``) off a request's path where it is there.

    Apps for Mastodon find ``/api/v1/`` at the root of a host. Where ``prefix`` is
    ``/api`` as well, they mean the API.
    """

    def __init__(self, application: "WSGIApplication", prefix: str) -> None:
        self._application = application
        self._prefix = prefix

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if self._prefix and (path == self._prefix or path.startswith(self._prefix + "/")):
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + self._prefix
            environ["PATH_INFO"] = path = path.removeprefix(self._prefix) or "/"
        if self._prefix == "/api" and _VERSION.match(path):
            environ["PATH_INFO"] = f"/api{path}"
        return self._application(environ, start_response)
