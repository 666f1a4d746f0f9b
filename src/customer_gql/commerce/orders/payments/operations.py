from typing import Annotated, Final

import strawberry

from customer_gql.commerce.orders.workflow.operations import act_on_order
from customer_gql.commerce.orders.workflow.types import OrderPayload
from customer_gql.commerce.orders.workflow.writes import MAX_TEXT
from customer_gql.core.actor import actor_of
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, DryRun, admin_mutation

from .writes import accept_payment, deny_payment

_WRITES: Final = "Writes what happened to the order, the history of staff and events. Cannot be undone."


@strawberry.input(description="An order whose payment is accepted.")
class OrderPaymentAcceptInput:
    id: strawberry.ID = column("Id of the order.")


@strawberry.input(description="An order whose payment is refused.")
class OrderPaymentDenyInput:
    id: strawberry.ID = column("Id of the order.")
    reason: str | None = strawberry.field(
        description=f"Reason, at most {MAX_TEXT:,} characters. The customer does not see it.", default=None
    )


@strawberry.type
class OrderPaymentAdminMutation:
    @admin_mutation(
        permission=Permission.ORDERS_MANAGE,
        exclusive=True,
        description="Accept the payment of an order in `PAYMENT_REVIEW`: the order becomes `PROCESSING`. `NOT_ALLOWED` in every "
        f"other state. {_WRITES}",
    )
    async def order_payment_accept(
        self, info: Info, input: Annotated[OrderPaymentAcceptInput, INPUT], dry_run: DryRun = False
    ) -> OrderPayload:
        by = actor_of(info.context.viewer)
        return await act_on_order(info, input.id, lambda c, order: accept_payment(c, order, by=by), dry_run=dry_run)

    @admin_mutation(
        permission=Permission.ORDERS_MANAGE,
        exclusive=True,
        description="Refuse the payment of an order in `PAYMENT_REVIEW`: the order becomes `CANCELED`, its stock and coupons are "
        f"given back, and the provider gives back what it holds. `NOT_ALLOWED` in every other state. {_WRITES}",
    )
    async def order_payment_deny(
        self, info: Info, input: Annotated[OrderPaymentDenyInput, INPUT], dry_run: DryRun = False
    ) -> OrderPayload:
        by = actor_of(info.context.viewer)
        return await act_on_order(
            info, input.id, lambda c, order: deny_payment(c, order, reason=input.reason, by=by), dry_run=dry_run
        )


ADMIN_MUTATIONS: Final = (OrderPaymentAdminMutation,)
