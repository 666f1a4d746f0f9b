"""Mails about orders that staff have sent again (docs/domain/orders.md#orders-28)."""

from collections.abc import Sequence
from typing import Any, Final

from customer_gql.commerce.orders.documents.mails.writes import find_document, mail_invoice, mail_shipment
from customer_gql.commerce.orders.documents.tables import invoice
from customer_gql.commerce.orders.mailing.writes import mail_placed_order
from customer_gql.commerce.orders.tables import shipment
from customer_gql.commerce.orders.workflow.writes import LockedOrder
from customer_gql.core.actor import Actor
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.input_ids import parse_input_keys
from customer_gql.database.statements import Connection
from customer_gql.staff.audit.writes import record_staff_event

_DOCUMENT_NOT_FOUND: Final = Refusal(
    "order_mail.document_not_found", "The order has no such document.", UserErrorCode.NOT_FOUND
)
_TOO_MANY: Final = Refusal(
    "order_mail.too_many",
    "The address just got this mail, or too many within the hour. Try again later.",
    UserErrorCode.LIMIT_REACHED,
)


async def send_order_mail(connection: Connection, order: LockedOrder, input: Any, by: Actor) -> None:
    if not await _queue_wanted(connection, order, input):
        raise _TOO_MANY(path=["id"])
    await _record_mail(connection, order, input, by)


async def _queue_wanted(connection: Connection, order: LockedOrder, input: Any) -> bool:
    if input.invoice_id is not None:
        key = parse_input_keys(input.invoice_id, "ivc", 3, ["invoiceId"])
        return await mail_invoice(
            connection, order.row, await _find_document_key(connection, invoice, order, key, ["invoiceId"])
        )
    if input.shipment_id is not None:
        key = parse_input_keys(input.shipment_id, "shp", 3, ["shipmentId"])
        return await mail_shipment(
            connection, order.row, await _find_document_key(connection, shipment, order, key, ["shipmentId"])
        )
    return await mail_placed_order(connection, order.row)


async def _find_document_key(
    connection: Connection, table: Any, order: LockedOrder, key: Sequence[int], path: Sequence[str]
) -> int:
    if await find_document(connection, table, order.row, key) is None:
        raise _DOCUMENT_NOT_FOUND(path=path)
    return key[2]


async def _record_mail(connection: Connection, order: LockedOrder, input: Any, by: Actor) -> None:
    kind = "order_placed"
    if input.invoice_id is not None:
        kind = "order_invoiced"
    elif input.shipment_id is not None:
        kind = "order_shipped"
    changes = {"mail": (None, kind)}
    await record_staff_event(connection, "ORDER_MAIL_SENT", by=by, subject=order.public_id, changes=changes)
