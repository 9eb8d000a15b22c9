"""Posts that are one post, published at several places."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add them. They are found when all posts are read again, at the first start."""
    cluster = sa.Column("cluster", sa.Text, nullable=False, server_default="")
    op.add_column("entries", cluster)
    lead = sa.Column("lead", sa.Boolean, nullable=False, server_default=sa.true())
    op.add_column("entries", lead)
    _index("entries_clustered", ["cluster"], "cluster != ''")
    _index("entries_copied", ["feed_id"], "NOT lead")
    op.create_table(
        "bands",
        sa.Column("band", sa.BigInteger, primary_key=True),
        sa.Column(
            "entry_id", sa.Text, sa.ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("bands_of_an_entry", "bands", ["entry_id"])


def _index(name: str, columns: list[str], where: str) -> None:
    only = sa.text(where)
    op.create_index(name, "entries", columns, sqlite_where=only, postgresql_where=only)
