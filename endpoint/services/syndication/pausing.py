"""Targets that do not know us any more: nothing is sent there until the owner has seen to it."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from endpoint.config.syndication import SyndicationTarget
from endpoint.errors import EndpointError
from endpoint.services.following import Follower
from endpoint.stores.mail import Mailer
from endpoint.stores.syndications.pauses import Pause, Pauses

PAUSES = "pauses"
"""The name of the follower that sends mail about them."""


class Pausing:
    """Pauses targets, and lets them go on; without a ``mailer`` nobody has mail about it."""

    def __init__(
        self,
        pauses: Pauses,
        targets: Sequence[SyndicationTarget],
        mailer: Mailer | None,
        page_url: str,
        ring: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._pauses = pauses
        self._targets = {target.uid: target for target in targets}
        self._mailer = mailer
        self._page_url = page_url
        self._ring = ring
        self._clock = clock

    def follower(self) -> Follower:
        """Return what sends mail about what is paused, one for each time."""
        return Follower(PAUSES, self._find_wanted, self.tell, lane="mail")

    def all(self) -> dict[str, Pause]:
        """Return the pauses by the uid of their target."""
        return {pause.target: pause for pause in self._pauses.all()}

    def pause(self, uid: str, reason: str) -> None:
        """Send nothing to the target ``uid`` any more, for ``reason``."""
        credentials = _fingerprint(self._targets[uid])
        self._pauses.add(Pause(uid, reason, credentials, self._clock()))
        self._ring()

    def resume(self, uid: str) -> None:
        """Send to the target ``uid`` again."""
        self._pauses.remove(uid)

    def resume_changed(self) -> None:
        """Let those go on whose credentials are not those any more that the network refused."""
        # Without a database nothing works, and others say so.
        with suppress(EndpointError):
            for pause in self._pauses.all():
                target = self._targets.get(pause.target)
                if target and _fingerprint(target) != pause.credentials:
                    self.resume(pause.target)

    def tell(self) -> None:
        """Send the owner mail about each pause that they had none about; raise Unavailable."""
        for pause in self._untold():
            target = self._targets.get(pause.target)
            name = target.name if target else pause.target
            if self._mailer:
                self._mailer.send(f"Posts are not copied to {name}", self._body(name, pause.reason))
            self._pauses.note_mail(pause.target, self._clock())

    def _body(self, name: str, reason: str) -> str:
        return (
            f"{name} does not take your posts any more:\n\n  {reason}\n\n"
            "Nothing is lost. Make a new token there, put it into the configuration and start the"
            " server again; or press Go on here if the old one is good again:"
            f"\n{self._page_url}\n"
        )

    def _find_wanted(self) -> str:
        return " ".join(pause.paused_at.isoformat() for pause in self._untold())

    def _untold(self) -> list[Pause]:
        if self._mailer is None:
            return []
        return [pause for pause in self._pauses.all() if pause.mailed_at is None]


def _fingerprint(target: SyndicationTarget) -> str:
    """Return what stands for the credentials of ``target``, and does not give them away."""
    known = f"{target.server}\n{target.username}\n{target.token}".encode()
    return hashlib.scrypt(known, salt=target.uid.encode(), n=2**14, r=8, p=1, dklen=32).hex()
