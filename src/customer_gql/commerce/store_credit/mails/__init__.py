"""The mail about a movement of store credit."""

from pathlib import Path
from typing import Final

from customer_gql.commerce.ledgers.notices import movement_mail

MAILS: Final = (
    movement_mail(
        "store_credit_changed",
        "Store credit was adjusted, and staff chose to notify the customer.",
        "/store-credit",
        Path(__file__).parent,
    ),
)
