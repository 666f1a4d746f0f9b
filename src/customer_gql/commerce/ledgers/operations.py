"""What the mutations that adjust a ledger share: their arguments and their answer."""

from typing import Any, Final, Protocol

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.ids import decode_id
from customer_gql.graph.context import Info

from . import writes
from .declaration import Ledger

KEY_DESCRIPTION: Final = (
    f"Key of this movement, 1 to {writes.MAX_KEY} characters chosen by the caller. A repeated key moves nothing more."
)
WEBSITE_DESCRIPTION: Final = "Website of the balance; the customer's own when left out."
COMMENT_DESCRIPTION: Final = (
    f"Reason, which the customer sees in the list of movements; at most {writes.MAX_COMMENT:,} characters."
)
ENTRY_DESCRIPTION: Final = "The movement as stored in the ledger; null when refused."
ADJUST_DESCRIPTION: Final = (
    "The balance never falls below zero. Repeated with the same `idempotencyKey` it returns the first movement and "
    "moves nothing. Writes the ledger and the customer's history; sends no mail. Only an opposite movement undoes it."
)


class Adjustment(Protocol):
    """The input of such a mutation, without the amount."""

    id: strawberry.ID
    idempotency_key: str
    website_id: strawberry.Maybe[strawberry.ID]
    comment: str | None


async def adjust_ledger(info: Info, ledger: Ledger, input: Adjustment, amount: Any) -> dict[str, Any]:
    """The fields of the payload."""
    viewer, customer_id = info.context.viewer, decode_id(input.id, "cus")
    async with info.context.transaction() as connection:
        entry = await writes.adjust_balance(
            connection,
            ledger,
            customer_id=customer_id,
            website_id=None if input.website_id is None else decode_id(input.website_id.value, "web"),
            amount=amount,
            comment=input.comment,
            idempotency_key=input.idempotency_key,
            websites=viewer.website_ids,
            by=actor_of(viewer),
        )
    return {"customer_id": customer_id, "entry": entry}
