"""What a person typed to suggest a blog, read and checked. Pure: nothing is looked up."""

import re
from collections.abc import Sequence
from unicodedata import category

from index.address import LONGEST, check_address, host, normal
from index.councils import councils
from index.errors import FetchError, SubmissionError
from index.model import Kind
from index.public import Network
from index.submission import EMAIL, NOTE, TITLE, Proposal, short

WITH_AN_AT = "An address with an @ cannot be visited: give that of the blog’s page."

_FEED_SCHEME = re.compile(r"^feed:(?://)?(https?://)?", re.I)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d+(?:[/?#]|$))", re.I)  # not the colon of a port
_NAME = re.compile(r"[a-z0-9_.:%-]+", re.I)  # of a host, or its number
_EMAIL = re.compile(r"[^@\s<>,;:\"()]+@[^@\s<>,;:\"()]+\.[^@\s<>,;:\"().]+")


def read_address(text: str, *, own: str = "", private_ok: Sequence[Network] = ()) -> str:
    """Return an address as it is looked at; raises SubmissionError with one plain sentence.

    `own` is this site's own address. Without a scheme it stays without: https is tried
    first then, and http after it.
    """
    given = "".join(letter for letter in text if category(letter) != "Cf")  # unseen ones
    given = given.strip().strip("<>\"'").strip().removeprefix("//")
    given = _FEED_SCHEME.sub(lambda feed: feed[1] or "http://", given)
    if not given:
        raise SubmissionError("address", "Give the address of a blog.")
    if len(given) > LONGEST:
        raise SubmissionError("address", f"An address has at most {LONGEST:,} characters.")
    whole = full(given)
    try:
        if own and _place(whole) == _place(own):
            raise SubmissionError("own", "This is our own site. Give the blog’s own address.")
        check_address(whole, private_ok=private_ok)
        if not _NAME.fullmatch(host(whole)):
            raise SubmissionError("address", "This address names no host. Copy it from a browser.")
    except FetchError as error:
        # What stands before an @ may be a password.
        raise SubmissionError(error.code, WITH_AN_AT if "@" in given else str(error)) from error
    return given


def full(address: str) -> str:
    """Return an address with a scheme."""
    return address if _SCHEME.match(address) else f"https://{address}"


def key(address: str) -> str:
    """Return the form in which suggested addresses are compared."""
    return normal(full(address))


def read_proposal(
    *,
    title: str = "",
    kind: str = "",
    council: str | None = None,
    note: str = "",
    email: str = "",
) -> Proposal:
    """Return what a person says of a blog; raises SubmissionError with one plain sentence.

    An empty `kind` is for us to guess, and so is a `council` of None; "" is none at all.
    """
    if kind and kind not in set(Kind):
        raise SubmissionError("kind", "There is no such kind of blog. Choose one of the list.")
    if council and council not in councils():
        raise SubmissionError("council", "There is no such council. Choose one of the list.")
    mail = email.strip()
    if mail and (len(mail) > EMAIL or not _EMAIL.fullmatch(mail)):
        raise SubmissionError(
            "email", "This is not an e-mail address. Leave it out, or correct it."
        )
    return Proposal(
        title=short(title, TITLE),
        kind=Kind(kind) if kind else None,
        councils=None if council is None else tuple(filter(None, (council,))),
        note=short(note, NOTE),
        email=mail,
    )


def _place(address: str) -> str:
    """Return the host of an address, with its port if that is not the usual one."""
    return re.split("[/?#]", normal(address))[0]
