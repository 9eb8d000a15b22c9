"""Stand-in until merged."""
from collections.abc import Iterable
def tag_key(tag: str) -> str:
    return " ".join(tag.lower().split())
def tag_keys(tags: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(tag_key, tags)))
