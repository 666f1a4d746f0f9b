from typing import Annotated, Final

import strawberry

from customer_gql.commerce.orders.workflow.operations import OrderCancelInput
from customer_gql.commerce.orders.workflow.types import OrderPayload
from customer_gql.core.actor import actor_of
from customer_gql.core.input_ids import parse_input_keys
from customer_gql.graph.context import Info
from customer_gql.graph.roots import INPUT, customer_mutation

from .writes import cancel_own_order


@strawberry.type
class OrderCancellationMutation:
    @customer_mutation(
        exclusive=True,
        description="Cancel an order of one's own as a whole, where `orders.cancellation_enabled` lets customers do so, with one of "
        "the reasons in `orders.cancellation_reasons`. `NOT_FOUND` for an order of another customer; `NOT_ALLOWED` once anything of "
        "it was charged or sent, and in states other than `NEW` and `PROCESSING`. Writes what happened to the order and events. "
        "Cannot be undone.",
    )
    async def order_cancel(self, info: Info, input: Annotated[OrderCancelInput, INPUT]) -> OrderPayload:
        customer_id, key = parse_input_keys(input.id, "ord", 2, ["id"])
        viewer = info.context.viewer
        assert viewer.customer_id is not None
        async with info.context.transaction() as connection:
            await cancel_own_order(
                connection,
                (customer_id, key),
                customer_id=viewer.customer_id,
                reason=input.reason,
                by=actor_of(viewer),
            )
        return OrderPayload(order_key=(customer_id, key))


MUTATIONS: Final = (OrderCancellationMutation,)
