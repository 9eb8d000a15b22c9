"""The demo's blogs: what they say, the list of them, and the pages that people see."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from lxml import html

from api.demo.blogs import DemoBlog, DemoPost, read_blogs
from api.demo.feeds import feed_path
from api.demo.pages import NOTE
from api.demo.publish import Page, publish
from api.demo.server import outlines
from index.model import Feed, Kind

BASE = "http://127.0.0.1:8765"
WRITTEN = datetime(2026, 11, 23, tzinfo=UTC)
BLOGS = {blog.slug: blog for blog in read_blogs()}
NAMESPACES = {"www.w3.org", "purl.org", "jsonfeed.org"}
EVERY = pytest.mark.parametrize("blog", BLOGS.values(), ids=BLOGS)

# An older post may link to a newer one where it says that the line was added later.
UPDATED = {
    ("one-form-for-school-admissions", "/barsetshire-county/why-one-form-was-not-enough"),
    ("round-up-the-damp-argument", "/de-courcy-systems/a-note-on-our-connected-homes-case-study"),
    ("say-hello-to-fran", "/framley/we-switched-the-chatbot-off"),
}


@pytest.fixture(scope="module")
def pages() -> dict[str, Page]:
    return publish(BASE)


def post(address: str) -> DemoPost:
    _, blog, slug = address.split("/")
    return next(each for each in BLOGS[blog].posts if each.slug == slug)


def links(of: DemoPost) -> list[str]:
    return re.findall(r'(?:href|src|cite)="([^"]*)"', of.html)


def listed(slug: str) -> Feed:
    return next(feed for feed in outlines(BASE) if feed.site == f"{BASE}/{slug}/")


def find(page: Page, path: str) -> list[str]:
    found = html.fromstring(page.body).xpath(path)
    assert isinstance(found, list)
    return [str(each) for each in found]


# What the blogs say


def test_a_dozen_blogs_hold_150_posts_over_eight_years() -> None:
    dates = [post.date for blog in read_blogs() for post in blog.posts]
    assert len(BLOGS) == 12
    assert len(dates) >= 150
    assert max(dates) - min(dates) > timedelta(days=8 * 365)
    assert {date.year for date in dates} == set(range(2018, 2027))


def test_nothing_was_written_after_the_demo() -> None:
    assert all(post.date < WRITTEN for blog in read_blogs() for post in blog.posts)


def test_every_kind_of_writer_but_central_government_has_a_blog() -> None:
    assert {blog.kind for blog in read_blogs()} == set(Kind) - {Kind.CENTRAL}


@EVERY
def test_every_link_to_another_post_leads_to_one(blog: DemoBlog, pages: dict[str, Page]) -> None:
    for each in blog.posts:
        for link in links(each):
            assert link in pages or urlsplit(link).netloc.endswith(".example"), each.slug


@EVERY
def test_a_post_links_to_a_later_one_only_where_it_was_updated(blog: DemoBlog) -> None:
    for each in blog.posts:
        for link in links(each):
            if link.startswith("/") and post(link).date > each.date:
                assert (each.slug, link) in UPDATED


def test_people_answer_one_another_across_blogs() -> None:
    crossing = {
        (blog.slug, link.split("/")[1])
        for blog in read_blogs()
        for each in blog.posts
        for link in links(each)
        if link.startswith("/")
    }
    assert len({(one, other) for one, other in crossing if one != other}) > 25


def test_nothing_names_an_address_in_the_real_world(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        for host in re.findall(rb"https?://([^\s\"'<>/&]*)", page.body):
            name = host.decode()
            assert name in NAMESPACES | {urlsplit(BASE).netloc} or name.endswith(".example"), path


def test_the_damp_sensor_pilot_ran_as_long_as_everyone_says() -> None:
    begins = post("/silverbridge-homes/damp-sensors-pilot-begins").date
    first_monday = begins + timedelta(days=7 - begins.weekday())
    told = post("/de-courcy-systems/smart-homes-smarter-councils")
    stopped = post("/silverbridge-homes/damp-sensors-why-we-stopped")
    assert "nine weeks" in told.summary
    assert (told.date - first_monday).days // 7 == 9
    assert "after eleven months" in stopped.summary
    assert (stopped.date - first_monday).days // 30.5 == 11


# The list that the demo follows


def test_the_list_names_every_blog() -> None:
    feeds = outlines(BASE)
    assert [feed.title for feed in feeds] == [blog.title for blog in read_blogs()]
    assert listed("llanbarset") == Feed(
        url=f"{BASE}/llanbarset/feed.xml",
        site=f"{BASE}/llanbarset/",
        title="Digidol Llanbarset Digital",
        kind=Kind.COUNCIL,
        councils=("llanbarset",),
        nation="wales",
    )


def test_one_address_in_the_list_is_guessed_and_right(pages: dict[str, Page]) -> None:
    guessed = [feed for feed in outlines(BASE) if feed.guessed]
    assert guessed == [listed("framley")]
    assert guessed[0].url.removeprefix(BASE) in pages


def test_one_blog_in_the_list_must_be_asked_for_its_feed(pages: dict[str, Page]) -> None:
    unknown = [feed for feed in outlines(BASE) if not feed.url]
    assert unknown == [listed("hogglestock-civic")]
    home = pages[unknown[0].site.removeprefix(BASE)]
    found = find(home, "//link[@rel='alternate']/@href")
    assert found == ["/hogglestock-civic/feed.xml"]
    assert pages[found[0]].type == "application/rss+xml"


# The pages that people see


@EVERY
def test_a_home_page_leads_to_every_post_and_the_feed(
    blog: DemoBlog, pages: dict[str, Page]
) -> None:
    tree = html.fromstring(pages[f"/{blog.slug}/"].body)
    assert tree.xpath("//li/a/@href") == [f"/{blog.slug}/{post.slug}" for post in blog.posts]
    assert tree.xpath("//link[@rel='alternate']/@href") == [feed_path(blog)]


def test_every_page_says_that_it_is_made_up_and_in_which_language(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        if page.type.startswith("text/html"):
            tree = html.fromstring(page.body)
            assert tree.xpath("string(//footer)") == NOTE, path
            assert tree.get("lang") == ("cy" if language(path) == "cy" else "en-GB"), path


def language(path: str) -> str:
    return post(path).language if path.count("/") == 2 and not path.endswith("/") else ""


def test_a_post_page_holds_the_whole_post_where_the_feed_does_not(pages: dict[str, Page]) -> None:
    page = pages["/framley/damp-sensors-second-attempt"].body.decode()
    assert post("/framley/damp-sensors-second-attempt").html.strip() in page
    assert "Lucy Robarts" in page
    assert "15 May 2024" in page


def test_a_title_is_escaped_on_its_page(pages: dict[str, Page]) -> None:
    tree = html.fromstring(pages["/barchester-digital/r-and-d-forms-and-us"].body)
    assert tree.xpath("string(//h1)") == "R&D, <form>s and us"


def test_a_note_is_named_by_its_first_words(pages: dict[str, Page]) -> None:
    note = pages["/greshamsbury-notes/fog-at-boxall-hill"]
    (title,) = find(note, "//title/text()")
    assert title.startswith("Fog, so the bus went by the top road")
    assert not find(note, "//h1")


def test_the_front_page_leads_to_every_blog(pages: dict[str, Page]) -> None:
    tree = html.fromstring(pages["/"].body)
    assert tree.xpath("//li/a/@href") == [f"/{slug}/" for slug in BLOGS]


def test_a_page_was_last_changed_with_its_newest_post(pages: dict[str, Page]) -> None:
    note = post("/greshamsbury-notes/bus-note-first")
    assert pages["/greshamsbury-notes/bus-note-first"].modified == note.date
    newest = post("/greshamsbury-notes/fog-at-boxall-hill").date
    assert pages["/greshamsbury-notes/"].modified == newest
    assert pages["/greshamsbury-notes/feed.json"].modified == newest
