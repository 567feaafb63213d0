"""Which clone gave a permalink to a request, and which request has a permalink."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("creations", sa.Column("clone", sa.String(32), nullable=False, server_default=""))
    op.execute(
        "DELETE FROM creations WHERE permalink IN"
        " (SELECT permalink FROM creations GROUP BY permalink HAVING count(*) > 1)"
    )
    op.create_index("creations_by_permalink", "creations", ["permalink"], unique=True)
