"""Buyers are told by mail about their orders (docs/domain/orders.md#orders-28)."""

from typing import Any

import orjson

from customer_gql.commerce.orders.cancellation.writes import CANCELLATION_ENABLED
from customer_gql.core.ids import decode_keys, encode_id, new_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.database.statements import Connection, Row
from customer_gql.shop.settings.declaration import STORE_VIEW
from customer_gql.shop.settings.writes import set_value
from support.customers import make_customer, make_order, make_product
from support.staff import make_website, staff_client

_ERRORS = "userErrors { code key path }"
COMMENT = f"mutation C($input: OrderCommentAddInput!, $dry: Boolean = false) {{ orderCommentAdd(input: $input, dryRun: $dry) {{ {_ERRORS} }} }}"
INVOICE = f"mutation I($input: InvoiceCreateInput!) {{ invoiceCreate(input: $input) {{ invoice {{ id number }} {_ERRORS} }} }}"
SHIP = f"mutation S($input: ShipmentCreateInput!) {{ shipmentCreate(input: $input) {{ shipment {{ id number }} {_ERRORS} }} }}"
SEND = f"mutation M($input: OrderMailSendInput!) {{ orderMailSend(input: $input) {{ order {{ id }} {_ERRORS} }} }}"
CANCEL = f"mutation C($input: OrderCancelInput!) {{ orderCancel(input: $input) {{ {_ERRORS} }} }}"


async def place(connection: Connection, **given: Any) -> tuple[Row, Row]:
    owner = await make_customer(connection, email=f"buyer-{new_id()}@example.com")
    return owner, await make_order(connection, owner, [await make_product(connection)], state="NEW", **given)


def order_id(order: Any) -> str:
    return encode_id("ord", order.customer_id, order.id)


async def call(client: Any, document: str, **input: Any) -> Any:
    [answer] = (await client.data(document, input=input)).values()
    return answer


async def mails(connection: Connection, address: str) -> list[tuple[str, dict[str, Any]]]:
    rows = await connection.fetch(
        "SELECT template, placeholders FROM mail_outbox WHERE recipient = $1 ORDER BY id", address
    )
    return [(row.template, orjson.loads(row.placeholders)) for row in rows]


async def test_with_notify_the_buyer_gets_mails_about_what_staff_do(admin_client: Any, connection: Connection):
    owner, order = await place(connection)
    await call(admin_client, COMMENT, id=order_id(order), text="Not for mails.")
    assert await mails(connection, owner.email) == []
    made = {}
    for document, given in (
        (COMMENT, {"id": order_id(order), "text": "It leaves tomorrow.", "notify": True}),
        (INVOICE, {"orderId": order_id(order), "idempotencyKey": "i", "notify": True}),
        (
            SHIP,
            {
                "orderId": order_id(order),
                "idempotencyKey": "s",
                "trackingNumbers": [{"carrier": "DHL", "number": "42"}],
                "notify": True,
            },
        ),
    ):
        for _ in range(1 if document == COMMENT else 2):  # a repeat sends none
            answer = await call(admin_client, document, **given)
            assert answer["userErrors"] == []
            made |= answer
    name = await connection.fetchval("SELECT name FROM sales_order_item WHERE order_id = $1", order.id)
    common = {"firstName": owner.first_name, "orderNumber": order.number}
    assert await mails(connection, owner.email) == [
        ("order_commented", {**common, "status": "Pending", "comment": "It leaves tomorrow."}),
        (
            "order_invoiced",
            {
                **common,
                "invoiceNumber": made["invoice"]["number"],
                "grandTotal": "19.90 USD",
                "items": f"1 x {name}, 19.90",
            },
        ),
        (
            "order_shipped",
            {
                **common,
                "shipmentNumber": made["shipment"]["number"],
                "items": f"1 x {name}",
                "trackingNumbers": "DHL 42",
            },
        ),
    ]


async def test_a_dry_run_and_a_refused_change_mail_nothing(admin_client: Any, connection: Connection):
    owner, order = await place(connection)
    given = {"id": order_id(order), "text": "Dry.", "notify": True}
    await admin_client.data(COMMENT, input=given, dry=True)
    await connection.execute("UPDATE sales_order SET state = 'CANCELED', status = 'canceled' WHERE id = $1", order.id)
    refused = await call(admin_client, INVOICE, orderId=order_id(order), idempotencyKey="k", notify=True)
    assert refused["userErrors"] != []
    assert await mails(connection, owner.email) == []


async def test_mails_are_sent_again(admin_client: Any, connection: Connection):
    owner, order = await place(connection)
    invoice = (await call(admin_client, INVOICE, orderId=order_id(order), idempotencyKey="i"))["invoice"]
    shipment = (await call(admin_client, SHIP, orderId=order_id(order), idempotencyKey="s"))["shipment"]
    for more in ({}, {"invoiceId": invoice["id"]}, {"shipmentId": shipment["id"]}):
        answer = await call(admin_client, SEND, id=order_id(order), **more)
        assert answer == {"order": {"id": order_id(order)}, "userErrors": []}
    sent = [template for template, _ in await mails(connection, owner.email)]
    assert sent == ["order_placed", "order_invoiced", "order_shipped"]
    kept = await connection.fetch(
        "SELECT changes FROM staff_event WHERE kind = 'ORDER_MAIL_SENT' AND subject = $1 ORDER BY id", order_id(order)
    )
    assert [orjson.loads(row.changes)["mail"][-1] for row in kept] == sent
    [again] = (await call(admin_client, SEND, id=order_id(order)))["userErrors"]
    assert again == {"code": "LIMIT_REACHED", "key": "order_mail.too_many", "path": ["id"]}
    assert len(await mails(connection, owner.email)) == len(sent)


async def test_mails_about_documents_of_other_orders_are_refused(admin_client: Any, http: Any, connection: Connection):
    owner, order = await place(connection)
    _, other = await place(connection)
    invoice = (await call(admin_client, INVOICE, orderId=order_id(other), idempotencyKey="i"))["invoice"]
    key = decode_keys(invoice["id"], "ivc", 3)
    for given, code, path in (
        ({"invoiceId": invoice["id"]}, "order_mail.document_not_found", ["invoiceId"]),
        ({"shipmentId": encode_id("shp", *key)}, "order_mail.document_not_found", ["shipmentId"]),
        ({"invoiceId": invoice["id"], "shipmentId": invoice["id"]}, "order_mail.one_document", ["shipmentId"]),
    ):
        [refused] = (await call(admin_client, SEND, id=order_id(order), **given))["userErrors"]
        assert (refused["key"], refused["path"]) == (code, path)
    stranger = await staff_client(http, connection, website_ids=[await make_website(connection)])
    [refused] = (await call(stranger, SEND, id=order_id(order)))["userErrors"]
    assert refused["key"] == "order.not_found"
    without = await staff_client(http, connection, ALL_PERMISSIONS - {"orders.manage"})
    answer = await without.answer(SEND, input={"id": order_id(order)})
    assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "orders.manage"}
    assert await mails(connection, owner.email) == []


async def test_the_address_is_that_of_the_account_and_of_the_order_without_one(
    admin_client: Any, connection: Connection
):
    owner, order = await place(connection)
    await connection.execute("UPDATE customer SET email = 'moved-' || email WHERE id = $1", owner.id)
    await call(admin_client, SEND, id=order_id(order))
    assert [template for template, _ in await mails(connection, f"moved-{owner.email}")] == ["order_placed"]
    _, kept = await place(connection)
    await connection.execute("DELETE FROM customer WHERE id = $1", kept.customer_id)
    await call(admin_client, SEND, id=order_id(kept))
    [(template, told)] = await mails(connection, kept.customer_email)
    assert (template, told["firstName"]) == ("order_placed", kept.customer_name)


async def test_a_cancellation_by_the_customer_is_confirmed(as_customer: Any, connection: Connection):
    view = await make_website(connection)
    await set_value(connection, CANCELLATION_ENABLED, True, scope=STORE_VIEW, scope_id=view)
    owner, order = await place(connection, store_view_id=view)
    answer = await call(await as_customer(owner.id), CANCEL, id=order_id(order), reason="Price")
    assert answer["userErrors"] == []
    told = {"firstName": owner.first_name, "orderNumber": order.number, "reason": "Price"}
    assert await mails(connection, owner.email) == [("order_canceled", told)]
