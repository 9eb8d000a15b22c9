"""The JSON API's subjects: the topics there are and the councils, and who writes about them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import TypeAdapter

from api import examples
from api.described import Description, register, validator, written
from api.routes import Blog, blog_out
from index.councils import Council, councils, predecessors
from index.errors import NotFound
from index.finding import Facets, Query
from index.vocabulary import Topic, vocabulary
from web.answers import edition
from web.councils import subject_of as council_subject
from web.fresh import PAGE_AGE
from web.places import Place, every_council, family, places
from web.site import Site
from web.tallies import Counted, blogs_in, councils_in, topics_in
from web.topics import EVERYTHING, VALUES
from web.topics import subject_of as topic_subject


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicOut:
    """Something posts are about, and how many are."""

    slug: str
    label: str
    group: str
    meaning: str
    posts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OneTopicOut:
    """A topic, and the councils, blogs and other topics of its posts, commonest first."""

    topic: TopicOut
    councils: list[Counted]
    blogs: list[Counted]
    related: list[Counted]


@dataclass(frozen=True, slots=True, kw_only=True)
class CouncilOut:
    """A council, with the posts and blogs it has here.

    Those of councils that it took over from are counted too.
    """

    slug: str
    name: str
    nation: str
    region: str
    posts: int
    blogs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OneCouncilOut:
    """A council: its code, what came before and after it, its blogs and its topics."""

    council: CouncilOut
    gss_code: str
    ended: date | None
    before: tuple[str, ...]
    replaced_by: tuple[str, ...]
    blogs: list[Blog]
    topics: list[Counted]


TopicSlug = Annotated[str, Path(description="A topic, such as council-tax")]
CouncilSlug = Annotated[str, Path(description="A council, such as tower-hamlets")]

_TOPICS = TypeAdapter(list[TopicOut])
_TOPIC = TypeAdapter(OneTopicOut)
_COUNCILS = TypeAdapter(list[CouncilOut])
_COUNCIL = TypeAdapter(OneCouncilOut)

_TOPICS_SAID = Description(
    told=list[TopicOut],
    summary="The topics, and how many posts each has",
    text="By group. `/api/search?topic=…` finds the posts of one.",
    example=[examples.TOPIC],
    tag="subjects",
)
_TOPIC_SAID = Description(
    told=OneTopicOut,
    summary="A topic, and who writes about it",
    text=f"At most {VALUES} councils, blogs and related topics.",
    example=examples.ONE_TOPIC,
    tag="subjects",
)
_COUNCILS_SAID = Description(
    told=list[CouncilOut],
    summary="The councils of today, and what each has here",
    text="By name, those without a blog included. The abolished ones can be asked for one by one.",
    example=[examples.COUNCIL],
    tag="subjects",
)
_COUNCIL_SAID = Description(
    told=OneCouncilOut,
    summary="A council, its blogs and what it writes about",
    text="`before` and `replaced_by` are slugs of councils.",
    example=examples.ONE_COUNCIL,
    tag="subjects",
)


class Subjects:
    """What there is on each topic, and of each council."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def topics(self, request: Request) -> Response:
        """Tell every topic."""

        def make() -> Response:
            posts = {one.slug: one.posts for one in topics_in(self._facets(EVERYTHING))}
            every = vocabulary().topics.values()
            return written(_TOPICS, [_topic_out(one, posts.get(one.slug, 0)) for one in every])

        return self._kept(request, EVERYTHING, make)

    def topic(self, request: Request, slug: TopicSlug) -> Response:
        """Tell one topic."""
        topic = _known_topic(slug)
        query = topic_subject(topic).query

        def make() -> Response:
            facets = self._facets(query)
            posts = {one.slug: one.posts for one in topics_in(facets)}
            told = OneTopicOut(
                topic=_topic_out(topic, posts.get(slug, 0)),
                councils=councils_in(facets),
                blogs=blogs_in(facets, self.site.catalogue.listed()),
                related=topics_in(facets, but=slug),
            )
            return written(_TOPIC, told)

        return self._kept(request, query, make)

    def councils(self, request: Request) -> Response:
        """Tell every council of today."""

        def make() -> Response:
            blogs = self.site.catalogue.blogs()
            today = (one for one in every_council(blogs).values() if one.ended is None)
            return written(
                _COUNCILS,
                [
                    _council_out(one)
                    for one in places(today, blogs, self.site.catalogue.mentions())
                ],
            )

        return self._kept(request, Query(), make)

    def council(self, request: Request, slug: CouncilSlug) -> Response:
        """Tell one council, which may be of the past."""
        council = self._known_council(slug)
        query = council_subject(council).query
        return self._kept(request, query, lambda: written(_COUNCIL, self._council(council, query)))

    def _council(self, council: Council, query: Query) -> OneCouncilOut:
        blogs = self.site.catalogue.blogs()
        [place] = places([council], blogs, self.site.catalogue.mentions())
        own = {*family(council.slug)}
        return OneCouncilOut(
            council=_council_out(place),
            gss_code=council.gss_code,
            ended=council.ended,
            before=predecessors(council.slug),
            replaced_by=council.replaced_by,
            blogs=[blog_out(one.feed) for one in blogs if own & {*one.feed.councils}],
            topics=topics_in(self._facets(query)),
        )

    def _known_council(self, slug: str) -> Council:
        known = councils()
        if slug not in known and any(slug in one.councils for one in self.site.catalogue.listed()):
            known = every_council(self.site.catalogue.blogs())
        if slug not in known:
            raise NotFound("There is no council with this slug. All are in /api/councils.")
        return known[slug]

    def _facets(self, query: Query) -> Facets:
        return self.site.search().facets(query, most=VALUES)

    def _kept(self, request: Request, query: Query, make: Callable[[], Response]) -> Response:
        """Answer from what was kept; what the query asks of the index may raise SearchError."""
        version = edition(self.site, query)  # first, so that nothing below is older
        known = validator(version, request.url.path)
        return self.site.kept.conditional(request, known, PAGE_AGE, make)


def create_subjects(site: Site) -> APIRouter:
    """Return the routes of topics and councils over `site`."""
    router, subjects = APIRouter(), Subjects(site)
    register(router, "/api/topics", subjects.topics, _TOPICS_SAID)
    register(router, "/api/topics/{slug}", subjects.topic, _TOPIC_SAID)
    register(router, "/api/councils", subjects.councils, _COUNCILS_SAID)
    register(router, "/api/councils/{slug}", subjects.council, _COUNCIL_SAID)
    return router


def _known_topic(slug: str) -> Topic:
    topics = vocabulary().topics
    if slug not in topics:
        named = vocabulary().topic_named(slug)
        hint = f"Did you mean {named.slug}?" if named else "All are in /api/topics."
        raise NotFound(f"There is no topic with this slug. {hint}")
    return topics[slug]


def _topic_out(topic: Topic, posts: int) -> TopicOut:
    return TopicOut(
        slug=topic.slug, label=topic.label, group=topic.group, meaning=topic.meaning, posts=posts
    )


def _council_out(place: Place) -> CouncilOut:
    of = place.council
    return CouncilOut(
        slug=of.slug,
        name=of.name,
        nation=of.nation,
        region=of.region,
        posts=place.posts,
        blogs=place.blogs,
    )
