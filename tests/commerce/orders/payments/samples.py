"""Samples of payments by a provider for the tests that walk the whole graph."""

from typing import Any

from customer_gql.commerce.orders.payments.tables import order_payment, payment_transaction
from customer_gql.core.ids import encode_id, new_id
from customer_gql.database.statements import Connection, Row
from support.calls import about
from support.customers import make_order, make_product, put

NOT_PERSONAL = {
    "OrderPayment.method": "a code of the shop",
    "OrderPayment.reference": "a key of the provider",
    "PaymentTransaction.reference": "a key of the provider",
}
CALLS = {"orderPaymentAccept": [about("ord")], "orderPaymentDeny": [about("ord", reason="Not the owner of the card.")]}
UNRECORDED = dict.fromkeys(CALLS, "of the order, not of a customer")


async def furnish(connection: Connection, customer: Row) -> dict[str, Any]:
    order = await make_order(connection, customer, [await make_product(connection)], state="PROCESSING")
    key, id = {"customer_id": customer.id, "order_id": order.id}, new_id()
    held = {"method": "test_psp", "state": "AUTHORIZED", "currency": "USD", "amount": 1990, "reference": "r-1"}
    await put(connection, order_payment, **key, id=id, **held)
    step = {"step": "AUTHORIZE", "outcome": "AUTHORIZED", "amount": 1990, "reference": "r-1"}
    await put(connection, payment_transaction, **key, payment_id=id, id=new_id(), **step)
    return {"pay": encode_id("pay", customer.id, order.id, id)}
