"""A server that answers Mastodon's requests with whatever a test wants."""

import json
import re

from werkzeug import Response

ME = {"id": "1", "username": "ada", "acct": "ada", "url": "https://social.example/@ada"}
BOB = {
    "id": "2",
    "username": "bob",
    "acct": "bob@b.example",
    "display_name": "Bob <b>",
    "url": "https://b.example/@bob",
    "avatar": "https://b.example/bob.png",
}


class Server:
    """Answers of a server by method and path; keeps what it was asked."""

    def __init__(self, url):
        self.url = url
        self.asked = []
        self.files = []
        self.answers = {
            ("GET", "/api/v1/accounts/verify_credentials"): ME,
            ("POST", "/api/v1/statuses"): status("7", ME),
        }

    @classmethod
    def at(cls, httpserver):
        server = cls(httpserver.url_for("/"))
        httpserver.expect_request(re.compile("")).respond_with_handler(server.answer)
        return server

    def answer(self, request):
        values = request.get_json(silent=True) or {
            name: request.values.getlist(name) for name in request.values
        }
        self.files += [file.read() for file in request.files.values()]
        self.asked.append((request.method, request.path, values, request.headers))
        found = self.answers.get((request.method, request.path))
        if isinstance(found, list) and found and isinstance(found[0], Response):
            return found.pop(0)
        if isinstance(found, Response):
            return found
        if found is None:
            return reply({"error": "Record not found"}, 404)
        return reply(found)

    def sent(self, method, path):
        return [asked[2] for asked in self.asked if asked[:2] == (method, path)]


def reply(value, status_code=200, **headers):
    return Response(json.dumps(value), status_code, headers, mimetype="application/json")


def status(number, account, **values):
    url = f"{account['url']}/{number}"
    return {
        "id": number,
        "url": url,
        "uri": url,
        "created_at": "2026-05-01T12:00:00.000Z",
        "account": account,
        "content": "<p>Hello</p>",
        "visibility": "public",
        "spoiler_text": "",
        "media_attachments": [],
        **values,
    }
