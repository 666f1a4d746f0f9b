"""The mail about a movement (docs/domain/ledgers.md#ledgers-6)."""

from pathlib import Path
from typing import Final

from customer_gql.customers.profile.reads import find_mail_view
from customer_gql.database.statements import Connection, Row
from customer_gql.messaging.mail.kinds import NAME_SAMPLES, MailKind, Sender, page_path
from customer_gql.messaging.mail.writes import queue_mail

from .declaration import Ledger

_SAMPLES: Final = {**NAME_SAMPLES, "amount": "12.50 USD", "balance": "30.00 USD", "comment": "A late delivery"}


def movement_mail(name: str, description: str, page: str, folder: Path) -> MailKind:
    """The kind of mail of one ledger, with a link to the page where the customer sees its entries."""
    ledger = name.removesuffix("_changed")
    path = page_path(ledger, page, f"that lists movements of {ledger.replace('_', ' ')}")
    return MailKind(name, description, Sender.GENERAL, path, _SAMPLES, folder)


async def notify_customer(connection: Connection, ledger: Ledger, customer: Row, entry: Row, currency: str) -> None:
    """Queue the mail, in the language of the website whose balance moved."""
    unit = f" {currency}" if "currency" in ledger.account.c else ""
    await queue_mail(
        connection,
        template=ledger.mail_kind,
        recipient=customer.email,
        customer_id=customer.id,
        store_view_id=await find_mail_view(connection, customer, website_id=entry.website_id),
        placeholders={
            "firstName": customer.first_name,
            "amount": f"{ledger.history_value(entry[ledger.amount], currency)}{unit}",
            "balance": f"{ledger.history_value(entry.balance_after, currency)}{unit}",
            "comment": entry.comment or "",
        },
    )
