"""The design keeps what it promises: contrast, size, and drawings that stay in their frames."""

import re
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest

from index.model import Kind
from tests.conftest import FEED, NOW
from tests.web.conftest import Planet, entry
from web import render
from web.orbits import chart, sign
from web.site import Site

STYLE = (Path(render.__file__).parent / "static" / "style.css").read_text()
TEMPLATES = sorted((Path(render.__file__).parent / "templates").iterdir())


def _colours() -> dict[str, dict[str, str]]:
    light, dark = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[:2]
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in (light, dark)]
    return {"light": found[0], "dark": found[0] | found[1]}


def _luminance(colour: str) -> float:
    # https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "paper", "least"),
    [
        ("ink", "paper", 7),
        ("ink", "mark", 7),
        ("ink", "wash", 7),
        ("soft", "paper", 4.5),
        ("soft", "wash", 4.5),
        ("plum", "paper", 4.5),  # links under the pointer, and buttons the other way round
        ("edge", "paper", 3),  # what can be typed in
        *((kind.value, "paper", 3) for kind in Kind),
    ],
)
def test_everything_can_be_told_from_its_ground(
    scheme: str, ink: str, paper: str, least: float
) -> None:
    colours = _colours()[scheme]
    assert _contrast(colours[ink], colours[paper]) >= least


def test_the_style_is_small_and_loads_nothing() -> None:
    assert len(STYLE.encode()) < 15_000
    assert not re.search(r"@import|url\(|!important", STYLE)


def test_the_style_thinks_of_print_motion_and_forced_colours() -> None:
    for query in ("print", "prefers-reduced-motion", "prefers-color-scheme", "forced-colors"):
        assert f"@media ({query}" in STYLE or f"@media {query}" in STYLE


def test_no_style_is_kept_that_no_template_uses() -> None:
    selectors = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", STYLE, flags=re.DOTALL)
    markup = " ".join(template.read_text() for template in TEMPLATES)
    drawn = set(re.findall(r"\.([a-z][\w-]*)", selectors)) - {f"k-{kind.value}" for kind in Kind}
    assert {name for name in drawn if not re.search(rf"\b{name}\b", markup)} == set()


def test_no_template_trusts_what_it_is_given() -> None:
    for template in TEMPLATES:
        assert not re.search(
            r"\|\s*safe\b|autoescape|style=|onclick|"
            r"<script(?! type=.application/ld\+json.>| defer src=.\{\{ asset\()",
            template.read_text(),
        )


def test_signs_stay_in_their_frames_and_differ() -> None:
    signs = {}
    for n, kind in product(range(500), [Kind.COUNCIL]):
        drawn = sign(f"blog-{n}", kind)
        for middle in (drawn.moon.x, drawn.moon.y):
            assert middle - drawn.moon.r >= 0
            assert middle + drawn.moon.r <= 32
        assert drawn.planet + drawn.moon.r < drawn.ring
        signs[drawn] = n
    assert len(signs) > 480
    assert sign("parks", Kind.COUNCIL) == sign("parks", Kind.COUNCIL)


def test_the_newer_a_post_the_nearer_it_is(planet: Planet, site: Site) -> None:
    planet.publish(FEED, *(entry(f"p{n}", published=NOW - timedelta(days=n)) for n in range(9)))
    drawn = chart(site.catalogue.latest(99), date(2026, 5, 1))
    far = [(dot.x**2 + dot.y**2) ** 0.5 for dot in drawn.moons]
    assert far == sorted(far)
    assert len(far) == 7
    assert max(far) + 5 < 210
    assert drawn.blogs == 1
