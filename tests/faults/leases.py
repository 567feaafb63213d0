"""What a killed worker had begun waits for its lease to end, and a test does not."""

from datetime import UTC, datetime

from sqlalchemy import Engine, update

from endpoint.stores.followers import followers
from endpoint.stores.mentions.rows import mentions
from endpoint.stores.sent_mentions.rows import sent_mentions


def make_free(engine: Engine) -> None:
    """Let the work of killed workers be taken at once, which would otherwise be in minutes."""
    with engine.begin() as connection:
        for table in (followers, mentions, sent_mentions):
            connection.execute(update(table).values(lease_until=None))
        for column in (followers.c.next_attempt_at, sent_mentions.c.next_attempt_at):
            later = update(column.table).where(column.is_not(None))
            connection.execute(later.values({column.name: datetime.now(UTC)}))
