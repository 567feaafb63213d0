"""The owner's rules about mentions, as rows."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import Engine, delete, insert, select

from endpoint.domain.webmentions.deciding.rules import Rule
from endpoint.stores.database import available, writing
from endpoint.stores.mentions.rows import mention_rules


class MentionRules:
    """A row for each rule. Every method raises Unavailable if the database cannot be reached."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> tuple[Rule, ...]:
        """Return every rule, the newest first."""
        columns = (mention_rules.c.action, mention_rules.c.subject, mention_rules.c.pattern)
        query = select(*columns).order_by(mention_rules.c.made_at.desc(), mention_rules.c.key)
        with available(), self._engine.connect() as connection:
            return tuple(Rule(*row) for row in connection.execute(query))

    def add(self, rule: Rule, now: datetime) -> bool:
        """Add ``rule``; return whether it was not there yet."""
        key = _key_of(rule)
        values = {"action": rule.action, "subject": rule.subject, "pattern": rule.pattern}
        with available(), writing(self._engine) as connection:
            known = select(mention_rules.c.key).where(mention_rules.c.key == key)
            if connection.execute(known).first() is not None:
                return False
            connection.execute(insert(mention_rules).values(key=key, made_at=now, **values))
        return True

    def remove(self, rule: Rule) -> bool:
        """Remove ``rule``; return whether it was there."""
        gone = delete(mention_rules).where(mention_rules.c.key == _key_of(rule))
        with available(), self._engine.begin() as connection:
            return connection.execute(gone).rowcount == 1


def _key_of(rule: Rule) -> str:
    return sha256(f"{rule.action}\n{rule.subject}\n{rule.pattern}".encode()).hexdigest()
