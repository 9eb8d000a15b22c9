"""What is written to people who suggested a blog and gave an e-mail address for it.

    a decision, or a moderator's question ─► due ─► Letter ─► sent: the address is forgotten

After a question the address is kept for the outcome. The words are plain, and hold no link
that opens the suggestion: its token is kept nowhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import RowMapping, and_, or_, select, update

from index.database import Database
from index.reasons import REASONS
from index.schema import submissions
from index.settings import Settings
from index.submission import DECIDED, State, short

SUBJECT = 150  # characters
ENDED = frozenset({*DECIDED, State.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter to be sent: to whom, and in which words."""

    submission_id: int
    to: str
    subject: str
    body: str
    question: str = ""  # what it asks; the outcome is told in another letter


class Letters:
    """The letters that are due. Threads may share it."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    def due(self, limit: int) -> list[Letter]:
        """Return letters to be sent, those that wait longest first."""
        asked = and_(submissions.c.question != "", submissions.c.question != submissions.c.told)
        query = (
            select(submissions)
            .where(submissions.c.email != "")
            .where(submissions.c.email_until > self._clock())
            .where(or_(submissions.c.state.in_([one.value for one in ENDED]), asked))
            .order_by(submissions.c.changed, submissions.c.id)
            .limit(limit)
        )
        with self._database.read() as db:
            return [self._letter(row) for row in db.execute(query).mappings()]

    def sent(self, letter: Letter) -> None:
        """Note that a letter was sent, or never can be: forget the address, or what was asked."""
        done = update(submissions).where(
            submissions.c.id == letter.submission_id, submissions.c.email == letter.to
        )
        said = {"told": letter.question} if letter.question else {"email": "", "email_until": None}
        with self._database.write() as db:
            db.execute(done.values(said))

    def _letter(self, row: RowMapping) -> Letter:
        state = State(row["state"])
        title, base = self._settings.title, self._settings.base_url
        about = row["title"] or row["address"]
        said = {
            State.LISTED: f"It is listed now: {base}/blogs/{row['listed']}",
            State.REFUSED: f"It is not listed. {_why(row)}",
            State.FAILED: f"It could not be listed. {_why(row)}",
        }
        question = "" if state in said else row["question"]
        asked = (
            f"A moderator asks: {question}\n\n"
            "To answer, open the page of your suggestion, whose address you were given when you "
            "made it."
        )
        parts = (
            f"You suggested a blog to {title}: {row['address']}",
            said.get(state, asked),
            "We keep your address until the blog is decided on, and no longer."
            if question
            else "This is the last you hear from us: your address is deleted now.",
            f"{title}\n{base}",
        )
        return Letter(
            submission_id=row["id"],
            to=row["email"],
            subject=short(f"{title}: {about}", SUBJECT),
            body="\n\n".join(parts) + "\n",
            question=question,
        )


def _why(row: RowMapping) -> str:
    reason = REASONS.get(row["reason"])
    said = (reason.sentence, reason.advice) if reason else ()
    return " ".join(filter(None, (*said, row["detail"])))
