"""Tracking numbers of a shipment, which come and go after it was sent (docs/domain/orders.md#orders-23)."""

from typing import Any, Final

from sqlalchemy import delete, func, select

from customer_gql.commerce.orders.documents.shipments import (
    MAX_TRACKING_NUMBERS,
    TOO_MANY_NUMBERS,
    GivenTracking,
    validate_parcel,
)
from customer_gql.commerce.orders.tables import shipment, tracking_number
from customer_gql.commerce.orders.workflow.tables import OrderEntryKind
from customer_gql.commerce.orders.workflow.writes import LockedOrder, record_action
from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection, execute_statement, fetch_one, fetch_value, insert_row
from customer_gql.messaging.events.writes import Event, emit

SHIPMENT_NOT_FOUND: Final = Refusal("shipment.not_found", "There is no such shipment.", UserErrorCode.NOT_FOUND)
_NUMBER_NOT_FOUND: Final = Refusal(
    "shipment.tracking_number_not_found", "The shipment has no such tracking number.", UserErrorCode.NOT_FOUND
)
_TWICE: Final = Refusal("shipment.tracking_number_twice", "The shipment has this tracking number already.")


async def add_tracking_number(
    connection: Connection, order: LockedOrder, key: int, given: GivenTracking, *, by: Actor
) -> None:
    """Raises `RuleError` and `RuleErrors`."""
    of_shipment = await _find_shipment(connection, order, key)
    valid = validate_parcel(given, [])
    if await fetch_one(connection, select(tracking_number).where(*_match(of_shipment, valid)).limit(1)):
        raise _TWICE(path=["number"])
    counted = select(func.count()).where(*_match(of_shipment))
    if await fetch_value(connection, counted) >= MAX_TRACKING_NUMBERS:
        raise TOO_MANY_NUMBERS(path=["number"], limit=MAX_TRACKING_NUMBERS)
    last = await fetch_value(connection, select(func.max(tracking_number.c.position)).where(*_match(of_shipment)))
    await insert_row(connection, tracking_number, {**of_shipment, "position": (last or 0) + 1, **valid._asdict()})
    await _record_change(connection, order, key, (None, valid.number), by)


async def remove_tracking_number(
    connection: Connection, order: LockedOrder, key: int, given: GivenTracking, *, by: Actor
) -> None:
    """Raises `RuleError` and `RuleErrors`."""
    of_shipment = await _find_shipment(connection, order, key)
    valid = validate_parcel(given, [])
    if not await execute_statement(connection, delete(tracking_number).where(*_match(of_shipment, valid))):
        raise _NUMBER_NOT_FOUND(path=["number"])
    await _record_change(connection, order, key, (valid.number, None), by)


async def _find_shipment(connection: Connection, order: LockedOrder, key: int) -> dict[str, int]:
    """The key of its tracking numbers."""
    of_key = (
        shipment.c.customer_id == order.row.customer_id,
        shipment.c.order_id == order.row.id,
        shipment.c.id == key,
    )
    if await fetch_one(connection, select(shipment.c.id).where(*of_key)) is None:
        raise SHIPMENT_NOT_FOUND(path=["shipmentId"])
    return {**order.key, "shipment_id": key}


def _match(of_shipment: dict[str, int], given: GivenTracking | None = None) -> list[Any]:
    values = {**of_shipment, **({} if given is None else given._asdict())}
    return [tracking_number.c[name] == value for name, value in values.items()]


async def _record_change(
    connection: Connection, order: LockedOrder, key: int, change: tuple[str | None, str | None], by: Actor
) -> None:
    kind = OrderEntryKind.TRACKING_CHANGED
    await record_action(connection, order, kind, values={}, changes={"trackingNumber": change}, by=by)
    subject = encode_id("shp", order.row.customer_id, order.row.id, key)
    told = Event("shipment.tracking_changed", subject, customer_id=order.row.customer_id, website_id=order.website_id)
    await emit(connection, [told], by=by)
