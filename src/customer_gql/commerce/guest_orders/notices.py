from pathlib import Path
from typing import Final

from customer_gql.messaging.mail.kinds import MailKind, Sender, page_path

_CANCEL: Final = page_path(
    "guest_order_cancellation", "/orders/cancel", "to confirm that an order of a guest is canceled"
)
MAILS: Final = (
    MailKind(
        "guest_order_cancellation",
        "The link that cancels an order of a guest.",
        Sender.SALES,
        _CANCEL,
        {"orderNumber": "DE-00000042", "expiresAt": "2026-01-02T03:04:00+00:00"},
        Path(__file__).parent / "mails",
        has_token=True,
    ),
)
