"""The pages of posts whose feed gives only a summary."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from index.address import slot

revision = "0008"
down_revision = "0007"

BATCH = 1_000


def upgrade() -> None:
    """Add the table, and want the pages of the summaries that there are."""
    may = sa.Column("pages", sa.Boolean, nullable=False, server_default=sa.true())
    op.add_column("feeds", may)
    entry = sa.ForeignKey("entries.id", ondelete="CASCADE")
    texts = ("address", "slot", "state", "lease", "code", "detail", "html", "text")
    op.create_table(
        "pages",
        sa.Column("entry_id", sa.Text, entry, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        sa.Column("due", sa.String(27), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("asked", sa.String(27)),
        sa.Column("leased_until", sa.String(27)),
    )
    _index("pages_due", ["due"], "state = 'wanted'")
    _index("pages_leased", ["leased_until", "slot"], "leased_until IS NOT NULL")
    op.create_index("pages_asked", "pages", ["asked", "slot"])
    _fill()


def _index(name: str, columns: list[str], where: str) -> None:
    only = sa.text(where)
    op.create_index(name, "pages", columns, sqlite_where=only, postgresql_where=only)


def _fill() -> None:
    db = op.get_bind()
    now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    summaries = sa.text(
        "SELECT entries.id, entries.url FROM entries JOIN feeds ON feeds.id = entries.feed_id "
        "WHERE NOT complete AND entries.url NOT IN (feeds.site, feeds.url)"
    )
    fill = sa.text(
        "INSERT INTO pages (entry_id, address, slot, state, lease, code, detail, html, text, due, "
        "tries) VALUES (:id, :url, :slot, 'wanted', '', '', '', '', '', :now, 0)"
    )
    rows = db.execute(summaries).all()
    for start in range(0, len(rows), BATCH):
        some = rows[start : start + BATCH]
        db.execute(
            fill, [{"id": r.id, "url": r.url, "slot": slot(r.url), "now": now} for r in some]
        )
