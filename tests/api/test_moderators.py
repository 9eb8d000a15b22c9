"""`planet moderators`, as whoever keeps the machine running types it."""

import pytest

from tests.api.running import Installation

PASSWORD = "the ducks of barchester"
INPUT = "--password-stdin"


def test_an_account_is_made_listed_changed_and_removed(installation: Installation) -> None:
    said = installation.planet("moderators", "add", "anna", INPUT, typed=PASSWORD)
    assert "can sign in" in said
    assert PASSWORD not in said
    [told] = installation.document("moderators", "list")
    assert (told["name"], told["sessions"]) == ("anna", 0)
    assert "password" not in told
    changed = installation.planet("moderators", "password", "anna", INPUT, typed=PASSWORD[::-1])
    assert "signed out everywhere" in changed
    assert "Sessions ended: 0" in installation.planet("moderators", "sign-out", "anna")
    installation.planet("moderators", "remove", "anna")
    assert "no moderator yet" in installation.planet("moderators", "list")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "anna"), "no terminal"),
        (("add", "Not a name!", INPUT), "letters a to z"),
        (("add", "anna", INPUT), "12 characters"),
        (("remove", "anna"), "no moderator called anna"),
        (("password", "anna", INPUT), "12 characters"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    installation: Installation, words: tuple[str, ...], told: str
) -> None:
    said = installation.planet("moderators", *words, status=1, typed="short")
    assert told in said
    assert said.count("\n") == 1
