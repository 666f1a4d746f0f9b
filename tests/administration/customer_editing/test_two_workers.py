"""Every race of customers over two processes at once; afterwards `customer-gql reproject --check` finds nothing."""

import asyncio
import random
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection
from support.clients import Client
from support.customers import customer_id, make_address, make_customer
from support.derived import find_orphans
from support.isolation import ask_for_every_field
from support.processes import run
from support.shopping import PASSWORD, SIGN_UP
from support.staff import make_website

pytestmark = pytest.mark.slow  # it starts two services
NAMES = {"firstName": "Ada", "lastName": "Byron"}
HERE = encode_id("web", 1)
ROUNDS = 4
MORE = {"customerUpsert": "outcome", "gridViewUpdate": "view { version }"}
TRIED_AGAIN = 20


async def call(client: Client, mutation: str, given: dict[str, Any]) -> Any:
    """Its payload. Who waits too long for a lock is told to try again."""
    kind = f"{mutation[0].upper()}{mutation[1:]}Input"
    document = f"mutation M($input: {kind}!) {{ {mutation}(input: $input) {{ {MORE.get(mutation, '')} userErrors {{ code }} }} }}"
    if mutation == "signUp":
        document = SIGN_UP
    for _ in range(TRIED_AGAIN):
        answer = await client.answer(document, input=given)
        if "errors" not in answer:
            return answer["data"][mutation]
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAVAILABLE"], answer
    raise AssertionError(mutation)


async def race(clients: list[Client], *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    """The payloads of all at once, sent in any order, each to one of the processes."""
    payloads: list[Any] = [None] * len(calls)

    async def send(place: int, client: Client) -> None:
        mutation, given = calls[place]
        payloads[place] = await call(of_shop(client, mutation), mutation, given)

    order = random.sample(range(len(calls)), len(calls))
    await asyncio.gather(*[send(place, clients[turn % 2]) for turn, place in enumerate(order)])
    return payloads


def of_shop(client: Client, mutation: str) -> Client:
    return Client(client.http, "/graphql", None) if mutation == "signUp" else client


def codes(payloads: list[Any]) -> Counter[str]:
    return Counter(error["code"] for payload in payloads for error in payload["userErrors"])


async def race_for_an_address(clients: list[Client], connection: Connection) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    elsewhere = await make_website(connection)
    mover = await make_customer(connection, website_id=elsewhere, email=email)
    editor, quick = [customer_id(await make_customer(connection)) for _ in range(2)]
    new = {"email": email, **NAMES, "websiteId": HERE}
    payloads = await race(
        clients,
        ("customerCreate", new),
        ("customerUpsert", {"externalId": uuid.uuid4().hex, "customer": new}),
        ("customerUpdate", {"id": editor, "email": email}),
        ("customerQuickEdit", {"id": quick, "email": email}),
        ("customerUpdate", {"id": customer_id(mover), "websiteId": HERE}),
        ("signUp", {"email": email, "password": PASSWORD, **NAMES}),
    )
    # Who signs up is told nothing, won or not.
    assert codes(payloads)["TAKEN"] in {4, 5}
    assert set(codes(payloads)) == {"TAKEN"}
    holders = "SELECT count(*) FROM customer WHERE email = $1 AND website_id = 1"
    assert await connection.fetchval(holders, email) == 1


async def race_for_a_key(clients: list[Client], connection: Connection) -> None:
    key = uuid.uuid4().hex
    editor = customer_id(await make_customer(connection))

    def new(**more: Any) -> dict[str, Any]:
        return {"email": f"{uuid.uuid4().hex}@example.com", **NAMES, "websiteId": HERE, **more}

    payloads = await race(
        clients,
        ("customerCreate", new(externalId=key)),
        ("customerUpdate", {"id": editor, "externalId": key}),
        *[("customerUpsert", {"externalId": key, "customer": new()}) for _ in range(4)],
    )
    refused, upserts = codes(payloads[:2]), Counter(payload["outcome"] for payload in payloads[2:])
    assert codes(payloads[2:]) == {}
    # An upsert that comes second changes the customer who has the key.
    assert refused == {"TAKEN": 1 + upserts["CREATED"]}
    assert upserts in ({"UPDATED": 4}, {"CREATED": 1, "UPDATED": 3})
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE external_id = $1", key) == 1


async def race_to_upsert(clients: list[Client], connection: Connection) -> None:
    key, email = uuid.uuid4().hex, f"{uuid.uuid4().hex}@example.com"
    wanted = [{"email": email, "firstName": f"Ada {turn}", "lastName": "Byron", "websiteId": HERE} for turn in range(8)]
    payloads = await race(clients, *[("customerUpsert", {"externalId": key, "customer": one}) for one in wanted])
    assert codes(payloads) == {}
    assert Counter(payload["outcome"] for payload in payloads) == {"CREATED": 1, "UPDATED": 7}
    assert await connection.fetchval("SELECT count(*) FROM customer WHERE email = $1", email) == 1


async def race_edits_and_a_deletion(clients: list[Client], connection: Connection) -> None:
    row = await make_customer(connection)
    address, id = await make_address(connection, row), customer_id(row)
    payloads = await race(
        clients,
        ("customerUpdate", {"id": id, "suffix": "II"}),
        ("customerTagsAdd", {"customerId": id, "tags": ["VIP"]}),
        ("customerAddressSetDefault", {"id": encode_id("adr", row.id, address.id), "billing": True}),
        ("storeCreditAdjust", {"id": id, "amount": "5.00", "idempotencyKey": "once"}),
        ("customerDelete", {"id": id}),
    )
    assert set(codes(payloads)) <= {"NOT_FOUND"}
    assert payloads[-1]["userErrors"] == []
    assert await find_orphans(connection, [row.id]) == {}


async def race_credit_and_moves(clients: list[Client], connection: Connection) -> None:
    row = await make_customer(connection)
    ids = [HERE, *[encode_id("web", await make_website(connection)) for _ in range(2)]]
    moves = [("customerUpdate", {"id": customer_id(row), "websiteId": id}) for id in ids[1:]]
    credits = [
        ("storeCreditAdjust", {"id": customer_id(row), "amount": "5.00", "idempotencyKey": str(turn)})
        for turn in range(6)
    ]
    payloads = await race(clients, *moves, *credits)
    assert codes(payloads) == {}
    balances = "SELECT sum(balance)::int FROM store_credit WHERE customer_id = $1"
    entries = "SELECT sum(amount)::int FROM store_credit_entry WHERE customer_id = $1"
    assert [await connection.fetchval(total, row.id) for total in (balances, entries)] == [3000, 3000]


async def race_with_tags(clients: list[Client], connection: Connection) -> None:
    row = await make_customer(connection)
    tags = [f"tag {turn}" for turn in range(12)]
    payloads = await race(
        clients, *[("customerTagsAdd", {"customerId": customer_id(row), "tags": [tag]}) for tag in tags]
    )
    assert codes(payloads) == {}
    assert await connection.fetchval("SELECT count(*) FROM customer_tag WHERE customer_id = $1", row.id) == 12


async def race_for_a_default(clients: list[Client], connection: Connection) -> None:
    row = await make_customer(connection)
    addresses = [encode_id("adr", row.id, (await make_address(connection, row)).id) for _ in range(4)]
    payloads = await race(
        clients,
        *[("customerAddressSetDefault", {"id": id, "billing": True}) for id in addresses],
        *[("customerAddressDelete", {"id": id}) for id in addresses],
    )
    assert set(codes(payloads)) <= {"NOT_FOUND", "NOT_ALLOWED"}
    left = "SELECT count(*), count(*) FILTER (WHERE is_default_billing) FROM address WHERE customer_id = $1"
    # An address that was a default is one as long as no other is chosen.
    [(count, defaults)] = await connection.fetch(left, row.id)
    assert defaults == min(1, count)


async def race_for_a_view(clients: list[Client], connection: Connection) -> None:
    document = "mutation C($input: GridViewCreateInput!) { gridViewCreate(input: $input) { view { id } } }"
    content = {"customers": {"filter": {"orderCount": {"gte": 1}}}}
    made = await clients[0].data(document, input={"name": "Dormant", "content": content})
    id = made["gridViewCreate"]["view"]["id"]
    payloads = await race(
        clients, *[("gridViewUpdate", {"id": id, "name": f"View {turn}", "expectedVersion": 1}) for turn in range(6)]
    )
    assert codes(payloads) == {"VERSION_CONFLICT": 5}
    assert [payload["view"]["version"] for payload in payloads if payload["view"]] == [2]


RACES = (
    race_for_an_address,
    race_for_a_key,
    race_to_upsert,
    race_edits_and_a_deletion,
    race_credit_and_moves,
    race_with_tags,
    race_for_a_default,
    race_for_a_view,
)


async def test_every_race_over_two_processes(
    two_services: list[Client], empty_database: Database, empty_database_url: str, tmp_path: Path
):
    async with empty_database.writes.acquire() as connection:
        await ask_for_every_field(connection)
        for _ in range(ROUNDS):
            for contest in RACES:
                await contest(two_services, connection)
    done = await asyncio.to_thread(run, tmp_path, "reproject", "--check", database_url=empty_database_url)
    assert done.returncode == 0, done.stdout + done.stderr
