"""Why a blog is not listed, or not yet: codes for programs, and a plain sentence for each.

The page about us prints the table, so that nobody has to guess what a code means.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason as people read it, and what they can do about it."""

    code: str
    sentence: str
    advice: str = ""


HOW_TO_FEED = (
    "On WordPress and Ghost every blog has a feed at /feed/ or /rss/, unless it was turned off: "
    "turn it on in the settings or the SEO plugin. On Medium it is at medium.com/feed/@name. "
    "On other systems, ask for “RSS”."
)
_LATER = "Suggest it again later. If it is your site, its host can tell what is wrong."

LOOKED = tuple(
    Reason(*one)
    for one in (
        ("already-listed", "This blog is listed already."),
        (
            "already-suggested",
            "Somebody has suggested this blog already. A moderator decides.",
            "The page of the suggestion will say what was decided.",
        ),
        ("already-refused", "This blog was suggested before and refused."),
        (
            "left",
            "The owner of this blog asked us not to list it.",
            "Only the owner can undo that.",
        ),
        ("own", "This is an address of this site itself.", "Give the blog’s own address."),
        ("address", "This is not a web address that can be visited.", "Copy it from a browser."),
        ("private", "This address leads to a private network, which is never visited."),
        ("nothing-found", "No feed was found at this address or near it.", HOW_TO_FEED),
        ("unreadable", "There is a feed, but it cannot be read.", "Its owner has to mend it."),
        ("unreachable", "The site could not be reached, or has nothing there.", _LATER),
        (
            "blocked",
            "The site does not let our program in.",
            "Its owner can: see How to let us in.",
        ),
        (
            "robots",
            "The site’s robots.txt asks programs to stay away.",
            "Its owner can change it.",
        ),
        ("too-large", "What the site sends is larger than we read of a feed."),
        ("fault", "Our program failed at it. That is not the blog’s fault.", "Tell us about it."),
        (
            "unsure",
            "We found nothing about public services in its latest posts.",
            "That is left to a person: a moderator decides.",
        ),
        ("archive", "Nothing was posted for five years. It can be listed as an archive."),
    )
)
DECIDED = tuple(
    Reason(*one)
    for one in (
        ("off-topic", "The blog is not about public services."),
        ("spam", "The blog is advertising, or is there for search engines."),
        ("not-a-blog", "The feed is not a blog: news for the press, events, or jobs."),
        ("duplicate", "The same posts are listed under another address."),
        ("copied", "The posts are copies of what others wrote."),
        ("unsafe", "The site is dangerous or unlawful to lead people to."),
        ("owner", "The owner of the blog does not want it listed."),
        ("withdrawn", "Whoever suggested the blog took that back."),
        ("other", "A moderator had another reason, and says it below."),
    )
)
REASONS = {reason.code: reason for reason in (*LOOKED, *DECIDED)}
CHOICES = tuple(reason.code for reason in DECIDED if reason.code != "withdrawn")

_UNREACHABLE = frozenset(
    {"dns", "refused", "timeout", "failed", "cut-short", "tls", "redirects", "gone", "empty"}
    | {"robots-unavailable", "port"}
)
_BLOCKED = frozenset({"http-401", "http-403", "http-429", "http-451", "challenge"})
_SAME = frozenset({"address", "private", "robots", "too-large", "fault"})
_UNREADABLE = frozenset({"feed-unreadable", "broken", "truncated", "too-slow"})


def reason_of(code: str) -> str:
    """Return our code for what came of a look for feeds."""
    if code in _SAME:
        return code
    if code in _BLOCKED:
        return "blocked"
    if code in _UNREADABLE:
        return "unreadable"
    if code in _UNREACHABLE or code.startswith("http-"):
        return "unreachable"
    return "nothing-found"
