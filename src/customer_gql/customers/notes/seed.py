"""Notes of staff about some customers; the first of two is pinned. Nothing is drawn, so that other rows stay what they are."""

from typing import Any, Final

from customer_gql.customers.profile.shopper import Shopper
from customer_gql.database.seeding import CustomerSeed, Rows, Stage, to_datetime

from .tables import customer_note

_TEXTS: Final = (
    "Prefers to be called in the afternoon.",
    "Asked for invoices by letter.\nSend them to the billing address.",
    "Had a damaged parcel; was refunded.",
)
_EVERY: Final = 7


def add_notes(s: Shopper[Any], rows: Rows) -> None:
    if s.number % _EVERY != 1:
        return
    for place in range(1 + s.number % 2):
        created = s.created + (s.until - s.created) * (place + 1) // 3
        rows[customer_note].append(
            {
                "customer_id": s.id,
                "id": s.make_id(created),
                "text": _TEXTS[(s.number // _EVERY + place) % len(_TEXTS)],
                "is_pinned": place == 0 and s.number % 2 == 1,
                "created_at": to_datetime(created),
            }
        )


SEED: Final = (CustomerSeed((customer_note,), add_notes, Stage.ACTIVITY),)
