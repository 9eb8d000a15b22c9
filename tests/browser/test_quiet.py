"""No page asks anybody else for anything, or has the browser complain."""

from urllib.parse import urlsplit

from playwright.sync_api import Browser

from tests.browser.conftest import arrive
from tests.browser.places import Place, every_place

OUR_404 = "Failed to load resource: the server responded with a status of 404"


@every_place
def test_a_page_asks_nobody_else_and_the_browser_has_nothing_to_say(
    browser: Browser, base: str, place: Place
) -> None:
    context = browser.new_context(base_url=base)
    asked: list[str] = []
    said: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: said.append(message.text))
    context.on("weberror", lambda error: said.append(str(error.error)))
    page = arrive(context, place)
    page.wait_for_load_state("networkidle")
    assert asked
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(base).netloc}
    assert [one for one in said if not (place.status == 404 and OUR_404 in one)] == []
    assert page.evaluate("() => document.cookie") == ""
    context.close()
