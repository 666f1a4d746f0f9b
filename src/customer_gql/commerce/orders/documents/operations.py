import enum
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Annotated, Any, Final

import strawberry

from customer_gql.commerce.orders.payments.captures import finish_capture
from customer_gql.commerce.orders.workflow.writes import LockedOrder, lock_order
from customer_gql.core.actor import Actor, actor_of
from customer_gql.core.input_ids import parse_input_keys
from customer_gql.core.permissions import Permission
from customer_gql.core.values.idempotency_keys import MAX_KEY, validate_idempotency_key
from customer_gql.graph.context import Info
from customer_gql.graph.fields import column
from customer_gql.graph.roots import INPUT, DryRun, admin_mutation
from customer_gql.graph.scalars import graph_enum

from .mails.making import invoice_and_tell, ship_and_tell
from .quantities import GivenItem
from .requests import find_document, remember_document
from .shipments import MAX_TEXT, MAX_TRACKING_NUMBERS, GivenTracking
from .types import InvoiceCreatePayload, ShipmentCreatePayload


class InvoiceCapture(enum.Enum):
    ONLINE = "ONLINE"
    OFFLINE = "OFFLINE"
    NONE = "NONE"


graph_enum(
    InvoiceCapture,
    "What happens to the payment of a new invoice.",
    {
        "ONLINE": "The provider of the payment takes the amount: the invoice is paid once it has.",
        "OFFLINE": "It was paid outside of the shop: the invoice is paid.",
        "NONE": "Nothing: the invoice is open.",
    },
)
_KEY: Final = (
    f"Key of this request, 1 to {MAX_KEY} printable characters chosen by the caller. Keys of other callers are apart. A repeat "
    "of the same request makes nothing more and gets what the first one made."
)
_ITEMS: Final = "Items and how many of each; all that is left when this is left out."


@strawberry.input(description="An item of an order, and how many of it.")
class OrderItemQuantityInput:
    order_item_id: strawberry.ID = column("Id of the item of the order.")
    quantity: int = column("How many, from 1 to what is left.")


@strawberry.input(description="A new invoice of an order.")
class InvoiceCreateInput:
    order_id: strawberry.ID = column("Id of the order.")
    idempotency_key: str = column(_KEY)
    items: list[OrderItemQuantityInput] | None = strawberry.field(description=_ITEMS, default=None)
    capture: InvoiceCapture = strawberry.field(
        description="What happens to the payment.", default=InvoiceCapture.OFFLINE
    )
    notify: bool = strawberry.field(
        description="Whether the buyer gets a mail about it. A repeat sends none.", default=False
    )


@strawberry.input(description="A tracking number of a parcel.")
class TrackingNumberInput:
    carrier: str = column(f"Name of the carrier, at most {MAX_TEXT} characters.")
    number: str = column(f"Tracking number given by the carrier, at most {MAX_TEXT} characters.")


@strawberry.input(description="A new shipment of an order.")
class ShipmentCreateInput:
    order_id: strawberry.ID = column("Id of the order.")
    idempotency_key: str = column(_KEY)
    items: list[OrderItemQuantityInput] | None = strawberry.field(description=_ITEMS, default=None)
    tracking_numbers: list[TrackingNumberInput] = strawberry.field(
        description=f"Tracking numbers, one for each parcel, at most {MAX_TRACKING_NUMBERS}.", default_factory=list
    )
    notify: bool = strawberry.field(
        description="Whether the buyer gets a mail about it. A repeat sends none.", default=False
    )


Make = Callable[[Any, LockedOrder, Actor], Awaitable[int]]
After = Callable[[Sequence[int], int], Awaitable[None]]
_WRITES: Final = "Writes what happened to the order, the history of staff and events. Cannot be undone."


@strawberry.type
class OrderDocumentAdminMutation:
    @admin_mutation(
        permission=Permission.ORDERS_MANAGE,
        exclusive=True,
        description="Invoice items of an order. The first invoice has the shipping charge, and the invoices of a whole order add up "
        "to its totals. The first document of an order makes it `PROCESSING`, and the last one `COMPLETE`. `NOT_ALLOWED` for more "
        "than is left, in a state that does not permit it, see `Order.capabilities`, and with `ONLINE` where no provider holds the "
        "amount. The provider is asked after the invoice was made: it stays open with `payment.capture_declined` and "
        f"`payment.no_answer`, and a repeat with the same key asks once more. With `notify` the buyer gets a mail. {_WRITES}",
    )
    async def invoice_create(
        self, info: Info, input: Annotated[InvoiceCreateInput, INPUT], dry_run: DryRun = False
    ) -> InvoiceCreatePayload:
        items, is_paid = _read_items(input.items), input.capture is InvoiceCapture.OFFLINE
        is_online = input.capture is InvoiceCapture.ONLINE
        notifies = input.notify
        make: Make = lambda c, order, by: invoice_and_tell(c, order, items, is_paid, is_online, notifies, by)  # noqa: E731
        after = partial(finish_capture, info.context.database) if is_online else None
        body = ["invoice", _plain(items), is_paid, *(["online"] if is_online else [])]
        made = await make_document(
            info, input.order_id, input.idempotency_key, body, make, dry_run=dry_run, after=after
        )
        return InvoiceCreatePayload(**made)

    @admin_mutation(
        permission=Permission.ORDERS_MANAGE,
        exclusive=True,
        description="Ship items of an order. The first document of an order makes it `PROCESSING`, and the last one `COMPLETE`. "
        f"`NOT_ALLOWED` for more than is left, and in a state that does not permit it; see `Order.capabilities`. With `notify` the buyer gets a mail. {_WRITES}",
    )
    async def shipment_create(
        self, info: Info, input: Annotated[ShipmentCreateInput, INPUT], dry_run: DryRun = False
    ) -> ShipmentCreatePayload:
        items = _read_items(input.items)
        tracking = [GivenTracking(one.carrier, one.number) for one in input.tracking_numbers]
        notifies = input.notify
        make: Make = lambda c, order, by: ship_and_tell(c, order, items, tracking, notifies, by)  # noqa: E731
        body = ["shipment", _plain(items), _plain(tracking)]
        made = await make_document(info, input.order_id, input.idempotency_key, body, make, dry_run=dry_run)
        return ShipmentCreatePayload(**made)


async def make_document(
    info: Info, id: str, key: str, body: Any, make: Make, *, dry_run: bool, after: After | None = None
) -> dict[str, Any]:
    """The fields of the payload; `after` is done once it is stored. The lock of the order makes two requests with one key wait for each other."""
    validate_idempotency_key(key)
    customer_id, order_id = parse_input_keys(id, "ord", 2, ["orderId"])
    viewer, given = info.context.viewer, [order_id, body]
    by = actor_of(viewer)
    async with info.context.transaction(dry_run=dry_run) as connection:
        order = await lock_order(connection, (customer_id, order_id), websites=viewer.website_ids, path=["orderId"])
        made = await find_document(connection, customer_id, key, given, by=by)
        if made is None:
            made = await make(connection, order, by)
            await remember_document(connection, customer_id, key, given, made, by=by)
    if after is not None and not dry_run:
        await after((customer_id, order_id), made)
    return {"order_key": (customer_id, order_id), "document_key": made}


def _plain(given: Sequence[tuple[Any, ...]] | None) -> list[list[Any]] | None:
    """As JSON holds it."""
    return None if given is None else [list(one) for one in given]


def _read_items(given: Sequence[OrderItemQuantityInput] | None) -> list[GivenItem] | None:
    return None if given is None else [GivenItem(one.order_item_id, one.quantity) for one in given]


ADMIN_MUTATIONS: Final = (OrderDocumentAdminMutation,)
