"""The owner's preferences, which no app can change."""

from endpoint.domain.mastodon.entities import Entity


def describe_preferences(language: str) -> Entity:
    """Return the entity Preferences; ``language`` is the site's, a BCP 47 code."""
    return {
        "posting:default:visibility": "public",
        "posting:default:sensitive": False,
        "posting:default:language": language or None,
        "reading:expand:media": "default",
        "reading:expand:spoilers": False,
        "reading:autoplay:gifs": False,
    }
