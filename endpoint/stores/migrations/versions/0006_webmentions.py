"""Webmentions that came in, the owner's rules about them, and those that went out."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "mentions",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("key", sa.String(64), nullable=False, unique=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("permalink", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("next_look_at", _MOMENT),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("lease_until", _MOMENT),
        sa.Column("last_error", sa.Text, nullable=False),
        sa.Column("looked_at", _MOMENT),
        sa.Column("finding", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.String(16), nullable=False),
        sa.Column("decided_at", _MOMENT),
        sa.Column("kept", sa.String(64), nullable=False),
    )
    for name, columns in (
        ("next_look_at", ["next_look_at", "host", "lease_until"]),
        ("address", ["address", "decision", "finding", "received_at", "number"]),
        ("decision", ["decision", "finding", "number"]),
        ("host", ["host"]),
        ("changed_at", ["changed_at"]),
    ):
        op.create_index(f"mentions_by_{name}", "mentions", columns)
    op.create_table(
        "mention_photos",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_look_at", _MOMENT, nullable=False),
    )
    op.create_index("mention_photos_by_next_look_at", "mention_photos", ["next_look_at"])
    op.create_table(
        "mention_rules",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("action", sa.String(8), nullable=False),
        sa.Column("subject", sa.String(8), nullable=False),
        sa.Column("pattern", sa.Text, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "sent_mentions",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("sent_version", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", _MOMENT),
        sa.Column("holder", sa.String(32), nullable=False),
        sa.Column("lease_until", _MOMENT),
        sa.Column("last_error", sa.Text, nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("sent_at", _MOMENT),
    )
    op.create_index("sent_mentions_by_next_attempt_at", "sent_mentions", ["next_attempt_at"])
    op.create_index("sent_mentions_by_source", "sent_mentions", ["source"])
