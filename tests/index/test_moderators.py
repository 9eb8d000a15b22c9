"""Accounts of moderators: made by name, signed in to by password, ended in time."""

from datetime import timedelta

import pytest

from index.database import Database
from index.errors import ModeratorError, NotFound
from index.moderators import IDLE, LASTING, MOST, NOTED, Moderators
from tests.conftest import NOW, Clock

PASSWORD = "the ducks of barchester"


@pytest.fixture
def accounts(database: Database, clock: Clock) -> Moderators:
    """One account, anna's."""
    made = Moderators(database, clock)
    made.add("anna", PASSWORD)
    return made


def test_a_session_is_opened_by_its_token_alone(accounts: Moderators) -> None:
    token = accounts.sign_in("Anna ", PASSWORD, "Firefox")
    session = accounts.session(token)
    assert session is not None
    assert (session.name, session.browser) == ("anna", "Firefox")
    assert accounts.session(token[:-1]) is None
    assert accounts.session("") is None
    assert accounts.session(session.key) is None
    assert accounts.session(session.form) is None


def test_each_sign_in_has_a_token_of_its_own(accounts: Moderators) -> None:
    first, second = (accounts.sign_in("anna", PASSWORD) for _ in range(2))
    assert first != second
    one, other = accounts.session(first), accounts.session(second)
    assert one
    assert other
    assert one.form != other.form


@pytest.mark.parametrize(
    ("name", "password"),
    [("anna", "wrong"), ("anna", ""), ("nobody", PASSWORD), ("", ""), ("anna\x00", PASSWORD)],
)
def test_who_has_not_both_is_not_told_which(
    accounts: Moderators, name: str, password: str
) -> None:
    with pytest.raises(ModeratorError, match=r"^The name or the password is wrong\.$"):
        accounts.sign_in(name, password)


def test_neither_passwords_nor_tokens_are_in_the_database(
    accounts: Moderators, database: Database
) -> None:
    token = accounts.sign_in("anna", PASSWORD)
    with database.read() as db:
        held = [
            str(value)
            for table in ("moderators", "sessions")
            for row in db.exec_driver_sql(f"SELECT * FROM {table}")
            for value in row
        ]
    assert not [one for one in held if PASSWORD in one or token in one]
    assert [one for one in held if one.startswith("$argon2id$")]


def test_a_session_ends_when_it_is_not_used(accounts: Moderators, clock: Clock) -> None:
    token = accounts.sign_in("anna", PASSWORD)
    clock.now += IDLE - timedelta(seconds=1)
    assert accounts.session(token)
    clock.now += IDLE - timedelta(seconds=1)
    assert accounts.session(token)
    clock.now += IDLE
    assert accounts.session(token) is None


def test_a_session_ends_however_much_it_is_used(accounts: Moderators, clock: Clock) -> None:
    token, end = accounts.sign_in("anna", PASSWORD), clock.now + LASTING
    while clock.now + timedelta(days=2) < end:
        clock.now += timedelta(days=2)
        assert accounts.session(token)
    clock.now = end
    assert accounts.session(token) is None


def test_a_use_is_not_written_down_each_time(accounts: Moderators, clock: Clock) -> None:
    token = accounts.sign_in("anna", PASSWORD)
    clock.now += NOTED
    accounts.session(token)
    assert accounts.all()[0].seen == NOW
    clock.now += timedelta(seconds=1)
    accounts.session(token)
    assert accounts.all()[0].seen == clock.now


def test_sessions_can_be_ended_one_by_one_and_all_at_once(accounts: Moderators) -> None:
    tokens = [accounts.sign_in("anna", PASSWORD) for _ in range(3)]
    first = accounts.session(tokens[0])
    assert first
    assert accounts.sign_out("anna", first.key) == 1
    assert [accounts.session(token) is None for token in tokens] == [True, False, False]
    assert accounts.sign_out("anna", "%") == 0
    assert accounts.sign_out("anna") == 2
    assert accounts.sessions("anna") == []


def test_another_password_ends_every_session(accounts: Moderators) -> None:
    token = accounts.sign_in("anna", PASSWORD)
    accounts.set_password("anna", "another sentence")
    assert accounts.session(token) is None
    with pytest.raises(ModeratorError):
        accounts.sign_in("anna", PASSWORD)
    assert accounts.sign_in("anna", "another sentence")


def test_who_is_removed_is_signed_out_and_cannot_return(accounts: Moderators) -> None:
    token = accounts.sign_in("anna", PASSWORD)
    accounts.remove("anna")
    assert accounts.session(token) is None
    assert accounts.all() == []
    with pytest.raises(ModeratorError):
        accounts.sign_in("anna", PASSWORD)
    with pytest.raises(NotFound):
        accounts.remove("anna")


def test_sessions_do_not_pile_up(accounts: Moderators, clock: Clock) -> None:
    tokens = []
    for _ in range(MOST + 2):
        clock.now += timedelta(seconds=1)
        tokens.append(accounts.sign_in("anna", PASSWORD))
    assert len(accounts.sessions("anna")) == MOST
    assert accounts.session(tokens[0]) is None
    assert accounts.session(tokens[-1])


@pytest.mark.parametrize("name", ["", "an na", "änna", "a" * 41, "-anna", "anna/..", "ANNA"])
def test_names_are_plain_and_taken_once(accounts: Moderators, name: str) -> None:
    with pytest.raises(ModeratorError):
        accounts.add(name, PASSWORD)


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 1_001])
def test_a_password_is_long_but_not_endless(accounts: Moderators, password: str) -> None:
    with pytest.raises(ModeratorError, match="12 characters"):
        accounts.add("ben", password)
