"""A rendered mail as the message that goes over the wire."""

import datetime as dt
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Final

from email_validator import validate_email

from .addressing import Envelope
from .templates import Rendered

_LONGEST_HEADER: Final = 255


class Unsendable(Exception):
    """This mail can never be sent; the sentence is for staff."""


def letter(outbox_id: int, recipient: str, envelope: Envelope, text: Rendered, at: dt.datetime) -> EmailMessage:
    """The same outbox id gives the same Message-ID, so that a mail sent twice is known as one."""
    sender, to, reply_to = (_address(value) for value in (envelope.from_address, recipient, envelope.reply_to))
    ascii_only = all(part.addr_spec.isascii() for part in (sender, to, reply_to))
    message = EmailMessage(policy=SMTP if ascii_only else SMTPUTF8)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{outbox_id:016x}@{sender.domain}>"
    message["From"] = Address(one_line(envelope.from_name), sender.username, sender.domain)
    message["To"] = to
    message["Reply-To"] = reply_to
    message["Subject"] = one_line(text.subject)
    # No vacation notice and no ticket system answers it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text.text, cte="quoted-printable")
    message.add_alternative(text.html, subtype="html", cte="quoted-printable")
    return message


def _address(value: str) -> Address:
    """One address, its domain as DNS knows it."""
    try:
        checked = validate_email(value, check_deliverability=False, test_environment=True)
    except ValueError:
        raise Unsendable("The address of the sender or the recipient is none.") from None
    # Given in two parts, because as one text an address beyond ASCII is refused.
    username, _, domain = (checked.ascii_email or checked.normalized).rpartition("@")
    return Address(username=username, domain=domain)


def one_line(value: str) -> str:
    """Nothing in a header may begin another one."""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())[:_LONGEST_HEADER]
