"""How many posts each blog has, held ones too: counted when they change, not when shown."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add it, and count those that are there."""
    op.add_column("feeds", sa.Column("posts", sa.Integer, nullable=False, server_default="0"))
    op.execute(
        "UPDATE feeds SET posts = (SELECT count(*) FROM entries WHERE entries.feed_id = feeds.id)"
    )
