"""Whose a token is, as apps for Micro.blog ask when they sign in."""

from collections.abc import Callable
from urllib.parse import urlsplit

from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.microblog import Document
from endpoint.domain.tokens import Token
from endpoint.errors import InvalidToken


class Accounts:
    """The owner's account, which is the only one; ``owner`` returns it as Mastodon has it."""

    def __init__(
        self, verify: Callable[[str], Token], owner: Callable[[], Entity], site_url: str
    ) -> None:
        self._verify = verify
        self._owner = owner
        self._host = urlsplit(site_url).netloc

    def verify(self, bearer: str) -> Document:
        """Return the account of the token ``bearer``, or an error that apps show as it is.

        Nothing is sold here, so that there are no plans, and what can be done can be
        done by everybody.
        """
        try:
            token = self._verify(bearer)
        except InvalidToken:
            return {"error": "App token was not valid."}
        owner = self._owner()
        return {
            "token": bearer,
            "name": owner["display_name"],
            "full_name": owner["display_name"],
            "username": owner["username"],
            "avatar": owner["avatar"],
            "gravatar_url": owner["avatar"],
            "bio": owner["note"],
            "default_site": self._host,
            "has_site": True,
            "plan": "",
            "plans": [],
            "is_fullaccess": True,
            "is_premium": False,
            "expires_at": token.expires_at.isoformat() if token.expires_at else "",
        }
