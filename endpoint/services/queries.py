"""What a client may ask before it posts: configuration, sources and lists (Micropub §3.7)."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from endpoint.config.syndication import SyndicationTarget
from endpoint.config.tables import MicropubConfig
from endpoint.domain.lists import parse_selection
from endpoint.domain.micropub.vocabulary import POST_TYPES
from endpoint.domain.posts import Post
from endpoint.domain.tokens import Token
from endpoint.errors import InvalidRequest
from endpoint.services.syndication.choosing import Choosing
from endpoint.stores.index import PostIndex

Arguments = Mapping[str, list[str]]
Answer = dict[str, Any]

_SHOWN = {"service", "user", "checked"}
"""What apps are told of a target, beside its uid and name."""


class Queries:
    """Answers to ``GET /micropub?q=…``: every name in ``q`` of the configuration is one."""

    def __init__(
        self,
        index: PostIndex,
        settings: MicropubConfig,
        choosing: Choosing,
        media_endpoint: str,
        site: Answer,
    ) -> None:
        """``site`` is what apps that know several call a destination: ``uid`` and ``name``."""
        self._index = index
        self._settings = settings
        self._choosing = choosing
        self._media_endpoint = media_endpoint
        self._site = site
        self._configs: tuple[list[str], dict[str, bytes]] = [], {}
        self._answers: dict[str, Callable[[Arguments, Token], Answer]] = {
            "config": self._config,
            "source": self._source,
            "syndicate-to": self._syndicate_to,
            "category": self._categories,
            "channel": self._channels,
            "contact": self._contacts,
            "post-types": self._post_types,
        }

    def answer(self, arguments: Arguments, token: Token) -> Answer:
        """Return the answer to the query ``q``; raise InvalidRequest if there is no such query."""
        name = arguments["q"][-1]
        if name not in self._answers:
            raise InvalidRequest(f"q must be one of {', '.join(self._answers)}")
        return self._answers[name](arguments, token)

    def config(self, arguments: Arguments, token: Token) -> bytes:
        """Return the answer to ``q=config`` as JSON; every app asks for it at its start.

        It is made once for each app, and again when the tags may have changed.
        """
        if _filter(arguments):
            return self._write_config(arguments, token)
        tags, (made_of, made) = self._index.categories(), self._configs
        known = made if made_of is tags else {}
        if token.client_id not in known:
            known = {**known, token.client_id: self._write_config(arguments, token)}
            # One assignment, so that threads need no lock; an answer lost is made again.
            self._configs = tags, known
        return known[token.client_id]

    def _write_config(self, arguments: Arguments, token: Token) -> bytes:
        answer = self._config(arguments, token)
        return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()

    def _config(self, arguments: Arguments, token: Token) -> Answer:
        channels = self._channels(arguments, token)
        return {
            "q": list(self._answers),
            "media-endpoint": self._media_endpoint,
            "destination": [self._site],
            **self._syndicate_to(arguments, token),
            **self._post_types(arguments, token),
            **self._categories(arguments, token),
            # Quill cannot show channels that are objects, so none are listed unless set up.
            **(channels if channels["channels"] else {}),
            "visibility": ["public", "unlisted"],
        }

    def _source(self, arguments: Arguments, token: Token) -> Answer:
        # Not for ``media`` alone: the list has drafts, and who sends files needs none of it.
        token.require("create", "draft", "update", "delete", "undelete")
        self._index.catch_up()
        wanted = _wanted(arguments)
        if "url" not in arguments:
            return self._list(arguments, wanted)
        post = self._index.find(arguments["url"][-1])
        if post is None:
            raise InvalidRequest("url names no post of this site")
        if wanted:
            return {"properties": _pick(post.properties, wanted)}
        return _source_of(post)

    def _list(self, arguments: Arguments, wanted: list[str]) -> Answer:
        page = self._index.select(parse_selection(_last(arguments)))
        paging = {"before": page.before, "after": page.after}
        return {
            "items": [_item(post, wanted) for post in page.posts],
            "paging": {name: cursor for name, cursor in paging.items() if cursor},
        }

    def _syndicate_to(self, _arguments: Arguments, token: Token) -> Answer:
        offered = self._choosing.offered(token)
        return {"syndicate-to": [_describe(target) for target in offered]}

    def _categories(self, arguments: Arguments, _token: Token) -> Answer:
        return {"categories": self._index.categories(_filter(arguments))}

    def _channels(self, _arguments: Arguments, _token: Token) -> Answer:
        return {"channels": [channel.model_dump() for channel in self._settings.channels]}

    def _contacts(self, arguments: Arguments, _token: Token) -> Answer:
        wanted = _filter(arguments).casefold()
        contacts = [contact.model_dump() for contact in self._settings.contacts]
        return {
            "contacts": [c for c in contacts if wanted in f"{c['name']} {c['nickname']}".casefold()]
        }

    def _post_types(self, _arguments: Arguments, _token: Token) -> Answer:
        return {"post-types": [dict(kind) for kind in POST_TYPES]}


def _source_of(post: Post) -> Answer:
    return {"type": [post.type], "properties": post.properties}


def _item(post: Post, wanted: list[str]) -> Answer:
    # Every item has its URL, because a client needs it to update the post; a card or an
    # event may have others of its own, which come after it.
    shown = _pick(post.properties, wanted) if wanted else post.properties
    urls = [post.permalink, *post.properties.get("url", [])]
    return {"type": [post.type], "properties": {**shown, "url": urls}}


def _wanted(arguments: Arguments) -> list[str]:
    """Return the names in ``properties``, ``properties[]`` and ``properties[0]``, …."""
    names = (name for name in arguments if name == "properties" or name.startswith("properties["))
    return [wanted for name in names for wanted in arguments[name] if wanted]


def _pick(properties: Mapping[str, Any], wanted: list[str]) -> Answer:
    return {name: properties[name] for name in wanted if name in properties}


def _describe(target: SyndicationTarget) -> Answer:
    described = target.model_dump(include=_SHOWN, exclude_defaults=True)
    return {"uid": target.uid, "name": target.name, **described}


def _filter(arguments: Arguments) -> str:
    # ``search`` is the parameter's name in older clients.
    return [*arguments.get("search", []), *arguments.get("filter", []), ""][0]


def _last(arguments: Arguments) -> dict[str, str]:
    return {name: values[-1] for name, values in arguments.items()}
