"""What is sent of a mass action on orders, and what of it the action takes (docs/domain/orders.md#orders-21)."""

from typing import Any, Final

import strawberry

from customer_gql.administration.jobs.operations import KEY_DESCRIPTION
from customer_gql.administration.selections.inputs import EXCEPT_DESCRIPTION, SEARCH_DESCRIPTION
from customer_gql.commerce.orders.workflow.writes import MAX_TEXT
from customer_gql.core.errors import Refusal
from customer_gql.graph.fields import column
from customer_gql.messaging.jobs.runs.tables import ErrorPolicy

from .types import OrderSelection
from .verdicts import OrderMassAction

_REASON_UNUSED: Final = Refusal("mass_action.reason_unused", "Leave the reason out; only CANCEL takes one.")


@strawberry.input(description="One action on many orders.")
class OrderMassActionInput:
    action: OrderMassAction = column("The action.")
    selection: OrderSelection = column("Orders that the action applies to.")
    search: str | None = strawberry.field(description=SEARCH_DESCRIPTION.format(list="orders"), default=None)
    except_ids: list[strawberry.ID] | None = strawberry.field(
        description=EXCEPT_DESCRIPTION.format(records="orders"), default=None
    )
    reason: str | None = strawberry.field(
        description=f"Reason for staff, at most {MAX_TEXT:,} characters; only with `CANCEL`.", default=None
    )
    error_policy: ErrorPolicy = strawberry.field(
        description="What happens when an order is refused, or a fault occurs.", default=ErrorPolicy.SKIP
    )
    idempotency_key: str | None = strawberry.field(description=KEY_DESCRIPTION, default=None)


def read_order_parameters(input: OrderMassActionInput) -> dict[str, Any]:
    """What the action takes, as it was given, in JSON. Raises `RuleError` for what is too much."""
    if input.reason is not None and input.action is not OrderMassAction.CANCEL:
        raise _REASON_UNUSED(path=["reason"])
    return {"action": input.action.value, **({} if input.reason is None else {"reason": input.reason})}
