"""Two requests change one customer at once: the second waits, judges what the first left, and nothing is lost or orphaned."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from customer_gql.core.ids import encode_id, new_id
from customer_gql.customers.notes.tables import customer_note
from customer_gql.database.statements import Connection
from support.clients import Client
from support.customers import customer_id, make_address, make_customer, put
from support.derived import assert_derived, find_orphans
from support.races import stop_after
from support.staff import make_website

LOCK = ("FROM customer WHERE customer.id =", "FOR UPDATE")
NAMES = {"firstName": "Ada", "lastName": "Byron"}
HOME = {**NAMES, "street": ["1 Way"], "city": "London", "postcode": "N1 7AA", "countryCode": "GB"}
HOME |= {"telephone": "+44 20 7946 0000"}


@dataclass
class Shopper:
    """A customer with an external id, a default billing address, another address and a note."""

    row: Any
    billing: str
    other: str
    note: str

    @property
    def id(self) -> str:
        return customer_id(self.row)


@pytest.fixture
async def shopper(connection: Connection) -> Shopper:
    row = await make_customer(connection, external_id=uuid.uuid4().hex)
    billing = await make_address(connection, row, is_default_billing=True)
    other, note = await make_address(connection, row, city="Bath"), new_id()
    await put(connection, customer_note, customer_id=row.id, id=note, text="Prefers calls.")
    billing_id, other_id = (encode_id("adr", row.id, address.id) for address in (billing, other))
    return Shopper(row, billing_id, other_id, encode_id("not", row.id, note))


Given = Callable[[Shopper], dict[str, Any]]


def about(**given: Any) -> Given:
    return lambda shopper: {"id": shopper.id, **given}


def of(**given: Any) -> Given:
    return lambda shopper: {"customerId": shopper.id, **given}


def upserted(shopper: Shopper) -> dict[str, Any]:
    customer = {"email": shopper.row.email, **NAMES, "suffix": "II", "websiteId": encode_id("web", 1)}
    return {"externalId": shopper.row.external_id, "customer": customer}


EDITS: dict[str, Given] = {
    "customerUpdate": about(suffix="II"),
    "customerQuickEdit": about(telephone="+44 20 7946 1111"),
    "customerUpsert": upserted,
    "customerAddressCreate": of(**HOME),
    "customerAddressUpdate": lambda shopper: {"id": shopper.other, "city": "Leeds"},
    "customerAddressDelete": lambda shopper: {"id": shopper.other},
    "customerAddressSetDefault": lambda shopper: {"id": shopper.other, "billing": True},
    "customerTagsAdd": of(tags=["VIP"]),
    "customerNoteCreate": of(text="Called."),
    "customerNoteUpdate": lambda shopper: {"id": shopper.note, "text": "Prefers letters."},
    "customerSubscriptionSet": of(storeViewId=encode_id("stv", 1), isSubscribed=True),
    "storeCreditAdjust": about(amount="5.00", idempotencyKey="once"),
    "rewardPointsAdjust": about(points=5, idempotencyKey="once"),
    "customerMassAction": lambda shopper: {
        "action": "ASSIGN_GROUP",
        "groupId": encode_id("grp", 2),
        "selection": {"ids": [shopper.id]},
    },
}
DELETE = "customerDelete"


def document_of(mutation: str) -> str:
    kind = f"{mutation[0].upper()}{mutation[1:]}Input"
    more = {"customerMassAction": "results { outcome }", "customerUpsert": "outcome customer { id }"}.get(mutation, "")
    return f"mutation M($input: {kind}!) {{ {mutation}(input: $input) {{ {more} userErrors {{ code path }} }} }}"


async def call(client: Client, mutation: str, given: dict[str, Any]) -> Any:
    return (await client.data(document_of(mutation), input=given))[mutation]


async def race(
    client: Client, connection: Connection, first: tuple[str, dict[str, Any]], second: tuple[str, dict[str, Any]]
) -> tuple[Any, Any]:
    """The payloads of both; the second came to wait for the first, which has locked the customer."""
    async with stop_after(*LOCK) as stop:
        leading = asyncio.create_task(call(client, *first))
        await stop.reached_by(leading)
        following = asyncio.create_task(call(client, *second))
        assert await stop.is_waited_for_by(following, connection)
    return await leading, await following


async def history(connection: Connection, shopper: Shopper) -> list[Any]:
    events = "SELECT kind, version, changes FROM customer_event WHERE customer_id = $1 ORDER BY id"
    return await connection.fetch(events, shopper.row.id)


async def count(connection: Connection, table: str, shopper: Shopper) -> int:
    return await connection.fetchval(f"SELECT count(*) FROM {table} WHERE customer_id = $1", shopper.row.id)


@pytest.mark.parametrize("mutation", EDITS)
async def test_a_deletion_waits_for_an_edit_and_takes_all_of_it(
    admin_client: Client, connection: Connection, shopper: Shopper, mutation: str
):
    edit, deletion = (mutation, EDITS[mutation](shopper)), (DELETE, {"id": shopper.id})
    edited, deleted = await race(admin_client, connection, edit, deletion)
    assert edited["userErrors"] == deleted["userErrors"] == []
    kinds = [event.kind for event in await history(connection, shopper)]
    assert (len(kinds), kinds[-1]) == (2, "DELETED")
    assert await find_orphans(connection, [shopper.row.id]) == {}
    await assert_derived(connection, [shopper.row.id])


@pytest.mark.parametrize("mutation", EDITS)
async def test_an_edit_waits_for_a_deletion_and_finds_nobody(
    admin_client: Client, connection: Connection, shopper: Shopper, mutation: str
):
    edit, deletion = (mutation, EDITS[mutation](shopper)), (DELETE, {"id": shopper.id})
    deleted, edited = await race(admin_client, connection, deletion, edit)
    assert deleted["userErrors"] == []
    touched = [shopper.row.id]
    if mutation == "customerUpsert":
        assert (edited["outcome"], edited["userErrors"]) == ("CREATED", [])
        assert edited["customer"]["id"] != shopper.id
        touched.append(int(edited["customer"]["id"][4:], 16))
    elif mutation == "customerMassAction":
        assert edited == {"results": [{"outcome": "NOT_FOUND"}], "userErrors": []}
    else:
        [error] = edited["userErrors"]
        assert (error["code"], error["path"][-1]) in {("NOT_FOUND", "id"), ("NOT_FOUND", "customerId")}
    assert [event.kind for event in await history(connection, shopper)] == ["DELETED"]
    assert [await count(connection, table, shopper) for table in ("store_credit", "reward_points")] == [0, 0]
    assert await find_orphans(connection, touched) == {}
    await assert_derived(connection, touched)


@pytest.mark.parametrize("mutation", ["customerUpdate", "customerQuickEdit"])
@pytest.mark.parametrize("moves_first", [False, True])
async def test_a_movement_of_credit_beside_a_move_is_on_one_website_whole(
    admin_client: Client, connection: Connection, shopper: Shopper, mutation: str, moves_first: bool
):
    """Without `websiteId` it is on the website of the account when its turn comes; what was there before stays there."""
    start = {"id": shopper.id, "amount": "10.00", "idempotencyKey": "start"}
    assert (await call(admin_client, "storeCreditAdjust", start))["userErrors"] == []
    elsewhere = await make_website(connection)
    move = (mutation, {"id": shopper.id, "websiteId": encode_id("web", elsewhere)})
    adjust = ("storeCreditAdjust", {"id": shopper.id, "amount": "5.00", "idempotencyKey": "beside"})
    payloads = await race(admin_client, connection, *((move, adjust) if moves_first else (adjust, move)))
    assert [payload["userErrors"] for payload in payloads] == [[], []]
    balances = "SELECT website_id, balance, currency FROM store_credit WHERE customer_id = $1 ORDER BY balance"
    stored = [tuple(row) for row in await connection.fetch(balances, shopper.row.id)]
    assert stored == ([(elsewhere, 500, "EUR"), (1, 1000, "USD")] if moves_first else [(1, 1500, "USD")])
    entries = """SELECT website_id, sum(amount)::int AS total, count(*) AS moved FROM store_credit_entry
      WHERE customer_id = $1 GROUP BY website_id ORDER BY 2"""
    told = [tuple(row) for row in await connection.fetch(entries, shopper.row.id)]
    assert told == ([(elsewhere, 500, 1), (1, 1000, 1)] if moves_first else [(1, 1500, 2)])
    events = await history(connection, shopper)
    assert [event.version for event in events] == sorted(event.version for event in events)
    grid = "SELECT store_credit FROM customer_grid_row WHERE customer_id = $1"
    # The grid shows the balance of the website of the account.
    assert await connection.fetchval(grid, shopper.row.id) == (500 if moves_first else 0)
    await assert_derived(connection, [shopper.row.id])


@pytest.mark.parametrize("credit_first", [False, True])
async def test_credit_for_the_former_website_is_refused_once_the_customer_left(
    admin_client: Client, connection: Connection, shopper: Shopper, credit_first: bool
):
    elsewhere = encode_id("web", await make_website(connection))
    move = ("customerUpdate", {"id": shopper.id, "websiteId": elsewhere})
    input = {"id": shopper.id, "amount": "5.00", "idempotencyKey": "once", "websiteId": encode_id("web", 1)}
    credit = ("storeCreditAdjust", input)
    first, second = await race(admin_client, connection, *((credit, move) if credit_first else (move, credit)))
    assert first["userErrors"] == []
    assert [error["code"] for error in second["userErrors"]] == ([] if credit_first else ["NOT_ALLOWED"])
    assert await count(connection, "store_credit_entry", shopper) == int(credit_first)
    await assert_derived(connection, [shopper.row.id])


DEFAULTS = "SELECT id FROM address WHERE customer_id = $1 AND is_default_billing"


@pytest.mark.parametrize("deletes_first", [False, True])
async def test_a_default_beside_the_deletion_of_the_address(
    admin_client: Client, connection: Connection, shopper: Shopper, deletes_first: bool
):
    choose = ("customerAddressSetDefault", {"id": shopper.other, "billing": True})
    remove = ("customerAddressDelete", {"id": shopper.other})
    first, second = await race(admin_client, connection, *((remove, choose) if deletes_first else (choose, remove)))
    assert first["userErrors"] == []
    refused = {"code": "NOT_FOUND" if deletes_first else "NOT_ALLOWED", "path": ["id"]}
    assert second["userErrors"] == [refused]
    default = shopper.billing if deletes_first else shopper.other
    [row] = await connection.fetch(DEFAULTS, shopper.row.id)
    assert encode_id("adr", shopper.row.id, row.id) == default
    grid = "SELECT city FROM customer_grid_row WHERE customer_id = $1"
    assert await connection.fetchval(grid, shopper.row.id) == ("London" if deletes_first else "Bath")
    await assert_derived(connection, [shopper.row.id])


async def test_of_two_defaults_at_once_the_later_one_is_the_only_one(
    admin_client: Client, connection: Connection, shopper: Shopper
):
    create = ("customerAddressCreate", {"customerId": shopper.id, **HOME, "city": "York", "isDefaultBilling": True})
    choose = ("customerAddressSetDefault", {"id": shopper.other, "billing": True})
    payloads = await race(admin_client, connection, create, choose)
    assert [payload["userErrors"] for payload in payloads] == [[], []]
    [row] = await connection.fetch(DEFAULTS, shopper.row.id)
    assert encode_id("adr", shopper.row.id, row.id) == shopper.other
    await assert_derived(connection, [shopper.row.id])


@pytest.mark.parametrize("removes_first", [False, True])
async def test_changes_of_tags_at_once_are_all_there(
    admin_client: Client, connection: Connection, shopper: Shopper, removes_first: bool
):
    await call(admin_client, "customerTagsAdd", {"customerId": shopper.id, "tags": ["old", "kept"]})
    add = ("customerTagsAdd", {"customerId": shopper.id, "tags": ["new", "KEPT"]})
    remove = ("customerTagsRemove", {"customerId": shopper.id, "tags": ["OLD", "new"]})
    payloads = await race(admin_client, connection, *((remove, add) if removes_first else (add, remove)))
    assert [payload["userErrors"] for payload in payloads] == [[], []]
    tags = ["kept", "new"] if removes_first else ["kept"]
    stored = "SELECT tag FROM customer_tag WHERE customer_id = $1 ORDER BY fold"
    assert [row.tag for row in await connection.fetch(stored, shopper.row.id)] == tags
    grid = "SELECT tags FROM customer_grid_row WHERE customer_id = $1"
    assert await connection.fetchval(grid, shopper.row.id) == tags
    # Each entry begins where the one before it ended.
    told = [orjson.loads(event.changes)["tags"] for event in await history(connection, shopper)]
    assert [before for before, _after in told[1:]] == [after for _before, after in told[:-1]]
    await assert_derived(connection, [shopper.row.id])
