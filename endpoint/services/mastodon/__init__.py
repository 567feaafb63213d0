"""What apps for Mastodon are given: one service for each part of the API.

``finding`` knows posts, mentions and pages (``entries``) by number and URL, and ``showing``
makes statuses of them, with what ``facts`` gathers, the people of ``accounts``, the
attachments of ``files``, and what ``boosts`` show. The others are what apps do with these.
"""

from dataclasses import dataclass

from endpoint.domain.mastodon.entities import Entity
from endpoint.services.mastodon.accounts import Accounts
from endpoint.services.mastodon.attaching import Attaching
from endpoint.services.mastodon.editing import Editing
from endpoint.services.mastodon.favourites import Favourites
from endpoint.services.mastodon.instance import Instance
from endpoint.services.mastodon.interactions import Interactions
from endpoint.services.mastodon.markers import Markers
from endpoint.services.mastodon.notifications import Notifications
from endpoint.services.mastodon.publishing import Publishing
from endpoint.services.mastodon.reading import Reading
from endpoint.services.mastodon.searching import Searching
from endpoint.services.mastodon.showing import Showing
from endpoint.services.mastodon.threads import Threads
from endpoint.services.timelines import Timelines


@dataclass(frozen=True)
class Mastodon:
    """The services behind the Mastodon API."""

    instance: Instance
    markers: Markers
    preferences: Entity
    timelines: Timelines
    showing: Showing
    threads: Threads
    reading: Reading
    notifications: Notifications
    searching: Searching
    accounts: Accounts
    publishing: Publishing
    editing: Editing
    attaching: Attaching
    interactions: Interactions
    favourites: Favourites
