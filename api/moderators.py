"""`planet moderators`: the accounts that may decide about suggestions, made here alone."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from getpass import getpass
from typing import Annotated

import typer

from api.terminal import Json, day_words, moment_words, print_json
from index.errors import ModeratorError
from index.moderators import Moderators

moderators = typer.Typer(
    help="The people who may decide about suggested blogs.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="Their name, such as anna.")]
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


@moderators.command("add", epilog="Example: planet moderators add anna")
def add(name: Name, from_input: FromInput = False) -> None:
    """Make an account; its password is asked for."""
    with _accounts() as accounts:
        accounts.add(name, _password(from_input))
    print(f"{name} can sign in at /moderate.")


@moderators.command("list", epilog="Example: planet moderators list --json")
def list_moderators(as_json: Json = False) -> None:
    """List the accounts, and when each was last used."""
    with _accounts() as accounts:
        found = accounts.all()
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        seen = f"last seen {moment_words(one.seen)}" if one.seen else "not signed in"
        print(f"{one.name}: {seen}; since {day_words(one.created)}")
    if not found:
        print("There is no moderator yet: planet moderators add NAME.")


@moderators.command("password", epilog="Example: planet moderators password anna")
def password(name: Name, from_input: FromInput = False) -> None:
    """Give an account another password; it is signed out everywhere."""
    with _accounts() as accounts:
        accounts.set_password(name, _password(from_input))
    print(f"{name} has a new password, and is signed out everywhere.")


@moderators.command("sign-out", epilog="Example: planet moderators sign-out anna")
def sign_out(name: Name) -> None:
    """End all sessions of an account."""
    with _accounts() as accounts:
        ended = accounts.sign_out(name)
    print(f"{name} is signed out. Sessions ended: {ended}.")


@moderators.command("remove", epilog="Example: planet moderators remove anna")
def remove(name: Name) -> None:
    """Delete an account. What it decided stays in the log."""
    with _accounts() as accounts:
        accounts.remove(name)
    print(f"{name} is no moderator any more.")


@contextmanager
def _accounts() -> Iterator[Moderators]:
    from index.database import migrate, open_database
    from index.settings import read_settings

    settings = read_settings()
    migrate(settings.database)
    database = open_database(settings.database)
    try:
        yield Moderators(database)
    finally:
        database.close()


def _password(from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise ModeratorError("There is no terminal to ask for a password: use --password-stdin.")
    given = getpass("Password, 12 characters or more: ")
    if getpass("The same again: ") != given:
        raise ModeratorError("The two were not the same. Nothing was changed.")
    return given
