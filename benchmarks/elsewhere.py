"""Pages of others, from a server that costs little, in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SITE = """
import socketserver
import sys

page = (
    '<!doctype html><meta charset="utf-8"><article class="h-entry">'
    '<a class="p-author h-card" href="/">Grace</a><a class="u-in-reply-to" href="%s">it</a>'
    '<p class="e-content">Well said, and I should like to add some words of mine.</p></article>'
) % sys.argv[1]
answer = (
    "HTTP/1.1 200 OK\\r\\nContent-Type: text/html; charset=utf-8\\r\\n"
    "Content-Length: %d\\r\\nConnection: close\\r\\n\\r\\n%s" % (len(page), page)
).encode()


class Answer(socketserver.BaseRequestHandler):
    def handle(self):
        if self.request.recv(65536):
            self.request.sendall(answer)


class Site(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 100


with Site(("127.0.0.1", 0), Answer) as site:
    print(site.server_address[1], flush=True)
    site.serve_forever()
"""


@contextmanager
def replying_to(target: str) -> Iterator[int]:
    """Serve pages that reply to ``target``, whatever their address; yields the port."""
    command = [sys.executable, "-c", _SITE, target]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield int(process.stdout.readline())
        finally:
            process.terminate()
