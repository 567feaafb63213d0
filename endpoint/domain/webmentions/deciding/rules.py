"""The owner's rules about mentions: whom they block, and whom they trust.

The subject of a rule is ``author``, whose pattern is the URL of somebody;
``host``, a name with all below it; or ``source``, a URL in which ``*`` stands
for anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from endpoint.domain.urls import canonical, same_site
from endpoint.errors import InvalidRequest

BLOCK, TRUST = "block", "trust"
AUTHOR, HOST, SOURCE = "author", "host", "source"

_VIA = " via "


@dataclass(frozen=True)
class Rule:
    """What is done with whatever fits: ``action`` and ``subject`` are words of this module."""

    action: str
    subject: str
    pattern: str


def is_refused(rules: Iterable[Rule], source: str) -> bool:
    """Return whether nothing of ``source`` is wanted, whoever wrote it."""
    return any(rule.action == BLOCK and _fits_source(rule, source) for rule in rules)


def is_blocked(rules: Iterable[Rule], source: str, author: str) -> bool:
    """Return whether a rule blocks ``source``, or the one it names as its author."""
    rules = tuple(rules)
    if is_refused(rules, source):
        return True
    return any(
        rule.action == BLOCK and rule.subject == AUTHOR and is_same_person(rule.pattern, author)
        for rule in rules
    )


def is_trusted(rules: Iterable[Rule], source: str, author: str) -> bool:
    """Return whether ``author`` is trusted and ``source`` can speak for them.

    Anybody can name anybody as author. So the page must lie below the author's
    own URL, or at the host that the rule names: a bridge, which speaks for those
    it was trusted with and for nobody else.
    """
    return any(_trusts(rule, source, author) for rule in rules)


def is_about(rule: Rule, source: str, author: str) -> bool:
    """Return whether ``rule`` alone blocks or trusts them."""
    return is_blocked((rule,), source, author) or is_trusted((rule,), source, author)


def trust(author: str, source: str = "") -> Rule:
    """Return the rule that trusts ``author`` in what is like ``source``.

    Raise InvalidRequest if the author has no URL, or the source has no host.
    """
    url = _url_of(author)
    if not source or same_site(source, url):
        return Rule(TRUST, AUTHOR, url)
    if host := host_of(source):
        return Rule(TRUST, AUTHOR, f"{url}{_VIA}{host}")
    raise InvalidRequest("The bridge must be the name of a host, as in --via brid.gy")


def block(subject: str, pattern: str) -> Rule:
    """Return the rule that blocks what fits ``pattern``. Raise InvalidRequest if nothing can."""
    match subject:
        case "author":
            return Rule(BLOCK, AUTHOR, _url_of(pattern))
        case "host" if host := _plain_host(pattern):
            return Rule(BLOCK, HOST, host)
        case "source" if "." in pattern and len(pattern.split()) == 1:
            return Rule(BLOCK, SOURCE, pattern if "://" in pattern else f"*://{pattern}")
    raise InvalidRequest(
        "The pattern must be the URL of an author, the name of a host,"
        " or the URL of sources with * for anything"
    )


def author_of(rule: Rule) -> str:
    """Return the URL of the author that ``rule``, whose subject is one, is about."""
    return rule.pattern.partition(_VIA)[0]


def bridge_of(rule: Rule) -> str:
    """Return the host that speaks for the author whom ``rule`` trusts, empty if none does."""
    return rule.pattern.partition(_VIA)[2]


def is_same_person(a: str, b: str) -> bool:
    """Return whether two URLs name the same author; False if one is none."""
    return bool(a and b) and _key(a) == _key(b) != ""


def host_of(url: str) -> str:
    """Return the host of ``url`` in lower case, empty if it has none."""
    try:
        return urlsplit(canonical(url)).hostname or ""
    except ValueError:
        return ""


def _fits_source(rule: Rule, source: str) -> bool:
    match rule.subject:
        case "host":
            return f".{host_of(source)}".endswith(f".{rule.pattern}")
        case "source":
            # Of what a shell knows, only * means something; ? and [ are common in URLs.
            pattern = rule.pattern.replace("[", "[[]").replace("?", "[?]")
            return fnmatchcase(source, pattern)
    return False


def _trusts(rule: Rule, source: str, author: str) -> bool:
    if rule.action != TRUST:
        return False
    url, host = author_of(rule), bridge_of(rule)
    if not is_same_person(url, author):
        return False
    return same_site(source, url) or (host != "" and host_of(source) == host)


def _key(url: str) -> str:
    """Return what a person's URL is without scheme, www and last slash, which do not count."""
    try:
        parts = urlsplit(canonical(url))
    except ValueError:
        return ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}{query}"


def _url_of(author: str) -> str:
    try:
        return canonical(author)
    except ValueError as error:
        raise InvalidRequest(
            "An author is blocked and trusted by the URL of their page, which must be http or https"
        ) from error


def _plain_host(pattern: str) -> str:
    return host_of(f"https://{pattern.strip().removeprefix('*.')}/") if "/" not in pattern else ""
