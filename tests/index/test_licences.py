"""Which licences let a whole text be passed on."""

import pytest

from index.licences import is_open


@pytest.mark.parametrize(
    "licence",
    [
        "https://creativecommons.org/licenses/by/4.0/",
        "http://creativecommons.org/licenses/by-sa/3.0",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "https://creativecommons.org/publicdomain/mark/1.0/",
        "CC-BY-4.0",
        "CC BY-SA 3.0",
        "CC0",
        "Open Government Licence v3.0",
        "© Crown copyright, under the OGL",
        "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        "Creative Commons Attribution 4.0 International",
        "This work is in the public domain.",
    ],
)
def test_open_licences_are_known_by_address_and_by_words(licence: str) -> None:
    assert is_open(licence)


@pytest.mark.parametrize(
    "licence",
    [
        "",
        "https://creativecommons.org/licenses/by-nc/4.0/",
        "https://creativecommons.org/licenses/by-nd/4.0/",
        "https://creativecommons.org/licenses/by-nc-sa/4.0/",
        "https://creativecommons.org.example/licenses/by/4.0/",
        "CC BY-NC 4.0",
        "CC BY-ND",
        "CC-BY-NC-SA-4.0",
        "Creative Commons Attribution-NonCommercial 4.0",
        "Creative Commons Attribution-NoDerivs",
        "Creative Commons Attribution-ShareAlike-NonCommercial",
        "Copyright 2026 Hackney Council",
        "All rights reserved, though parts are CC BY",
        "Not in the public domain",
        "Open Government Licence except where otherwise stated",
        "goggles and toggles",
    ],
)
def test_what_is_not_open_or_in_doubt_is_closed(licence: str) -> None:
    assert not is_open(licence)
