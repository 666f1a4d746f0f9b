"""Mutations of documents that there are. Their orders are locked, as for every other change."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Annotated, Any, Final

import strawberry

from customer_gql.commerce.orders.documents.shipments import MAX_TEXT, MAX_TRACKING_NUMBERS, GivenTracking
from customer_gql.commerce.orders.documents.types import InvoicePayload, ShipmentPayload
from customer_gql.commerce.orders.payments.captures import finish_capture
from customer_gql.commerce.orders.workflow.writes import ORDER_NOT_FOUND, LockedOrder, lock_order
from customer_gql.core.actor import actor_of
from customer_gql.core.errors import Refusal, RuleError
from customer_gql.core.input_ids import parse_input_keys
from customer_gql.core.permissions import Permission
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, DryRun, admin_mutation

from .invoice_changes import INVOICE_NOT_FOUND, begin_open_invoice_capture, cancel_invoice, capture_invoice
from .tracking import SHIPMENT_NOT_FOUND, add_tracking_number, remove_tracking_number

_WRITES: Final = "Writes what happened to the order, the history of staff and events."
Act = Callable[[Any, LockedOrder, int], Awaitable[object]]
After = Callable[[Sequence[int], int], Awaitable[None]]


@strawberry.input(description="An open invoice that was paid.")
class InvoiceCaptureInput:
    id: strawberry.ID = column("Id of the invoice.")
    is_online: bool = strawberry.field(
        description="Whether the provider of the payment takes the amount, rather than that it was paid outside of the shop.",
        default=False,
    )


@strawberry.input(description="An open invoice to cancel.")
class InvoiceCancelInput:
    id: strawberry.ID = column("Id of the invoice.")


@strawberry.input(description="A tracking number of a parcel, to add to a shipment.")
class ShipmentTrackingAddInput:
    shipment_id: strawberry.ID = column("Id of the shipment.")
    carrier: str = column(f"Name of the carrier, at most {MAX_TEXT} characters.")
    number: str = column(f"Tracking number given by the carrier, at most {MAX_TEXT} characters.")


@strawberry.input(description="A tracking number of a parcel, to remove from its shipment.")
class ShipmentTrackingRemoveInput:
    shipment_id: strawberry.ID = column("Id of the shipment.")
    carrier: str = column("Name of the carrier, as it is stored.")
    number: str = column("Tracking number, as it is stored.")


@strawberry.type
class DocumentChangeAdminMutation:
    @admin_mutation(
        permission=Permission.ORDERS_MANAGE,
        exclusive=True,
        description="Record that an open invoice was paid outside of the shop, or with `isOnline` have the provider of the payment "
        "take the amount. `NOT_ALLOWED` for one that is paid or canceled, while the order is on hold or its payment is reviewed, and "
        "while the provider is asked; `isOnline` where no provider holds the amount. The invoice stays open with "
        f"`payment.capture_declined` and `payment.no_answer`. {_WRITES} Cannot be undone.",
    )
    async def invoice_capture(
        self, info: Info, input: Annotated[InvoiceCaptureInput, INPUT], dry_run: DryRun = False
    ) -> InvoicePayload:
        by = actor_of(info.context.viewer)
        act: Act = lambda c, order, key: (  # noqa: E731
            begin_open_invoice_capture(c, order, key) if input.is_online else capture_invoice(c, order, key, by=by)
        )
        after = partial(finish_capture, info.context.database) if input.is_online else None
        return InvoicePayload(
            **await change_document(info, input.id, "ivc", "id", INVOICE_NOT_FOUND, act, dry_run, after)
        )

    @admin_mutation(
        permission=Permission.ORDERS_MANAGE,
        exclusive=True,
        description="Cancel an invoice that is not paid: its items can be invoiced again, and a `COMPLETE` order is `PROCESSING` "
        "once more. It keeps its number. `NOT_ALLOWED` for one that is paid or canceled, and while the order is on hold or its "
        f"payment is reviewed. {_WRITES} Cannot be undone.",
    )
    async def invoice_cancel(
        self, info: Info, input: Annotated[InvoiceCancelInput, INPUT], dry_run: DryRun = False
    ) -> InvoicePayload:
        by = actor_of(info.context.viewer)
        act: Act = lambda c, order, key: cancel_invoice(c, order, key, by=by)  # noqa: E731
        return InvoicePayload(**await change_document(info, input.id, "ivc", "id", INVOICE_NOT_FOUND, act, dry_run))

    @admin_mutation(
        permission=Permission.ORDERS_MANAGE,
        exclusive=True,
        description=f"Add a tracking number to a shipment, which has at most {MAX_TRACKING_NUMBERS}. {_WRITES} Undone by "
        "`shipmentTrackingRemove`.",
    )
    async def shipment_tracking_add(
        self, info: Info, input: Annotated[ShipmentTrackingAddInput, INPUT], dry_run: DryRun = False
    ) -> ShipmentPayload:
        by, given = actor_of(info.context.viewer), GivenTracking(input.carrier, input.number)
        act: Act = lambda c, order, key: add_tracking_number(c, order, key, given, by=by)  # noqa: E731
        return await _change_shipment(info, input.shipment_id, act, dry_run)

    @admin_mutation(
        permission=Permission.ORDERS_MANAGE,
        exclusive=True,
        description=f"Remove a tracking number from a shipment. {_WRITES} Undone by `shipmentTrackingAdd`.",
    )
    async def shipment_tracking_remove(
        self, info: Info, input: Annotated[ShipmentTrackingRemoveInput, INPUT], dry_run: DryRun = False
    ) -> ShipmentPayload:
        by, given = actor_of(info.context.viewer), GivenTracking(input.carrier, input.number)
        act: Act = lambda c, order, key: remove_tracking_number(c, order, key, given, by=by)  # noqa: E731
        return await _change_shipment(info, input.shipment_id, act, dry_run)


async def _change_shipment(info: Info, id: str, act: Act, dry_run: bool) -> ShipmentPayload:
    made = await change_document(info, id, "shp", "shipmentId", SHIPMENT_NOT_FOUND, act, dry_run)
    return ShipmentPayload(**made)


async def change_document(
    info: Info, id: str, prefix: str, path: str, unknown: Refusal, act: Act, dry_run: bool, after: After | None = None
) -> dict[str, Any]:
    """Lock the order of a document, and do something to the document; `after` is done once that is stored. The fields of the
    payload."""
    customer_id, order_id, key = parse_input_keys(id, prefix, 3, [path])
    async with info.context.transaction(dry_run=dry_run) as connection:
        try:
            order = await lock_order(
                connection, (customer_id, order_id), websites=info.context.viewer.website_ids, path=[path]
            )
        except RuleError as refused:
            raise unknown(path=[path]) if refused.key == ORDER_NOT_FOUND.key else refused from None
        await act(connection, order, key)
    if after is not None and not dry_run:
        await after((customer_id, order_id), key)
    return {"order_key": (customer_id, order_id), "document_key": key}


ADMIN_MUTATIONS: Final = (DocumentChangeAdminMutation,)
