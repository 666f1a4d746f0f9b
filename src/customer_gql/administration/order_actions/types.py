from collections.abc import Sequence
from typing import Any, Final

import strawberry

from customer_gql.administration.customer_actions.judgements import Blocker, Forecast
from customer_gql.administration.mass_actions.types import MassActionPayload
from customer_gql.administration.selections.declaration import MassActions, SelectionNames, reach_of
from customer_gql.administration.selections.inputs import MAX_IDS
from customer_gql.commerce.orders.reads import find_reachable_order
from customer_gql.commerce.orders.types import ORDER_GRID, OrderLink
from customer_gql.core.actor import Actor
from customer_gql.core.viewer import Websites
from customer_gql.database.statements import AnySelect, Connection
from customer_gql.graph.context import Context
from customer_gql.graph.fields import column
from customer_gql.graph.scalars import graph_enum
from customer_gql.messaging.jobs.runs.kinds import RowResult

from .actions import ORDER_ACTION_WORK, check_order_parameters
from .verdicts import OrderMassAction, Parameters, forecast_each_order, forecast_orders

graph_enum(
    OrderMassAction,
    "Action on many orders.",
    {
        "CANCEL": "Cancel what is neither invoiced nor shipped of orders.",
        "HOLD": "Put orders on hold.",
        "UNHOLD": "Bring orders back from hold, to the state and status that they had before.",
        "ARCHIVE": "Move orders that are complete or closed into the archive.",
        "RESTORE": "Take orders back out of the archive.",
    },
    name="OrderMassActionKind",
)


@strawberry.input(one_of=True, description="Orders that are selected in exactly one way.")
class OrderSelection:
    ids: strawberry.Maybe[list[strawberry.ID]] = column(f"Ids of the orders, at most {MAX_IDS}.")
    filter: strawberry.Maybe[ORDER_GRID.filter_input] = column(  # pyright: ignore
        "Filter of `orders`; an empty one is refused."
    )
    view_id: strawberry.Maybe[strawberry.ID] = column("Saved view of `orders`, with its filter and search.")
    everything: strawberry.Maybe[bool] = column("True: every order that the viewer reaches.")
    selection_id: strawberry.Maybe[strawberry.ID] = column("Selection that `orderSelectionCreate` made.")


@strawberry.type(
    description="Result of `orderMassAction`. The counts are those when it was answered; `job` has the present ones."
)
class OrderMassActionPayload(MassActionPayload):
    pass


async def _forecast_chosen(connection: Connection, given: Parameters, chosen: AnySelect, by: Actor) -> Forecast:
    return await forecast_orders(connection, given, chosen, reach_of(by))


async def _forecast_chosen_rows(
    connection: Connection, given: Parameters, chosen: AnySelect, by: Actor
) -> Sequence[RowResult]:
    return await forecast_each_order(connection, given, chosen, reach_of(by))


async def _find_order_blockers(
    connection: Connection, action: OrderMassAction, chosen: AnySelect, websites: Websites
) -> Sequence[Blocker]:
    return (await forecast_orders(connection, {"action": action.value}, chosen, websites)).blockers


async def _find_order(context: Context, key: Any) -> Any:
    return await find_reachable_order(context, key=key)


ORDER_ACTIONS: Final = MassActions(
    ORDER_GRID,
    "ord",
    SelectionNames("Order", "orders", "SelectedOrders", "OrderActionBlocker"),
    OrderSelection,
    OrderMassAction,
    ORDER_ACTION_WORK,
    OrderLink,
    _find_order,
    _find_order_blockers,
    check_order_parameters,
    _forecast_chosen,
    _forecast_chosen_rows,
)
MASS_ACTIONS: Final = (ORDER_ACTIONS,)
