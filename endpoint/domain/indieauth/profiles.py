"""What an app may know of the owner (IndieAuth §5.3.4)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Profile:
    """The owner, ``me`` and what the configuration says of them; each but ``me`` may be empty."""

    me: str
    name: str = ""
    photo: str = ""
    email: str = ""

    def described_to(self, scopes: Collection[str]) -> dict[str, Any]:
        """Return ``me``, and ``profile`` where the scopes have it (IndieAuth §5.3.2)."""
        profile = self.shown_to(scopes)
        return {"me": self.me} | ({"profile": profile} if profile else {})

    def shown_to(self, scopes: Collection[str]) -> dict[str, str] | None:
        """Return the ``profile`` object for these scopes, None without the scope ``profile``.

        The address is shown with ``email`` beside it, and never with ``email`` alone.
        """
        if "profile" not in scopes:
            return None
        facts = {"name": self.name, "url": self.me, "photo": self.photo}
        if "email" in scopes:
            facts["email"] = self.email
        return {name: value for name, value in facts.items() if value}
