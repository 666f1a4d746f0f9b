"""The way out: a mail server, or in development the catcher."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage
from typing import Final

import aiosmtplib

from customer_gql.messaging.mail.catcher import memory
from customer_gql.settings import Settings

from .addressing import default_sender

Send = Callable[[EmailMessage], Awaitable[None]]
# The server closes the connection, whichever mail is being sent.
_CLOSING: Final = 421
_ERRORS: Final = (aiosmtplib.SMTPException, OSError, ValueError)


class MailServerUnreachable(Exception):
    """The mail server cannot be reached or does not accept us; no mail is to blame. `detail` is for the operator's log."""

    def __init__(self, reason: str, detail: str | None = None) -> None:
        super().__init__(reason)
        self.detail = detail


class MailServerBusy(MailServerUnreachable):
    """The mail server ended the connection with 421 while a mail was being sent."""


class MailRefused(Exception):
    """This mail could not be delivered, for now or for good."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_good = for_good


def can_send(settings: Settings) -> bool:
    """Whether mails can be delivered; otherwise they wait in the outbox."""
    return settings.smtp_host is not None or settings.environment == "development"


@asynccontextmanager
async def open_transport(settings: Settings, seconds: float) -> AsyncGenerator[Send]:
    """A way to send several mails. `seconds` are for one command of the mail server."""
    if settings.smtp_host is None:
        yield memory.catch_mail
        return
    connection = _SmtpConnection(settings, seconds)
    try:
        yield connection.send
    finally:
        await connection.quit()


class _SmtpConnection:
    """One connection for several mails. A mail that breaks it does so for itself alone: the next gets a new one."""

    def __init__(self, settings: Settings, timeout: float) -> None:
        self._settings = settings
        self._timeout = timeout
        self._client: aiosmtplib.SMTP | None = None

    async def send(self, message: EmailMessage) -> None:
        client = await self._usable_client()
        try:
            async with asyncio.timeout(2 * self._timeout):
                # A mail that comes back has its link inside, so it goes to the operator, and not to a sender that the shop names.
                await client.send_message(message, sender=default_sender(self._settings).addr_spec)
        except _ERRORS as error:
            answer = error.recipients[0] if isinstance(error, aiosmtplib.SMTPRecipientsRefused) else error
            if not isinstance(answer, aiosmtplib.SMTPResponseException) or answer.code == _CLOSING:
                self._drop()
            raise _classify_error(answer) from None

    async def _usable_client(self) -> aiosmtplib.SMTP:
        """RSET finds out whether the server closed the connection after the mail before."""
        if self._client is not None:
            try:
                await self._client.rset()
            except _ERRORS:
                self._drop()
            else:
                return self._client
        client = _make_client(self._settings, self._timeout)
        try:
            async with asyncio.timeout(2 * self._timeout):
                await client.connect()
        except _ERRORS as error:
            client.close()
            raise MailServerUnreachable(type(error).__name__, _explain_refusal(error)) from None
        self._client = client
        return client

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    async def quit(self) -> None:
        if self._client is None:
            return
        try:
            await self._client.quit()
        except _ERRORS:
            self._drop()


def _make_client(settings: Settings, timeout: float) -> aiosmtplib.SMTP:
    password = settings.smtp_password
    return aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_user,
        password=None if password is None else password.get_secret_value(),
        use_tls=settings.smtp_tls == "tls",
        start_tls=settings.smtp_tls == "starttls",
        timeout=timeout,
        # Named, because asking DNS for our own name may take long.
        local_hostname=default_sender(settings).domain,
    )


def _explain_refusal(error: Exception) -> str:
    """In the words of the library. Of the server's answer the code alone: its text may quote what it was sent."""
    return str(error.code) if isinstance(error, aiosmtplib.SMTPResponseException) else str(error)


def _classify_error(error: Exception) -> MailServerUnreachable | MailRefused:
    """A failure while a mail is sent is the mail's own (docs/domain/mail.md#mail-2), except for 421."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        if error.code == _CLOSING:
            return MailServerBusy(str(error.code))
        return MailRefused(f"{error.code} {error.message}", for_good=error.code >= 500)
    if isinstance(error, (aiosmtplib.SMTPServerDisconnected, OSError)):
        return MailRefused(
            f"The connection to the mail server broke while this mail was sent ({type(error).__name__}).",
            for_good=False,
        )
    return MailRefused(f"The mail cannot be sent ({type(error).__name__}).", for_good=True)
