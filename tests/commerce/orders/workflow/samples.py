"""Samples of what staff do to orders, for the tests that walk the whole graph."""

from typing import Any

from sqlalchemy import insert

from customer_gql.commerce.orders.workflow.tables import order_comment
from customer_gql.core.ids import encode_id, new_id
from customer_gql.database.statements import Connection, Row, execute_statement
from support.calls import about, by_input
from support.customers import make_order

PLACE = {"name": "Ada Byron", "street": ["1 Mill Lane"], "city": "Bath", "postcode": "BA1 1AA", "countryCode": "GB"}
NOT_PERSONAL = {
    "Order.statusLabel": "a label of the shop",
    "OrderComment.status": "a code of the shop",
    **dict.fromkeys(("OrderCapability.action", "OrderCapability.missingPermission"), "a name of the graph"),
}
CALLS = {
    "orderHold": [about("ord")],
    "orderUnhold": [about("ord")],
    "orderCancel": [about("ord", reason="Ordered twice.")],
    "orderCommentAdd": [about("ord", text="Called back.")],
    "orderMailSend": [
        about("ord"),
        by_input(lambda ids: {"id": ids["ord"], "invoiceId": ids["ivc"]}),
        by_input(lambda ids: {"id": ids["ord"], "shipmentId": ids["shp"]}),
    ],
    "orderAddressUpdate": [about("ord", kind="SHIPPING", telephone="+44 20 7946 0000", **PLACE)],
}
UNRECORDED = dict.fromkeys(
    ("orderHold", "orderUnhold", "orderCancel", "orderCommentAdd", "orderMailSend", "orderAddressUpdate"),
    "of the order, not of a customer",
)


async def furnish(connection: Connection, customer: Row) -> dict[str, Any]:
    order = await make_order(connection, customer, [])
    key = {"customer_id": customer.id, "order_id": order.id, "id": new_id()}
    entry = {"kind": "COMMENT", "state": "COMPLETE", "status": "complete", "text": "Called back.", "is_visible": True}
    await execute_statement(connection, insert(order_comment).values(**key, **entry, actor="SYSTEM"))
    return {"ocm": encode_id("ocm", customer.id, order.id, key["id"])}
