"""The routes of feeds: the planet, a blog or a search as Atom, RSS or JSON Feed."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response

from index.finding import Sort
from index.model import Post
from web.answers import edition, find, last_page
from web.asked import Asked, read_asked
from web.chosen import Chosen, read_chosen
from web.delivery import check_form, deliver
from web.feeds import Channel
from web.narrowing import searched_words
from web.river import FED, stretch
from web.site import Site
from web.subjects import Listing, Subjects
from web.words import blog_name, blog_names

Made = tuple[Channel, Sequence[Post]]

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
                path, answer, methods=["GET", "HEAD"], dependencies=[Depends(check_form)]
            )

    def planet(self, request: Request, form: str, before: str = "", after: str = "") -> Response:
        """Return the newest posts of all blogs, or those that the page's filters leave."""
        asked = request.query_params.multi_items()
        chosen = read_chosen(one for one in asked if one[0] != "since")
        if chosen:
            return self._filtered(request, form, chosen)

        def make() -> Made:
            posts, links = self._stretch(f"/feed.{form}", before, after)
            channel = Channel(
                key="planet",
                title=self.site.settings.title,
                description=ALL,
                base=self.base,
                page=f"{self.base}/",
                hub=self.site.settings.hub,
                **links,
            )
            return channel, posts

        return deliver(self.site, request, form, self._version(request), make)

    def _filtered(self, request: Request, form: str, chosen: Chosen) -> Response:
        def make() -> Made:
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
            return channel, here.posts

        version = edition(self.site, chosen.query)
        parts = (version, request.url.path, chosen.turned(chosen.page))
        return deliver(self.site, request, form, parts, make)

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

        def make() -> Made:
            feed = self.site.catalogue.blog(slug).feed
            path = f"/blogs/{slug}"
            posts, links = self._stretch(f"{path}.{form}", before, after, feed.id)
            channel = Channel(
                key=f"blog {slug}",
                title=f"{blog_name(feed)} on {self.site.settings.title}",
                description=f"The posts of {blog_name(feed)}, in excerpt",
                base=self.base,
                page=f"{self.base}{path}",
                hub=self.site.settings.hub,
                **links,
            )
            return channel, posts

        return deliver(self.site, request, form, self._version(request), make)

    def search(self, request: Request, form: str) -> Response:
        """Return the newest posts that answer a search: a feed is read for what is new."""
        asked = read_asked(request.query_params.multi_items(), sort=Sort.NEWEST)

        def make() -> Made:
            return self._found(form, asked)

        parts = (edition(self.site, asked.query), request.url.path, asked.address())
        return deliver(self.site, request, form, parts, make)

    def _found(self, form: str, asked: Asked) -> Made:
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
        return channel, posts

    def _search(self, form: str, asked: Asked, page: int) -> str:
        place = replace(asked, sort=Sort.RELEVANCE, page=page)  # the order goes without saying
        return f"{self.base}{place.address(f'/search.{form}')}"

    def _stretch(
        self, path: str, before: str, after: str, feed: int | None = None
    ) -> tuple[Sequence[Post], dict[str, str]]:
        here = stretch(self.site.catalogue, before=before, after=after, feed=feed, size=FED)
        first = f"{self.base}{path}"
        asked = {"before": before} if before else {"after": after} if after else {}
        links = {
            "url": f"{first}?{urlencode(asked)}" if asked else first,
            "first": first,
            "next": f"{first}?before={here.older}" if here.older else "",
            "previous": f"{first}?after={here.newer}" if here.newer else "",
        }
        return here.posts, links

    def _version(self, request: Request) -> tuple[str, ...]:
        version = self.site.catalogue.version()
        return (version, str(request.url.path), request.url.query)
