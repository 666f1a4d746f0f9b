"""The mail by which a customer shows a wishlist to others (docs/domain/wishlists.md#wishlists-9)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from customer_gql.database.statements import Connection, Row
from customer_gql.messaging.mail.kinds import MailKind, Sender, page_path
from customer_gql.messaging.mail.writes import queue_mail

_PAGE: Final = page_path("wishlist_shared", "/wishlists/shared", "that shows a shared wishlist")
_SAMPLES: Final = {"ownerFirstName": "Ada", "listName": "Birthday", "message": "Have a look."}
MAILS: Final = (
    MailKind(
        "wishlist_shared",
        "A customer sent a wishlist to somebody.",
        Sender.GENERAL,
        _PAGE,
        _SAMPLES,
        Path(__file__).parent / "mails",
        has_token=True,
    ),
)


async def mail_list(
    connection: Connection, emails: Sequence[str], *, row: Row, first_name: str, code: str, message: str, view_id: int
) -> None:
    """In the language of the store view. Who got too many mails gets none; the sender is not told."""
    for email in emails:
        await queue_mail(
            connection,
            template="wishlist_shared",
            recipient=email,
            store_view_id=view_id,
            placeholders={"ownerFirstName": first_name, "listName": row.name, "message": message},
            secrets={"token": code},
        )
