"""Statuses that a shop makes, labels and assigns; a state has one default, and no order loses its status."""

import asyncio
import uuid
from typing import Any

import asyncpg
import orjson
import pytest

from customer_gql.commerce.orders.statuses.tables import OrderState
from customer_gql.commerce.orders.statuses.writes import find_default_status, validate_status
from customer_gql.core.ids import encode_id
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection
from support.customers import make_customer, make_order, make_product
from support.staff import make_website, staff_client

CREATE = """mutation M($input: OrderStatusCreateInput!) { orderStatusCreate(input: $input) {
  orderStatus { id code label labels { storeView { id } label } states { state } version } userErrors { code key path } } }"""
UPDATE = """mutation M($input: OrderStatusUpdateInput!) { orderStatusUpdate(input: $input) {
  orderStatus { label labels { label } version } userErrors { code key path } } }"""
ASSIGN = """mutation M($input: OrderStatusAssignInput!) { orderStatusAssign(input: $input) {
  orderStatus { states { state isDefault isVisible } } userErrors { code key path } } }"""
UNASSIGN = """mutation M($input: OrderStatusUnassignInput!) { orderStatusUnassign(input: $input) {
  orderStatus { states { state } } userErrors { code key path } } }"""
LIST = "{ orderStatuses { id code label } }"
ORDERS = "{ me { orders { nodes { number status statusLabel } } } }"


async def call(client: Any, document: str, **given: Any) -> Any:
    [answer] = (await client.data(document, input=given)).values()
    return answer


async def make_status(client: Any, **given: Any) -> tuple[str, str]:
    """Id and code."""
    code = f"c{uuid.uuid4().hex[:20]}"
    made = await call(client, CREATE, **{"code": code, "label": "Packed", **given})
    assert made["userErrors"] == []
    return made["orderStatus"]["id"], code


async def place(connection: Connection, **given: Any) -> Any:
    return await make_order(connection, await make_customer(connection), [await make_product(connection)], **given)


async def test_a_status_is_created_labelled_and_listed(admin_client: Any, connection: Connection):
    code, view = f"c{uuid.uuid4().hex[:20]}", encode_id("stv", 1)
    labels = [{"storeViewId": view, "label": "Wrapped"}]
    made = await call(admin_client, CREATE, code=code, label=" Packed ", labels=labels)
    id = made["orderStatus"]["id"]
    assert made == {
        "orderStatus": {
            "id": id,
            "code": code,
            "label": "Packed",
            "labels": [{"storeView": {"id": view}, "label": "Wrapped"}],
            "states": [],
            "version": 1,
        },
        "userErrors": [],
    }
    listed = (await admin_client.data(LIST))["orderStatuses"]
    assert {"id": id, "code": code, "label": "Packed"} in listed
    assert [one["code"] for one in listed] == sorted(one["code"] for one in listed)
    entry = await connection.fetchrow("SELECT kind, changes FROM staff_event WHERE subject = $1", id)
    assert entry is not None
    assert (entry.kind, orjson.loads(entry.changes)) == (
        "ORDER_STATUS_CREATED",
        {"code": [None, code], "label": [None, "Packed"], f"{view}.label": [None, "Wrapped"]},
    )


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"code": "Packed"}, ("INVALID", "order_status.code_invalid", ["code"])),
        ({"code": "pending"}, ("TAKEN", "order_status.code_taken", ["code"])),
        ({"label": " "}, ("REQUIRED", "value.required", ["label"])),
        (
            {"labels": [{"storeViewId": encode_id("stv", 404), "label": "x"}]},
            ("NOT_FOUND", "store_view.not_found", ["labels", "0", "storeViewId"]),
        ),
        (
            {"labels": [{"storeViewId": encode_id("stv", 1), "label": "x"}] * 2},
            ("INVALID", "order_status.store_view_twice", ["labels", "1", "storeViewId"]),
        ),
    ],
)
async def test_what_does_not_fit_is_refused(
    admin_client: Any, connection: Connection, given: dict[str, Any], refused: tuple[Any, ...]
):
    before = await connection.fetchval("SELECT count(*) FROM order_status")
    code = f"c{uuid.uuid4().hex[:20]}"
    answer = await call(admin_client, CREATE, **{"code": code, "label": "Packed", **given})
    assert [tuple(error.values()) for error in answer["userErrors"]] == [refused]
    assert await connection.fetchval("SELECT count(*) FROM order_status") == before


async def test_labels_are_replaced_and_old_edits_of_them_refused(admin_client: Any):
    view = encode_id("stv", 1)
    id, _ = await make_status(admin_client, labels=[{"storeViewId": view, "label": "Wrapped"}])
    changed = await call(admin_client, UPDATE, id=id, label="Boxed", labels=[], expectedVersion=1)
    assert changed == {"orderStatus": {"label": "Boxed", "labels": [], "version": 2}, "userErrors": []}
    old = await call(admin_client, UPDATE, id=id, label="Bagged", expectedVersion=1)
    assert [error["code"] for error in old["userErrors"]] == ["VERSION_CONFLICT"]
    same = await call(admin_client, UPDATE, id=id, label="Boxed", expectedVersion=2)
    assert same["orderStatus"]["version"] == 2


async def test_customers_see_orders_of_visible_statuses_with_the_label_of_their_store_view(
    admin_client: Any, as_customer: Any, connection: Connection
):
    view = encode_id("stv", 1)
    id, code = await make_status(admin_client, labels=[{"storeViewId": view, "label": "Wrapped"}])
    assigned = await call(admin_client, ASSIGN, id=id, state="PROCESSING")
    assert assigned["orderStatus"]["states"] == [{"state": "PROCESSING", "isDefault": False, "isVisible": True}]
    order = await place(connection, state="PROCESSING", status=code)
    shopper = await as_customer(order.customer_id)
    seen = {"number": order.number, "status": code, "statusLabel": "Wrapped"}
    assert (await shopper.data(ORDERS))["me"]["orders"]["nodes"] == [seen]
    await call(admin_client, ASSIGN, id=id, state="PROCESSING", isVisible=False)
    assert (await shopper.data(ORDERS))["me"]["orders"]["nodes"] == []


async def test_a_status_in_use_cannot_be_taken_from_its_state(admin_client: Any, connection: Connection):
    id, code = await make_status(admin_client)
    await call(admin_client, ASSIGN, id=id, state="PROCESSING")
    await call(admin_client, ASSIGN, id=id, state="NEW")
    order = await place(connection, state="ON_HOLD", held_state="PROCESSING", held_status=code)
    refused = await call(admin_client, UNASSIGN, id=id, state="PROCESSING")
    assert [tuple(error.values()) for error in refused["userErrors"]] == [
        ("NOT_ALLOWED", "order_status.in_use", ["state"])
    ]
    free = await call(admin_client, UNASSIGN, id=id, state="NEW")
    assert free == {"orderStatus": {"states": [{"state": "PROCESSING"}]}, "userErrors": []}
    again = await call(admin_client, UNASSIGN, id=id, state="NEW")
    assert [error["key"] for error in again["userErrors"]] == ["order_status.not_assigned"]
    await connection.execute(
        "UPDATE sales_order SET held_status = 'processing' WHERE customer_id = $1", order.customer_id
    )
    assert (await call(admin_client, UNASSIGN, id=id, state="PROCESSING"))["userErrors"] == []


async def test_a_state_always_has_one_default(admin_client: Any, connection: Connection):
    first, _ = await make_status(admin_client)
    second, _ = await make_status(admin_client)
    pending = await connection.fetchval("SELECT id FROM order_status WHERE code = 'payment_review'")
    try:
        answers = await asyncio.gather(
            *[call(admin_client, ASSIGN, id=id, state="PAYMENT_REVIEW", isDefault=True) for id in (first, second)]
        )
        assert [answer["userErrors"] for answer in answers] == [[], []]
        defaults = await connection.fetch(
            "SELECT id FROM order_status_state a JOIN order_status s ON s.code = a.status"
            " WHERE a.state = 'PAYMENT_REVIEW' AND a.is_default"
        )
        assert [encode_id("ost", row.id) in {first, second} for row in defaults] == [True]
        [winner] = [encode_id("ost", row.id) for row in defaults]
        for document, given in ((ASSIGN, {"isDefault": False}), (UNASSIGN, {})):
            refused = await call(admin_client, document, id=winner, state="PAYMENT_REVIEW", **given)
            assert [error["key"] for error in refused["userErrors"]] == ["order_status.is_default"]
    finally:
        again = {"id": encode_id("ost", pending), "state": "PAYMENT_REVIEW", "isDefault": True}
        await call(admin_client, ASSIGN, **again)


async def test_managing_statuses_takes_every_website_and_the_permission(http: Any, connection: Connection):
    some = await staff_client(http, connection, website_ids=[await make_website(connection)])
    without = await staff_client(http, connection, ["orders.read", "orders.manage"])
    given = {"code": f"c{uuid.uuid4().hex[:20]}", "label": "Packed"}
    for client in (some, without):
        answer = await client.answer(CREATE, input=given)
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert await connection.fetchval("SELECT count(*) FROM order_status WHERE code = $1", given["code"]) == 0
    assert (await without.data(LIST))["orderStatuses"]


@pytest.mark.parametrize("status", ["processing", "fraud"])
async def test_a_status_that_an_order_gets_cannot_be_taken_from_its_state(
    connection: Connection, database: Database, status: str
):
    taken = "SELECT FROM order_status_state WHERE state = 'PROCESSING' AND status = $1 FOR UPDATE NOWAIT"
    async with database.transaction() as placing:
        if status == "fraud":
            await validate_status(placing, OrderState.PROCESSING, status, ["status"])
        else:
            assert await find_default_status(placing, OrderState.PROCESSING) == status
        with pytest.raises(asyncpg.LockNotAvailableError):
            await connection.execute(taken, status)
    await connection.execute(taken, status)
