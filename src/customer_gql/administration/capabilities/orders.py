"""What a viewer can do to an order (docs/domain/capabilities.md#capabilities-6)."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import strawberry

from customer_gql.commerce.orders.workflow.actions import OrderAction, OrderFacts, find_refusal
from customer_gql.commerce.orders.workflow.reads import sums_by_order
from customer_gql.core.permissions import Permission
from customer_gql.core.viewer import Viewer
from customer_gql.graph.context import Info
from customer_gql.graph.refusals import CapabilityRefusal, show_refusal
from customer_gql.loading.grids.columns import snake_case

from .refusals import find_mutations

_MUTATIONS: Final = {action.value for action in OrderAction}


@strawberry.type(description="Whether this viewer can do something to this order now.")
class OrderCapability:
    action: str = strawberry.field(description="Name of the mutation in capitals, such as `ORDER_HOLD`.")
    is_allowed: bool = strawberry.field(description="Whether the mutation would be taken with a valid input.")
    missing_permission: str | None = strawberry.field(
        description="Permission that the viewer lacks for it; null when none is missing."
    )
    refusal: CapabilityRefusal | None = strawberry.field(
        description="What it would be refused with in the state that the order is in; null when with nothing."
    )


@strawberry.type
class OrderCapabilitySection:
    @strawberry.field(
        description="What this viewer can do to the order now: an entry for every mutation of one order. It refuses what the "
        "mutation refuses whatever its input; a mutation can still refuse what it is given.",
        metadata={"audience": "admin", "assumed": 10},
    )
    async def capabilities(self: Any, info: Info) -> list[OrderCapability]:
        facts = OrderFacts.of(self, await info.context.load(sums_by_order, (self.customer_id, self.id)))
        found = find_order_mutations(info.schema)
        return [_describe_capability(name, needed, facts, info.context.viewer) for name, needed in found.items()]


@cache
def find_order_mutations(schema: strawberry.Schema) -> Mapping[str, Permission]:
    """The mutations of one order that the schema has, with what each needs."""
    return find_mutations(schema, lambda name: name in _MUTATIONS)


def _describe_capability(name: str, needed: Permission, facts: OrderFacts, viewer: Viewer) -> OrderCapability:
    refused = find_refusal(OrderAction(name), facts)
    missing = None if needed in viewer.permissions else needed.value
    return OrderCapability(
        action=snake_case(name).upper(),
        is_allowed=missing is None and refused is None,
        missing_permission=missing,
        refusal=None if refused is None else show_refusal(refused),
    )
