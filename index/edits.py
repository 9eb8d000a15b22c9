"""Changing a list of blogs, and only the lines of the blogs concerned. Pure: bytes in, bytes out.

    Add      a line more at the end of its kind's group; a blog that stood under
             "to discover" goes there from where it stood, with what else its line says
    Alter    other values in the blog's line; quotes, order and unknown attributes stay
    Remove   its line, and the group that we made if it was the last in there

Order, comments, groups, indentation, line endings and character set stay as people wrote
them. A change that is made already changes nothing, so that making it twice is safe.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from index.address import normal
from index.errors import OpmlError
from index.markup import Markup, Span, read_markup, titles
from index.model import Feed
from index.opml import DISCOVER, GROUPS, Placed, placed, unparse_line
from index.retagged import retagged

OURS = {*GROUPS.values(), DISCOVER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """A blog: every address its feed has or had, and its home page."""

    addresses: frozenset[str]
    site: str = ""

    @classmethod
    def of(cls, *addresses: str, site: str = "") -> "Which":
        """Name a blog by addresses as people write them."""
        return cls(
            addresses=frozenset(normal(one) for one in addresses if one),
            site=normal(site) if site else "",
        )

    def among(self, lines: Sequence[Placed]) -> list[Placed]:
        """Return the blog's lines: by address, or else the one line of its home page."""
        found = [one for one in lines if one.feed.url and normal(one.feed.url) in self.addresses]
        if found or not self.site:
            return found
        home = [one for one in lines if one.feed.site and normal(one.feed.site) == self.site]
        return home if len(home) == 1 else []


@dataclass(frozen=True, slots=True)
class Add:
    """A blog more, unless the list has it already by `had`, the addresses it had before."""

    feed: Feed
    had: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alter:
    """Other values for a blog's line; None leaves one as it is."""

    which: Which
    url: str | None = None
    site: str | None = None
    title: str | None = None
    feed: Feed | None = None  # whose kind, councils and nation the line takes over
    guessed: bool | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    """A blog less."""

    which: Which


Change = Add | Alter | Remove
Splice = tuple[int, int, str]


def edited(body: bytes, changes: Iterable[Change]) -> bytes:
    """Return the list with the changes made.

    Raises OpmlError if the list cannot be read, or has no place for a change.
    """
    for together, some in groupby(changes, key=lambda change: isinstance(change, Add)):
        if together:
            body = _added(body, [change for change in some if isinstance(change, Add)])
        else:
            for change in some:
                body = _changed(body, change)
    return body


def find(body: bytes, which: Which) -> Feed | None:
    """Return what a list says of a blog, or None if it does not name it."""
    found = which.among(placed(body))
    return found[0].feed if found else None


def _changed(body: bytes, change: Change) -> bytes:
    """Return the list with one blog's lines altered or removed."""
    assert not isinstance(change, Add)  # noqa: S101  (they are made together)
    lines, markup = placed(body), read_markup(body)
    found = change.which.among(lines)
    if not found:
        return body
    spans = [(markup.outlines[one.place], one.feed) for one in found]
    if isinstance(change, Remove):
        splices = [_without(markup, span) for span, _ in spans]
    else:
        splices = [
            (
                span.start,
                span.inside,
                _altered(markup.text[span.start : span.inside], feed, change),
            )
            for span, feed in spans
        ]
    return _checked(lines, _spliced(markup, splices), {one.feed for one in found})


def _altered(tag: str, feed: Feed, change: Alter) -> str:
    """Return an outline's tag with its new values."""
    after = replace(
        change.feed or feed,
        url=feed.url if change.url is None else change.url,
        site=feed.site if change.site is None else change.site,
        title=feed.title if change.title is None else change.title,
        guessed=feed.guessed if change.guessed is None else change.guessed,
    )
    return retagged(tag, feed, after)


def _added(body: bytes, changes: Sequence[Add]) -> bytes:
    """Return the list with blogs more; those that it names are left alone."""
    lines, markup = placed(body), read_markup(body)
    named = {normal(one.feed.url or one.feed.site) for one in lines}
    waiting = {normal(one.feed.site): one for one in lines if not one.feed.url}
    members: dict[str, list[str]] = {}
    splices: list[Splice] = []
    moved: set[Feed] = set()
    for feed in (one.feed for one in changes if not named.intersection(map(normal, one.had))):
        before = waiting.pop(normal(feed.site), None) if feed.url and feed.site else None
        key = normal(feed.url or feed.site)
        if not before and (not key or key in named):
            continue
        named.add(key)
        line = unparse_line(feed)
        if before:
            span = markup.outlines[before.place]
            line = retagged(markup.text[span.start : span.inside], before.feed, feed)
            line += markup.text[span.inside : span.end]
            splices.append(_taken(markup, span))
            moved.add(before.feed)
        members.setdefault(GROUPS[feed.kind] if feed.url else DISCOVER, []).append(line)
    if not members:
        return body
    order = [name for name in (*GROUPS.values(), DISCOVER) if name in members]
    splices += [_put(markup, name, members[name]) for name in order]
    return _checked(lines, _spliced(markup, splices), moved)


def _put(markup: Markup, name: str, members: Sequence[str]) -> Splice:
    """Put lines at the end of their group; where there is none, it is made."""
    if group := markup.group(name):
        return _before(markup, group, members)
    if markup.body is None or markup.body.alone:
        raise OpmlError("The list has no <body> … </body> to put a blog into. Add that by hand.")
    if not any(markup.group(other) for other in OURS):  # the groups are somebody else's
        return _before(markup, markup.body, members)
    outer, step = _step(markup, markup.body), _unit(markup)
    newline = markup.newline(markup.body.stop)
    inner = [f"{newline}{outer}{step}{member}" for member in members]
    block = f'<outline text="{name}">{"".join(inner)}{newline}{outer}</outline>'
    last = markup.group(DISCOVER)
    if last and last.around is markup.body and (indent := markup.indent(last.start)) is not None:
        return last.start - len(indent), last.start - len(indent), f"{indent}{block}{newline}"
    return _before(markup, markup.body, [block])


def _before(markup: Markup, around: Span, members: Sequence[str]) -> Splice:
    """Put lines before a closing tag: each on its own if that tag is on its own."""
    place = around.stop
    indent = markup.indent(place)
    if indent is None:
        return place, place, "".join(members)
    start, newline = place - len(indent), markup.newline(place)
    step = _step(markup, around)
    return start, start, "".join(f"{step}{member}{newline}" for member in members)


def _step(markup: Markup, around: Span) -> str:
    """Return the indentation of what stands in a group, as the last one there has it."""
    for child in reversed(around.children):
        if (indent := markup.indent(child.start)) is not None:
            return indent
    return (markup.indent(around.stop) or "") + _unit(markup)


def _unit(markup: Markup) -> str:
    """Return how much deeper an outline stands than the group around it."""
    for span in markup.outlines:
        inner = markup.indent(span.start)
        outer = markup.indent(span.around.start) if span.around else None
        if inner and outer is not None and inner.startswith(outer) and inner != outer:
            return inner[len(outer) :]
    return "  "


def _without(markup: Markup, span: Span) -> Splice:
    """Take an outline away, and with it the group that it leaves empty if that says no more."""
    group = span.around
    if group is not None and group is not markup.body and group.children == [span]:
        said = markup.said(group)
        rest = markup.text[group.inside : span.start] + markup.text[span.end : group.stop]
        if [*said] == ["text"] and titles(said) & OURS and not rest.strip():
            return *markup.lines(group.start, group.end), ""
    return _taken(markup, span)


def _taken(markup: Markup, span: Span) -> Splice:
    """Take an outline away, with its line if it had one for itself."""
    if span.children:
        line = markup.text.count("\n", 0, span.start) + 1
        raise OpmlError(f"Line {line}: there are outlines inside this one. Take it out by hand.")
    return *markup.lines(span.start, span.end), ""


def _spliced(markup: Markup, splices: Iterable[Splice]) -> bytes:
    parts, place = [], 0
    for start, end, text in sorted(splices, key=lambda splice: splice[:2]):
        parts += [markup.text[place:start], text]
        place = end
    return markup.encode("".join([*parts, markup.text[place:]]))


def _checked(before: Sequence[Placed], after: bytes, concerned: set[Feed]) -> bytes:
    """Return a list that says of all other blogs what it said before, or refuse it."""
    now = [one.feed for one in placed(after)]
    others = [one.feed for one in before if one.feed not in concerned]
    left = iter(now)
    if not all(any(feed == other for feed in left) for other in others):
        raise OpmlError(
            "The list is written in a way that cannot be changed here: edit it by hand."
        )
    return after
