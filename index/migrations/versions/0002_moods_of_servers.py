"""What a server has shown of its ways: failures by weight, refusals, moves, hours to stay away."""

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NOTHING: dict[str, str | sa.TextClause] = {
    "host": "",
    "strain": "0",
    "ignored": "0",
    "plain": sa.text("false"),
    "skip_hours": "[]",
    "skip_days": "[]",
    "moving_to": "",
    "moving_why": "",
    "moving_seen": "0",
}
TYPES = {"strain": sa.Float, "ignored": sa.Integer, "plain": sa.Boolean, "moving_seen": sa.Integer}
POLLS = sa.table("polls", sa.column("feed_id"), sa.column("aim"), sa.column("host"))
FEEDS = sa.table("feeds", sa.column("id"), sa.column("url"), sa.column("site"))


def upgrade() -> None:
    """Add the columns, and tell each poll the host that it dials."""
    for name, value in NOTHING.items():
        kind = TYPES.get(name, sa.Text)()
        op.add_column("polls", sa.Column(name, kind, nullable=False, server_default=value))
    op.add_column("polls", sa.Column("moving_since", sa.String(27)))
    op.create_index("polls_of_a_host", "polls", ["host"])
    db = op.get_bind()
    query = sa.select(FEEDS.c.id, POLLS.c.aim, FEEDS.c.url, FEEDS.c.site)
    for feed in db.execute(query.join(POLLS, POLLS.c.feed_id == FEEDS.c.id)).all():
        address = feed.url if feed.aim == "feed" else feed.site
        host = (urlsplit(address).hostname or "").rstrip(".")
        db.execute(sa.update(POLLS).where(POLLS.c.feed_id == feed.id).values(host=host))
    op.execute("UPDATE polls SET strain = failures")
