"""What a request asks for becomes the properties a post is kept with."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any

from endpoint.domain.dates import format_date, parse_date
from endpoint.domain.markup import looks_like_html, sanitize, to_text
from endpoint.domain.micropub import Create, Update
from endpoint.domain.posts import Post, Properties
from endpoint.domain.tokens import Token
from endpoint.errors import InsufficientScope, InvalidRequest
from endpoint.services.taking import Taker

_READER_SEES = ("name", "content", "summary")
_SHOWS = re.compile(r"<(?:img|video|audio)\b")


def compose(create: Create, token: Token, now: datetime, zone: tzinfo, taker: Taker) -> Properties:
    """Return the properties of the post that ``create`` asks for.

    HTML is sanitised, dates get an offset (``zone`` where they name none), a
    post without ``published`` gets ``now``, and ``taker`` takes its files. A
    token with the scope ``draft`` alone makes drafts. Raise InvalidRequest if
    sanitising leaves nothing.
    """
    properties = dict(create.properties)
    if token.drafts_only:
        _keep_draft(properties)
    cleaned = _clean(properties, zone, taker, is_named="name" in properties)
    if "published" not in cleaned:
        cleaned["published"] = [format_date(now.astimezone(zone).replace(microsecond=0))]
    return cleaned


def require_drafts(token: Token, *posts: Post) -> None:
    """Raise InsufficientScope if ``token`` is for drafts only and one of ``posts`` is none."""
    if any(post.status != "draft" for post in posts):
        require_publishing(token)


def require_publishing(token: Token) -> None:
    """Raise InsufficientScope if ``token`` is for drafts only."""
    if token.drafts_only:
        raise InsufficientScope(
            "This app may write drafts only, and this post is published or would be;"
            " sign in to the app again and let it publish",
            scope="create",
        )


def clean_update(update: Update, post: Post, zone: tzinfo, taker: Taker) -> Update:
    """Return ``update`` with the values it brings cleaned as those of a create are.

    What the post holds already is left alone: it may be the owner's own HTML.
    Raise InvalidRequest if it touches the permalink.
    """
    if post.type == "h-entry" and "url" in {
        *update.replace,
        *update.add,
        *update.delete,
        *update.drop,
    }:
        raise InvalidRequest("url cannot be updated: a permalink is settled at creation")
    is_named = "name" in post.properties or "name" in update.replace
    return replace(
        update,
        replace=_clean(update.replace, zone, taker, is_named=is_named),
        add=_clean(update.add, zone, taker, is_named=is_named),
    )


def mark_updated(before: Properties, after: Properties, now: datetime, zone: tzinfo) -> Properties:
    """Return ``after`` with ``updated`` set to ``now`` if a reader would see the change."""
    is_seen = any(before.get(name) != after.get(name) for name in _READER_SEES)
    if not is_seen or before.get("updated") != after.get("updated"):
        return after
    return {**after, "updated": [format_date(now.astimezone(zone).replace(microsecond=0))]}


def choose_channels(wished: Iterable[Any], known: Iterable[str]) -> tuple[str, ...]:
    """Return the uids of ``mp-channel``; raise InvalidRequest if one is not configured."""
    known = list(known)
    for uid in wished:
        if uid not in known:
            raise InvalidRequest("mp-channel names a channel that q=channel does not list")
    return tuple(dict.fromkeys(wished))


def _clean(properties: Properties, zone: tzinfo, taker: Taker, *, is_named: bool) -> Properties:
    cleaned = {name: list(values) for name, values in properties.items()}
    for name in ("published", "updated"):
        if name in cleaned:
            cleaned[name] = [_settle_date(name, cleaned[name], zone)]
    if cleaned.get("content"):
        cleaned["content"] = [_clean_content(cleaned["content"][0], taker, is_named=is_named)]
    return taker.take_media(cleaned)


def _keep_draft(properties: Properties) -> None:
    if properties.get("post-status") == ["published"]:
        raise InsufficientScope("This token may only write drafts", scope="create")
    properties["post-status"] = ["draft"]


def _settle_date(name: str, values: list[Any], zone: tzinfo) -> str:
    try:
        [text] = values
        return format_date(parse_date(text, zone))
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise InvalidRequest(f"{name} must be one date like 2026-11-22T08:00:00+01:00") from error


def _clean_content(content: Any, taker: Taker, *, is_named: bool) -> Any:
    if isinstance(content, str) and is_named and looks_like_html(content):
        # Quill's editor sends its HTML as plain content.
        content = {"html": content}
    content = taker.take_content(content)
    if not isinstance(content, dict) or "html" not in content:
        return content
    html = sanitize(content["html"])
    if not to_text(html).strip() and not _SHOWS.search(html) and content["html"].strip():
        raise InvalidRequest("content holds nothing but markup that this server does not publish")
    return {"html": html}
