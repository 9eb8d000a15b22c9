"""What the owners of blogs wish, and how they prove that a blog is theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add them; nobody has wished for anything yet."""
    for column in (
        sa.Column("description", sa.Text, nullable=False, server_default=""),
        sa.Column("excerpt", sa.Text, nullable=False, server_default="usual"),
        sa.Column("full_text", sa.Boolean, nullable=False, server_default=sa.true()),
    ):
        op.add_column("feeds", column)
    op.create_table(
        "claims",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "feed_id", sa.Integer, sa.ForeignKey("feeds.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("token", sa.Text, nullable=False, unique=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("how", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("email_until", sa.String(27)),
        sa.Column("told", sa.String(27)),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("since", sa.String(27)),
        sa.Column("looks", sa.Integer, nullable=False),
        sa.Column("leased_until", sa.String(27)),
        sa.Column("lease", sa.Text, nullable=False),
        sa.Column("created", sa.String(27), nullable=False),
        sa.Column("changed", sa.String(27), nullable=False),
    )
    op.create_index("claims_by_state", "claims", ["state", "changed"])
    op.create_index("claims_of_a_feed", "claims", ["feed_id"])
