"""Sending letters through the operator's mail server, one at a time and now and then.

What the server cannot take now is tried again later, each time after a longer pause; what it
will never take is given up. No password of it is ever said.
"""

import asyncio
import smtplib
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid
from time import monotonic
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import unquote, urlsplit

from index.errors import MailError, StoreError

TIMEOUT = 20.0  # seconds for each step with the server
AT_ONCE = 20  # letters of one connection
PAUSE, LONGEST = 60.0, 3_600.0  # seconds before another try: the first, and at most
SUBMISSION, TLS = 587, 465  # ports (RFC 6409, RFC 8314)

Apart = Callable[..., Awaitable[Any]]


class Letter(Protocol):
    """What the mail server is given."""

    @property
    def to(self) -> str:
        """Whom it is for."""

    @property
    def subject(self) -> str:
        """What it is about, in a line."""

    @property
    def body(self) -> str:
        """What it says."""


L = TypeVar("L", bound=Letter)


class Letters(Protocol[L]):
    """Where the letters come from: those to people who suggested a blog, or who own one."""

    def due(self, limit: int) -> list[L]:
        """Return letters to be sent."""

    def sent(self, letter: L) -> None:
        """Note that a letter was sent, or never can be."""


@dataclass(frozen=True, slots=True)
class Mailer:
    """A mail server, as smtp://user:password@host:587 or smtps://…, and who writes.

    With smtp:// the connection is encrypted as soon as the server offers it, and must be
    where a password is to be sent.
    """

    url: str
    sender: str

    def send(self, letters: Sequence[L], told: Callable[[L], None]) -> None:
        """Send letters; `told` hears of each that is sent or never can be. Raises MailError."""
        try:
            with self._connected() as server:
                for letter in letters:
                    self._send(server, letter)
                    told(letter)
        except (OSError, smtplib.SMTPException) as error:
            raise MailError(
                f"Mail cannot be sent through {self._place}: {_said(error)}."
            ) from error

    @property
    def _place(self) -> str:
        return urlsplit(self.url).hostname or ""

    @contextmanager
    def _connected(self) -> Any:
        parts, context = urlsplit(self.url), ssl.create_default_context()
        if parts.scheme == "smtps":
            made: smtplib.SMTP = smtplib.SMTP_SSL(
                self._place, parts.port or TLS, timeout=TIMEOUT, context=context
            )
        else:
            made = smtplib.SMTP(self._place, parts.port or SUBMISSION, timeout=TIMEOUT)
        try:
            made.ehlo()
            if parts.scheme == "smtp" and (made.has_extn("starttls") or parts.username):
                made.starttls(context=context)
                made.ehlo()
            if parts.username:
                made.login(unquote(parts.username), unquote(parts.password or ""))
            yield made
        finally:
            with suppress(OSError, smtplib.SMTPException):  # what was sent is sent
                made.quit()
            made.close()

    def _send(self, server: smtplib.SMTP, letter: Letter) -> None:
        try:
            server.send_message(self._message(letter))
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
            if _for_now(error):
                raise
            server.rset()  # the server will not take it tomorrow either

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = self.sender, letter.to
        message["Subject"] = letter.subject
        message["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2].strip("> "))
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine should answer
        message.set_content(letter.body)
        return message


@dataclass(slots=True, kw_only=True)
class Post(Generic[L]):
    """The letters that are due, the server, and when it is worth another try."""

    letters: Letters[L]
    mailer: Mailer
    apart: Apart  # runs a function in the store's own thread
    say: Callable[[str], None]
    _back: float = 0.0
    _pause: float = PAUSE

    async def deliver(self) -> None:
        """Send what is due."""
        if monotonic() < self._back:
            return
        done: list[L] = []
        try:
            letters = await self.apart(self.letters.due, AT_ONCE)
            if letters:
                await asyncio.to_thread(self.mailer.send, letters, done.append)
                self._pause = PAUSE
        except (MailError, StoreError) as error:
            self._back, self._pause = monotonic() + self._pause, min(self._pause * 2, LONGEST)
            self.say(str(error))
        await self._note(done)

    async def _note(self, done: list[L]) -> None:
        try:
            for letter in done:
                await self.apart(self.letters.sent, letter)
        except StoreError as error:
            self.say(str(error))


def _for_now(error: smtplib.SMTPException) -> bool:
    """Whether a server's refusal may end by itself (RFC 5321, section 4.2.1: 4yz)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(400 <= code < 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and 400 <= error.smtp_code < 500


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answered {error.smtp_code}"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "it does not encrypt the connection, so no password is sent"
    return getattr(error, "strerror", "") or type(error).__name__
