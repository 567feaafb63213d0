"""Signed notices from the hosting: somebody pushed, a build is live."""

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from endpoint.domain.hooks.notices import (
    deployed_commit,
    is_deployed,
    names_branch,
    read_notice,
)
from endpoint.domain.hooks.signatures import is_signed
from endpoint.errors import InvalidSignature, NotFound
from endpoint.services.live import Live

_log = structlog.get_logger()


class Hooks:
    """What the hosting tells, believed if it is signed with the secret of its kind.

    ``fetch_soon`` is called when ``branch`` was pushed to, ``look_soon`` when the
    site may be up. An empty secret switches its kind of notice off.
    """

    def __init__(
        self,
        push_secret: str,
        deployed_secret: str,
        branch: str,
        live: Live,
        fetch_soon: Callable[[], None],
        look_soon: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._push_secret = push_secret
        self._deployed_secret = deployed_secret
        self._branch = branch
        self._live = live
        self._fetch_soon = fetch_soon
        self._look_soon = look_soon
        self._clock = clock

    def hear_push(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Have the worker fetch if ``body`` tells of a push to our branch; say whether it does.

        Header names are in lower case. Nothing that the notice says is used but
        its branch, so one that is sent again costs a fetch. Raise NotFound
        without a secret, InvalidSignature if it is not signed with it.
        """
        self._require("push_secret", self._push_secret, headers, body)
        if not names_branch(read_notice(body), self._branch):
            return False
        self._fetch_soon()
        return True

    def hear_deployed(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Note that the commit that ``body`` names is live; say whether that is of use.

        Without a commit the worker looks at the site again. Raise as ``hear_push`` does.
        """
        self._require("deployed_secret", self._deployed_secret, headers, body)
        notice = read_notice(body)
        if not is_deployed(notice) or not self._live.hear(deployed_commit(notice)):
            return False
        self._look_soon()
        return True

    def _require(self, name: str, secret: str, headers: Mapping[str, str], body: bytes) -> None:
        if not secret:
            raise NotFound(f"This server listens to no such notices; set hooks.{name} for it")
        if not is_signed(headers, body, secret, self._clock()):
            _log.warning("notice refused", setting=f"hooks.{name}")
            raise InvalidSignature(
                f"The notice is not signed with hooks.{name}; give the hosting the same secret"
            )
