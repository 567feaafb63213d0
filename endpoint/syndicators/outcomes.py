"""What may come of an attempt to copy a post, other than a copy."""

from datetime import datetime

from endpoint.domain.webmentions.deciding.words import one_line

_LONGEST = 500


class SyndicationError(Exception):
    """An attempt came to nothing; its text is a sentence for the owner.

    It is shown in one line without controls, whatever a server has said in it.
    """

    def __str__(self) -> str:
        return one_line(super().__str__(), _LONGEST)


class NotNow(SyndicationError):
    """Worth trying again, not before ``retry_at`` where the network says so.

    ``is_unknown`` if the network may have done it all the same.
    """

    def __init__(
        self, reason: str, retry_at: datetime | None = None, *, is_unknown: bool = False
    ) -> None:
        super().__init__(reason)
        self.retry_at = retry_at
        self.is_unknown = is_unknown


class Refused(SyndicationError):
    """The network does not take this post as it is; trying again would not help."""


class Forbidden(Refused):
    """Refused as something that we may not do (403): this one thing, or whatever we ask.

    Who made the attempt asks with ``check`` which it is.
    """


class Unfit(SyndicationError):
    """The post is nothing for this network, and that is no fault: nothing was sent."""


class NotAllowed(SyndicationError):
    """The network does not know us any more (401): the target waits for its owner."""


class NeedsLink(SyndicationError):
    """The page of the post must link to ``url`` first; it is asked again once it does, and is live.

    The link is kept in the property ``syndicate-to`` of the post, which site
    templates show as a link for programs.
    """

    def __init__(self, url: str) -> None:
        super().__init__(f"The page does not link to {url} yet.")
        self.url = url
