"""What the JSON API answers, by example: for its description."""

from collections.abc import Mapping
from typing import Any

PROBLEM: dict[str, Any] = {
    "description": "What went wrong, as a problem document (RFC 9457)",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status"],
                "properties": {
                    "type": {"type": "string"},
                    "title": {"type": "string"},
                    "status": {"type": "integer"},
                    "detail": {"type": "string"},
                },
            },
            "example": {
                "type": "about:blank",
                "title": "Not Found",
                "status": 404,
                "detail": "There is no post at this address.",
            },
        }
    },
}

BLOG: Mapping[str, Any] = {
    "slug": "parks-and-paths",
    "title": "Parks and paths",
    "site": "https://parks.example/",
    "feed": "https://parks.example/feed",
    "kind": "council",
    "councils": ["hackney"],
    "nation": "england",
}
ENTRY: Mapping[str, Any] = {
    "id": "3f9c0a7d2b6e4158",
    "url": "https://parks.example/2026/04/bandstand",
    "title": "The bandstand reopens",
    "excerpt": "On Saturday the bandstand reopens.",
    "published": "2026-04-20T12:00:00Z",
    "first_seen": "2026-04-20T12:40:00Z",
    "authors": ["Parks team"],
    "tags": ["parks"],
    "topics": ["parks"],
    "councils": ["hackney"],
    "language": "en",
    "licence": "",
    "discussed_by": 2,
    "also": [
        {
            "id": "5d0f7e1ac3b28e46",
            "url": "https://medium.com/parks/bandstand",
            "blog": "Parks on Medium",
            "slug": "parks-on-medium",
        }
    ],
    "blog": BLOG,
}
TOPIC: Mapping[str, Any] = {
    "slug": "homelessness",
    "label": "Homelessness and temporary accommodation",
    "group": "Council services",
    "meaning": "How councils prevent people from losing their home.",
    "posts": 41,
}
ONE_TOPIC: Mapping[str, Any] = {
    "topic": TOPIC,
    "councils": [{"slug": "hackney", "name": "Hackney", "posts": 7}],
    "blogs": [{"slug": BLOG["slug"], "name": BLOG["title"], "posts": 5}],
    "related": [
        {"slug": "housing-repairs", "name": "Housing repairs and maintenance", "posts": 9}
    ],
}
COUNCIL: Mapping[str, Any] = {
    "slug": "hackney",
    "name": "London Borough of Hackney",
    "nation": "england",
    "region": "London",
    "posts": 120,
    "blogs": 2,
}
ONE_COUNCIL: Mapping[str, Any] = {  # FastAPI leaves a null out of an example, hence one that ended
    "council": {
        "slug": "craven",
        "name": "Craven District Council",
        "nation": "england",
        "region": "Yorkshire and The Humber",
        "posts": 12,
        "blogs": 0,
    },
    "gss_code": "E07000163",
    "ended": "2023-04-01",
    "before": [],
    "replaced_by": ["north-yorkshire"],
    "blogs": [],
    "topics": [
        {"slug": "homelessness", "name": "Homelessness and temporary accommodation", "posts": 12}
    ],
}
FEED: Mapping[str, Any] = {
    "blog": BLOG,
    "health": "failing",
    "problem": "The server said 500, a fault of its own.",
    "failing_since": "2026-04-21T03:00:00Z",
    "moving_to": "",
    "posts": 120,
    "newest": "2026-04-20T12:00:00Z",
    "visited": "2026-04-21T06:00:00Z",
    "due": "2026-04-21T09:00:00Z",
}
VISIT: Mapping[str, Any] = {
    "at": "2026-04-21T06:00:00Z",
    "outcome": "same",
    "status": 304,
    "seconds": 0.2,
    "size": 0,
    "new": 0,
    "problem": "",
    "detail": "",
}
PAGES: Mapping[str, int] = {"read": 12, "waiting": 3, "useless": 1}
SEARCH: Mapping[str, Any] = {
    "query": "bandstand",
    "understood": "posts about bandstand",
    "also": {},
    "instead": {},
    "unknown": [],
    "total": 1,
    "counted": 1,
    "page": 1,
    "pages": 1,
    "answers": [
        {
            "entry": ENTRY,
            "title": [
                {"text": "The ", "marked": False},
                {"text": "bandstand", "marked": True},
                {"text": " reopens", "marked": False},
            ],
            "passage": [],
        }
    ],
    "facets": {"council": [{"value": "hackney", "posts": 1}]},
    "coverage": {
        "blogs": 177,
        "councils": 60,
        "posts": 4626,
        "failing": 3,
        "oldest": "2007-03-01T09:00:00Z",
        "crawled": "2026-04-21T06:00:00Z",
    },
}
