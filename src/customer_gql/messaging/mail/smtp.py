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

TIMEOUT_SECONDS: Final = 30
Send = Callable[[EmailMessage], Awaitable[None]]


class MailServerUnreachable(Exception):
    """The mail server is away or lets us not in: no mail is to blame."""


class MailRefused(Exception):
    """The mail server does not take this mail, for now or for good."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_good = for_good


def can_send(settings: Settings) -> bool:
    """Whether mails can go anywhere; else they wait in the outbox."""
    return settings.smtp_host is not None or settings.environment == "development"


@asynccontextmanager
async def open_transport(settings: Settings) -> AsyncGenerator[Send]:
    """One connection for several mails."""
    if settings.smtp_host is None:
        yield memory.catch_mail
        return
    client = _make_client(settings)
    try:
        await client.connect()
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise MailServerUnreachable(type(error).__name__) from None

    async def send(message: EmailMessage) -> None:
        try:
            async with asyncio.timeout(2 * TIMEOUT_SECONDS):
                await client.send_message(message)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise _classify_error(error) from None

    try:
        yield send
    finally:
        await _close_client(client)


def _make_client(settings: Settings) -> aiosmtplib.SMTP:
    password = settings.smtp_password
    return aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_user,
        password=None if password is None else password.get_secret_value(),
        use_tls=settings.smtp_tls == "tls",
        start_tls=settings.smtp_tls == "starttls",
        timeout=TIMEOUT_SECONDS,
        # Named, because asking DNS for our own name may take long.
        local_hostname=default_sender(settings).domain,
    )


async def _close_client(client: aiosmtplib.SMTP) -> None:
    try:
        if client.is_connected:
            await client.quit()
    except (aiosmtplib.SMTPException, OSError):
        client.close()


def _classify_error(error: Exception) -> Exception:
    """Whose fault it is: the connection's, or this mail's."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        error = error.recipients[0]
    about_connection = (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPConnectError, OSError)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        # 421 closes the connection, whatever mail was under way.
        if error.code == 421:
            return MailServerUnreachable("421")
        return MailRefused(f"{error.code} {error.message}", for_good=error.code >= 500)
    if isinstance(error, about_connection):
        return MailServerUnreachable(type(error).__name__)
    return MailRefused(type(error).__name__, for_good=True)
