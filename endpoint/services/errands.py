"""What the worker does for the owner, in a sentence each."""

from dataclasses import dataclass

from endpoint.services.syndication.backfeed import BACKFEED
from endpoint.services.syndication.copying import SYNDICATE
from endpoint.services.webmentions.deciding.mailing import MAIL
from endpoint.services.webmentions.keeping import KEEPING
from endpoint.services.webmentions.receiving.looking import MENTIONS
from endpoint.services.webmentions.sending import SEND
from endpoint.services.webmentions.sending.announcing import ANNOUNCE


@dataclass(frozen=True)
class Errand:
    """What a follower does: its name, and what it says when all is done, one waits, or more."""

    name: str
    done: str
    one: str
    more: str

    def say(self, waiting: int) -> str:
        """Return the sentence for so many that wait."""
        if not waiting:
            return self.done
        return self.one if waiting == 1 else self.more.format(waiting)


_SEARCHED = "What is live now waits to be searched for links to others."

ERRANDS = {
    MENTIONS: Errand(
        "Mentions",
        "No source of a mention waits to be looked at.",
        "1 source of mentions waits to be looked at.",
        "{} sources of mentions wait to be looked at.",
    ),
    KEEPING: Errand(
        "Mentions in git",
        "No mention waits to be committed to your repository.",
        "1 mention waits to be committed to your repository.",
        "{} mentions wait to be committed to your repository.",
    ),
    ANNOUNCE: Errand(
        "Links in posts",
        "What is live was searched for links to others.",
        _SEARCHED,
        _SEARCHED,
    ),
    SEND: Errand(
        "Sent mentions",
        "No page that you link to waits to be told.",
        "1 page that you link to waits to be told.",
        "{} pages that you link to wait to be told.",
    ),
    MAIL: Errand(
        "Mail",
        "You were told of all mentions that wait.",
        "1 mention waits for the next mail to you.",
        "{} mentions wait for the next mail to you.",
    ),
    SYNDICATE: Errand(
        "Copies",
        "No copy of a post waits to be made or changed.",
        "1 copy of a post waits to be made or changed.",
        "{} copies of posts wait to be made or changed.",
    ),
    BACKFEED: Errand(
        "Answers to copies",
        "No copy waits to be looked at for answers.",
        "1 copy waits to be looked at for answers.",
        "{} copies wait to be looked at for answers.",
    ),
}
"""By the name of the follower."""
