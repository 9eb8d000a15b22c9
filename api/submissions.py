"""`planet submissions`: the blogs that people suggest, and what moderators decide about them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from api.terminal import Json, day_words, moment_words, opened, operator, posts_words, print_json
from crawler.charset import without_controls
from index.model import Kind
from index.reasons import CHOICES, REASONS
from index.settings import Settings, read_settings
from index.submission import Proposal, State, Submission

if TYPE_CHECKING:
    from index.decisions import Decisions
    from index.pending import Preview
    from index.submissions import Submissions

Id = Annotated[int, typer.Argument(help="The number that `planet submissions list` shows.")]

submissions = typer.Typer(help="The blogs that people suggest: look, approve, refuse, ask.")


@submissions.command("list", epilog="Example: planet submissions list --state waiting")
def list_submissions(
    state: Annotated[State | None, typer.Option(help="Only those that are so far.")] = None,
    as_json: Json = False,
) -> None:
    """List the suggestions, the oldest first."""
    with _kept() as (_, kept, _decisions):
        found = kept.all(state)
    if as_json:
        print_json([_document(one) for one in found])
        return
    for one in found:
        why = f"  {one.reason}" if one.reason else ""
        name = without_controls(one.title or one.address)
        print(f"{one.id:>6}  {one.state.value:<9} {name}{why}")
    if not found:
        print("There are no suggestions.")


@submissions.command(epilog="Example: planet submissions add digital.barchester.example")
def add(
    url: Annotated[str, typer.Argument(help="The blog's address, or one of its posts'.")],
    every: Annotated[
        bool, typer.Option("--all", help="Suggest every blog of the network whose front it is.")
    ] = False,
    member: Annotated[
        list[str] | None,
        typer.Option(help="A blog of that network, by its title or address. May be repeated."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Suggest a blog. A running crawler looks at it within seconds."""
    from index.suggested import read_address

    if every or member:
        _add_members(url, None if every else member, as_json=as_json)
        return
    with _kept() as (settings, kept, _):
        address = read_address(url, own=settings.base_url, private_ok=settings.allow_addresses)
        token, id = kept.submit(address, Proposal(), who=operator())
    page = f"{settings.base_url}/submissions/{token}"
    if as_json:
        print_json({"id": id, "token": token, "page": page})
    else:
        print(f"Suggestion {id}: `planet submissions show {id}` tells what was found.\n{page}")


def _add_members(url: str, names: list[str] | None, *, as_json: bool) -> None:
    """Look at a network now, and suggest the blogs of these names, or all."""
    from api.picking import called, members_at, suggest

    members = members_at(read_settings(), url, quietly=as_json)
    with _kept() as (settings, kept, _):
        wanted = members if names is None else called(members, names)
        picked = list(suggest(settings, kept, wanted))
    if as_json:
        print_json([asdict(one) for one in picked])
        return
    for one in picked:
        became = f"Suggestion {one.id}" if one.id else "Not suggested"
        print(without_controls(f"{became}: {one.title} {one.address} {one.reason}".rstrip()))
    print("They are looked at one after another, twenty in an hour.")


@submissions.command(epilog="Example: planet submissions choose TOKEN 1 4 5")
def choose(
    token: Annotated[
        str,
        typer.Argument(help="The page that `planet submissions add` printed, or its last part."),
    ],
    numbers: Annotated[list[int], typer.Argument(min=1, help="As `show` numbers them.")],
    as_json: Json = False,
) -> None:
    """Choose a feed of those that were found, or blogs of a network: each is suggested then."""
    token = token.rpartition("/")[2]  # its page's address will do
    with _kept() as (settings, kept, _decisions):
        one = kept.by_token(token)
        of_blogs = [n for n in numbers if n <= len(one.found) and one.found[n - 1].member]
        if not of_blogs and len(numbers) == 1:
            kept.choose(token, numbers[0] - 1)
            pages = [f"{settings.base_url}/submissions/{token}"]
        else:
            chosen = kept.choose_members(token, [n - 1 for n in numbers])
            pages = [f"{settings.base_url}/submissions/{c.token}" for c in chosen]
    if as_json:
        print_json({"pages": pages})
    else:
        print("\n".join(pages))


@submissions.command(epilog="Example: planet submissions show 7 --json")
def show(id: Id, as_json: Json = False) -> None:
    """Show a suggestion, with the feeds that were found."""
    with _kept() as (_, kept, _decisions):
        one = kept.by_id(id)
        preview = kept.preview(one)
    if as_json:
        print_json(_document(one) | _habits(preview))
    else:
        print("\n".join(map(without_controls, [*_lines(one), *_previewed(preview)])))


@submissions.command(epilog="Example: planet submissions approve 7 --council hackney")
def approve(
    id: Id,
    title: Annotated[str, typer.Option(help="What it is called.")] = "",
    kind: Annotated[Kind | None, typer.Option(help="Who writes it.")] = None,
    council: Annotated[str | None, typer.Option(help="A council's slug, or an empty one.")] = None,
    feed: Annotated[int | None, typer.Option(min=1, help="Which feed, if several.")] = None,
) -> None:
    """List a blog: it gets a line in the list of blogs, and is published."""
    from index.suggested import read_proposal

    said = read_proposal(title=title, kind=kind or "", council=council)
    with _kept() as (settings, kept, decisions):
        listed = decisions.approve(id, operator(), said, None if feed is None else feed - 1)
        _tell(kept.by_id(id))
    print(f"{listed.title} is listed, and has a line in {settings.opml}.")


@submissions.command(epilog="Example: planet submissions reject 7 --reason off-topic")
def reject(
    id: Id,
    reason: Annotated[str, typer.Option(help=f"One of {', '.join(CHOICES)}.")],
    note: Annotated[str, typer.Option(help="A sentence more, for who suggested it.")] = "",
) -> None:
    """Refuse a blog, and say why. It cannot be suggested again."""
    with _kept() as (_, kept, decisions):
        decisions.reject(id, operator(), reason, note)
        _tell(kept.by_id(id))
    print(f"Refused: {REASONS[reason].sentence}")


@submissions.command(epilog='Example: planet submissions ask 7 "Do you write it yourself?"')
def ask(
    id: Id,
    question: Annotated[str, typer.Argument(help="What you want to know.")],
) -> None:
    """Ask whoever suggested a blog; the answer is in `planet submissions show`."""
    with _kept() as (_, _submissions, decisions):
        decisions.ask(id, operator(), question)
    print("The question is on the page of the suggestion.")


@submissions.command(epilog="Example: planet submissions log --json")
def log(as_json: Json = False) -> None:
    """Show who decided what, the latest first."""
    with _kept() as (_, _submissions, decisions):
        found = decisions.log()
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        why = " ".join(filter(None, (one.reason, one.note)))
        print(f"{moment_words(one.at)}  {one.who}  {one.what}  {one.about}  {why}".rstrip())


@contextmanager
def _kept() -> "Iterator[tuple[Settings, Submissions, Decisions]]":
    from index.decisions import Decisions
    from index.submissions import Submissions

    with opened() as (settings, catalogue):
        database = catalogue.database
        yield settings, Submissions(database), Decisions(database, settings.opml)


def _tell(one: Submission) -> None:
    """Say to whom a moderator might write about what was decided: no e-mail is sent from here."""
    if one.email:
        print(f"Whoever suggested it asked to be told: write to {without_controls(one.email)}.")


def _document(one: Submission) -> dict[str, object]:
    return asdict(one)


def _habits(preview: "Preview | None") -> dict[str, object]:
    if preview is None:
        return {}
    return {"posts": preview.total, "topics": preview.topics, "doubtful": preview.doubtful}


def _previewed(preview: "Preview | None") -> Iterator[str]:
    if preview is None:
        return
    yield f"\n{posts_words(preview.total)} read. Topics: {', '.join(preview.topics) or 'none'}."
    if preview.doubtful:
        yield REASONS["unsure"].sentence


def _lines(one: Submission) -> Iterator[str]:
    reason = REASONS.get(one.reason)
    told = {
        "Address": one.address,
        "Network": one.network,
        "State": one.state.value,
        "Reason": f"{reason.code}: {reason.sentence}" if reason else "",
        "Detail": one.detail,
        "Title": one.title,
        "Kind": one.kind,
        "Councils": ", ".join(one.councils),
        "Note": one.note,
        "E-mail": one.email,
        "Question": one.question,
        "Answer": one.answer,
        "Suggested": moment_words(one.created),
    }
    yield from (f"{name + ':':<12} {value}" for name, value in told.items() if value)
    for number, found in enumerate(one.found, 1):
        kind = "a blog of this network" if found.member else found.kind
        yield f"\n{number}. {found.title or found.url}\n   {kind}, {found.url}"
        for post in found.latest:
            day = f", {day_words(post.published)}" if post.published else ""
            yield f"   - {post.title}{day}"
