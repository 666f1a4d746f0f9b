"""Shipments: what of an order is sent, never more than was ordered (docs/domain/orders.md#orders-17)."""

from collections.abc import Sequence
from functools import partial
from typing import Final, NamedTuple

from customer_gql.commerce.orders.tables import shipment, tracking_number
from customer_gql.commerce.orders.workflow.actions import OrderAction
from customer_gql.commerce.orders.workflow.tables import OrderEntryKind
from customer_gql.commerce.orders.workflow.writes import LockedOrder, change_state, judge
from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode, validate_together
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.text import validate_line
from customer_gql.database.statements import Connection, Row, insert_row, insert_rows
from customer_gql.messaging.events.writes import Event, emit

from .numbers import draw_number
from .quantities import GivenItem, add_quantities, read_items, take_items
from .tables import OrderDocument, shipment_item

MAX_TRACKING_NUMBERS: Final = 50
MAX_TEXT: Final = 255
TOO_MANY_NUMBERS: Final = Refusal(
    "shipment.too_many_tracking_numbers", "Enter at most {limit} tracking numbers.", UserErrorCode.TOO_MANY
)


class GivenTracking(NamedTuple):
    """As a mutation takes it."""

    carrier: str
    number: str


def count_to_ship(row: Row) -> int:
    """A refund is of what was sent as far as that goes, so only the greater one counts."""
    if row.is_virtual:
        return 0
    return row.quantity_ordered - max(row.quantity_shipped, row.quantity_refunded) - row.quantity_canceled


async def create_shipment(
    connection: Connection,
    order: LockedOrder,
    given: Sequence[GivenItem] | None,
    tracking: Sequence[GivenTracking],
    *,
    by: Actor,
) -> int:
    """The key of the new shipment. Raises `RuleError` and `RuleErrors`."""
    judge(order, OrderAction.SHIP, ["orderId"])
    numbers = _validate_tracking(tracking)
    taken = take_items(await read_items(connection, order), given, count_to_ship)
    key, row = new_id(), order.row
    number = await draw_number(connection, OrderDocument.SHIPMENT, row.store_view_id, order.key, key)
    await insert_row(connection, shipment, {**order.key, "id": key, "number": number, "shipped_at": read_clock()})
    of_shipment = {**order.key, "shipment_id": key}
    lines = [{**of_shipment, "position": one.row.position, "quantity": one.quantity} for one in taken]
    await insert_rows(connection, shipment_item, lines)
    parcels = [{**of_shipment, "position": place, **one._asdict()} for place, one in enumerate(numbers, 1)]
    await insert_rows(connection, tracking_number, parcels)
    await add_quantities(connection, order, "quantity_shipped", taken)
    changes = {"shipment": (None, number)}
    await change_state(connection, order, OrderAction.SHIP, OrderEntryKind.SHIPPED, changes=changes, by=by)
    subject = encode_id("shp", row.customer_id, row.id, key)
    told = Event("shipment.created", subject, customer_id=row.customer_id, website_id=order.website_id)
    await emit(connection, [told], by=by)
    return key


def _validate_tracking(tracking: Sequence[GivenTracking]) -> list[GivenTracking]:
    if len(tracking) > MAX_TRACKING_NUMBERS:
        raise TOO_MANY_NUMBERS(path=["trackingNumbers"], limit=MAX_TRACKING_NUMBERS)
    refused, valid = CollectedErrors(), list[GivenTracking]()
    for place, one in enumerate(tracking):
        path = ["trackingNumbers", str(place)]
        with refused.collecting():
            valid.append(validate_parcel(one, path))
    refused.raise_collected()
    return valid


def validate_parcel(given: GivenTracking, path: Sequence[str]) -> GivenTracking:
    """Raises `RuleErrors`."""
    values = {
        name: partial(validate_line, given[place], [*path, name], MAX_TEXT, required=True)
        for place, name in enumerate(GivenTracking._fields)
    }
    return GivenTracking(**validate_together(values))
