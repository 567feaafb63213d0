"""Mail to the owner, through the mail server that they name."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from endpoint.errors import Unavailable

_TIMEOUT_S = 15


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in; ``security`` is ``starttls``, ``tls`` or ``none``."""

    host: str
    port: int
    security: str
    username: str
    password: str


class Mailer:
    """Sends mail from ``sender`` to ``to``."""

    def __init__(self, server: MailServer, sender: str, to: str) -> None:
        self._server = server
        self._sender = sender
        self._to = to

    def send(self, subject: str, text: str) -> None:
        """Hand in a mail of plain text. Raise Unavailable if the server does not take it."""
        message = EmailMessage()
        message["Subject"] = subject
        message["From"] = self._sender
        message["To"] = self._to
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2])
        # So that no holiday notice answers (RFC 3834 §5).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        try:
            with self._connect() as connection:
                connection.send_message(message)
        except (smtplib.SMTPException, OSError) as error:
            raise Unavailable(
                f"The mail server {self._server.host} did not take the mail"
                f" ({type(error).__name__}); see [mail] in the configuration"
            ) from error

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.security == "tls":
            context = ssl.create_default_context()
            return self._sign_in(
                smtplib.SMTP_SSL(server.host, server.port, timeout=_TIMEOUT_S, context=context)
            )
        return self._sign_in(smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT_S))

    def _sign_in(self, connection: smtplib.SMTP) -> smtplib.SMTP:
        try:
            if self._server.security == "starttls":
                connection.starttls(context=ssl.create_default_context())
            if self._server.username:
                connection.login(self._server.username, self._server.password)
        except BaseException:
            connection.close()
            raise
        return connection
