"""The routes of feeds: the planet, a blog or a search as Atom, RSS or JSON Feed."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from index.errors import NotFound
from index.finding import Sort
from index.model import (
    Post,
)
from web.answers import edition, find, last_page
from web.asked import Asked, read_asked
from web.chosen import Chosen, read_chosen
from web.feeds import FORMATS, Channel
from web.fresh import FEED_AGE, conditional, tag
from web.narrowing import searched_words
from web.river import stretch
from web.site import Site
from web.subjects import Listing, Subjects
from web.words import blog_name, blog_names

ALL = "What councils, and the people who work with them, write about digital services"


class Streams:
    """Every list of posts is also a feed, at the same address with another ending."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.base = site.settings.base_url

    def add_to(self, router: APIRouter) -> None:
        """Register the routes, which must come before those of pages."""
        for path, answer in (
            ("/feed.{form}", self.planet),
            ("/search.{form}", self.search),
            ("/blogs/{slug}.{form}", self.blog),
        ):
            router.add_api_route(
                path, answer, methods=["GET", "HEAD"], dependencies=[Depends(_known)]
            )

    def planet(self, request: Request, form: str, before: str = "", after: str = "") -> Response:
        """Return the newest posts of all blogs, or those that the page's filters leave."""
        asked = request.query_params.multi_items()
        chosen = read_chosen(one for one in asked if one[0] != "since")
        if chosen:
            return self._filtered(request, form, chosen)
        title = self.site.settings.title

        def make() -> Response:
            posts, links = self._stretch(f"/feed.{form}", before, after)
            return _written(
                form,
                Channel(
                    key="planet",
                    title=title,
                    description=ALL,
                    base=self.base,
                    page=f"{self.base}/",
                    **links,
                ),
                posts,
            )

        return conditional(request, self._version_tag(request), FEED_AGE, make)

    def _filtered(self, request: Request, form: str, chosen: Chosen) -> Response:
        def make() -> Response:
            here = Subjects(self.site).listing(chosen.query, chosen.page)
            said = chosen.words(blog_names(self.site.catalogue.listed()))
            channel = Channel(
                key=f"planet {chosen.parameters}",
                title=f"{said} on {self.site.settings.title}",
                description=f"New posts: {said}",
                base=self.base,
                page=f"{self.base}{chosen.address()}",
                **self._turns(f"/feed.{form}", chosen, here),
            )
            return _written(form, channel, here.posts)

        version = edition(self.site, chosen.query)
        validator = self._tag(version, request.url.path, chosen.turned(chosen.page))
        return self.site.kept.conditional(request, validator, FEED_AGE, make)

    def _turns(self, path: str, chosen: Chosen, here: Listing) -> dict[str, str]:
        def place(page: int) -> str:
            return f"{self.base}{chosen.turned(page, path)}"

        return {
            "url": place(here.page),
            "first": place(1),
            "next": place(here.page + 1) if here.page < here.pages else "",
            "previous": place(here.page - 1) if here.page > 1 else "",
        }

    def blog(
        self, request: Request, slug: str, form: str, before: str = "", after: str = ""
    ) -> Response:
        """Return the newest posts of one blog, as we hold them."""

        def make() -> Response:
            feed = self.site.catalogue.blog(slug).feed
            path = f"/blogs/{slug}"
            posts, links = self._stretch(f"{path}.{form}", before, after, feed.id)
            return _written(
                form,
                Channel(
                    key=f"blog {slug}",
                    title=f"{blog_name(feed)} on {self.site.settings.title}",
                    description=f"The posts of {blog_name(feed)}, in excerpt",
                    base=self.base,
                    page=f"{self.base}{path}",
                    **links,
                ),
                posts,
            )

        return conditional(request, self._version_tag(request), FEED_AGE, make)

    def search(self, request: Request, form: str) -> Response:
        """Return the newest posts that answer a search: a feed is read for what is new."""
        asked = read_asked(request.query_params.multi_items(), sort=Sort.NEWEST)

        def make() -> Response:
            return self._found(form, asked)

        version = edition(self.site, asked.query)
        validator = self._tag(version, request.url.path, asked.address())
        return self.site.kept.conditional(request, validator, FEED_AGE, make)

    def _found(self, form: str, asked: Asked) -> Response:
        posts, total = find(self.site, asked.query, Sort.NEWEST, asked.page)
        names = blog_names(self.site.catalogue.listed())
        said = searched_words(asked, names)
        channel = Channel(
            key=f"search {asked.text}{asked.narrowing}",
            title=f"{said} on {self.site.settings.title}",
            description=f"New posts that answer a search for {said}",
            base=self.base,
            page=f"{self.base}{asked.turned(1).address()}",
            url=self._search(form, asked, asked.page),
            first=self._search(form, asked, 1),
            next=self._search(form, asked, asked.page + 1)
            if asked.page < last_page(total)
            else "",
            previous=self._search(form, asked, asked.page - 1) if asked.page > 1 else "",
        )
        return _written(form, channel, posts)

    def _search(self, form: str, asked: Asked, page: int) -> str:
        place = replace(asked, sort=Sort.RELEVANCE, page=page)  # the order goes without saying
        return f"{self.base}{place.address(f'/search.{form}')}"

    def _stretch(
        self, path: str, before: str, after: str, feed: int | None = None
    ) -> tuple[Sequence[Post], dict[str, str]]:
        here = stretch(self.site.catalogue, before=before, after=after, feed=feed)
        first = f"{self.base}{path}"
        asked = {"before": before} if before else {"after": after} if after else {}
        links = {
            "url": f"{first}?{urlencode(asked)}" if asked else first,
            "first": first,
            "next": f"{first}?before={here.older}" if here.older else "",
            "previous": f"{first}?after={here.newer}" if here.newer else "",
        }
        return here.posts, links

    def _version_tag(self, request: Request) -> str:
        version = self.site.catalogue.version()
        return self._tag(version, str(request.url.path), request.url.query)

    def _tag(self, *parts: str) -> str:
        return tag(*parts, self.base, self.site.settings.title)


def _known(form: str) -> None:
    if form not in FORMATS:
        raise NotFound("Feeds come as .atom, .rss and .json.")


def _written(form: str, channel: Channel, posts: Sequence[Post]) -> Response:
    write, media = FORMATS[form]
    return Response(
        write(channel, posts),
        media_type=media,
        headers={"X-Robots-Tag": "noindex", "X-Content-Type-Options": "nosniff"},
    )
