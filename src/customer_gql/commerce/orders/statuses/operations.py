from typing import Annotated, Any, Final

import strawberry

from customer_gql.core.actor import actor_of
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.input_ids import parse_input_id
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.payloads import EXPECTED_VERSION, Payload
from customer_gql.graph.roots import INPUT, admin_field, admin_mutation

from . import reads, writes
from .tables import OrderState
from .types import STATUSES_DESCRIPTION, OrderStatus

_LABEL: Final = f"Label of at most {writes.MAX_LABEL} characters, in store views that have none of their own."
_WRITES: Final = "Writes the history of staff."
_STORE_VIEW_TWICE: Final = Refusal(
    "order_status.store_view_twice", "Enter one label for each store view.", UserErrorCode.INVALID
)


@strawberry.input(description="The label of an order status in one store view.")
class OrderStatusLabelInput:
    store_view_id: strawberry.ID = column("Id of the store view.")
    label: str = column(f"Label of at most {writes.MAX_LABEL} characters.")


@strawberry.input(description="A new order status. No state has it until it is assigned.")
class OrderStatusCreateInput:
    code: str = column(
        "Code, which never changes: a small letter, then up to 31 small letters, digits and underscores. Unique in the shop."
    )
    label: str = column(_LABEL)
    labels: list[OrderStatusLabelInput] = strawberry.field(
        description="Labels of store views that have their own.", default_factory=list
    )


@strawberry.input(description="Changes of an order status. What is left out keeps its value.")
class OrderStatusUpdateInput:
    id: strawberry.ID = column("Id of the status.")
    label: strawberry.Maybe[str] = column(_LABEL)
    labels: strawberry.Maybe[list[OrderStatusLabelInput]] = column(
        "Labels of store views that have their own, instead of those that are stored."
    )
    expected_version: int | None = strawberry.field(description=EXPECTED_VERSION, default=None)


@strawberry.input(description="A status for orders of one state.")
class OrderStatusAssignInput:
    id: strawberry.ID = column("Id of the status.")
    state: OrderState = column("State of the orders.")
    is_default: bool = strawberry.field(
        description="Whether orders get the status when they come into the state, instead of the present default.",
        default=False,
    )
    is_visible: bool = strawberry.field(
        description="Whether customers see orders of this status in the storefront.", default=True
    )


@strawberry.input(description="A status to take from one state.")
class OrderStatusUnassignInput:
    id: strawberry.ID = column("Id of the status.")
    state: OrderState = column("State of the orders.")


@strawberry.type(description="The order status after the change.")
class OrderStatusPayload(Payload):
    status_key: strawberry.Private[int | None] = None

    @strawberry.field(graphql_type=OrderStatus | None, description="The status as stored now; null when refused.")
    async def order_status(self, info: Info) -> Any:
        return None if self.status_key is None else await info.context.load(reads.statuses_by_id, self.status_key)


@strawberry.type
class OrderStatusAdminQuery:
    @admin_field(
        permission=Permission.ORDERS_READ,
        graphql_type=list[OrderStatus],
        assumed=10,
        description=f"The statuses of orders, by code; {STATUSES_DESCRIPTION}",
    )
    async def order_statuses(self, info: Info) -> list[Any]:
        return await info.context.fetch(reads.ALL_ORDER_STATUSES)


@strawberry.type
class OrderStatusAdminMutation:
    @admin_mutation(
        permission=Permission.CONFIGURATION_MANAGE,
        all_websites=True,
        description=f"Create an order status. {_WRITES} Statuses are never deleted, since orders name them.",
    )
    async def order_status_create(
        self, info: Info, input: Annotated[OrderStatusCreateInput, INPUT]
    ) -> OrderStatusPayload:
        labels = _read_given_labels(input.labels)
        async with info.context.transaction() as connection:
            key = await writes.create_status(
                connection, code=input.code, label=input.label, labels=labels, by=actor_of(info.context.viewer)
            )
        return OrderStatusPayload(status_key=key)

    @admin_mutation(
        permission=Permission.CONFIGURATION_MANAGE,
        all_websites=True,
        description=f"Change the labels of an order status. {_WRITES} Undone by another update.",
    )
    async def order_status_update(
        self, info: Info, input: Annotated[OrderStatusUpdateInput, INPUT]
    ) -> OrderStatusPayload:
        key = parse_input_id(input.id, "ost", ["id"])
        labels = None if input.labels is None else _read_given_labels(input.labels.value)
        async with info.context.transaction() as connection:
            await writes.update_status(
                connection,
                key,
                label=None if input.label is None else input.label.value,
                labels=labels,
                expected_version=input.expected_version,
                by=actor_of(info.context.viewer),
            )
        return OrderStatusPayload(status_key=key)

    @admin_mutation(
        permission=Permission.CONFIGURATION_MANAGE,
        all_websites=True,
        description="Let orders of a state have a status, or change how they have it. A new default takes the place of the "
        f"former one for orders that come into the state from now on. {_WRITES} Undone by `orderStatusUnassign`.",
    )
    async def order_status_assign(
        self, info: Info, input: Annotated[OrderStatusAssignInput, INPUT]
    ) -> OrderStatusPayload:
        key = parse_input_id(input.id, "ost", ["id"])
        async with info.context.transaction() as connection:
            await writes.assign_status(
                connection,
                key,
                input.state,
                is_default=input.is_default,
                is_visible=input.is_visible,
                by=actor_of(info.context.viewer),
            )
        return OrderStatusPayload(status_key=key)

    @admin_mutation(
        permission=Permission.CONFIGURATION_MANAGE,
        all_websites=True,
        description="Take a status from a state. Refused for the default of the state, and while orders in the state have it, "
        f"or come back to it from hold. {_WRITES} Undone by `orderStatusAssign`.",
    )
    async def order_status_unassign(
        self, info: Info, input: Annotated[OrderStatusUnassignInput, INPUT]
    ) -> OrderStatusPayload:
        key = parse_input_id(input.id, "ost", ["id"])
        async with info.context.transaction() as connection:
            await writes.unassign_status(connection, key, input.state, by=actor_of(info.context.viewer))
        return OrderStatusPayload(status_key=key)


def _read_given_labels(given: list[OrderStatusLabelInput]) -> dict[int, str]:
    """By store view. Raises `RuleError` for a malformed id, and for a store view that is named twice."""
    found: dict[int, str] = {}
    for place, one in enumerate(given):
        view = parse_input_id(one.store_view_id, "stv", ["labels", str(place), "storeViewId"])
        if view in found:
            raise _STORE_VIEW_TWICE(path=["labels", str(place), "storeViewId"])
        found[view] = one.label
    return found


ADMIN_QUERIES: Final = (OrderStatusAdminQuery,)
ADMIN_MUTATIONS: Final = (OrderStatusAdminMutation,)
