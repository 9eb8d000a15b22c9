"""How well a post is found on its page: F1 of words against the feed's own text, and the time.

Pages are made around posts (`--posts` for real ones) as four kinds of software make them, with
menus, related posts, comments and footers. Real pages lie beside real feeds (`--feeds`: a
`name.html` with a `name.atom`, `.rss` or `.json`); those are home pages of many posts, so what is
told of them is how many of the feed's words, for posts whose title the page has, are found.
"""

import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from time import perf_counter

from api.demo.blogs import DemoPost
from benchmarks.bench import Bench
from benchmarks.search import ms
from benchmarks.table import Line, told
from crawler.clean import plain_text, safe_html
from crawler.extract import Extract, extract
from crawler.fetched import Response
from crawler.normalise import normalise
from crawler.parse import parse_feed
from index.errors import ParseError
from index.model import Feed

PAGES = 400
GOOD = 0.9  # an F1 from which a page counts as found
BASE = "https://blog.example/2024/post/"
NOW = datetime(2026, 11, 26, tzinfo=UTC)
WORD = re.compile(r"\w+")

MENU = "".join(
    f'<li><a href="/{name}/">{name.title()}</a></li>'
    for name in ("home", "about", "services", "team", "news", "jobs", "contact", "accessibility")
)
OTHERS = "".join(
    f'<li><a href="/2024/{n}/">How we changed form number {n}, and what residents said</a></li>'
    for n in range(8)
)
COMMENTS = "".join(
    f"<li><p>Reader {n} says:</p><p>We did the same in our district two years ago, and it took "
    f"us {n + 2} months until anybody would use it. Is the code open?</p></li>"
    for n in range(4)
)
FOOTER = "<footer><p>All content is available under the Open Government Licence.</p></footer>"
SOFTWARE = {
    "WordPress": '<header><nav><ul>{menu}</ul></nav></header><main><article class="post">'
    '<h1 class="entry-title">{title}</h1><div class="entry-meta">Posted on 3 May 2024</div>'
    '<div class="entry-content">{html}</div></article><div id="comments"><ol>{comments}</ol></div>'
    '</main><aside class="widget"><h2>Recent posts</h2><ul>{others}</ul></aside>{footer}',
    "GOV.UK blogs": '<div id="global-cookie-message"><p>We use cookies.</p></div><nav>{menu}</nav>'
    '<div class="main-content"><h1>{title}</h1><div class="entry">{html}</div>'
    '<div class="comments"><ol>{comments}</ol></div></div>'
    '<div class="sidebar"><h3>Related content</h3><ul>{others}</ul></div>{footer}',
    "Hugo": "<nav><ul>{menu}</ul></nav><main><h1>{title}</h1><div>{html}</div></main>{footer}",
    "no elements but div": '<div class="top">{menu}</div><div class="c1"><div class="c2">'
    '<b>{title}</b><div class="c3">{html}</div></div></div>'
    '<div class="bottom"><ul>{others}</ul></div>{footer}',
}


def measure(bench: Bench) -> Iterator[Line]:
    """Extract each page once."""
    yield from _made(bench.posts(PAGES if bench.scale.judges else PAGES // 10))
    yield from _real(bench.feeds_folders)


def _made(posts: Sequence[DemoPost]) -> Iterator[Line]:
    every: list[float] = []
    for name, around in SOFTWARE.items():
        scores, times = [], []
        for post in posts:
            page = around.format(
                menu=MENU,
                title=escape(post.title),
                html=post.html,
                comments=COMMENTS,
                others=OTHERS,
                footer=FOOTER,
            )
            head = f"<!doctype html><html><head><title>{escape(post.title)}</title></head>"
            whole = f"{head}<body>{page}</body></html>"
            began = perf_counter()
            found = _extracted(whole.encode("utf-8", "replace"))
            times.append(perf_counter() - began)
            own = plain_text(safe_html(post.html, BASE))
            scores.append(f1(own, found) if len(own.split()) >= 25 else -1)  # fewer are no post
        scores = [score for score in scores if score >= 0]
        every += times
        good = sum(score >= GOOD for score in scores) / max(len(scores), 1)
        middle = statistics.median(scores)
        yield told(
            f"extraction, {name}: F1 of words, median; pages over {GOOD}",
            f"{middle:.3f}; {good:.1%} of {len(scores)}",
        )
    yield told("extraction: time for a page, median and p95", ms(every))


def _real(folders: Sequence[Path]) -> Iterator[Line]:
    for folder in folders:
        for page in sorted(folder.glob("*.html")):
            feeds = [page.with_suffix(end) for end in (".atom", ".rss", ".json")]
            feed = next((one for one in feeds if one.exists()), None)
            began = perf_counter()
            text = _extracted(page.read_bytes())
            took = perf_counter() - began
            shared = _shared(feed, text) if feed else "no feed beside it"
            yield told(f"extraction, {page.stem}.html", f"{shared}; {took * 1000:.0f} ms")


def _shared(feed: Path, page: str) -> str:
    """Return how many words of the feed's posts that the page shows were found on it."""
    try:
        entries = normalise(parse_feed(feed.read_bytes()), Feed(), BASE, NOW)
    except ParseError as error:
        return f"its feed cannot be read: {error}"
    known = set(WORD.findall(page.casefold()))
    shown = [e for e in entries if e.text and set(WORD.findall(e.title.casefold())) <= known]
    kept = [len(known & (said := set(WORD.findall(e.text.casefold())))) / len(said) for e in shown]
    if not kept:
        return "no post of its feed is on it"
    return f"{statistics.mean(kept):.1%} of the words of {len(kept)} posts of its feed found"


def _extracted(body: bytes) -> str:
    came = Response(url=BASE, status=200, headers={"content-type": "text/html"}, body=body)
    found = extract(came, BASE, NOW)
    return found.text if isinstance(found, Extract) else ""


def f1(own: str, found: str) -> float:
    """Return how alike two texts are in their words: the harmonic mean of precision and recall."""
    mine, theirs = (Counter(WORD.findall(text.casefold())) for text in (own, found))
    both = sum((mine & theirs).values())
    return 2 * both / max(sum(mine.values()) + sum(theirs.values()), 1)
