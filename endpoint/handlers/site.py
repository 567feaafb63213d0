"""The built site at ``/``, in the demo and where ``site.serve`` says so."""

from http import HTTPStatus
from pathlib import Path
from string import Template

from flask import Blueprint, Response, redirect, request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.security import safe_join

from endpoint.errors import Gone, NotFound
from endpoint.handlers.context import services

bp = Blueprint("site", __name__)

_WAITING = Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="2">
<title>Publishing</title>
$links
<style>
  :root { color-scheme: light dark }
  body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 30rem; margin: 20vh auto }
</style>
<h1>Publishing …</h1>
<p>This post is committed, and the site is being built. This page looks again by itself.</p>
""")


@bp.get("/", defaults={"path": ""})
@bp.get("/<path:path>")
def show(path: str) -> ResponseReturnValue:
    """Show the file of the built site at ``path``; 410 where a deleted post was."""
    site = services().site
    if not site.is_served:
        raise NotFound("There is nothing at this URL")
    found = _find(site.output, path)
    if (found is None or found.name == "index.html") and site.is_gone(path):
        return _page(site.output / "404.html", HTTPStatus.GONE)
    if found is not None and found.is_dir():
        return redirect(f"{request.script_root}/{path}/", HTTPStatus.PERMANENT_REDIRECT)
    if found is not None:
        return send_file(found, conditional=True, max_age=0)
    if not path or site.is_coming(path):
        return _wait()
    return _page(site.output / "404.html", HTTPStatus.NOT_FOUND)


@bp.after_request
def name_endpoints(response: Response) -> Response:
    """Name the endpoints in the headers of a page, each in a line of its own (IndieAuth §4.1)."""
    if response.mimetype == "text/html":
        for link in services().links:
            response.headers.add("Link", link.header)
    return response


def _wait() -> Response:
    # Apps may look for the endpoints before the first build is there.
    links = "\n".join(link.element for link in services().links)
    page = _WAITING.substitute(links=links)
    headers = {"Cache-Control": "no-store"}
    return Response(page, HTTPStatus.NOT_FOUND, headers, mimetype="text/html")


def _find(output: Path, path: str) -> Path | None:
    joined = safe_join(str(output), path)
    if joined is None:
        return None
    try:
        target = Path(joined).resolve(strict=True)
        # A symbolic link in the site may lead out of it.
        if not target.is_relative_to(output.resolve()):
            return None
        if target.is_dir():
            if path and not path.endswith("/"):
                return target
            target = target / "index.html"
        return target if target.is_file() else None
    except OSError:
        return None


def _page(file: Path, status: HTTPStatus) -> ResponseReturnValue:
    if not file.is_file():
        # The site's own theme may have no page for what is missing.
        if status == HTTPStatus.GONE:
            raise Gone("The post at this URL was deleted")
        raise NotFound("There is nothing at this URL")
    response = send_file(file, max_age=0)
    response.status_code = status
    return response
