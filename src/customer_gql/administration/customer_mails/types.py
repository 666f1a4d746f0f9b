import datetime as dt
from typing import Any, Final

import strawberry

from customer_gql.administration.mail_desk.types import MailTemplateName
from customer_gql.core.ids import encode_id
from customer_gql.graph.connections import Connection, paged
from customer_gql.graph.fields import column
from customer_gql.graph.scalars import graph_enum
from customer_gql.messaging.mail.kinds import MAIL_KINDS

from . import reads
from .reads import MailStatus

graph_enum(
    MailStatus,
    "State of a mail.",
    {
        "QUEUED": "Waiting to be sent, also after an attempt that failed.",
        "SENT": "Accepted by the mail server.",
        "DEAD": "No longer tried; see `mailDeadLetters`.",
    },
)


@strawberry.type(description="A mail to a customer, without its body and links, which are for the recipient alone.")
class CustomerMail:
    template: MailTemplateName | None = strawberry.field(  # pyright: ignore
        resolver=lambda root: MailTemplateName(root.template) if root.template in MAIL_KINDS else None,
        description="Kind of the mail; null when this version no longer knows it.",
    )
    recipient: str = column("Address of the recipient at that time.", personal=True)
    subject: str | None = column("Subject as it was sent or last tried; null before the first attempt.", personal=True)
    status: MailStatus = column("State of the mail.")
    attempts: int = column("Number of attempts.")
    created_at: dt.datetime = column("Time at which it was queued.")
    next_attempt_at: dt.datetime | None = column("Time of the next attempt; null when it is sent or dead.")
    sent_at: dt.datetime | None = column("Time at which it was sent; null when it is not.")
    dead_at: dt.datetime | None = column("Time of the last attempt; null when it is not dead.")

    @strawberry.field(
        description="Reason why the last attempt failed: the answer of the mail server, or a sentence of this service. "
        "Without secrets; null when none failed.",
        metadata={"personal": True},
    )
    def error(self: Any) -> str | None:
        return self.last_error

    @strawberry.field(description="Identifies the mail in `mailRetry`; starts with `mai_`.")
    def id(self: Any) -> strawberry.ID:
        return strawberry.ID(encode_id("mai", self.id))


@strawberry.type
class CustomerMailSection:
    mails: Connection[CustomerMail] = paged(
        reads.mails_by_customer,
        key="id",
        description="Mails to the customer, newest first, as long as mails are kept.",
        admin=True,
    )


CUSTOMER_SECTIONS: Final = (CustomerMailSection,)
