"""What staff do to one order at the same time, over two processes: nothing is charged, sent or canceled twice."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection
from support.clients import Client
from support.customers import make_customer, make_order, make_product
from support.processes import run

pytestmark = pytest.mark.slow  # it starts two services
INVOICE = "mutation M($i: InvoiceCreateInput!) { invoiceCreate(input: $i) { invoice { number } userErrors { key } } }"
SHIP = "mutation M($i: ShipmentCreateInput!) { shipmentCreate(input: $i) { shipment { number } userErrors { key } } }"
HOLD = "mutation M($i: OrderHoldInput!) { orderHold(input: $i) { order { state } userErrors { key } } }"
CANCEL = "mutation M($i: OrderCancelInput!) { orderCancel(input: $i) { order { state } userErrors { key } } }"
ROUNDS = 6
AT_ONCE = 8
"""Requests for one order at once; a lock is waited for for two seconds only."""


async def test_actions_that_race(
    two_services: list[Client], empty_database: Database, empty_database_url: str, tmp_path: Path
):
    async with empty_database.writes.acquire() as connection:
        await race_documents(two_services, connection, INVOICE, "quantity_invoiced", "invoice")
        await race_documents(two_services, connection, SHIP, "quantity_shipped", "shipment")
        await race_with_one_key(two_services, connection)
        for _ in range(ROUNDS):
            await race_hold_and_cancel(two_services, connection)
            await race_cancel_and_invoice(two_services, connection)
    done = await asyncio.to_thread(run, tmp_path, "reproject", "--check", database_url=empty_database_url)
    assert done.returncode == 0, done.stderr


class Race:
    """An order of three of one product, and requests about it that go to the processes in turn."""

    def __init__(self, services: Sequence[Client], connection: Connection, order: Any) -> None:
        self.services, self.connection, self.order = services, connection, order
        self.id = encode_id("ord", order.customer_id, order.id)

    async def send(self, turn: int, document: str, **given: Any) -> Any:
        [answer] = (await self.services[turn % 2].data(document, i=given)).values()
        return answer

    async def together(self, *requests: Callable[[int], Awaitable[Any]]) -> list[Any]:
        return await asyncio.gather(*[request(turn) for turn, request in enumerate(requests)])

    async def read(self) -> Any:
        joined = """SELECT o.state, i.quantity_invoiced, i.quantity_shipped, i.quantity_canceled
            FROM sales_order o JOIN sales_order_item i ON (i.customer_id, i.order_id) = (o.customer_id, o.id)
            WHERE o.customer_id = $1 AND o.id = $2"""
        return await self.connection.fetchrow(joined, self.order.customer_id, self.order.id)


async def begin(services: Sequence[Client], connection: Connection) -> Race:
    owner, product = await make_customer(connection), await make_product(connection)
    order = await make_order(connection, owner, [product], state="NEW")
    await connection.execute(
        """UPDATE sales_order_item SET quantity_ordered = 3, row_total = price * 3 - discount
           WHERE customer_id = $1 AND order_id = $2""",
        order.customer_id,
        order.id,
    )
    return Race(services, connection, order)


async def race_documents(
    services: Sequence[Client], connection: Connection, document: str, counted: str, kind: str
) -> None:
    """Eight want one of each of three; one more wants all that is left. Numbers have no gap."""
    race = await begin(services, connection)
    items = [{"orderItemId": encode_id("oit", race.order.customer_id, race.order.id, 1), "quantity": 1}]

    async def one(turn: int) -> Any:
        return await race.send(turn, document, orderId=race.id, idempotencyKey=uuid.uuid4().hex, items=items)

    async def rest(turn: int) -> Any:
        return await race.send(turn, document, orderId=race.id, idempotencyKey=uuid.uuid4().hex)

    answers = await race.together(rest, *[one] * (AT_ONCE - 1), rest)
    made = sorted(found[kind]["number"] for found in answers if found[kind])
    refused = {error["key"] for found in answers for error in found["userErrors"]}
    assert refused
    assert all(key.startswith(("order.", f"{kind}.")) for key in refused)
    assert (await race.read())[counted] == 3
    counts = [int(number.rpartition("-")[2]) for number in made]
    assert counts == list(range(counts[0], counts[0] + len(made)))


async def race_with_one_key(services: Sequence[Client], connection: Connection) -> None:
    race = await begin(services, connection)

    async def invoice(turn: int) -> Any:
        return await race.send(turn, INVOICE, orderId=race.id, idempotencyKey="one")

    answers = await race.together(*[invoice] * AT_ONCE)
    assert answers[0]["invoice"]["number"]
    assert all(answer == answers[0] for answer in answers)
    assert (await race.read())["quantity_invoiced"] == 3


async def race_hold_and_cancel(services: Sequence[Client], connection: Connection) -> None:
    """Whichever comes first refuses the other."""
    race = await begin(services, connection)

    async def hold(turn: int) -> Any:
        return await race.send(turn, HOLD, id=race.id)

    async def cancel(turn: int) -> Any:
        return await race.send(turn, CANCEL, id=race.id)

    answers = await race.together(hold, cancel, cancel, hold)
    assert len([one for one in answers if not one["userErrors"]]) == 1
    assert {error["key"] for one in answers for error in one["userErrors"]} == {"order.state_not_possible"}
    found = await race.read()
    assert (found["state"], found["quantity_canceled"]) in {("ON_HOLD", 0), ("CANCELED", 3)}


async def race_cancel_and_invoice(services: Sequence[Client], connection: Connection) -> None:
    """What was invoiced first is not canceled, and what was canceled first is not invoiced."""
    race = await begin(services, connection)

    async def cancel(turn: int) -> Any:
        return await race.send(turn, CANCEL, id=race.id)

    async def invoice(turn: int) -> Any:
        return await race.send(turn, INVOICE, orderId=race.id, idempotencyKey=uuid.uuid4().hex)

    answers = await race.together(cancel, invoice, invoice, cancel)
    assert len([one for one in answers if not one["userErrors"]]) == 1
    found = await race.read()
    assert (found["state"], found["quantity_canceled"], found["quantity_invoiced"]) in {
        ("CANCELED", 3, 0),
        ("PROCESSING", 0, 3),
    }
