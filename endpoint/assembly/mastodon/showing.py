"""What shows posts and mentions to apps, made of an installation's parts."""

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from endpoint.assembly import Parts
from endpoint.assembly.generators import is_literal
from endpoint.assembly.mention_keeping import faces_url
from endpoint.config import Config
from endpoint.domain.descriptions import is_web
from endpoint.domain.discovery_links import ascii_url
from endpoint.domain.mastodon.accounts import Account, Pictures, text_to_note
from endpoint.services.mastodon.accounts import Accounts, Profile
from endpoint.services.mastodon.boosts import Boosts
from endpoint.services.mastodon.facts import Gathering
from endpoint.services.mastodon.files import Files
from endpoint.services.mastodon.finding import Finding
from endpoint.services.mastodon.notifications import Notifications
from endpoint.services.mastodon.pages import Pages
from endpoint.services.mastodon.reading import Reading
from endpoint.services.mastodon.searching import Searching
from endpoint.services.mastodon.showing import Showing, ShowingRules
from endpoint.services.mastodon.threads import Threads
from endpoint.services.numbers import OWNER
from endpoint.services.verbs import Verbs
from endpoint.services.webmentions.receiving.sources import Sources
from endpoint.stores.dismissals import Dismissals
from endpoint.stores.mentions.photos import Photos


@dataclass(frozen=True)
class ShowingParts:
    """What finds things and accounts, and what makes entities of them."""

    finding: Finding
    accounts: Accounts
    files: Files
    pages: Pages
    showing: Showing
    threads: Threads
    reading: Reading
    notifications: Notifications
    searching: Searching


def make_showing(parts: Parts, verbs: Verbs) -> ShowingParts:
    """Return all of it; ``verbs`` tells what the owner did with a page."""
    config, numbers, mentions = parts.config, parts.timelines.numbers, parts.timelines.mentions
    timelines = parts.timelines.timelines
    finding = Finding(numbers, parts.index, mentions, timelines, parts.clock)
    photos = Photos(parts.engine)
    accounts = Accounts(_profile(config), numbers, parts.index, photos, faces_url(config))
    files = Files(numbers, parts.media.files, parts.media.uploads, literal=is_literal(config))
    rules = ShowingRules(config.site.language, _tag_page(config), literal=is_literal(config))
    gathering = Gathering(numbers, finding, accounts, files, parts.index, mentions, verbs.done)
    pages = Pages(numbers, Sources(parts.web, parts.clock, at_once=1).look)
    showing = Showing(finding, Boosts(finding, pages), accounts, gathering, rules)
    return ShowingParts(
        finding,
        accounts,
        files,
        pages,
        showing,
        Threads(finding, showing, accounts, parts.index, mentions),
        Reading(timelines, showing, accounts, files, config.site_url),
        Notifications(
            timelines, numbers, finding, showing, accounts, parts.index, Dismissals(parts.engine)
        ),
        Searching(
            finding,
            showing,
            accounts,
            parts.index,
            timelines,
            pages,
            rules.tag_url,
        ),
    )


def _profile(config: Config) -> Profile:
    base_url = ascii_url(config.base_url)
    pictures = Pictures(f"{base_url}/mastodon/avatar.png", f"{base_url}/mastodon/header.png")
    hosts = {urlsplit(url).netloc.lower() for url in (base_url, ascii_url(config.site_url))}
    account = Account(
        id=OWNER,
        username=config.username,
        acct=config.username,
        name=config.author_name,
        url=ascii_url(config.me),
        avatar=_absolute(config, config.owner.photo) or pictures.avatar,
        header=_absolute(config, config.owner.header) or pictures.header,
        note=text_to_note(config.owner.note),
    )
    return Profile(account, config.owner.note, config.site.language, frozenset(hosts), pictures)


def _absolute(config: Config, url: str) -> str:
    """Return ``url`` as apps need it: those of pictures on the site may be written without it."""
    whole = ascii_url(urljoin(config.site_url, url)) if url.strip() else ""
    return whole if is_web(whole) else ""


def _tag_page(config: Config) -> str:
    site_url = ascii_url(config.site_url)
    return site_url + ("tags/{}/" if config.site.generator == "hugo" else "tags/#{}")
