"""What the mutations that adjust a ledger share: their arguments and their answer."""

from typing import Any, Final, Protocol

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.errors import RuleError
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.values.idempotency_keys import MAX_KEY
from customer_gql.graph.context import Info

from .declaration import MAX_COMMENT, Ledger, Movement
from .writes import adjust_balance_once

KEY_DESCRIPTION: Final = (
    f"Key of this movement, 1 to {MAX_KEY} printable characters chosen by the caller. Keys of other callers are "
    "apart. A repeat of the same movement moves nothing more and gets the same response, a refusal too: use a new key "
    "after correcting the input."
)
WEBSITE_DESCRIPTION: Final = (
    "Website of the balance; the customer's own when left out. An addition needs a website where the account works, "
    "a deduction any website with a balance."
)
NOTIFY_DESCRIPTION: Final = "Whether the customer gets a mail about the movement, in the language of the website."
COMMENT_DESCRIPTION: Final = (
    f"Reason, which the customer sees in the list of movements; at most {MAX_COMMENT:,} characters."
)
ENTRY_DESCRIPTION: Final = "The movement as stored in the ledger; null when refused."
ADJUST_DESCRIPTION: Final = (
    "The balance never falls below zero. Repeated with the same `idempotencyKey` it returns the first movement and "
    "moves nothing. Writes the ledger and the customer's history. Only an opposite movement undoes it."
)


class Adjustment(Protocol):
    """The input of such a mutation, without the amount."""

    id: strawberry.ID
    idempotency_key: str
    website_id: strawberry.ID | None
    comment: str | None
    notify_customer: bool


async def adjust_ledger(info: Info, ledger: Ledger, input: Adjustment, amount: Any) -> dict[str, Any]:
    """The fields of the payload."""
    viewer, customer_id = info.context.viewer, parse_input_id(input.id, "cus", ["id"])
    movement = Movement(
        amount=amount,
        website_id=None if input.website_id is None else parse_input_id(input.website_id, "web", ["websiteId"]),
        comment=input.comment,
        idempotency_key=input.idempotency_key,
        notifies_customer=input.notify_customer,
    )
    async with info.context.transaction() as connection:
        outcome = await adjust_balance_once(
            connection, ledger, customer_id, movement, websites=viewer.website_ids, by=actor_of(viewer)
        )
    # After the commit, which stores the refusal.
    if isinstance(outcome, RuleError):
        raise outcome
    return {"customer_id": customer_id, "entry": outcome}
