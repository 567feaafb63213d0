"""Accounts: the owner's, and those of people who wrote about the owner's pages."""

from flask import Response

from endpoint.domain.mastodon.accounts import relationship
from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.tokens import Token
from endpoint.errors import Forbidden, NotFound
from endpoint.handlers.context import services
from endpoint.handlers.mastodon.answers import blueprint, entity
from endpoint.handlers.mastodon.paging import answer_page, read_limit, read_span
from endpoint.handlers.mastodon.parameters import Parameters, read
from endpoint.handlers.mastodon.tokens import authorize_app, find_token
from endpoint.services.mastodon.reading import Kept
from endpoint.services.mastodon.searching import Question
from endpoint.services.numbers import OWNER
from endpoint.services.timelines.spans import Slice

bp = blueprint("accounts")

_MOST = 80
_NOBODY = ("followers", "following", "lists", "featured_tags", "identity_proofs", "endorsements")
"""Below an account: nobody follows here, and nothing is sorted into lists."""


@bp.get("/api/v1/accounts/verify_credentials")
def show_own() -> Response:
    """Answer with the owner's account, as whoever is signed in."""
    authorize_app("read:accounts", "read:me", "profile")
    return entity(services().mastodon.accounts.credentials())


@bp.patch("/api/v1/accounts/update_credentials")
def refuse_change() -> Response:
    """Refuse: who the owner is stands in the configuration, and on the site."""
    authorize_app("write:accounts")
    raise Forbidden("The profile is managed in the site, not by apps")


@bp.get("/api/v1/accounts/lookup")
def look_up() -> Response:
    """Answer with the owner's account by its name."""
    find_token()
    return entity(services().mastodon.accounts.look_up(read().text("acct")))


@bp.get("/api/v1/accounts/search")
def search() -> Response:
    """Answer with accounts whose name or address has a text."""
    authorize_app("read:accounts")
    parameters = read()
    limit = read_limit(parameters, 40, _MOST)
    question = Question(parameters.text("q"), "accounts", limit=limit)
    return entity(services().mastodon.searching.accounts(question))


@bp.get("/api/v1/accounts/relationships")
def relate() -> Response:
    """Say of each account that nobody follows, blocks or mutes anybody."""
    authorize_app("read:follows", "follow")
    return entity([relationship(number) for number in _ids(read())])


@bp.get("/api/v1/accounts/familiar_followers")
def relate_followers() -> Response:
    """Say of each account that nobody whom the owner follows does so too."""
    authorize_app("read:follows", "follow")
    return entity([{"id": number, "accounts": []} for number in _ids(read())])


@bp.get("/api/v1/accounts")
def show_some() -> Response:
    """Answer with those of several accounts that there are."""
    token, found = find_token(), []
    for number in _ids(read()):
        try:
            found.append(_find(number, token))
        except NotFound:
            continue
    return entity(found)


@bp.get("/api/v1/accounts/<number>")
def show(number: str) -> Response:
    """Answer with an account."""
    return entity(_find(number, find_token()))


@bp.get("/api/v1/accounts/<number>/statuses")
def show_statuses(number: str) -> Response:
    """Answer with the public posts of an account, of which none are pinned."""
    _find(number, find_token())
    parameters = read()
    span = read_span(parameters)
    if parameters.flag("pinned"):
        return answer_page(Slice())
    return answer_page(services().mastodon.reading.of_account(number, span, _filter(parameters)))


@bp.get("/api/v1/accounts/<number>/<any({}):_list>".format(", ".join(_NOBODY)))
def show_nobody(number: str, _list: str) -> Response:
    """Return a list of nobody."""
    _find(number, find_token())
    return entity([])


def _find(number: str, token: Token | None) -> Entity:
    """Return an account; strangers find the owner's alone, and not who wrote to the owner."""
    if number != OWNER:
        if token is None:
            raise NotFound("There is no account with this id")
        token.require("read:accounts", "read:statuses")
    return services().mastodon.accounts.find(number)


def _filter(parameters: Parameters) -> Kept:
    return Kept(
        tag=parameters.text("tagged") or None,
        only_media=parameters.flag("only_media"),
        exclude_replies=parameters.flag("exclude_replies"),
        exclude_reblogs=parameters.flag("exclude_reblogs"),
    )


def _ids(parameters: Parameters) -> list[str]:
    return list(dict.fromkeys(parameters.texts("id")))[:_MOST]
