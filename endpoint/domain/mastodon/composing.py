"""From what an app sends to a post's properties, and from a post to the text that apps edit."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from endpoint.domain.mastodon.hashtags import find_hashtags
from endpoint.domain.mastodon.requests import StatusRequest
from endpoint.domain.mastodon.typed import Style, rewrite, source_text, write
from endpoint.domain.media_types import Family
from endpoint.domain.micropub import Update
from endpoint.domain.posts import Post, Properties
from endpoint.domain.warnings import find_warning, is_sensitive

FAMILIES: tuple[Family, ...] = ("photo", "video", "audio")


@dataclass(frozen=True)
class Attached:
    """A file of a post: the property it belongs to, and its value: a URL, or with ``alt``."""

    family: Family
    value: Any

    @property
    def url(self) -> str:
        """Where the file is, as it stands in the post."""
        url = self.value.get("value") if isinstance(self.value, dict) else self.value
        return url if isinstance(url, str) else ""

    def with_alt(self, alt: str) -> "Attached":
        """Return it with another alternative text."""
        more = {**self.value} if isinstance(self.value, dict) else {"value": self.value}
        if more.get("alt", "") == alt:
            return self
        return replace(self, value=more | {"alt": alt} if alt else self.url)


def attached_to(post: Post) -> list[Attached]:
    """Return the files of ``post``, photos first."""
    return [
        Attached(family, value) for family in FAMILIES for value in post.properties.get(family, [])
    ]


def make_properties(
    request: StatusRequest, attached: Collection[Attached], in_reply_to: str, style: Style
) -> Properties:
    """Return the properties of the new post that ``request`` asks for.

    ``in_reply_to`` is the URL it answers, or empty. A language is named where it
    is another than the site's.
    """
    language = request.known_language
    properties: Properties = {
        "content": [write(request.text, style)] if request.text.strip() else [],
        **_media(attached),
        "in-reply-to": [in_reply_to],
        "category": find_hashtags(request.text),
        **_warning(request),
        "language": [language if language != style.language else ""],
        "visibility": [request.visibility if request.visibility == "unlisted" else ""],
    }
    return {name: values for name, values in properties.items() if any(values)}


def make_update(
    post: Post, request: StatusRequest, attached: Collection[Attached], style: Style
) -> Update:
    """Return what makes ``post`` what ``request`` says; what it says already stays untouched.

    What apps cannot show, such as a name or a category that is no hashtag, stays.
    """
    wanted: Properties = {
        **_edit_content(post, request.text, style),
        **_media(attached),
        **_edit_warning(post, request),
        **_edit_language(post, request.known_language, style.language),
    }
    changed = {
        name: values for name, values in wanted.items() if values != post.properties.get(name, [])
    }
    return Update(
        post.permalink,
        replace={name: values for name, values in changed.items() if values},
        drop=frozenset(name for name, values in changed.items() if not values),
    )


def _edit_content(post: Post, text: str, style: Style) -> Properties:
    before = source_text(post, literal=style.literal)
    if text == before:
        return {}
    written = rewrite(text, post.properties.get("content", [""])[0], style)
    content = [written] if text.strip() else []
    kept = _without(post.properties.get("category", []), find_hashtags(before))
    return {"content": content, "category": [*kept, *_without(find_hashtags(text), kept)]}


def _without(tags: Iterable[Any], others: Iterable[Any]) -> list[Any]:
    gone = {str(tag).casefold() for tag in others}
    return [tag for tag in tags if str(tag).casefold() not in gone]


def _media(attached: Collection[Attached]) -> Properties:
    return {name: [each.value for each in attached if each.family == name] for name in FAMILIES}


def _warning(request: StatusRequest) -> Properties:
    spoiler = request.spoiler_text.strip()
    return {
        "summary": [spoiler] if spoiler else [],
        "content-warning": [spoiler] if spoiler else [],
        "sensitive": ["true"] if request.sensitive else [],
    }


def _edit_warning(post: Post, request: StatusRequest) -> Properties:
    properties, spoiler = post.properties, request.spoiler_text.strip()
    before, wanted = find_warning(properties), _warning(request)
    if spoiler == before:
        del wanted["content-warning"], wanted["summary"]
        if request.sensitive == is_sensitive(properties):
            del wanted["sensitive"]
    elif properties.get("summary", [before]) != [before]:
        # That of an article is not there for its warning.
        del wanted["summary"]
    return wanted


def _edit_language(post: Post, language: str, site_language: str) -> Properties:
    if not language or language == (post.language or site_language):
        return {}
    is_named = language != site_language or "lang" in post.properties
    return {"language": [language] if is_named else []}
