"""A mail server that takes mail and keeps it, or refuses it as a test wants."""

import base64
import socket
import ssl
import threading
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class MailServer:
    """Where it listens, and what was said to it; ``refuses`` is the answer to a whole mail."""

    port: int = 0
    refuses: str = ""
    tls: ssl.SSLContext | None = None
    begins_with_tls: bool = False
    mails: list[EmailMessage] = field(default_factory=list)
    signed_in: list[tuple[str, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


@contextmanager
def mail_server(**settings):
    """Serve one connection after the other on this machine (RFC 5321)."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = MailServer(listening.getsockname()[1], **settings)

        def serve():
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with ExitStack() as open_files, suppress(OSError):
                        _converse(connection, server, open_files)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _converse(connection, server, open_files):
    def listen(connection):
        return connection, open_files.enter_context(connection.makefile("rb"))

    def encrypt(connection):
        return open_files.enter_context(server.tls.wrap_socket(connection, server_side=True))

    open_files.enter_context(connection)
    connection, lines = listen(encrypt(connection) if server.begins_with_tls else connection)

    def answer(*replies):
        connection.sendall("".join(f"{reply}\r\n" for reply in replies).encode())

    answer("220 mail.test")
    while line := lines.readline().decode().strip():
        server.said.append(line)
        match line.upper().split():
            case ["EHLO", *_]:
                answer("250-mail.test", "250-STARTTLS", "250 AUTH PLAIN")
            case ["STARTTLS"]:
                answer("220 go on")
                connection, lines = listen(encrypt(connection))
            case ["AUTH", "PLAIN", _]:
                _, user, password = base64.b64decode(line.split()[2]).decode().split("\0")
                server.signed_in.append((user, password))
                answer("235 hello" if password == "secret" else "535 no")
            case ["DATA"]:
                answer("354 go on")
                content = b"".join(iter(lines.readline, b".\r\n")).replace(b"\r\n", b"\n")
                if not server.refuses:
                    server.mails.append(message_from_bytes(content, policy=policy.default))
                answer(server.refuses or "250 taken")
            case ["QUIT"]:
                answer("221 bye")
                break
            case _:
                answer("250 fine")
