from typing import Annotated, Final

import strawberry

from customer_gql.commerce.orders.workflow.operations import act_on_order
from customer_gql.commerce.orders.workflow.types import OrderPayload
from customer_gql.core.actor import actor_of
from customer_gql.core.errors import Refusal
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, DryRun, admin_mutation

from .writes import send_order_mail

_ONE_DOCUMENT: Final = Refusal("order_mail.one_document", "Name an invoice or a shipment, not both.")


@strawberry.input(description="A mail about an order, to be sent to its buyer.")
class OrderMailSendInput:
    id: strawberry.ID = column("Id of the order.")
    invoice_id: strawberry.ID | None = strawberry.field(
        description="Id of an invoice of the order, to send the mail about it instead.", default=None
    )
    shipment_id: strawberry.ID | None = strawberry.field(
        description="Id of a shipment of the order, to send the mail about it instead.", default=None
    )


@strawberry.type
class OrderMailAdminMutation:
    @admin_mutation(
        permission=Permission.ORDERS_MANAGE,
        exclusive=True,
        description="Send the buyer the mail about an order again, or that about one of its invoices or shipments, in any state of the "
        "order. `NOT_FOUND` for a document of another order, `LIMIT_REACHED` where the address just got the same one, or too many "
        "within the hour. Writes the history of staff. Cannot be undone.",
    )
    async def order_mail_send(
        self, info: Info, input: Annotated[OrderMailSendInput, INPUT], dry_run: DryRun = False
    ) -> OrderPayload:
        if input.invoice_id is not None and input.shipment_id is not None:
            raise _ONE_DOCUMENT(path=["shipmentId"])
        by = actor_of(info.context.viewer)
        return await act_on_order(
            info, input.id, lambda c, order: send_order_mail(c, order, input, by), dry_run=dry_run
        )


ADMIN_MUTATIONS: Final = (OrderMailAdminMutation,)
