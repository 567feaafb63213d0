"""What apps for Micro.blog are given, made of what apps for Mastodon are given."""

from collections.abc import Callable

from endpoint.assembly import Parts
from endpoint.domain.discovery_links import ascii_url
from endpoint.domain.microblog import Feeds
from endpoint.domain.tokens import Token
from endpoint.services.mastodon import Mastodon
from endpoint.services.microblog import Microblog
from endpoint.services.microblog.accounts import Accounts
from endpoint.services.microblog.acting import Acting
from endpoint.services.microblog.checking import Checking
from endpoint.services.microblog.reading import Reading
from endpoint.services.posts import Posts
from endpoint.services.verbs import Verbs


def make_microblog(
    parts: Parts,
    mastodon: Mastodon,
    posts: Posts,
    verbs: Verbs,
    verify: Callable[[str], Token],
) -> Microblog:
    """Return the services behind the API; ``verify`` returns the token of a secret."""
    config, timelines = parts.config, mastodon.timelines
    feeds = Feeds(config.title, config.site_url, ascii_url(config.base_url))
    return Microblog(
        username=config.username,
        reading=Reading(
            timelines, mastodon.showing, mastodon.threads, feeds, config.zone, parts.clock
        ),
        checking=Checking(timelines, mastodon.markers, parts.live),
        acting=Acting(
            mastodon.publishing,
            mastodon.interactions,
            verbs,
            posts,
            parts.timelines.numbers,
            parts.index,
        ),
        accounts=Accounts(verify, mastodon.showing.owner, config.site_url),
    )
