"""What we make of posts: topics, headings, the share of links; and what was looked for in vain."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns, empty: the next rebuild of the index reads all posts for them."""
    empty = sa.Column("topics", sa.Text, nullable=False, server_default="[]")
    op.add_column("entries", empty)
    op.add_column("entries", sa.Column("linked", sa.Float, nullable=False, server_default="0"))
    op.add_column("contents", sa.Column("headings", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "wanted",
        sa.Column("query", sa.Text, primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("last", sa.String(27), nullable=False),
    )
