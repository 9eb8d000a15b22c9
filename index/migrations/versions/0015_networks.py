"""Of which network a suggested blog is a member, so that its members are looked at in turn."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add it; members that were suggested before count as blogs of their own."""
    op.add_column("submissions", sa.Column("network", sa.Text, nullable=False, server_default=""))
