"""Part of the planet: what all posts of a list have, as the database is asked."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, func, or_, type_coerce

from index.model import Kind
from index.schema import entries, feeds


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What all posts of a list have: a blog, a kind, a nation, a council; and since when.

    `since`: first seen after that moment, whatever their own date.
    """

    blog: str = ""
    kind: Kind | None = None
    nation: str = ""
    council: str = ""
    since: datetime | None = None

    def demands(self) -> list[ColumnElement[bool]]:
        """Return what must hold for a post and its feed."""
        found: list[ColumnElement[bool]] = []
        if self.blog:
            found.append(feeds.c.slug == self.blog)
        if self.kind:
            found.append(feeds.c.kind == self.kind.value)
        if self.nation:
            found.append(feeds.c.nation == self.nation)
        if self.council:
            found.append(_names(self.council))
        if self.since:
            found.append(entries.c.first_seen > self.since)
        return found


def _names(council: str) -> ColumnElement[bool]:
    """Say that a post belongs to this council, as `index.named.councils_of` decides it."""
    own, named = _hold(feeds.c.councils, council), _hold(entries.c.councils, council)
    return or_(
        and_(feeds.c.kind != Kind.PRACTITIONER.value, own),
        and_(feeds.c.kind != Kind.COUNCIL.value, named),
    )


def _hold(column: ColumnElement[Any], council: str) -> ColumnElement[bool]:
    """Say that a JSON array holds this council: LIKE would not mind capitals."""
    held = type_coerce(column, Text)
    return func.replace(held, json.dumps(council, ensure_ascii=False), "") != held
