"""What apps for Mastodon need of each answer so as not to fail.

The tables hold what Tusky (Moshi), Mastodon for Android (its required fields)
and Ice Cubes (Codable) cannot do without, and every key that the documentation
of an entity has: some apps take a missing key for a broken answer. A shape is
a check, a function from a value to whether it is good; a dict of shapes by key;
or what ``many`` and ``maybe`` make of a shape.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from recorders import Exchange


@dataclass(frozen=True)
class Many:
    """A list whose items have ``shape``."""

    shape: Any


@dataclass(frozen=True)
class Maybe:
    """What has ``shape``, or null."""

    shape: Any


def text(value: Any) -> bool:
    return isinstance(value, str)


def name(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != ""


def flag(value: Any) -> bool:
    return isinstance(value, bool)


def count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def number_above_0(value: Any) -> bool:
    return count(value) and value > 0


def number(value: Any) -> bool:
    """An id: a string of digits that fits 63 bits, without zeros in front."""
    return isinstance(value, str) and bool(re.fullmatch(r"[1-9]\d{0,18}", value))


def url(value: Any) -> bool:
    """An absolute URL as Swift's URL and Java's Uri take it."""
    return isinstance(value, str) and _is_absolute(value, {"http", "https"})


def socket(value: Any) -> bool:
    return isinstance(value, str) and _is_absolute(value, {"ws", "wss"})


def moment(value: Any) -> bool:
    """A time with milliseconds and Z, which is what the strictest parsers know."""
    return isinstance(value, str) and bool(
        re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", value)
        and datetime.fromisoformat(value)
    )


def day(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value))


def version(value: Any) -> bool:
    return isinstance(value, str) and bool(re.match(r"[34]\.\d+\.\d+", value))


def anything(_value: Any) -> bool:
    return True


def nothing(value: Any) -> bool:
    return value is None


def mapping(value: Any) -> bool:
    return isinstance(value, dict)


def one_of(*values: str) -> Any:
    """Return the check for one of ``values``."""

    def one_of(value: Any) -> bool:
        return value in values

    return one_of


VISIBILITY = one_of("public", "unlisted")
EMOJI = {"shortcode": name, "url": url, "static_url": url, "visible_in_picker": flag}
FIELD = {"name": text, "value": text, "verified_at": Maybe(moment)}
ACCOUNT = {
    "id": number,
    "username": name,
    "acct": name,
    "display_name": text,
    "locked": flag,
    "bot": flag,
    "group": flag,
    "discoverable": Maybe(flag),
    "created_at": moment,
    "note": text,
    "url": url,
    "uri": url,
    "avatar": url,
    "avatar_static": url,
    "header": url,
    "header_static": url,
    "followers_count": count,
    "following_count": count,
    "statuses_count": count,
    "last_status_at": Maybe(day),
    "emojis": Many(EMOJI),
    "fields": Many(FIELD),
}
SOURCE_OF_ACCOUNT = {
    "privacy": VISIBILITY,
    "sensitive": flag,
    "language": Maybe(text),
    "note": text,
    "fields": Many(FIELD),
    "follow_requests_count": count,
}
ROLE = {"id": text, "name": text, "color": text, "permissions": text, "highlighted": flag}
OWN_ACCOUNT = {**ACCOUNT, "source": SOURCE_OF_ACCOUNT, "role": ROLE}
SIZE = {"width": number_above_0, "height": number_above_0, "size": text, "aspect": anything}
ATTACHMENT = {
    "id": number,
    "type": one_of("image", "gifv", "video", "audio", "unknown"),
    "url": url,
    "preview_url": Maybe(url),
    "remote_url": Maybe(url),
    "meta": Maybe(mapping),
    "description": Maybe(text),
    "blurhash": Maybe(name),
}
PICTURE = {**ATTACHMENT, "type": one_of("image"), "preview_url": url, "meta": {"original": SIZE}}
UNFINISHED = {**ATTACHMENT, "url": nothing, "preview_url": anything}
MENTION = {"id": number, "username": name, "acct": name, "url": url}
STATUS = {
    "id": number,
    "uri": url,
    "url": Maybe(url),
    "created_at": moment,
    "edited_at": Maybe(moment),
    "account": ACCOUNT,
    "content": text,
    "visibility": VISIBILITY,
    "sensitive": flag,
    "spoiler_text": text,
    "language": Maybe(name),
    "media_attachments": Many(ATTACHMENT),
    "mentions": Many(MENTION),
    "tags": Many({"name": name, "url": url}),
    "emojis": Many(EMOJI),
    "card": Maybe(mapping),
    "poll": nothing,
    "reblog": Maybe(mapping),
    "application": Maybe({"name": name, "website": Maybe(url)}),
    "in_reply_to_id": Maybe(number),
    "in_reply_to_account_id": Maybe(number),
    "replies_count": count,
    "reblogs_count": count,
    "favourites_count": count,
    "favourited": flag,
    "reblogged": flag,
    "muted": flag,
    "bookmarked": flag,
    "pinned": flag,
    "filtered": Many(mapping),
}
DELETED = {**STATUS, "text": text}
NOTIFICATION = {
    "id": number,
    "type": one_of("mention", "favourite", "reblog", "follow"),
    "created_at": moment,
    "account": ACCOUNT,
    "status": Maybe(STATUS),
    "group_key": name,
}
SOURCE = {"id": number, "text": text, "spoiler_text": text}
CONTEXT = {"ancestors": Many(STATUS), "descendants": Many(STATUS)}
HASHTAG = {"name": name, "url": url, "history": Many(mapping)}
SEARCH = {"accounts": Many(ACCOUNT), "statuses": Many(STATUS), "hashtags": Many(HASHTAG)}
EDIT = {
    "content": text,
    "spoiler_text": text,
    "sensitive": flag,
    "created_at": moment,
    "account": ACCOUNT,
    "media_attachments": Many(ATTACHMENT),
    "emojis": Many(EMOJI),
}
RELATIONSHIP = {
    "id": number,
    **dict.fromkeys(
        (
            "following",
            "showing_reblogs",
            "notifying",
            "followed_by",
            "blocking",
            "blocked_by",
            "muting",
            "muting_notifications",
            "requested",
            "domain_blocking",
            "endorsed",
        ),
        flag,
    ),
    "note": text,
}
PREFERENCES = {
    "posting:default:visibility": VISIBILITY,
    "posting:default:sensitive": flag,
    "posting:default:language": Maybe(name),
    "reading:expand:media": one_of("default", "show_all", "hide_all"),
    "reading:expand:spoilers": flag,
}
LIMITS = {
    "statuses": {
        "max_characters": number_above_0,
        "max_media_attachments": number_above_0,
        "characters_reserved_per_url": number_above_0,
    },
    "media_attachments": {
        "supported_mime_types": Many(name),
        "image_size_limit": number_above_0,
        "image_matrix_limit": number_above_0,
        "video_size_limit": number_above_0,
        "video_frame_rate_limit": number_above_0,
        "video_matrix_limit": number_above_0,
    },
    "polls": {
        "max_options": count,
        "max_characters_per_option": count,
        "min_expiration": count,
        "max_expiration": count,
    },
}
RULE = {"id": text, "text": text}
INSTANCE = {
    "uri": name,
    "title": name,
    "short_description": text,
    "description": text,
    "email": text,
    "version": version,
    "urls": {"streaming_api": socket},
    "stats": {"user_count": count, "status_count": count, "domain_count": count},
    "thumbnail": Maybe(url),
    "languages": Many(name),
    "registrations": flag,
    "approval_required": flag,
    "invites_enabled": flag,
    "configuration": LIMITS,
    "contact_account": Maybe(ACCOUNT),
    "rules": Many(RULE),
}
INSTANCE_V2 = {
    "domain": name,
    "title": name,
    "version": version,
    "source_url": url,
    "description": text,
    "usage": {"users": {"active_month": count}},
    "thumbnail": {"url": url},
    "languages": Many(name),
    "configuration": {**LIMITS, "urls": {"streaming": socket}},
    "registrations": {"enabled": flag, "approval_required": flag, "message": Maybe(text)},
    "contact": {"email": text, "account": Maybe(ACCOUNT)},
    "rules": Many(RULE),
}
TOKEN = {
    "access_token": name,
    "token_type": one_of("Bearer"),
    "scope": name,
    "created_at": number_above_0,
}
APP = {
    "id": name,
    "name": name,
    "website": Maybe(text),
    "redirect_uri": name,
    "redirect_uris": Many(name),
    "client_id": name,
    "client_secret": name,
    "client_secret_expires_at": count,
    "scopes": Many(name),
    "vapid_key": text,
}
ERROR = {"error": name}


@dataclass(frozen=True)
class Answer:
    """What a good answer to ``method`` at ``path`` is: its shape, and tooi's name for it."""

    method: str
    path: str
    shape: Any
    entity: str = ""


_ID = r"/\d+"
_STATUSES = Many(STATUS)
_VERBS = "favourite|unfavourite|reblog|unreblog|bookmark|unbookmark|pin|unpin|mute|unmute"
ANSWERS = (
    Answer("POST", "/api/v1/apps", APP, "CredentialApplication"),
    Answer("POST", "/oauth/token", TOKEN, "Token"),
    Answer("GET", "/api/v1/instance", INSTANCE, "Instance"),
    Answer("GET", "/api/v2/instance", INSTANCE_V2, "InstanceV2"),
    Answer("GET", "/api/v1/accounts/verify_credentials", OWN_ACCOUNT, "Account"),
    Answer("GET", "/api/v1/accounts/relationships", Many(RELATIONSHIP), "Relationship"),
    Answer("GET", "/api/v1/accounts/lookup", ACCOUNT, "Account"),
    Answer("GET", "/api/v1/accounts/search", Many(ACCOUNT), "Account"),
    Answer("GET", f"/api/v1/accounts{_ID}", ACCOUNT, "Account"),
    Answer("GET", f"/api/v1/accounts{_ID}/statuses", _STATUSES, "Status"),
    Answer("GET", f"/api/v1/accounts{_ID}/(followers|following)", Many(ACCOUNT), "Account"),
    Answer("GET", "/api/v1/preferences", PREFERENCES),
    Answer("GET|POST", "/api/v1/markers", mapping),
    Answer("GET", "/api/v1/statuses", _STATUSES, "Status"),
    Answer("POST", "/api/v1/statuses", STATUS, "Status"),
    Answer("GET|PUT", f"/api/v1/statuses{_ID}", STATUS, "Status"),
    Answer("DELETE", f"/api/v1/statuses{_ID}", DELETED, "Status"),
    Answer("POST", f"/api/v1/statuses{_ID}/({_VERBS})", STATUS, "Status"),
    Answer("GET", f"/api/v1/statuses{_ID}/context", CONTEXT, "Context"),
    Answer("GET", f"/api/v1/statuses{_ID}/source", SOURCE, "StatusSource"),
    Answer("GET", f"/api/v1/statuses{_ID}/history", Many(EDIT)),
    Answer("GET", f"/api/v1/statuses{_ID}/(favourited|reblogged)_by", Many(ACCOUNT), "Account"),
    Answer("GET", "/api/v1/timelines/(home|public|tag/.+)", _STATUSES, "Status"),
    Answer("GET", "/api/v1/(favourites|bookmarks)", _STATUSES, "Status"),
    Answer("GET", "/api/v1/notifications", Many(NOTIFICATION), "Notification"),
    Answer("GET", f"/api/v1/notifications{_ID}", NOTIFICATION, "Notification"),
    Answer("GET", "/api/v2/search", SEARCH, "Search"),
    Answer("POST", "/api/v[12]/media", ATTACHMENT, "MediaAttachment"),
    Answer("GET|PUT", f"/api/v1/media{_ID}", ATTACHMENT, "MediaAttachment"),
)


def answer_to(exchange: Exchange) -> Answer | None:
    """Return what a good answer is there, or None where nothing is said of it."""
    path = exchange.path.rstrip("/")
    for answer in ANSWERS:
        if re.fullmatch(answer.method, exchange.method) and re.fullmatch(answer.path, path):
            return answer
    return None


def complaints(exchange: Exchange) -> list[str]:
    """Return what apps would stumble over in an answer of the API."""
    if exchange.status >= 500:
        return [str(exchange)]
    if not exchange.path.startswith(("/api/", "/oauth/token", "/oauth/revoke")):
        return []
    if exchange.method == "OPTIONS":
        return []
    if "json" not in exchange.content_type:
        return [f"{exchange}: not JSON but {exchange.content_type}"]
    found = _wrongs(_shape_of(exchange), exchange.json, "")
    return [f"{exchange.method} {exchange.path}: {wrong}" for wrong in found]


def _shape_of(exchange: Exchange) -> Any:
    if exchange.status >= 400:
        return ERROR
    if exchange.status in (202, 206):
        return UNFINISHED
    answer = answer_to(exchange)
    return answer.shape if answer else anything


def _wrongs(shape: Any, value: Any, at: str) -> Iterator[str]:
    match shape:
        case Maybe():
            yield from _wrongs(shape.shape, value, at) if value is not None else ()
        case Many() if isinstance(value, list):
            for place, item in enumerate(value):
                yield from _wrongs(shape.shape, item, f"{at}[{place}]")
        case dict() if isinstance(value, dict):
            for key, inner in shape.items():
                if key in value:
                    yield from _wrongs(inner, value[key], f"{at}.{key}")
                else:
                    yield f"{at}.{key} is missing"
        case Many() | dict():
            yield f"{at} is {value!r:.80}"
        case _ if not shape(value):
            yield f"{at} is {value!r:.80}, no {shape.__name__}"


def _is_absolute(value: str, schemes: set[str]) -> bool:
    parts = urlsplit(value)
    is_plain = value.isascii() and not re.search(r"[\s<>\"{}|\\^`]", value)
    return is_plain and parts.scheme in schemes and bool(parts.hostname)
