"""`planet submissions add --all` and `--member`: blogs of a network, each suggested by itself."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from api.discovery import discover
from api.terminal import operator
from crawler.submitted import member_of
from index.address import normal
from index.errors import SubmissionError
from index.reasons import REASONS
from index.settings import Settings
from index.submission import Found, Proposal, State
from index.submissions import Submissions
from index.suggested import key, read_address

UNDER_WAY = (State.LOOKING, State.CHOOSING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """A blog of a network: the suggestion that it became, or why it became none."""

    title: str
    address: str
    id: int | None = None
    page: str = ""
    reason: str = ""


def members_at(settings: Settings, address: str, *, quietly: bool) -> list[Found]:
    """Return the blogs of the network whose front is at `address`; raises SubmissionError."""
    found = discover(settings, address, quietly=quietly)
    if not found.members:
        why = found.reason or "It is the page of one blog, or names too few."
        raise SubmissionError("network", f"{found.url} is no front page of a network. {why}")
    return [member_of(one, found.url) for one in found.members]


def called(members: Sequence[Found], names: Iterable[str]) -> list[Found]:
    """Return the members that people mean by these names, in their order.

    A name is a title, whatever its case, an address, or the one word of the address that is the
    member's own. Raises SubmissionError for one that nobody has.
    """
    wanted = {name.strip().casefold(): name.strip() for name in names if name.strip()}
    known = {name: one for one in reversed(members) for name in _names(one)}
    for name, typed in wanted.items():
        if name not in known and key(typed) not in known:
            raise SubmissionError("choice", f"No blog of this network is called {typed}.")
    meant = {name for plain, typed in wanted.items() for name in (plain, key(typed))}
    return [one for one in members if meant & {*_names(one)}]


def suggest(settings: Settings, kept: Submissions, members: Iterable[Found]) -> Iterator[Picked]:
    """Suggest these, but for those that are known or suggested; raises SubmissionError."""
    blogs = list(members)
    known = kept.known(blogs)
    under_way = {key(one.address) for state in UNDER_WAY for one in kept.all(state)}
    for number, one in enumerate(blogs):
        picked = Picked(title=one.title, address=one.url)
        if verdict := known.get(number):
            yield _not(picked, verdict.reason)
        elif key(one.url) in under_way:
            yield _not(picked, "already-suggested")
        else:
            address = read_address(
                one.url, own=settings.base_url, private_ok=settings.allow_addresses
            )
            token, id = kept.submit(address, Proposal(), who=operator(), network=one.site)
            page = f"{settings.base_url}/submissions/{token}"
            yield replace(picked, id=id, page=page)


def _not(picked: Picked, code: str) -> Picked:
    return replace(picked, reason=REASONS[code].sentence)


def _names(one: Found) -> Iterator[str]:
    """Yield what a member is called: its title, its address, and its own word of it."""
    yield one.title.casefold()
    yield normal(one.url)
    yield urlsplit(one.url).path.strip("/").casefold() or normal(one.url).partition(".")[0]
