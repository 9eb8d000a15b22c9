"""The routes of what is neither page nor feed: files that browsers and robots ask for."""

from fastapi import APIRouter, Request, Response
from lxml import etree

from web.feeds import UNPREFIXED, Element
from web.fresh import by_content
from web.render import asset, static
from web.site import Site
from web.words import clean

OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
DAY = 86_400


class Files:
    """The description of our search, and the files of the design."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def add_to(self, router: APIRouter) -> None:
        """Register the routes."""
        for path, answer in (
            ("/opensearch.xml", self.opensearch),
            ("/robots.txt", self.robots),
            ("/favicon.ico", self.favicon),
            ("/static/{digest}/{name}", self.static),
        ):
            router.add_api_route(path, answer, methods=["GET", "HEAD"])

    def opensearch(self, request: Request) -> Response:
        """Describe our search, so that a browser can offer it (OpenSearch 1.1, draft 6)."""
        body = describe_search(self.site.settings.title, self.site.settings.base_url)
        media = "application/opensearchdescription+xml"
        return by_content(request, Response(body, media_type=media), DAY)

    def robots(self, request: Request) -> Response:
        """Keep robots out of the search, which they would ask without end (rule 49).

        Feeds stay open. The longest match decides (RFC 9309), and the first for older robots.
        """
        lines = (
            "User-agent: *",
            *(f"Allow: /search.{form}" for form in ("atom", "rss", "json")),
            "Disallow: /search",
            "Disallow: /suggest",
            "Disallow: /surprise",
            "Disallow: /moderate",
            "",
            f"Sitemap: {self.site.settings.base_url}/sitemap.xml",
            "",
        )
        return by_content(request, Response("\n".join(lines), media_type="text/plain"), DAY)

    def favicon(self) -> Response:
        """Lead those who guess to where the icon is."""
        return Response(status_code=302, headers={"Location": asset("mark.svg")})

    def static(self, digest: str, name: str) -> Response:
        """Return a file of the design."""
        return static(digest, name)


def describe_search(title: str, base: str) -> bytes:
    """Write the OpenSearch description of the site at `base`."""
    root = etree.Element(f"{{{OPENSEARCH}}}OpenSearchDescription", nsmap={UNPREFIXED: OPENSEARCH})
    # A short name has at most 16 characters, and no markup.
    _add(root, "ShortName", title[:16].strip())
    _add(root, "LongName", f"{title}: search"[:48])
    _add(
        root,
        "Description",
        "Find who else in local government has done this, and what they learned",
    )
    for media, path in (
        ("text/html", "/search"),
        ("application/atom+xml", "/search.atom"),
        ("application/rss+xml", "/search.rss"),
        ("application/x-suggestions+json", "/suggest"),
    ):
        _add(root, "Url", type=media, method="get", template=f"{base}{path}?q={{searchTerms}}")
    _add(
        root,
        "Url",
        type="application/opensearchdescription+xml",
        rel="self",
        template=f"{base}/opensearch.xml",
    )
    _add(
        root, "Image", f"{base}{asset('mark.svg')}", height="16", width="16", type="image/svg+xml"
    )
    _add(root, "Language", "en-GB")
    _add(root, "InputEncoding", "UTF-8")
    _add(root, "OutputEncoding", "UTF-8")
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _add(parent: Element, name: str, text: str = "", **attributes: str) -> None:
    child = etree.SubElement(parent, f"{{{OPENSEARCH}}}{name}", attributes)
    child.text = clean(text) or None
