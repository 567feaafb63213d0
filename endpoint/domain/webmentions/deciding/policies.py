"""Which mentions are shown without a decision of the owner, and which never are."""

from collections.abc import Iterable
from dataclasses import dataclass

from endpoint.domain.webmentions.deciding.rules import Rule, is_blocked, is_trusted
from endpoint.domain.webmentions.mention import Mention

APPROVED, REJECTED, SPAM, UNDECIDED = "approved", "rejected", "spam", ""
OWNER, POLICY, BLOCK = "owner", "policy", "block"
"""Who decided; BLOCK is a rule over an approval of the owner, which is back when the rule goes."""

_SETTINGS = {
    "like": "likes",
    "repost": "reposts",
    "bookmark": "bookmarks",
    "reply": "replies",
    "rsvp": "rsvps",
    "mention": "mentions",
}


@dataclass(frozen=True)
class Decision:
    """What is to become of a mention, and who says so."""

    decision: str = UNDECIDED
    by: str = ""


def decide(
    approve: Iterable[str],
    rules: Iterable[Rule],
    source: str,
    mention: Mention,
    before: Decision = Decision(),
    earlier: Mention | None = None,
) -> Decision:
    """Return what is decided of ``mention``, which the page at ``source`` makes.

    ``approve`` is the setting of that name, and ``before`` what was decided until
    now, when the page said ``earlier``. What the owner decided stays, except that
    a rule hides what they approved as long as it is there. What is shown by
    policy stays while it is of the same kind and author, and is decided anew
    otherwise: a page that was a like must not become a reply in silence.
    """
    rules = tuple(rules)
    if before.by == OWNER and before.decision in (REJECTED, SPAM):
        return before
    if is_blocked(rules, source, mention.author.url):
        return Decision(REJECTED, BLOCK if before.by in (OWNER, BLOCK) else POLICY)
    if before.by in (OWNER, BLOCK):
        return Decision(APPROVED, OWNER)
    if before == Decision(APPROVED, POLICY) and earlier and _is_alike(earlier, mention):
        return before
    return _by_policy(frozenset(approve), rules, source, mention)


def _by_policy(
    approve: frozenset[str], rules: tuple[Rule, ...], source: str, mention: Mention
) -> Decision:
    trusts = "trusted" in approve and is_trusted(rules, source, mention.author.url)
    if trusts or approve & {"all", _SETTINGS[mention.kind]}:
        return Decision(APPROVED, POLICY)
    return Decision()


def _is_alike(one: Mention, other: Mention) -> bool:
    return (one.kind, one.author.url) == (other.kind, other.author.url)
