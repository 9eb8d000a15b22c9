"""What pages say of themselves to search engines, in the words of schema.org. Pure.

It goes into a page as JSON-LD: data that no browser runs, and that our policy need not allow.
"""

from typing import Any

from index.model import Post
from index.settings import Settings
from web.words import blog_name, clean, language_tag, link

CONTEXT = "https://schema.org"

Linked = dict[str, Any]


def website(settings: Settings) -> Linked:
    """Describe the site, and how it is searched."""
    base = settings.base_url
    return {
        "@context": CONTEXT,
        "@type": "WebSite",
        "name": clean(settings.title),
        "url": f"{base}/",
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{base}/search?q={{q}}"},
            "query-input": "required name=q",
        },
    }


def posting(post: Post) -> Linked:
    """Describe a post as its author's, at its author's address; nothing if it has none."""
    url = link(post.url)
    if not url:
        return {}
    authors = [name for name in map(clean, post.authors) if name.strip()]
    told = {
        "@context": CONTEXT,
        "@type": "BlogPosting",
        "@id": url,
        "url": url,
        "mainEntityOfPage": url,
        "headline": clean(post.title),
        "datePublished": post.published.isoformat() if post.published else "",
        "author": [{"@type": "Person", "name": name} for name in authors],
        "isPartOf": _filled(
            {"@type": "Blog", "name": blog_name(post.feed), "url": link(post.feed.site)}
        ),
        "inLanguage": language_tag(post.language),
        "license": link(post.licence),
    }
    return _filled(told)


def _filled(told: Linked) -> Linked:
    return {name: value for name, value in told.items() if value}
