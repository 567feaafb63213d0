"""What this server has none of: lists that are empty, and URLs at which nothing is."""

from flask import Response

from endpoint.errors import NotFound
from endpoint.handlers.mastodon.answers import blueprint, entity
from endpoint.handlers.mastodon.tokens import authorize_app

bp = blueprint("unsupported")

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

_FOR_ALL = (
    "custom_emojis",
    "directory",
    "instance/domain_blocks",
    "instance/peers",
    "instance/rules",
    "trends",
    "trends/links",
    "trends/statuses",
    "trends/tags",
)
"""Below ``/api/v1/``, for everybody."""

_FOR_OWNER = (
    "v1/announcements",
    "v1/blocks",
    "v1/conversations",
    "v1/domain_blocks",
    "v1/endorsements",
    "v1/featured_tags",
    "v1/featured_tags/suggestions",
    "v1/filters",
    "v2/filters",
    "v1/follow_requests",
    "v1/followed_tags",
    "v1/lists",
    "v1/mutes",
    "v1/scheduled_statuses",
    "v1/suggestions",
    "v2/suggestions",
)
"""Below ``/api/``, for the owner's apps."""


def show_none() -> Response:
    """Return a list of nothing, to anybody."""
    return entity([])


def show_none_of_mine() -> Response:
    """Return a list of nothing, to the owner's apps."""
    authorize_app("read", "follow", "read:accounts")
    return entity([])


for name in _FOR_ALL:
    bp.add_url_rule(f"/api/v1/{name}", "show_none", show_none)
for name in _FOR_OWNER:
    bp.add_url_rule(f"/api/{name}", "show_none_of_mine", show_none_of_mine)


@bp.route("/api/<any(v1, v2):_version>/<path:_rest>", methods=_METHODS)
def miss(**_names: str) -> Response:
    """Say that nothing is here, to apps that try what other servers have.

    What else begins with ``/api/`` may be a page of the site.
    """
    raise NotFound("This server does not have that")
