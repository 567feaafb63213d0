"""What Mastodon's API answers with: objects of fixed members, as its documents list them."""

from typing import Any

Entity = dict[str, Any]
"""A JSON object, such as Status or Account."""
