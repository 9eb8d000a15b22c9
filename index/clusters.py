"""Posts that are one post: found among all others, joined, and one of them chosen to lead.

    a post that is new or was edited ──► its bands ──► a few candidates ──► the same? ──► a cluster
    whatever changes who is published ──► settle ──► a lead ──► lists and the search show it alone

A cluster has one post of a feed at the most: what a blog repeats is its own business. All of it
works within the caller's transaction. A post is looked for among those of its own season: the
cost of a new one does not grow with the years that are known.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from secrets import token_hex
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, insert, select, update

from index.address import PLATFORMS, host, slot
from index.database import BATCH
from index.likeness import Likely, of_season, same_post, seasons
from index.model import PUBLISHED
from index.outbox import announce
from index.schema import CLUSTERED, WHOLE, bands, contents, entries, feeds, pages

CROWD = 30  # posts that share a band: it is of a pattern, and tells nothing
LOOKED_AT = 20  # candidates whose texts are read
SURE = 100  # as many bands as an address is worth

LISTED = frozenset(status.value for status in PUBLISHED)


def join_clusters(db: Connection, found: Mapping[str, Sequence[int]]) -> None:
    """Find which posts these are copies of, by their ids and bands, and settle who leads."""
    ids = list(found)
    touched: set[str] = set()
    for some in _batches(ids):
        db.execute(delete(bands).where(bands.c.entry_id.in_(some)))
    kept, asked = _by_season(db, found)
    crowds = _crowds(db, kept, {band for own in asked.values() for band in own})
    rows = [
        {"band": band, "entry_id": id}
        for id, own in kept.items()
        for band in own
        if len(crowds[band]) <= CROWD
    ]
    if rows:
        db.execute(insert(bands), rows)
    there = _neighbours(db, ids)
    company = {id: [*_company(id, own, crowds), *there.get(id, ())] for id, own in asked.items()}
    for row in _read(db, [id for id in ids if id in there or company.get(id)]):
        touched |= _join(db, row, company[row["id"]])
    settle(db, touched)


def _by_season(
    db: Connection, found: Mapping[str, Sequence[int]]
) -> tuple[dict[str, set[int]], dict[str, set[int]]]:
    """Return under which bands each post is kept, and among which it is sought: of its season.

    New posts so meet only the posts of their own time, whose place in the table is warm.
    """
    kept, asked = dict[str, set[int]](), dict[str, set[int]]()
    for some in _batches(list(found)):
        query = select(entries.c.id, entries.c.sort_at).where(entries.c.id.in_(some))
        for id, at in db.execute(query):
            own, other = seasons(at)
            kept[id] = {of_season(band, own) for band in found[id]}
            asked[id] = kept[id] | {of_season(band, other) for band in found[id]}
    return kept, asked


def _crowds(
    db: Connection, kept: Mapping[str, set[int]], asked: Iterable[int]
) -> dict[int, set[str]]:
    """Return which posts have each of these bands, those that are being kept too."""
    crowds: dict[int, set[str]] = defaultdict(set)
    for some in _batches(sorted(asked)):
        query = select(bands.c.band, bands.c.entry_id).where(bands.c.band.in_(some))
        for row in db.execute(query):
            crowds[row.band].add(row.entry_id)
    for id, own in kept.items():
        for band in own:
            crowds[band].add(id)
    return crowds


def _company(id: str, asked: Iterable[int], crowds: Mapping[int, set[str]]) -> list[str]:
    """Return who shares bands with a post, once for each band."""
    near = (crowds.get(band, set()) for band in asked)
    return [other for crowd in near if len(crowd) <= CROWD for other in crowd if other != id]


def _neighbours(db: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    """Return which posts are at the same addresses as these, or were in a cluster with them."""
    this, other = entries.alias("this"), entries.alias("other")
    same = and_(other.c.address == this.c.address, other.c.id != this.c.id)
    near: dict[str, list[str]] = {}
    for some in _batches(ids):
        which = (this.c.id.in_(some), this.c.address != "")
        for row in db.execute(select(this.c.id, other.c.id).join(other, same).where(*which)):
            near.setdefault(row[0], []).extend([row[1]] * SURE)
        clustered = select(this.c.id).where(this.c.id.in_(some), this.c.cluster != "")
        for id in db.execute(clustered).scalars():
            near.setdefault(id, [])
    return near


def _batches(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))


def settle(db: Connection, clusters: Iterable[str]) -> None:
    """Choose who leads each cluster, of those that are published; tell the index of it.

    The one that leads is told of anyway: it is found by every blog that published it.
    """
    for cluster in sorted({*clusters} - {""}):
        members = list(db.execute(_members(cluster)).mappings())
        shown = [row for row in members if row["status"] in LISTED and not row["held"]]
        first = min(shown, key=precedence)["id"] if shown else ""
        changed = [
            row for row in members if row["lead"] != (row["id"] == first or row not in shown)
        ]
        for row in changed:
            lead = update(entries).where(entries.c.id == row["id"])
            db.execute(lead.values(lead=not row["lead"]))
        announce(db, sorted({row["id"] for row in changed} | ({first} - {""})))


def settle_feed(db: Connection, feed_id: int) -> None:
    """Choose anew who leads where a feed has a part, since what is published of it has changed."""
    own = (entries.c.feed_id == feed_id, CLUSTERED)
    settle(db, list(db.execute(select(entries.c.cluster).where(*own)).scalars()))


def precedence(row: RowMapping) -> tuple[bool, bool, Any, int, str]:
    """Return by what posts of a cluster are sorted, the one that leads first.

    The one on its own blog's site, before a copy that somebody else republished; a site of its own
    before a platform's; then the earliest; then the longest.
    """
    theirs = host(row["url"]).removeprefix("www.") != host(
        row["site"] or row["feed"]
    ).removeprefix("www.")
    shared = slot(row["url"]) in PLATFORMS
    return theirs, shared, row["sort_at"], -row["words"], row["id"]


def _members(cluster: str) -> Any:
    columns = ("id", "url", "sort_at", "words", "held", "lead")
    own = [entries.c[name] for name in columns]
    blog = [feeds.c.status, feeds.c.site, feeds.c.url.label("feed")]
    return select(*own, *blog).join(feeds).where(CLUSTERED, entries.c.cluster == cluster)


def _join(db: Connection, row: RowMapping, company: Sequence[str]) -> set[str]:
    """Put a post into the cluster of its likes, if it has any; return the clusters concerned."""
    nearest = Counter(id for id in company if id != row["id"]).most_common(LOOKED_AT)
    others = [one for one in _read(db, [id for id, _ in nearest]) if _elsewhere(one, row)]
    likes = [one for one in others if same_post(_likely(row), _likely(one))]
    likes.sort(key=lambda one: (one["address"] != row["address"], one["title"] != row["title"]))
    if row["cluster"] or not row["lead"]:
        _put(db, [row["id"]], "")
    place = ""
    for like in likes:
        there, own = like["cluster"], entries.c.id == like["id"]
        group = _group(db, and_(CLUSTERED, entries.c.cluster == there) if there else own)
        if not place and row["feed_id"] not in group.values():
            place = there or token_hex(8)
            _put(db, [row["id"], *group], place)
        elif place not in ("", there):  # it is like both, so those are one
            here = _group(db, and_(CLUSTERED, entries.c.cluster == place))
            if not {*group} & {*here} and not {*group.values()} & {*here.values()}:
                _put(db, list(group), place)
    if not place and not row["lead"]:
        announce(db, [row["id"]])
    return {row["cluster"], place, *(like["cluster"] for like in likes)}


def _group(db: Connection, which: ColumnElement[bool]) -> dict[str, int]:
    """Return the feeds of the posts of a cluster, by their ids."""
    query = select(entries.c.id, entries.c.feed_id).where(which)
    return {row.id: row.feed_id for row in db.execute(query)}


def _put(db: Connection, ids: Sequence[str], cluster: str) -> None:
    """Put posts into a cluster, or into none; who leads is settled afterwards."""
    values = {"cluster": cluster} if cluster else {"cluster": "", "lead": True}
    db.execute(update(entries).where(entries.c.id.in_(ids)).values(values))


def _elsewhere(one: RowMapping, row: RowMapping) -> bool:
    return bool(one["feed_id"] != row["feed_id"])


def _read(db: Connection, ids: Sequence[str]) -> list[RowMapping]:
    """Return the posts with these ids as they are compared, in this order."""
    names = ("id", "feed_id", "title", "sort_at", "address", "cluster", "lead")
    joined = entries.join(contents).outerjoin(pages)
    query = select(*(entries.c[name] for name in names), WHOLE.label("text")).select_from(joined)
    rows = db.execute(query.where(entries.c.id.in_(ids))).mappings()
    known = {row["id"]: row for row in rows}
    return [known[id] for id in ids if id in known]


def _likely(row: RowMapping) -> Likely:
    return Likely(title=row["title"], text=row["text"], at=row["sort_at"], address=row["address"])
