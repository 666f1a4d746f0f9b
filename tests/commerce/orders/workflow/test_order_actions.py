"""What staff do to orders: each cell of the table of states and actions, what is written down, and who may."""

import asyncio
import uuid
from typing import Any

import orjson
import pytest

from customer_gql.administration.capabilities.orders import find_order_mutations
from customer_gql.commerce.orders.statuses.tables import OrderState
from customer_gql.commerce.orders.tables import sales_order_item
from customer_gql.commerce.orders.workflow.actions import OrderAction
from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS
from customer_gql.database.statements import Connection, update_rows
from customer_gql.schema import admin
from support.customers import make_customer, make_order, make_product
from support.staff import make_website, staff_client

from .samples import PLACE

MUTATIONS = find_order_mutations(admin.schema)
SHAPES: Any = admin.schema._schema.mutation_type.fields  # pyright: ignore
CAPABILITIES = """query C($by: OrderRef!) { order(by: $by) { capabilities {
  action isAllowed missingPermission refusal { code key params } } } }"""
COMMENTS = """query O($by: OrderRef!) { order(by: $by) { comments { nodes {
  kind state status text isVisible actor author { name } } } } }"""
OWN_COMMENTS = (
    "query N($id: ID!) { node(id: $id) { ... on Order { state statusLabel comments { nodes { kind text } } } } }"
)
FROM = {
    "orderHold": {"NEW", "PENDING_PAYMENT", "PROCESSING"},
    "orderUnhold": {"ON_HOLD"},
    "orderCancel": {"NEW", "PENDING_PAYMENT", "PROCESSING"},
    "orderCommentAdd": set(OrderState),
    "orderAddressUpdate": {"NEW", "PENDING_PAYMENT", "PAYMENT_REVIEW", "PROCESSING", "ON_HOLD"},
    "invoiceCreate": {"NEW", "PENDING_PAYMENT", "PROCESSING"},
    "shipmentCreate": {"NEW", "PENDING_PAYMENT", "PROCESSING", "COMPLETE", "CLOSED"},
    "orderPaymentAccept": {"PAYMENT_REVIEW"},
    "orderPaymentDeny": {"PAYMENT_REVIEW"},
}
PROCESSED: dict[str, Any] = dict.fromkeys(("NEW", "PENDING_PAYMENT", "PROCESSING"), ("PROCESSING", "processing"))
TO = {
    "orderHold": ("ON_HOLD", "holded"),
    "orderUnhold": ("NEW", "pending"),
    "orderCancel": ("CANCELED", "canceled"),
    "orderPaymentAccept": ("PROCESSING", "processing"),
    "orderPaymentDeny": ("CANCELED", "canceled"),
}


def document(mutation: str) -> str:
    kind = SHAPES[mutation].args["input"].type
    return f"""mutation M($input: {kind}, $dryRun: Boolean!) {{ {mutation}(input: $input, dryRun: $dryRun) {{
      order {{ state status items {{ quantityCanceled }} }} userErrors {{ code key params path }} }} }}"""


def input_of(mutation: str, order: Any) -> dict[str, Any]:
    """An input that no rule refuses by itself."""
    id = order_id(order)
    match mutation:
        case "invoiceCreate" | "shipmentCreate":
            return {"orderId": id, "idempotencyKey": uuid.uuid4().hex}
        case "orderCommentAdd":
            return {"id": id, "text": "Called back."}
        case "orderAddressUpdate":
            return {"id": id, "kind": "SHIPPING", "telephone": "+44 20 7946 0000", **PLACE}
        case _:
            return {"id": id}


async def call(client: Any, mutation: str, order: Any, *, dry_run: bool = False, **given: Any) -> Any:
    input = {**input_of(mutation, order), **given}
    return (await client.data(document(mutation), input=input, dryRun=dry_run))[mutation]


def order_id(order: Any) -> str:
    return encode_id("ord", order.customer_id, order.id)


async def place(connection: Connection, state: str = "NEW", **given: Any) -> Any:
    owner = await make_customer(connection)
    return await make_order(connection, owner, [await make_product(connection)], state=state, **given)


async def quantities(connection: Connection, order: Any, **values: int) -> None:
    await update_rows(connection, sales_order_item, {"customer_id": order.customer_id, "order_id": order.id}, values)


async def stored(connection: Connection, order: Any) -> tuple[Any, ...]:
    found = await connection.fetchrow(
        "SELECT state, status, held_state, held_status FROM sales_order WHERE customer_id = $1 AND id = $2",
        order.customer_id,
        order.id,
    )
    return tuple(found or ())


def test_every_action_of_the_table_is_a_mutation_or_comes_later():
    later = {OrderAction.ARCHIVE, OrderAction.RESTORE}
    later |= {OrderAction.AUTHORIZE, OrderAction.REVIEW, OrderAction.DECLINE}  # answers of a provider
    assert set(MUTATIONS) == {action.value for action in OrderAction if action not in later}


@pytest.mark.parametrize("state", list(OrderState))
async def test_capabilities_dry_runs_and_mutations_agree_in_every_state(
    admin_client: Any, connection: Connection, state: str
):
    for mutation in MUTATIONS:
        order = await place(connection, state)
        before = await stored(connection, order)
        found = (await admin_client.data(CAPABILITIES, by={"id": order_id(order)}))["order"]["capabilities"]
        stated = next(one for one in found if one["action"].replace("_", "").lower() == mutation.lower())
        dry = (await call(admin_client, mutation, order, dry_run=True))["userErrors"]
        assert await stored(connection, order) == before
        answer = await call(admin_client, mutation, order)
        path = ["orderId"] if mutation.endswith("Create") else ["id"]
        refused = [] if stated["refusal"] is None else [{**stated["refusal"], "path": path}]
        assert dry == answer["userErrors"] == refused, mutation
        assert stated["isAllowed"] is (state in FROM[mutation]) is (not refused), mutation
        after = TO.get(mutation, before[:2]) if stated["isAllowed"] else before[:2]
        if mutation.endswith("Create"):
            after = PROCESSED.get(state, before[:2])
        assert (await stored(connection, order))[:2] == after, mutation


async def test_unhold_restores_the_very_state_and_status(admin_client: Any, connection: Connection):
    order = await place(connection, "PROCESSING", status="fraud")
    assert (await call(admin_client, "orderHold", order))["userErrors"] == []
    assert await stored(connection, order) == ("ON_HOLD", "holded", "PROCESSING", "fraud")
    answer = await call(admin_client, "orderUnhold", order)
    assert (answer["order"]["state"], answer["order"]["status"]) == ("PROCESSING", "fraud")
    assert await stored(connection, order) == ("PROCESSING", "fraud", None, None)


async def test_what_is_neither_invoiced_nor_shipped_is_canceled(admin_client: Any, connection: Connection):
    order = await place(connection)
    answer = await call(admin_client, "orderCancel", order)
    assert answer["order"] == {"state": "CANCELED", "status": "canceled", "items": [{"quantityCanceled": 1}]}


async def test_the_rest_of_an_order_in_part_invoiced_goes_on(admin_client: Any, connection: Connection):
    order = await place(connection, "PROCESSING")
    await quantities(connection, order, quantity_ordered=5, quantity_invoiced=3, quantity_shipped=2, price=398)
    answer = await call(admin_client, "orderCancel", order)
    assert answer["order"] == {"state": "PROCESSING", "status": "processing", "items": [{"quantityCanceled": 2}]}
    assert (await call(admin_client, "orderCancel", order))["userErrors"] == [
        {"code": "NOT_ALLOWED", "key": "order.nothing_to_cancel", "params": {}, "path": ["id"]}
    ]


async def test_canceling_the_rest_of_what_is_shipped_and_invoiced_completes_the_order(
    admin_client: Any, connection: Connection
):
    order = await place(connection, "PROCESSING")
    await quantities(connection, order, quantity_ordered=5, quantity_invoiced=3, quantity_shipped=3, price=398)
    assert (await call(admin_client, "orderCancel", order))["order"]["state"] == "COMPLETE"


async def test_a_comment_sets_only_a_status_of_the_state(admin_client: Any, connection: Connection):
    order = await place(connection, "PROCESSING")
    answer = await call(admin_client, "orderCommentAdd", order, text=None, status="fraud")
    assert (answer["userErrors"], answer["order"]["status"]) == ([], "fraud")
    refused = await call(admin_client, "orderCommentAdd", order, status="complete")
    assert [error["key"] for error in refused["userErrors"]] == ["order_status.not_assigned"]
    refused = await call(admin_client, "orderCommentAdd", order, text=None)
    assert [(error["code"], error["path"]) for error in refused["userErrors"]] == [("REQUIRED", ["text"])]
    assert (await stored(connection, order))[:2] == ("PROCESSING", "fraud")


async def test_what_happened_is_told_to_staff_and_what_is_visible_to_the_customer(
    admin_client: Any, as_customer: Any, connection: Connection
):
    order = await place(connection)
    await call(admin_client, "orderHold", order)
    await call(admin_client, "orderCommentAdd", order, text="We wait for stock.", isVisible=True)
    await call(admin_client, "orderUnhold", order)
    await call(admin_client, "orderCancel", order, reason="Out of stock.")
    told = (await admin_client.data(COMMENTS, by={"id": order_id(order)}))["order"]["comments"]["nodes"]
    assert [(one["kind"], one["state"], one["status"], one["text"], one["isVisible"]) for one in told] == [
        ("CANCELED", "CANCELED", "canceled", "Out of stock.", False),
        ("UNHOLD", "NEW", "pending", None, False),
        ("COMMENT", "ON_HOLD", "holded", "We wait for stock.", True),
        ("HOLD", "ON_HOLD", "holded", None, False),
    ]
    assert {one["actor"] for one in told} == {"STAFF"}
    shopper = await as_customer(order.customer_id)
    seen = (await shopper.data(OWN_COMMENTS, id=order_id(order)))["node"]
    assert seen == {
        "state": "CANCELED",
        "statusLabel": "Canceled",
        "comments": {"nodes": [{"kind": "COMMENT", "text": "We wait for stock."}]},
    }


async def test_history_of_staff_and_events_belong_to_the_change(admin_client: Any, connection: Connection):
    order = await place(connection)
    await call(admin_client, "orderHold", order)
    await call(admin_client, "orderCommentAdd", order, text="Called back.")
    await call(admin_client, "orderAddressUpdate", order)
    await call(admin_client, "orderCancel", order)  # refused
    entries = await connection.fetch(
        "SELECT kind, changes FROM staff_event WHERE subject = $1 ORDER BY id", order_id(order)
    )
    assert [(one.kind, sorted(orjson.loads(one.changes))) for one in entries] == [
        ("ORDER_HOLD", ["state", "status"]),
        ("ORDER_COMMENT", ["comment"]),
        (
            "ORDER_ADDRESS_CHANGED",
            [f"shipping.{name}" for name in ("city", "countryCode", "name", "postcode", "street", "telephone")],
        ),
    ]
    events = await connection.fetch(
        "SELECT type, customer_id, website_id FROM domain_event WHERE subject = $1 ORDER BY id", order_id(order)
    )
    assert [tuple(one) for one in events] == [
        (name, order.customer_id, 1) for name in ("order.state_changed", "order.commented", "order.address_changed")
    ]


async def test_every_kind_of_entry_is_told(admin_client: Any, connection: Connection):
    order = await place(connection)
    for mutation in ("orderAddressUpdate", "invoiceCreate", "shipmentCreate"):
        assert (await call(admin_client, mutation, order))["userErrors"] == []
    told = (await admin_client.data(COMMENTS, by={"id": order_id(order)}))["order"]["comments"]["nodes"]
    assert [one["kind"] for one in told] == ["SHIPPED", "INVOICED", "ADDRESS_CHANGED"]


async def test_an_address_is_replaced_and_names_in_lists_follow(admin_client: Any, connection: Connection):
    order = await place(connection, billing_name="Old", shipping_name="Old")
    await call(admin_client, "orderAddressUpdate", order, kind="BILLING", company="Engines")  # the other is SHIPPING
    found = await connection.fetchrow(
        "SELECT o.billing_name, o.shipping_name, o.company, a.city, a.street FROM sales_order o JOIN sales_order_address a"
        " ON (a.customer_id, a.order_id) = (o.customer_id, o.id) WHERE o.id = $1",
        order.id,
    )
    assert tuple(found or ()) == ("Ada Byron", "Old", "Engines", "Bath", ["1 Mill Lane"])
    refused = await call(admin_client, "orderAddressUpdate", order, countryCode="XX", postcode="?", name=" ")
    assert {(error["code"], *error["path"]) for error in refused["userErrors"]} == {
        ("INVALID", "countryCode"),
        ("INVALID", "postcode"),
        ("REQUIRED", "name"),
    }


async def test_orders_of_other_websites_are_unknown(http: Any, connection: Connection):
    order = await place(connection)
    stranger = await staff_client(http, connection, website_ids=[await make_website(connection)])
    for mutation in MUTATIONS:
        answer = await call(stranger, mutation, order)
        found = [(error["code"], error["key"]) for error in answer["userErrors"]]
        assert found == [("NOT_FOUND", "order.not_found")], mutation
    assert (await stored(connection, order))[0] == "NEW"
    assert await connection.fetchval("SELECT count(*) FROM order_comment WHERE order_id = $1", order.id) == 0


async def test_a_capability_names_the_permission_that_is_missing(http: Any, connection: Connection):
    order = await place(connection)
    lacking = await staff_client(http, connection, ALL_PERMISSIONS - {"orders.manage"})
    found = (await lacking.data(CAPABILITIES, by={"id": order_id(order)}))["order"]["capabilities"]
    assert {one["missingPermission"] for one in found} == {"orders.manage"}
    assert not any(one["isAllowed"] for one in found)
    for mutation in MUTATIONS:
        answer = await lacking.answer(document(mutation), input=input_of(mutation, order), dryRun=False)
        assert answer["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "orders.manage"}
    assert (await stored(connection, order))[0] == "NEW"


async def test_without_orders_read_an_order_is_null(http: Any, connection: Connection):
    order = await place(connection)
    blind = await staff_client(http, connection, ALL_PERMISSIONS - {"orders.read"})
    document = "query C($id: ID!) { customer(id: $id) { email orders { nodes { id } } } }"
    answer = await blind.answer(document, id=encode_id("cus", order.customer_id))
    assert (answer["data"]["customer"]["orders"], answer["errors"][0]["extensions"]) == (
        None,
        {"code": "FORBIDDEN", "permission": "orders.read"},
    )
    assert answer["data"]["customer"]["email"]


@pytest.mark.parametrize("_", range(3))
async def test_of_a_hold_and_a_cancellation_at_once_one_holds(admin_client: Any, connection: Connection, _: int):
    order = await place(connection)
    answers = await asyncio.gather(
        *[call(admin_client, mutation, order) for mutation in ("orderHold", "orderCancel", "orderHold", "orderCancel")]
    )
    assert sorted(len(answer["userErrors"]) for answer in answers) == [0, 1, 1, 1]
    assert {error["key"] for answer in answers for error in answer["userErrors"]} == {"order.state_not_possible"}
    assert (await stored(connection, order))[0] in {"ON_HOLD", "CANCELED"}
    assert await connection.fetchval("SELECT count(*) FROM order_comment WHERE order_id = $1", order.id) == 1


async def test_capabilities_and_comments_of_50_orders_take_as_many_statements_as_those_of_one(
    admin_client: Any, connection: Connection, statements: Any
):
    owner, product = await make_customer(connection), await make_product(connection)
    for _ in range(50):
        await make_order(connection, owner, [product], state="NEW")
    document = """query C($id: ID!, $first: Int!) { customer(id: $id) { orders(first: $first) { nodes {
      statusLabel capabilities { isAllowed } comments(first: 2) { nodes { text } } } } } }"""
    counts = []
    for size in (1, 50):
        await statements.clear()
        read = await admin_client.data(document, id=encode_id("cus", owner.id), first=size)
        assert len(read["customer"]["orders"]["nodes"]) == size
        counts.append(await statements.count())
    assert counts[0] == counts[1], statements.texts


async def test_the_history_of_staff_masks_persons_without_the_permission_to_see_them(
    http: Any, admin_client: Any, connection: Connection
):
    order = await place(connection)
    await call(admin_client, "orderAddressUpdate", order)
    await call(admin_client, "orderCommentAdd", order, text="Called Ada back.")
    seen = "{ staffHistory(first: 100) { nodes { subject changes { field after } } } }"
    for permissions, text, street, country in (
        (ALL_PERMISSIONS, "Called Ada back.", ["1 Mill Lane"], "GB"),
        (["staff.manage"], "C•••", ["1•••"], "GB"),
    ):
        client = await staff_client(http, connection, permissions)
        nodes = (await client.data(seen))["staffHistory"]["nodes"]
        own = [change for node in nodes if node["subject"] == order_id(order) for change in node["changes"]]
        shown = {change["field"]: change["after"] for change in own}
        assert (shown["comment"], shown["shipping.street"]) == (text, street)
        assert shown.get("shipping.countryCode", country) == country
