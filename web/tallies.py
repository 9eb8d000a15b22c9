"""What the posts of a list are of, in names and numbers: its topics, councils and blogs. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.councils import council_name
from index.finding import By, Facets
from index.model import Feed
from index.tags import tag_keys, tag_slug
from index.vocabulary import Topic, vocabulary
from web.words import blog_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A topic, a council or a blog, and how many posts it has."""

    slug: str
    name: str
    posts: int


def topics_in(facets: Facets, but: str = "") -> list[Counted]:
    """Return the topics that posts have, commonest first, without one of them."""
    every = vocabulary().topics
    return [
        Counted(slug=one.value, name=every[one.value].label, posts=one.posts)
        for one in facets.get(By.TOPIC, ())
        if one.value in every and one.value != but
    ]


def councils_in(facets: Facets) -> list[Counted]:
    """Return the councils that posts are from, the one with most posts first."""
    return [
        Counted(slug=one.value, name=council_name(one.value), posts=one.posts)
        for one in facets.get(By.COUNCIL, ())
    ]


def blogs_in(facets: Facets, blogs: Iterable[Feed]) -> list[Counted]:
    """Return those of `blogs` that posts are on, the one with most posts first."""
    names = {one.slug: blog_name(one) for one in blogs}
    return [
        Counted(slug=one.value, name=names[one.value], posts=one.posts)
        for one in facets.get(By.BLOG, ())
        if one.value in names
    ]


def known_topics(slugs: Iterable[str]) -> list[Topic]:
    """Return the topics with these slugs, without any that the list has no longer."""
    every = vocabulary().topics
    return [every[slug] for slug in slugs if slug in every]


def synonyms(topic: Topic) -> Iterator[tuple[str, Sequence[str]]]:
    """Give what else is said on a topic: abbreviations, and what they stand for."""
    for ring in topic.same:
        short = [one for one in ring if " " not in one and sum(map(str.isupper, one)) > 1]
        if not short or len(short) == len(ring):
            short = [ring[0]]
        yield ", ".join(short), [one for one in ring if one not in short]


def tag_path(tag: str) -> str:
    """Return where the posts with a tag are; nothing for one that says nothing of a post."""
    keys = tag_keys([tag])
    return f"/tags/{tag_slug(keys[0])}" if keys else ""
