"""A rendered mail as a message for the mail server."""

import datetime as dt
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Final

from customer_gql.core.text import to_single_line

from .addressing import Envelope, parse_address
from .texts.templates import RenderedMail

_MAX_HEADER: Final = 255


class MailUnsendable(Exception):
    """This mail can never be sent; the message is for staff."""


def build_message(
    outbox_id: int, recipient: str, envelope: Envelope, text: RenderedMail, at: dt.datetime
) -> EmailMessage:
    """The same outbox id gives the same Message-ID, so that a mail that is sent twice is recognised."""
    to = parse_address(recipient)
    if to is None:
        raise MailUnsendable("The address of the recipient is not valid.")
    sender, reply_to = envelope.sender, envelope.reply_to
    ascii_only = all(part.addr_spec.isascii() for part in (sender, to, reply_to))
    message = EmailMessage(policy=SMTP if ascii_only else SMTPUTF8)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{outbox_id:016x}@{sender.domain}>"
    message["From"] = Address(clean_header(envelope.sender_name), sender.username, sender.domain)
    message["To"] = to
    message["Reply-To"] = reply_to
    message["Subject"] = clean_header(text.subject)
    # Vacation notices and ticket systems do not answer it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text.text, cte="quoted-printable")
    message.add_alternative(text.html, subtype="html", cte="quoted-printable")
    return message


def clean_header(value: str) -> str:
    """No text in a header may start another one."""
    return to_single_line(value)[:_MAX_HEADER]
