"""Questions to the post index, each answered by a walk along one of its indexes."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    Select,
    Table,
    bindparam,
    exists,
    func,
    literal,
    select,
    tuple_,
)

from endpoint.domain.lists import MAX_FILTER, Cursor, Selection
from endpoint.errors import InvalidRequest
from endpoint.stores.index.rows import CHANNEL, TAG, tag_key
from endpoint.stores.index.tables import UNDATED, labels, posts, state, tombstones

POST = (
    posts.c.type,
    posts.c.kind,
    posts.c.properties,
    posts.c.permalink,
    posts.c.path,
    posts.c.channels,
    posts.c.published,
)
"""What ``to_post`` needs of a row."""


def _newest(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    newest = select(posts.c.published).where(*conditions, posts.c.published <= bindparam("now"))
    order = posts.c.published.desc(), posts.c.path.desc()
    return newest.order_by(*order).limit(1).scalar_subquery()


_LATER = (
    select(func.count())
    .where(posts.c.public, posts.c.published > bindparam("now"))
    .scalar_subquery()
)

STATE = select(
    state.c.commit,
    state.c.changed,
    state.c.changed_at,
    _newest(posts.c.public).label("shown"),
    # All of them are counted as they come and go, and those of the future are few.
    (state.c.public - _LATER).label("public"),
    _newest(posts.c.status == "published", posts.c.published > UNDATED).label("built"),
    bindparam("now", type_=BigInteger).label("asked"),
    select(posts.c.published)
    .where(posts.c.status == "published", posts.c.published > bindparam("now"))
    .order_by(posts.c.published, posts.c.path)
    .limit(1)
    .scalar_subquery()
    .label("due"),
).where(state.c.id == 1)
"""How things stand at ``now``, in UTC microseconds: what is indexed, and what is out.

Without a commit it stays so from ``asked`` until ``due``, when the next post comes out, if any.
"""


def _select_tags() -> Select[Any]:
    # It leaps from tag to tag: the cost is that of the tags, not of the posts.
    tags = labels.alias()
    first = select(tags.c.label).where(tags.c.family == TAG).order_by(tags.c.label).limit(1)
    names = select(first.scalar_subquery().label("label")).cte("names", recursive=True)
    following = first.where(tags.c.label > names.c.label).correlate(names).scalar_subquery()
    names = names.union_all(select(following).where(names.c.label.is_not(None)))
    return select(names.c.label).where(names.c.label.is_not(None))


TAGS = _select_tags()
"""Every tag in use, each once."""

TAKEN = select(
    exists().where(posts.c.address == bindparam("address"))
    | exists().where(tombstones.c.address == bindparam("address"))
)
"""Whether a post lives, or has lived, at ``address``."""


def select_page(selection: Selection, now: int, *columns: ColumnElement[Any]) -> Select[Any]:
    """Return the query for ``columns`` of the posts in ``selection``, one past its limit.

    It goes newest first, and oldest first from a ``before``. Pages, which lie
    outside the folders of posts, are in no list. ``now``, in UTC
    microseconds, decides what is public yet. Raise InvalidRequest if a cursor
    is none, or a filter too long.
    """
    _check(selection)
    lead = _lead(selection)
    query = _narrow(select(*columns), selection, lead, now)
    order: list[ColumnElement[Any]] = [lead.c.published, lead.c.path]
    cursor = _read_cursor(selection)
    if cursor:
        place = tuple_(*order)
        here = tuple_(literal(cursor.published), literal(cursor.path))
        query = query.where(place > here if selection.before else place < here)
    if not selection.before:
        order = [column.desc() for column in order]
    offset = 0 if cursor else selection.offset
    return query.order_by(*order).limit(selection.limit + 1).offset(offset)


def _read_cursor(selection: Selection) -> Cursor | None:
    """Return the place that ``before`` or ``after`` names; raise InvalidRequest if both do."""
    if selection.before and selection.after:
        raise InvalidRequest("before and after exclude each other; send one of them")
    if selection.before:
        return Cursor.parse("before", selection.before)
    return Cursor.parse("after", selection.after) if selection.after else None


def _check(selection: Selection) -> None:
    texts = {
        "post-type": selection.kind,
        "filter": selection.filter,
        "channel": selection.channel,
        "category": selection.tag,
    }
    for name, text in texts.items():
        # PostgreSQL takes no NUL, not even in a question.
        if text and "\0" in text:
            raise InvalidRequest(f"{name} must not hold a NUL character")
    if selection.filter and len(selection.filter) > MAX_FILTER:
        raise InvalidRequest(f"filter must be at most {MAX_FILTER} characters long")


def _lead(selection: Selection) -> Table:
    return labels if selection.tag is not None or selection.channel is not None else posts


def _narrow(query: Select[Any], selection: Selection, lead: Table, now: int) -> Select[Any]:
    if lead is labels:
        query = _label(query, selection)
    if selection.public_only:
        query = query.where(lead.c.public, lead.c.published <= now)
    else:
        query = query.where(posts.c.listed)
    if selection.kind is not None:
        query = query.where(posts.c.kind == selection.kind)
    if selection.status is not None:
        query = query.where(posts.c.status == selection.status)
    if selection.filter is not None:
        text = selection.filter.casefold()
        query = query.where(posts.c.words.contains(text, autoescape=True))
    return query


def _label(query: Select[Any], selection: Selection) -> Select[Any]:
    query = query.join_from(labels, posts, posts.c.path == labels.c.path)
    tag, channel = selection.tag, selection.channel
    if tag is None:
        return query.where(labels.c.family == CHANNEL, labels.c.key == channel)
    query = query.where(labels.c.family == TAG, labels.c.key == tag_key(tag))
    if channel is None:
        return query
    other = labels.alias()
    return query.where(
        exists().where(
            other.c.path == labels.c.path, other.c.family == CHANNEL, other.c.key == channel
        )
    )
