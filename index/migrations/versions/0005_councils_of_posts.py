"""The councils that a post's text names, or that its author worked for."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column, empty: the next rebuild of the index reads all posts for it."""
    op.add_column("entries", sa.Column("councils", sa.Text, nullable=False, server_default="[]"))
    naming = sa.text("councils != '[]'")
    op.create_index(
        "entries_naming",
        "entries",
        ["feed_id", "councils"],
        sqlite_where=naming,
        postgresql_where=naming,
    )
