"""What an answer means for a back catalogue: read as a feed, a sitemap or a post's own page. Pure.

    Response ──► Step     its posts, and where to go on (`crawler.archive` for feeds)

A stranger sent it, so a process that can be killed does this (`crawler.pool`); what was no
answer at all needs none.
"""

from dataclasses import replace
from datetime import datetime

from crawler.archive import fallen, later, onward, passing
from crawler.extract import Extract, extract
from crawler.fetched import Fetched, NoResponse, Response
from crawler.schedule import retry_after
from crawler.sitemap import Blog, candidates, is_below, read_sitemap, shaped_like
from crawler.trouble import challenges, explain
from crawler.wording import excerpt, first_words
from index.address import normal, same_site
from index.backfill import End, Listed, State, Step, Taken, Way, What
from index.errors import ParseError
from index.model import DateSource, Entry

USELESS = 30  # pages in a row that hold no post, until nobody asks for more
READ = "sitemap"  # among what was brought: a sitemap could be read
NO_WAY = (
    "We have found no way to its older posts: its feed does not lead to them, and its site has no "
    "sitemap that names them."
)
OFF_SITE = NoResponse(code="off-site", reason="The page is at another site now.")
NO_POST = NoResponse(code="no-post", reason="The page is not one of the blog's posts.")
NO_POSTS = "The last {} pages that its sitemap names hold no posts that we can read. {}"


def next_step(
    taken: Taken, came: Response, blog: Blog, others: tuple[Listed, ...], now: datetime
) -> Step:
    """Return what follows from the answer to `taken.address`.

    `blog` tells which pages may be posts, `others` where else a sitemap may be.
    """
    if taken.what is What.FEED:
        return onward(taken, came, now)
    if taken.what is What.SITEMAP:
        return _sitemap(taken, came, blog, others, now)
    return _post(taken, came, blog, now)


def failed(taken: Taken, came: Fetched, others: tuple[Listed, ...], now: datetime) -> Step:
    """Return what follows from an answer of no use, or none at all."""
    wish = None
    if isinstance(came, Response):
        trouble = explain(came)
        code, reason = trouble.code, trouble.reason
        wish = retry_after(came.headers, now)
    else:
        code, reason = came.code, came.reason
    if came.hops and taken.what is What.POST and not same_site(came.hops[-1].url, taken.address):
        code, reason = OFF_SITE.code, OFF_SITE.reason  # however it is with that one
    if taken.what is What.FEED:
        return fallen(taken, code, reason, now, wish)
    step = Step(at=now, way=Way.SITEMAP, code=code, detail=reason, barren=taken.barren)
    if passing(code):
        return later(taken, step, wish)
    if code == "crawl-delay":
        return replace(step, end=End(State.STUCK, code, reason))
    if taken.what is What.POST:
        return _useless(taken, step)
    found = READ in taken.seen.keys
    last = End() if found else End(State.STUCK, "no-way", NO_WAY)
    return replace(step, queue=() if found else others, last=last)


def _sitemap(
    taken: Taken, came: Response, blog: Blog, others: tuple[Listed, ...], now: datetime
) -> Step:
    if came.status not in (200, 203) or challenges(came):
        return failed(taken, came, others, now)
    try:
        found = read_sitemap(came.body, came.url, now)
    except ParseError as error:
        return failed(taken, NoResponse(code=error.code, reason=str(error)), others, now)
    listed = candidates(found, came.url, blog)
    return Step(at=now, way=Way.SITEMAP, keys=(READ,), queue=listed)


def _post(taken: Taken, came: Response, blog: Blog, now: datetime) -> Step:
    if came.status not in (200, 203) or challenges(came):
        return failed(taken, came, (), now)
    found = extract(came, taken.address, now)
    if isinstance(found, Extract) and not same_site(came.url, blog.site):
        found = OFF_SITE
    if isinstance(found, Extract) and not _is_post(found, blog):
        found = NO_POST
    if isinstance(found, NoResponse):
        return failed(taken, found, (), now)
    return Step(at=now, way=Way.SITEMAP, entries=(_entry(found),))


def _is_post(found: Extract, blog: Blog) -> bool:
    """Whether a page is a post: it has a date, or an address like those of posts that we have."""
    dated = found.published is not None or shaped_like(found.url, blog.known)
    return dated and is_below(found.url, blog)


def _useless(taken: Taken, step: Step) -> Step:
    """Pass over a page; where many in a row hold no post, ask for no more."""
    step = replace(step, barren=taken.barren + 1)
    if step.barren < USELESS:
        return step
    said = NO_POSTS.format(USELESS, step.detail)
    return replace(step, end=End(State.STUCK, step.code, said))


def _entry(found: Extract) -> Entry:
    """Return the post as its feed would give it: known by its address, if that is its id."""
    title = found.title or first_words(found.text)
    return Entry(
        key=normal(found.url, fragment=True),
        url=found.url,
        title=title,
        titled=bool(found.title),
        html=found.html,
        text=found.text,
        excerpt=excerpt(found.text, title),
        authors=found.authors,
        language=found.language,
        published=found.published,
        date_source=DateSource.ENTRY if found.published else DateSource.SEEN,
    )
