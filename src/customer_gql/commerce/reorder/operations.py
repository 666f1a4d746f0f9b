from collections.abc import Sequence
from typing import Annotated, Final

import strawberry
from strawberry.scalars import JSON

from customer_gql.commerce.carts.operations import CartPayload
from customer_gql.commerce.carts.owners import find_view_of_shopper
from customer_gql.core.actor import actor_of
from customer_gql.core.input_ids import parse_input_keys
from customer_gql.customers.profile.presence import record_activity
from customer_gql.graph.context import Context, Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, customer_mutation

from .writes import MOST_ITEMS, ItemFailure, NothingAddedError, reorder


@strawberry.input(description="An order whose items are wanted again.")
class OrderReorderInput:
    id: strawberry.ID = column("Id of the order.")


@strawberry.type(description="An item of an order that did not get into the cart.")
class OrderItemFailure:
    item_id: strawberry.ID = column("Id of the order item.")
    key: str = column("Stable name of the rule that refused, as `product.insufficient_stock`.")
    params: JSON = column("Values that the rule is about, by name.")  # pyright: ignore[reportInvalidTypeForm]
    message: str = column("A sentence for the shopper, in the language that `Accept-Language` asks for.")


@strawberry.type(description="The cart after the items of an order were added to it.")
class OrderReorderPayload(CartPayload):
    failures: list[OrderItemFailure] = strawberry.field(
        description=f"Items that did not get into the cart; at most {MOST_ITEMS:,}.",
        default_factory=list,
        metadata={"assumed": 2},
    )


@strawberry.type
class ReorderMutation:
    @customer_mutation(
        exclusive=True,
        description="Add the items of an order of one's own to the cart on the website of `X-Store-View`, at today's prices. What is in "
        "the cart stays; equal lines add up. What cannot be bought is in `failures`, and the rest is added. `NOT_FOUND` for an order "
        "of another customer, `NOT_ALLOWED` on hold, while the payment is reviewed, and where `orders.reorder_allowed` is off. Counts "
        "as activity; causes the event `cart.changed`, no mail. Undone by removing the lines.",
    )
    async def order_reorder(self, info: Info, input: Annotated[OrderReorderInput, INPUT]) -> OrderReorderPayload:
        context, viewer = info.context, info.context.viewer
        owner, id = parse_input_keys(input.id, "ord", 2, ["id"])
        assert viewer.customer_id is not None
        async with context.database.reads.acquire() as connection:
            view = await find_view_of_shopper(connection, context)
        try:
            async with context.transaction() as connection:
                added = await reorder(
                    connection, (owner, id), customer_id=viewer.customer_id, view=view, by=actor_of(viewer)
                )
        except NothingAddedError as refused:
            return OrderReorderPayload(failures=_show_failures(context, refused.failures))
        record_activity(context)
        return OrderReorderPayload(key=added.cart, failures=_show_failures(context, added.failures))


def _show_failures(context: Context, failures: Sequence[ItemFailure]) -> list[OrderItemFailure]:
    return [
        OrderItemFailure(
            item_id=strawberry.ID(id),
            key=error.key,
            params=dict(error.params),  # pyright: ignore[reportArgumentType]
            message=error.message_in(context.language),
        )
        for id, error in failures
    ]


MUTATIONS: Final = (ReorderMutation,)
