"""Customers cancel their own orders: only where the shop lets them, before anything is charged or sent, and with a reason."""

import asyncio
from typing import Any

import pytest

from customer_gql.commerce.orders.cancellation.writes import CANCELLATION_ENABLED, CANCELLATION_REASONS
from customer_gql.core.ids import encode_id
from customer_gql.database.statements import Connection
from customer_gql.shop.settings.declaration import STORE_VIEW
from customer_gql.shop.settings.writes import set_value
from support.customers import make_customer, make_order, make_product
from support.staff import make_website

CANCEL = """mutation M($input: OrderCancelInput!) { orderCancel(input: $input) {
  order { state status items { quantityCanceled } comments { nodes { kind text } } } userErrors { code key params path } } }"""
INVOICE = """mutation M($input: InvoiceCreateInput!) { invoiceCreate(input: $input) { userErrors { key } } }"""
REASONS = ["Price", "Too late"]


@pytest.fixture
async def view(connection: Connection) -> int:
    """The store view of a new website, where customers cancel orders."""
    website = await make_website(connection)
    await set_value(connection, CANCELLATION_ENABLED, True, scope=STORE_VIEW, scope_id=website)
    await set_value(connection, CANCELLATION_REASONS, "\n".join(REASONS), scope=STORE_VIEW, scope_id=website)
    return website


async def place(connection: Connection, view: int, **given: Any) -> Any:
    owner = await make_customer(connection, website_id=view, created_in_store_view_id=view)
    return await make_order(
        connection, owner, [await make_product(connection)], **{"store_view_id": view, "state": "NEW", **given}
    )


async def cancel(client: Any, order: Any, reason: str | None = "Price") -> Any:
    input = {"id": encode_id("ord", order.customer_id, order.id), "reason": reason}
    return (await client.data(CANCEL, input=input))["orderCancel"]


async def state_of(connection: Connection, order: Any) -> str:
    return await connection.fetchval("SELECT state FROM sales_order WHERE customer_id = $1", order.customer_id)


def refusal(code: str, key: str, path: str, **params: Any) -> dict[str, Any]:
    return {"order": None, "userErrors": [{"code": code, "key": key, "params": params, "path": [path]}]}


async def test_an_order_is_canceled_with_a_reason_that_its_customer_sees(
    as_customer: Any, connection: Connection, view: int
):
    order = await place(connection, view)
    assert await cancel(await as_customer(order.customer_id), order) == {
        "order": {
            "state": "CANCELED",
            "status": "canceled",
            "items": [{"quantityCanceled": 1}],
            "comments": {"nodes": [{"kind": "CANCELED", "text": "Price"}]},
        },
        "userErrors": [],
    }
    entry = await connection.fetchrow("SELECT actor, actor_id FROM order_comment WHERE customer_id = $1", order[0])
    assert entry is not None
    assert tuple(entry) == ("CUSTOMER", order.customer_id)
    told = await connection.fetch("SELECT type FROM domain_event WHERE customer_id = $1 ORDER BY id", order.customer_id)
    assert [one.type for one in told] == ["order.state_changed"]


async def test_others_and_guests_cancel_nothing(as_customer: Any, storefront: Any, connection: Connection, view: int):
    order, other = await place(connection, view), await place(connection, view)
    assert await cancel(await as_customer(other.customer_id), order) == refusal("NOT_FOUND", "order.not_found", "id")
    input = {"id": encode_id("ord", order.customer_id, order.id), "reason": "Price"}
    assert (await storefront.answer(CANCEL, input=input))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert await state_of(connection, order) == "NEW"


async def test_an_order_that_the_customer_does_not_see_is_unknown(as_customer: Any, connection: Connection, view: int):
    order = await place(connection, view, state="PENDING_PAYMENT")
    client = await as_customer(order.customer_id)
    assert await cancel(client, order) == refusal("NOT_FOUND", "order.not_found", "id")


async def test_without_the_setting_nothing_is_canceled(as_customer: Any, connection: Connection):
    order = await place(connection, await make_website(connection))
    found = await cancel(await as_customer(order.customer_id), order)
    assert found == refusal("NOT_ALLOWED", "order.cancellation_disabled", "id")
    assert await state_of(connection, order) == "NEW"


@pytest.mark.parametrize("reason", [None, "", "price", "Something else"])
async def test_a_reason_is_one_of_those_of_the_shop(
    as_customer: Any, connection: Connection, view: int, reason: str | None
):
    order = await place(connection, view)
    found = await cancel(await as_customer(order.customer_id), order, reason)
    assert found == refusal("INVALID", "order.cancellation_reason_unknown", "reason", reasons=REASONS)
    assert await state_of(connection, order) == "NEW"


@pytest.mark.parametrize("state", ["ON_HOLD", "PAYMENT_REVIEW", "COMPLETE", "CLOSED", "CANCELED"])
async def test_other_states_are_refused(as_customer: Any, connection: Connection, view: int, state: str):
    order = await place(connection, view, state=state)
    found = await cancel(await as_customer(order.customer_id), order)
    assert found == refusal("NOT_ALLOWED", "order.state_not_possible", "id", state=state)
    assert await state_of(connection, order) == state


@pytest.mark.parametrize(
    ("column", "invoice", "key"),
    [
        ("quantity_shipped", None, "order.shipped"),
        ("quantity_invoiced", "PAID", "order.paid"),
        ("quantity_invoiced", "OPEN", "order.invoiced"),
    ],
)
async def test_what_was_charged_or_sent_is_not_canceled(
    as_customer: Any, connection: Connection, view: int, column: str, invoice: str | None, key: str
):
    order = await place(connection, view, state="PROCESSING")
    await connection.execute(f"UPDATE sales_order_item SET {column} = 1 WHERE customer_id = $1", order.customer_id)
    if invoice is not None:
        await connection.execute(
            """INSERT INTO invoice (customer_id, order_id, id, number, state, currency, subtotal, discount_total,
              shipping_total, tax_total, grand_total) VALUES ($1, $2, 1, 'N1', $3, 'USD', 1, 0, 0, 0, 1)""",
            order.customer_id,
            order.id,
            invoice,
        )
    found = await cancel(await as_customer(order.customer_id), order)
    assert found == refusal("NOT_ALLOWED", key, "id")
    assert await state_of(connection, order) == "PROCESSING"


async def test_of_a_cancellation_and_an_invoice_at_once_one_wins(
    as_customer: Any, admin_client: Any, connection: Connection, view: int
):
    order = await place(connection, view)
    shopper, id = await as_customer(order.customer_id), encode_id("ord", order.customer_id, order.id)
    canceled, charged = await asyncio.gather(
        cancel(shopper, order), admin_client.data(INVOICE, input={"orderId": id, "idempotencyKey": "one"})
    )
    keys = [one["key"] for one in [*canceled["userErrors"], *charged["invoiceCreate"]["userErrors"]]]
    assert keys in (["order.state_not_possible"], ["order.paid"])
