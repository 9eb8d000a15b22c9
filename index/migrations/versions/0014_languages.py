"""What language a post is in, apart from what its feed claims."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Keep what was known as the claim. All posts are read again at the first start."""
    op.add_column("entries", sa.Column("claimed", sa.Text, nullable=False, server_default=""))
    op.execute("UPDATE entries SET claimed = language")
