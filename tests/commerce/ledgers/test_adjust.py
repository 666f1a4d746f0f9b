"""Store credit and reward points are one mechanism: never below zero, each movement once, also under concurrency."""

import asyncio

import pytest

from customer_gql.core.ids import encode_id
from support.customers import customer_id, make_customer
from support.ledgers import CREDIT, NOTHING, POINTS, adjust, answer, events, stored
from support.staff import make_website, staff_client


async def test_gives_and_takes_and_shows_what_is_stored(ledger, admin_client, connection):
    shopper, bystander = await make_customer(connection), await make_customer(connection)
    given = await adjust(admin_client, ledger, shopper, "a", 1250, comment="  Sorry for the delay ")
    taken = await adjust(admin_client, ledger, shopper, "b", -200)
    assert given["entry"].pop("id").startswith(("sce_", "rpe_"))
    assert given == {
        "entry": {
            "action": ledger.actions[0],
            "comment": "Sorry for the delay",
            "moved": ledger.shown(1250),
            "balanceAfter": ledger.shown(1250),
        },
        "customer": {
            "id": customer_id(shopper),
            "version": 1,
            "ledger": {"balance": ledger.shown(1250), "entries": {"totalCount": 1}},
        },
        "userErrors": [],
    }
    assert taken["entry"].pop("id")
    assert taken["entry"] == {
        "action": ledger.actions[1],
        "comment": None,
        "moved": ledger.shown(-200),
        "balanceAfter": ledger.shown(1050),
    }
    assert await stored(connection, ledger, shopper) == (1050, 1050, 2)
    assert await stored(connection, ledger, bystander) == NOTHING
    told = "SELECT type, subject, changed_fields FROM domain_event WHERE customer_id = $1"
    event = (f"customer.{ledger.table}_changed", customer_id(shopper), [ledger.history_field])
    assert [tuple(row) for row in await connection.fetch(told, shopper.id)] == [event, event]
    before, between, after = (ledger.given(units) for units in (0, 1250, 1050))
    assert await events(connection, shopper) == [
        (ledger.kind, 1, {ledger.history_field: [before, between]}),
        (ledger.kind, 1, {ledger.history_field: [between, after]}),
    ]


async def test_a_hundred_at_once_take_no_more_than_there_is(ledger, admin_client, connection):
    shopper = await make_customer(connection)
    await adjust(admin_client, ledger, shopper, "start", 100)
    answers = await asyncio.gather(*[adjust(admin_client, ledger, shopper, f"take{i}", -2) for i in range(100)])
    refused = [body["userErrors"] for body in answers if body["userErrors"]]
    assert refused == [[{"code": "NOT_ALLOWED", "path": [ledger.field]}]] * 50
    assert await stored(connection, ledger, shopper) == (0, 0, 51)


async def test_twenty_with_one_key_at_once_move_once(ledger, admin_client, connection):
    shopper = await make_customer(connection)
    answers = await asyncio.gather(*[adjust(admin_client, ledger, shopper, "same", 300) for _ in range(20)])
    assert len({body["entry"]["id"] for body in answers}) == 1
    assert await stored(connection, ledger, shopper) == (300, 300, 1)


@pytest.mark.parametrize(
    ("units", "more", "error"),
    [
        (0, {}, ("INVALID", None)),
        (-1, {}, ("NOT_ALLOWED", None)),
        (1, {"comment": "x" * 1001}, ("TOO_LONG", "comment")),
        (1, {"websiteId": encode_id("web", 2**62)}, ("NOT_FOUND", "websiteId")),
        (1, {"id": encode_id("cus", 2**62)}, ("NOT_FOUND", "id")),
        (1, {"idempotencyKey": ""}, ("INVALID", "idempotencyKey")),
        (1, {"idempotencyKey": "x" * 129}, ("INVALID", "idempotencyKey")),
        (1, {"idempotencyKey": "line\nbreak"}, ("INVALID", "idempotencyKey")),
    ],
)
async def test_refusals_leave_nothing(units, more, error, ledger, admin_client, connection):
    shopper, (code, field) = await make_customer(connection), error
    refused = await adjust(admin_client, ledger, shopper, "key", units, **more)
    assert refused == {
        "entry": None,
        "customer": None,
        "userErrors": [{"code": code, "path": [field or ledger.field]}],
    }
    assert await stored(connection, ledger, shopper) == NOTHING
    assert await events(connection, shopper) == []


@pytest.mark.parametrize("key", ["x", "x" * 128])
async def test_the_bounds_of_a_key_are_taken(key, ledger, admin_client, connection):
    shopper = await make_customer(connection)
    assert (await adjust(admin_client, ledger, shopper, key, 1, comment="x" * 1000))["userErrors"] == []


@pytest.mark.parametrize(
    ("ledger", "amount"),
    [(CREDIT, text) for text in ("0.001", "9" * 30, "1000000000.01")]
    + [(POINTS, points) for points in (1_000_000_001, -1_000_000_001)],
    indirect=["ledger"],
)
async def test_an_amount_out_of_range_is_refused(amount, ledger, admin_client, connection):
    shopper = await make_customer(connection)
    body = (await answer(admin_client, ledger, shopper, "key", amount))["data"]["adjusted"]
    assert body["userErrors"] == [{"code": "INVALID", "path": [ledger.field]}]
    assert await stored(connection, ledger, shopper) == NOTHING


@pytest.mark.parametrize("ledger", [POINTS], indirect=True)
async def test_points_stay_within_a_thousand_million(ledger, admin_client, connection):
    shopper = await make_customer(connection)
    await adjust(admin_client, ledger, shopper, "all", 1_000_000_000)
    refused = await adjust(admin_client, ledger, shopper, "more", 1)
    assert refused["userErrors"] == [{"code": "NOT_ALLOWED", "path": ["points"]}]
    assert await stored(connection, ledger, shopper) == (1_000_000_000, 1_000_000_000, 1)


@pytest.mark.parametrize("ledger", [CREDIT], indirect=True)
async def test_store_credit_stays_within_ten_million_million(ledger, admin_client, connection):
    shopper = await make_customer(connection)
    await adjust(admin_client, ledger, shopper, "open", 1)
    await connection.execute("UPDATE store_credit SET balance = 10::bigint ^ 15 - 5 WHERE customer_id = $1", shopper.id)
    document = ledger.document.replace("code path", "key path")
    given = {"id": customer_id(shopper), "amount": "0.06", "idempotencyKey": "more"}
    refused = (await admin_client.data(document, input=given))["adjusted"]
    assert refused["userErrors"] == [{"key": "store_credit.too_large", "path": ["amount"]}]
    assert (await adjust(admin_client, ledger, shopper, "all", 5))["userErrors"] == []
    assert (await stored(connection, ledger, shopper))[0] == 10**15


async def test_staff_without_the_permission_move_nothing(ledger, as_staff, connection):
    shopper = await make_customer(connection)
    for role in ("support", "viewer"):
        body = await answer(await as_staff(role), ledger, shopper, "key", ledger.given(1))
        assert body["errors"][0]["extensions"] == {"code": "FORBIDDEN", "permission": "credit.adjust"}
    assert await stored(connection, ledger, shopper) == NOTHING


async def test_staff_of_another_website_move_nothing(ledger, http, connection):
    shopper, website = await make_customer(connection), await make_website(connection)
    clerk = await staff_client(http, connection, website_ids=[website])
    refused = await adjust(clerk, ledger, shopper, "key", 1)
    assert refused["userErrors"] == [{"code": "NOT_FOUND", "path": ["id"]}]
    own = await make_customer(connection, website_id=website, created_in_store_view_id=website)
    refused = await adjust(clerk, ledger, own, "key", 1, websiteId=encode_id("web", 1))
    assert refused["userErrors"] == [{"code": "NOT_FOUND", "path": ["websiteId"]}]
    assert [await stored(connection, ledger, owner) for owner in (shopper, own)] == [NOTHING, NOTHING]


async def test_all_that_is_there_can_be_taken(ledger, admin_client, connection):
    shopper = await make_customer(connection)
    for key, units in (("give", 1), ("take", -1)):
        assert (await adjust(admin_client, ledger, shopper, key, units))["userErrors"] == []
    assert await stored(connection, ledger, shopper) == (0, 0, 2)
