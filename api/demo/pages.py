"""The demo's blogs as pages for people: plain HTML that says it is made up."""

from collections.abc import Iterable
from datetime import datetime
from html import escape
from textwrap import shorten

from api.demo.blogs import DemoBlog, DemoPost

NOTE = "Made-up blog, part of the Council Planet demo"
STYLE = (
    ":root{color-scheme:light dark}"
    "body{max-width:40rem;margin:2rem auto;padding:0 1rem;font:1.125rem/1.6 sans-serif}"
    "h1,h2{line-height:1.25}footer{margin-top:3rem;border-top:1px solid}"
    "table{border-collapse:collapse}th,td{border:1px solid;padding:.25rem .5rem;text-align:left}"
)


def street(blogs: Iterable[DemoBlog]) -> bytes:
    """Return the page that names every blog."""
    lines = [_entry(f"/{blog.slug}/", blog.title, blog.about) for blog in blogs]
    main = f"<h1>The blogs of Barsetshire</h1>\n<ul>\n{''.join(lines)}</ul>"
    return _page("The blogs of Barsetshire", "en-GB", main)


def home(blog: DemoBlog, feed: str, type_: str) -> bytes:
    """Return a blog's home page, which says that its feed is at the path `feed`."""
    lines = [
        _entry(f"/{blog.slug}/{post.slug}", _name(post), "" if post.undated else _day(post.date))
        for post in blog.posts
    ]
    head = f'<link rel="alternate" type="{type_}" title="{escape(blog.title)}" href="{feed}">'
    main = f"<h1>{escape(blog.title)}</h1>\n<p>{escape(blog.about)}</p>\n"
    return _page(blog.title, blog.language, f"{main}<ul>\n{''.join(lines)}</ul>", head)


def article(blog: DemoBlog, post: DemoPost) -> bytes:
    """Return the page of one post."""
    heading = f"<h1>{escape(post.title)}</h1>\n" if post.title else ""
    day = f'<time datetime="{post.date.isoformat()}">{_day(post.date)}</time>'
    byline = [escape(post.author), "" if post.undated else day]
    tags = f"<p>{escape(', '.join(post.tags))}</p>\n" if post.tags else ""
    main = (
        f'<nav lang="{blog.language}"><a href="/{blog.slug}/">{escape(blog.title)}</a></nav>\n'
        f'<article>\n{heading}<p lang="en-GB">{", ".join(filter(None, byline))}</p>\n'
        f"{post.html.strip()}\n{tags}</article>"
    )
    return _page(f"{_name(post)} – {blog.title}", post.language or blog.language, main)


def _page(title: str, language: str, main: str, head: str = "") -> bytes:
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n{head}\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'{main}\n<footer lang="en-GB"><p>{NOTE}</p></footer>\n</body>\n</html>\n'
    ).encode()


def _entry(path: str, name: str, about: str) -> str:
    return f'<li><a href="{path}">{escape(name)}</a> {escape(about)}</li>\n'


def _name(post: DemoPost) -> str:
    return post.title or shorten(post.opening, 60, placeholder="…")


def _day(date: datetime) -> str:
    return f"{date.day} {date:%B %Y}"
