"""The routes of topics: all of them by group, and each with its posts and who writes about it."""

from collections.abc import Sequence
from datetime import date
from difflib import get_close_matches
from itertools import groupby

from fastapi import APIRouter, Request, Response

from index.errors import NotFound
from index.finding import By, Filter, Query
from index.model import Post
from index.opml import unparse
from index.vocabulary import Topic, vocabulary
from web.charts import years
from web.fresh import FEED_AGE, by_content
from web.render import page as rendered
from web.site import Site
from web.subjects import Listing, Subject, Subjects, Values, register
from web.tallies import blogs_in, councils_in, synonyms, topics_in

EVERYTHING = Query(after=date(1990, 1, 1))  # older than any blog
BEST = 5  # posts to start with ...
NAMED = 50  # ... of so many
MOST = 10  # councils, blogs and related topics that are named
VALUES = 100  # of each facet: more than there are topics, and than years
OFTEN = 3  # posts on a topic that make a blog one to follow for it
BLOGS = 1000
CLOSE = 0.75  # how like a slug must be to be what was meant


class Topics:
    """What the curated subjects are, and who writes about them."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.subjects = Subjects(site)

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        register(
            router,
            ("/topics/{slug}/blogs.opml", self.blogs),
            ("/topics/{slug}.{form}", self.follow),
            ("/topics/{slug}", self.topic),
            ("/topics", self.topics),
        )

    def topics(self, request: Request) -> Response:
        """Show every topic, by group, with how many posts are about it."""

        def make() -> Response:
            facets = self.site.search().facets(EVERYTHING, most=VALUES)
            counts = {one.slug: one.posts for one in topics_in(facets)}
            every = vocabulary().topics.values()
            groups = [(name, list(of)) for name, of in groupby(every, lambda one: one.group)]
            return rendered(self.site, "topics.html", groups=groups, counts=counts)

        return self.subjects.kept(request, EVERYTHING, ("/topics",), make)

    def topic(self, request: Request, slug: str, page: str = "") -> Response:
        """Show one topic: what it is, who writes about it, and the posts."""
        topic = known(slug)
        subject = subject_of(topic)

        def values(here: Listing) -> Values:
            facets = self.site.search().facets(subject.query, most=VALUES)
            return {
                "topic": topic,
                "said": list(synonyms(topic)),
                "best": self._best(topic, subject) if here.page == 1 and here.total > BEST else (),
                "chart": years(facets.get(By.YEAR, ())),
                "councils": councils_in(facets)[:MOST],
                "blogs": blogs_in(facets, self.site.catalogue.listed())[:MOST],
                "related": topics_in(facets, but=slug)[:MOST],
                "often": any(one.posts >= OFTEN for one in facets.get(By.BLOG, ())),
            }

        return self.subjects.show(request, subject, page, "topic.html", values)

    def follow(self, request: Request, slug: str, form: str, page: str = "") -> Response:
        """Return the newest posts on a topic as a feed."""
        return self.subjects.follow(request, subject_of(known(slug)), form, page)

    def blogs(self, request: Request, slug: str) -> Response:
        """Return the blogs that often write about a topic, for any feed reader."""
        subject = subject_of(known(slug))
        facets = self.site.search().facets(subject.query, most=BLOGS)
        often = {one.value for one in facets.get(By.BLOG, ()) if one.posts >= OFTEN}
        feeds = [one.feed for one in self.site.catalogue.blogs() if one.feed.slug in often]
        body = unparse(feeds, title=f"Blogs that write about {subject.title}")
        return by_content(request, Response(body, media_type="text/x-opml"), FEED_AGE)

    def _best(self, topic: Topic, subject: Subject) -> Sequence[Post]:
        """Return what to start with: titles that name the topic, the most discussed first."""
        names = (topic.label, *topic.phrases, *topic.abbr)
        hits = self.site.search().titled(names, subject.query, limit=NAMED).hits
        ids = [hit.id for hit in hits]
        talk = self.site.catalogue.discussed(ids)
        ids.sort(key=lambda one: -talk.get(one, 0))
        return self.site.catalogue.posts(ids[:BEST])


def known(slug: str) -> Topic:
    """Return the topic with this slug; raises NotFound, with what may have been meant."""
    topics = vocabulary().topics
    if slug not in topics:
        named = vocabulary().topic_named(slug)
        near = [named] if named else _near(slug)
        meant = " or ".join(f"“{one.label}”" for one in near)
        hint = f"Did you mean {meant}?" if meant else "All of them are under Topics, above."
        raise NotFound(f"There is no topic of this name. {hint}")
    return topics[slug]


def _near(slug: str) -> list[Topic]:
    topics = vocabulary().topics
    return [topics[one] for one in get_close_matches(slug, topics, n=3, cutoff=CLOSE)]


def subject_of(topic: Topic) -> Subject:
    """Return the posts on a topic."""
    return Subject(
        key=f"topic {topic.slug}",
        path=f"/topics/{topic.slug}",
        title=topic.label,
        description=topic.meaning,
        query=Query(filters=(Filter(By.TOPIC, topic.slug),)),
        pushed=True,
    )
