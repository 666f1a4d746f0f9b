from typing import Annotated, Final

import strawberry

from customer_gql.administration.mass_actions.engine import act_on_many
from customer_gql.administration.selections.shown_selections import SELECTION_SECONDS
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.roots import INPUT, DryRun, admin_mutation

from .inputs import OrderMassActionInput, read_order_parameters
from .types import ORDER_ACTIONS, OrderMassActionPayload


@strawberry.type
class OrderMassActionAdminMutation:
    @admin_mutation(
        permission=Permission.ORDERS_READ,
        exclusive=True,
        cost_per=("ids", 75),
        description="Do one action on many orders, as a job: up to `mass_actions.at_once` in the answer, with a result for each, "
        "and more by a worker. `CANCEL`, `HOLD` and `UNHOLD` need `orders.manage`, `ARCHIVE` and `RESTORE` `orders.archive`; "
        "`jobUndo` undoes all of them but `CANCEL`. `ARCHIVE` takes the archive to be on (`orders.archive_enabled`). Writes what "
        f"happened to the orders, the history of staff and events. A dry run makes no job and may take {SELECTION_SECONDS} s.",
    )
    async def order_mass_action(
        self, info: Info, input: Annotated[OrderMassActionInput, INPUT], dry_run: DryRun = False
    ) -> OrderMassActionPayload:
        given = read_order_parameters(input)
        return OrderMassActionPayload(**await act_on_many(info, ORDER_ACTIONS, input, given, dry_run=dry_run))


ADMIN_MUTATIONS: Final = (OrderMassActionAdminMutation,)
