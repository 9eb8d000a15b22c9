"""Posts that were taken down one by one."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add them; nothing was taken down yet."""
    feed = sa.ForeignKey("feeds.id", ondelete="CASCADE")
    op.create_table(
        "removed",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("feed_id", sa.Integer, feed, nullable=False),
        *(sa.Column(n, sa.Text, nullable=False) for n in ("key", "address", "likeness", "reason")),
        sa.Column("at", sa.String(27), nullable=False),
    )
    op.create_index("removed_of_a_feed", "removed", ["feed_id"])
    op.create_index("removed_by_address", "removed", ["address"])
