"""Mails of a customer, without what is for the recipient alone: body, placeholders and links (docs/domain/mail.md#mail-15)."""

import enum
from typing import Any, Final

from sqlalchemy import Text, case, literal_column, select

from customer_gql.loading.pages import Pages, Sort
from customer_gql.messaging.mail.tables import mail_outbox as mail


class MailStatus(enum.StrEnum):
    QUEUED = "QUEUED"
    SENT = "SENT"
    DEAD = "DEAD"


def _constant(status: MailStatus) -> Any:
    return literal_column(f"'{status.value}'", Text())


_is_over = mail.c.sent_at.is_not(None) | mail.c.dead_at.is_not(None)
_MAIL: Final = select(
    mail.c.customer_id,
    mail.c.id,
    mail.c.template,
    mail.c.recipient,
    mail.c.subject,
    mail.c.attempts,
    mail.c.last_error,
    mail.c.created_at,
    mail.c.sent_at,
    mail.c.dead_at,
    case((_is_over, None), else_=mail.c.next_attempt_at).label("next_attempt_at"),
    case(
        (mail.c.sent_at.is_not(None), _constant(MailStatus.SENT)),
        (mail.c.dead_at.is_not(None), _constant(MailStatus.DEAD)),
        else_=_constant(MailStatus.QUEUED),
    ).label("status"),
)
# Ids grow with time, and the index of the outbox has them.
mails_by_customer = Pages(_MAIL, mail.c.customer_id, sort=Sort("NEWEST", (mail.c.id,), descending=True))
