"""Where posts are, as addresses are compared, and where they link to."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from index.address import host, normal

revision = "0010"
down_revision = "0009"

BATCH = 1_000


def upgrade() -> None:
    """Add them. The links are found when all posts are read again, at the first start."""
    op.add_column("entries", sa.Column("address", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "links",
        sa.Column(
            "entry_id", sa.Text, sa.ForeignKey("entries.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("address", sa.Text, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("links_to", "links", ["address", "entry_id"])
    _fill()
    op.create_index("entries_by_address", "entries", ["address"])


def _fill() -> None:
    db = op.get_bind()
    every = sa.text(
        "SELECT entries.id, entries.url, feeds.site, feeds.url AS feed "
        "FROM entries JOIN feeds ON feeds.id = entries.feed_id"
    )
    fill = sa.text("UPDATE entries SET address = :address WHERE id = :id")
    rows = [{"id": row.id, "address": _own(row)} for row in db.execute(every)]
    for start in range(0, len(rows), BATCH):
        db.execute(fill, rows[start : start + BATCH])


def _own(row: Any) -> str:
    others = {normal(other) for other in (row.site, row.feed) if other}
    return "" if not host(row.url) or normal(row.url) in others else normal(row.url)
