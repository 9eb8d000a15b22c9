"""Back catalogues: how far they have come, and what is still to be asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

TEXTS = ("way", "state", "address", "what", "slot", "code", "detail", "lease")
COUNTS = ("asked", "found", "failures", "barren")


def upgrade() -> None:
    """Add the tables; nothing is wanted yet, of blogs that were followed before neither."""
    for name in ("older_way", "older"):
        op.add_column("polls", sa.Column(name, sa.Text, nullable=False, server_default=""))
    feed = sa.ForeignKey("feeds.id", ondelete="CASCADE")
    op.create_table(
        "backfills",
        sa.Column("feed_id", sa.Integer, feed, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in TEXTS),
        *(sa.Column(name, sa.Integer, nullable=False) for name in COUNTS),
        sa.Column("automatic", sa.Boolean, nullable=False),
        sa.Column("due", sa.String(27), nullable=False),
        *(sa.Column(name, sa.String(27)) for name in ("began", "ended", "leased_until")),
    )
    op.create_index("backfills_due", "backfills", ["state", "due"])
    backfill = sa.ForeignKey("backfills.feed_id", ondelete="CASCADE")
    op.create_table(
        "backfill_pages",
        sa.Column("feed_id", sa.Integer, backfill, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("done", sa.Boolean, nullable=False),
        sa.Column("brought", sa.Text, nullable=False),
    )
    op.create_index("backfill_pages_left", "backfill_pages", ["feed_id", "done", "place"])
