"""Letters to people who suggested a blog, through a real mail server on loopback."""

import asyncio
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread
from typing import Any

import pytest

from crawler.mail import Mailer, Post
from index.alarms import Alarms
from index.claim import Proof, Seen
from index.claims import Claims
from index.database import Database
from index.decisions import Decisions
from index.letters import Letter, Letters
from index.settings import read_settings
from index.store import Store
from index.submission import Found, Proposal
from index.submissions import Submissions
from tests.conftest import FEED, NOW

MAIL = "ann@ducks.example"


@dataclass
class Mailbox:
    """A mail server that may refuse, and what it took."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)  # by the verb that gets them
    taken: list[bytes] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def read(self) -> list[EmailMessage]:
        """Return the letters as a mail program reads them."""
        return [message_from_bytes(one, policy=policy.default) for one in self.taken]


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Run a server that knows as much of SMTP (RFC 5321) as is needed here."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 mail.example")
            for line in self.rfile:
                text = line.decode().strip()
                box.said.append(text)
                verb = text.split(" ")[0].upper()
                if verb == "DATA" and verb not in box.answers:
                    self.say("354 go on")
                    box.taken.append(self.data())
                    self.say("250 taken")
                else:
                    self.say(box.answers.get(verb, "221 bye" if verb == "QUIT" else "250 yes"))
                if verb == "QUIT":
                    return

        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

        def data(self) -> bytes:
            body = b""
            for line in self.rfile:
                if line == b".\r\n":
                    break
                body += line
            return body

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        box.port = server.server_address[1]
        Thread(target=server.serve_forever, daemon=True).start()
        yield box
        server.shutdown()


@dataclass
class Office:
    """Suggestions, who decides about them, and the post."""

    submissions: Submissions
    decisions: Decisions
    post: Post[Letter]
    told: list[str]

    def suggest(self, **said: Any) -> int:
        """Suggest a blog, which the crawler finds."""
        _, id = self.submissions.submit("https://ducks.example", Proposal(email=MAIL, **said))
        found = Found(url="https://ducks.example/feed", title="Duck notes")
        self.submissions.found(self.submissions.take(1)[0], [found])
        return id

    def deliver(self) -> None:
        """Send what is due."""
        asyncio.run(self.post.deliver())

    def email(self, id: int) -> str:
        """Return the address that is kept."""
        return self.submissions.by_id(id).email


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def office(database: Database, box: Mailbox, tmp_path: Any) -> Office:
    opml = tmp_path / "feeds.opml"
    opml.write_text('<opml version="2.0"><head/><body>\n</body></opml>\n')
    settings = read_settings(
        base_url="https://planet.example",
        mail_from="Planet <post@planet.example>",
        smtp=f"smtp://127.0.0.1:{box.port}",
    )
    told: list[str] = []

    async def apart(function: Any, *args: Any) -> Any:
        return function(*args)

    return Office(
        Submissions(database, lambda: NOW),
        Decisions(database, opml, lambda: NOW),
        Post(
            letters=Letters(database, settings, lambda: NOW + timedelta(minutes=1)),
            mailer=Mailer(settings.smtp, settings.mail_from),
            apart=apart,
            say=told.append,
        ),
        told,
    )


def test_whoever_suggested_a_blog_hears_that_it_is_listed_once(
    office: Office, box: Mailbox
) -> None:
    id = office.suggest()
    office.deliver()
    assert box.taken == []
    office.decisions.approve(id, "anna")
    office.deliver()
    office.deliver()
    [letter] = box.read()
    assert (letter["To"], letter["Auto-Submitted"]) == (MAIL, "auto-generated")
    assert "https://planet.example/blogs/duck-notes" in letter.get_content()
    assert office.email(id) == ""


def test_a_refusal_says_why(office: Office, box: Mailbox) -> None:
    id = office.suggest()
    office.decisions.reject(id, "anna", "off-topic", "It is about ducks.")
    office.deliver()
    said = box.read()[0].get_content()
    assert "not about public services" in said
    assert "It is about ducks." in said
    assert office.email(id) == ""


def test_a_question_is_mailed_once_and_the_outcome_after_it(office: Office, box: Mailbox) -> None:
    id = office.suggest()
    office.decisions.ask(id, "anna", "Whose ducks?")
    office.deliver()
    office.deliver()
    assert len(box.taken) == 1
    assert "Whose ducks?" in box.read()[0].get_content()
    assert office.email(id) == MAIL
    office.decisions.ask(id, "anna", "And geese?")
    office.deliver()
    office.decisions.approve(id, "anna")
    office.deliver()
    assert len(box.taken) == 3
    assert office.email(id) == ""


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({"RCPT": "450 mailbox busy"}, id="not now"),
        pytest.param({"DATA": "451 later"}, id="the letter not now"),
        pytest.param({"MAIL": "421 closing"}, id="nobody now"),
    ],
)
def test_what_cannot_be_sent_now_is_sent_later(
    office: Office, box: Mailbox, answers: dict[str, str]
) -> None:
    id = office.suggest()
    office.decisions.approve(id, "anna")
    box.answers = answers
    office.deliver()
    assert box.taken == []
    assert office.email(id) == MAIL
    assert len(office.told) == 1
    box.answers = {}
    office.deliver()
    assert box.taken == [], "the server was given no pause"
    office.post._back = 0.0
    office.deliver()
    assert len(box.taken) == 1


@pytest.mark.parametrize("answers", [{"RCPT": "550 no such mailbox"}, {"DATA": "554 spam"}])
def test_what_will_never_be_taken_is_given_up(
    office: Office, box: Mailbox, answers: dict[str, str]
) -> None:
    id = office.suggest()
    office.decisions.approve(id, "anna")
    box.answers = answers
    office.deliver()
    assert office.email(id) == ""
    assert office.told == []


def test_no_password_goes_to_a_server_that_does_not_encrypt(office: Office, box: Mailbox) -> None:
    office.decisions.approve(office.suggest(), "anna")
    office.post.mailer = Mailer(f"smtp://anna:secret@127.0.0.1:{box.port}", "post@planet.example")
    office.deliver()
    assert not [line for line in box.said if "AUTH" in line]
    [told] = office.told
    assert "secret" not in told
    assert "encrypt" in told


def test_a_server_that_is_not_there_is_said_in_a_sentence(office: Office, box: Mailbox) -> None:
    office.decisions.approve(office.suggest(), "anna")
    office.post.mailer = Mailer("smtp://127.0.0.1:9", "post@planet.example")
    office.deliver()
    [told] = office.told
    assert told.startswith("Mail cannot be sent through 127.0.0.1:")


def test_a_title_cannot_add_headers(office: Office, box: Mailbox) -> None:
    id = office.suggest(title="Ducks\r\nBcc: all@ducks.example")
    office.decisions.approve(id, "anna")
    office.deliver()
    [letter] = box.read()
    assert letter["Bcc"] is None
    assert not [line for line in box.said if "all@" in line]


def test_an_owner_is_told_once_that_the_feed_fails(
    office: Office, box: Mailbox, database: Database
) -> None:
    Store(database).follow([FEED], NOW)
    claims = Claims(database, lambda: NOW)
    claims.look(claims.claim("parks-and-paths", MAIL))
    claims.came_of(claims.take(1)[0], Seen(how=Proof.META))
    with database.write() as db:
        db.exec_driver_sql(
            "UPDATE polls SET problem = 'dns', detail = 'The name cannot be found.',"
            " failing_since = '2026-04-29T09:00:00.000000Z'"
        )
    settings = read_settings(base_url="https://planet.example")
    post = Post(
        letters=Alarms(database, settings, lambda: NOW),
        mailer=office.post.mailer,
        apart=office.post.apart,
        say=office.told.append,
    )
    for _ in range(2):
        asyncio.run(post.deliver())
    [letter] = box.read()
    assert letter["To"] == MAIL
    assert "The name cannot be found." in letter.get_content()
    assert office.told == []
