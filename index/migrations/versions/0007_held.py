"""Posts that wait for a moderator, because their blog does not seem to be itself any more."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the marks; nothing is held yet."""
    held = sa.Column("held", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("entries", held)
    op.create_index(
        "entries_held",
        "entries",
        ["feed_id", "sort_at", "id"],
        sqlite_where=sa.text("held"),
        postgresql_where=sa.text("held"),
    )
    op.add_column("polls", sa.Column("called", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "holds",
        sa.Column(
            "feed_id", sa.Integer, sa.ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("since", sa.String(27), nullable=False),
        sa.Column("released", sa.String(27)),
    )
