"""Copies of posts on other networks, and the numbers by which their apps know things."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for column in (
        _text("content", sa.Text),
        _text("version", sa.String(64)),
        _text("sent_version", sa.String(64)),
        _text("key", sa.String(32)),
        sa.Column("began_at", _MOMENT),
        _text("attempted", sa.Text),
        _text("url", sa.Text),
        _text("remote_id", sa.Text),
        sa.Column("copied_at", _MOMENT),
        _text("linked_url", sa.Text),
        _text("page_link", sa.Text),
        sa.Column("link_asked_at", _MOMENT),
        _count("attempts"),
        sa.Column("next_attempt_at", _MOMENT),
        _text("holder", sa.String(32)),
        sa.Column("lease_until", _MOMENT),
        _text("last_error", sa.Text),
        _count("looks"),
        sa.Column("next_look_at", _MOMENT),
    ):
        op.add_column("syndications", column)
    # What was asked for before there was anybody to do it is done now.
    op.execute("UPDATE syndications SET state = 'waiting', next_attempt_at = asked_at")
    op.create_index("syndications_by_next_attempt_at", "syndications", ["next_attempt_at"])
    op.create_index("syndications_by_next_look_at", "syndications", ["next_look_at"])
    op.create_index("syndications_by_link_asked_at", "syndications", ["link_asked_at"])
    op.create_index("syndications_by_holder", "syndications", ["holder"])
    op.add_column("mentions", _text("origin", sa.Text))
    op.create_table(
        "syndication_pauses",
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("credentials", sa.String(64), nullable=False),
        sa.Column("paused_at", _MOMENT, nullable=False),
        sa.Column("mailed_at", _MOMENT),
    )
    op.create_table(
        "numbers",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("family", sa.String(16), nullable=False),
        sa.Column("key", sa.String(64), nullable=False, unique=True),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
    )
    op.create_index("numbers_by_family", "numbers", ["family", "id"])
    op.create_index("numbers_by_place", "numbers", ["place"])
    op.create_table(
        "keys",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("secret", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "dismissals",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("is_until", sa.Boolean, nullable=False),
    )
    op.create_table(
        "markers",
        sa.Column("timeline", sa.String(32), primary_key=True),
        sa.Column("last_read_id", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
    )


def _text(name: str, kind: sa.types.TypeEngine[str] | type[sa.Text]) -> sa.Column[str]:
    return sa.Column(name, kind, nullable=False, server_default="")


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")
