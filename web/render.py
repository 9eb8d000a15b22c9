"""Turning values into pages: the Jinja environment, the static files and the headers.

Everything is escaped by default, and no template says otherwise.
"""

import re
from functools import cache
from hashlib import blake2b
from mimetypes import guess_type
from pathlib import Path

from fastapi import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from index import understood
from index.councils import NATIONS, council_name
from index.errors import NotFound
from index.narrowing import slugged
from web import words
from web.choosing import means
from web.fresh import tag
from web.linked import posting, website
from web.orbits import sign
from web.site import Site
from web.standing import came_words, standing
from web.tallies import known_topics, tag_path

HERE = Path(__file__).parent

# Pages hold no script and no inline style, but for our one script where something is waited for,
# so the policy can forbid both. `api.armour` says the same for all that is not a page.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
LIVE = f"{POLICY}; script-src 'self'; connect-src 'self'"  # a page that looks again by itself
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
    ),
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
}

_INDENT = re.compile(r"(<(?:pre|textarea)\b.*?</(?:pre|textarea)>)|\n\s+", re.DOTALL)
_COMMENT = re.compile(rb"/\*.*?\*/", re.DOTALL)
_GAP = re.compile(rb"(?<=[{};,:])\s+|\s+(?=[{}])")


def page(
    site: Site, template: str, *, status: int = 200, refresh: int = 0, **values: object
) -> Response:
    """Render one page. It may not need the database: error pages come this way too.

    After `refresh` seconds there may be something new, and it looks by itself where scripts run.
    """
    told = {"site": site.settings, "now": site.clock(), "refresh": refresh, **values}
    html = environment().get_template(template).render(told)
    return Response(
        lean(words.clean(html)).encode(),
        status_code=status,
        media_type="text/html",
        headers=HEADERS | ({"Content-Security-Policy": LIVE} if refresh else {}),
    )


def lean(html: str) -> str:
    """Leave out the blanks that begin lines, except where they are shown: 3% of a page."""
    return _INDENT.sub(lambda found: found[1] or "\n", html)


def page_tag(site: Site, *parts: str) -> str:
    """Return a validator of a page that these parts, the design and the London day decide."""
    return tag(*parts, words.london(site.clock()).isoformat(), design(), site.settings.title)


@cache
def environment() -> Environment:
    """Return the templates, with the words they speak in."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "also": understood.also_words,
        "blog_name": words.blog_name,
        "came": came_words,
        "clock": words.clock_words,
        "continued": words.continued,
        "council": council_name,
        "count": words.count_words,
        "date": words.date_words,
        "day": words.day_words,
        "foreign": words.foreign,
        "host": words.host,
        "instead": understood.instead_words,
        "kind": words.kind_words,
        "kinds": words.kinds_words,
        "language": words.language_words,
        "licence": words.licence_words,
        "link": words.link,
        "listed": words.list_words,
        "london": words.london,
        "means": means,
        "moment": words.moment_words,
        "nation": lambda slug: NATIONS.get(slug, ""),
        "near": words.near_words,
        "network": words.network_words,
        "slugged": slugged,
        "tag_path": tag_path,
        "topics": known_topics,
        "unknown": understood.unknown_words,
        "weekday": words.weekday_words,
        "when": words.when_words,
    }
    made.globals |= {
        "asset": asset,
        "posting": posting,
        "sign": sign,
        "standing": standing,
        "website": website,
    }
    return made


@cache
def _assets() -> dict[str, tuple[str, bytes]]:
    files = {path.name: _read(path) for path in (HERE / "static").iterdir()}
    return {name: (_digest(content), content) for name, content in files.items()}


def _read(path: Path) -> bytes:
    """Return a file as it is sent: a style without what is there for its authors alone."""
    content = path.read_bytes()
    return _GAP.sub(b"", _COMMENT.sub(b"", content)).strip() if path.suffix == ".css" else content


def asset(name: str) -> str:
    """Return the address of a static file; it changes with the content."""
    return f"/static/{_assets()[name][0]}/{name}"


def static(digest: str, name: str) -> Response:
    """Serve a static file: for ever at the address of this very content, else for now."""
    if name not in _assets():
        raise NotFound("There is no file at this address.")
    current, content = _assets()[name]
    age = "max-age=31536000, immutable" if digest == current else "max-age=60"
    headers = {"Cache-Control": f"public, {age}", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=guess_type(name)[0], headers=headers)


@cache
def design() -> str:
    """Return a token that changes when the pages would look different."""
    templates = sorted((HERE / "templates").iterdir())
    parts = [path.read_bytes() for path in templates] + [c for _, c in _assets().values()]
    return _digest(b"".join(parts))


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=5).hexdigest()
