"""The statistics of a customer's orders follow every change of them, in the transaction of the change."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from customer_gql.commerce.orders.order_statistics import ORDER_STATISTICS
from customer_gql.commerce.orders.tables import sales_order
from customer_gql.core.ids import encode_id, new_id
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection, Row, execute_statement
from customer_gql.database.transactions import mark_customers, transaction
from support.customers import customer_id, make_customer
from support.staff import make_website

JANUARY = dt.datetime(2026, 1, 15, 8, tzinfo=dt.UTC)
MARCH = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
MAY = dt.datetime(2026, 5, 20, 10, tzinfo=dt.UTC)
READ = """query S($id: ID!) { customer(id: $id) { orderStatistics {
  orderCount lifetimeValue { amount currency } averageOrderValue { amount currency } lastOrderAt } } }"""
BY_WEBSITE = """query S($ids: [ID!]!) { nodes(ids: $ids) { ... on Customer { orderStatisticsByWebsite {
  website { id } orderCount lifetimeValue { amount currency } averageOrderValue { amount currency } firstOrderAt
  lastOrderAt } } } }"""
CANCELED = {"state": "CANCELED", "status": "canceled"}
Change = Callable[[Connection], Awaitable[object]]


def order_of(owner_id: int, total: int, **given: Any) -> dict[str, Any]:
    return {
        "customer_id": owner_id,
        "id": new_id(),
        "number": f"S{new_id()}",
        "state": "COMPLETE",
        "status": "complete",
        "store_view_id": 1,
        "placed_at": MARCH,
        "customer_email": "ada@example.com",
        "customer_email_key": "ada@example.com",
        "customer_name": "Ada Byron",
        "currency": "USD",
        "subtotal": total,
        "grand_total": total,
        **given,
    }


def inserting(owner_id: int, *totals: int, **given: Any) -> Change:
    rows = [order_of(owner_id, total, **given) for total in totals]
    return lambda connection: execute_statement(connection, insert(sales_order).values(rows))


def updating(owner_id: int, total: int, **values: Any) -> Change:
    statement = update(sales_order).where(sales_order.c.customer_id == owner_id, sales_order.c.grand_total == total)
    return lambda connection: execute_statement(connection, statement.values(**values))


def deleting(owner_id: int, total: int) -> Change:
    statement = delete(sales_order).where(sales_order.c.customer_id == owner_id, sales_order.c.grand_total == total)
    return lambda connection: execute_statement(connection, statement)


async def commit(connection: Connection, owner_id: int, change: Change) -> None:
    async with transaction(connection):
        await change(connection)
        mark_customers(connection, [owner_id], sales_order)


async def stored(connection: Connection, owner_id: int) -> list[tuple[Any, ...]]:
    """Website, currency, count, value, first, last."""
    rows = await connection.fetch(
        "SELECT website_id, currency, order_count, lifetime_value, first_order_at, last_order_at"
        " FROM order_statistics WHERE customer_id = $1 ORDER BY website_id, currency",
        owner_id,
    )
    return [tuple(row) for row in rows]


@pytest.fixture
async def owner(connection: Connection) -> Row:
    """Has an order of 10.00 in January and one of 25.00, of which 5.00 were refunded, in March."""
    made = await make_customer(connection)
    await commit(connection, made.id, inserting(made.id, 1000, placed_at=JANUARY))
    await commit(connection, made.id, inserting(made.id, 2500, refunded_total=500))
    return made


async def test_an_inserted_order_is_added(connection: Connection, owner: Row):
    assert await stored(connection, owner.id) == [(1, "USD", 2, 3000, JANUARY, MARCH)]
    await commit(connection, owner.id, inserting(owner.id, 7, placed_at=MAY))
    assert await stored(connection, owner.id) == [(1, "USD", 3, 3007, JANUARY, MAY)]


async def test_an_order_in_another_currency_has_a_row_of_its_own(connection: Connection, owner: Row):
    await commit(connection, owner.id, inserting(owner.id, 40, 2, currency="EUR", placed_at=MAY))
    assert await stored(connection, owner.id) == [(1, "EUR", 2, 42, MAY, MAY), (1, "USD", 2, 3000, JANUARY, MARCH)]


async def test_an_order_on_another_website_has_a_row_of_its_own(empty_database: Database):
    async with empty_database.writes.acquire() as connection:
        await connection.execute(
            "INSERT INTO website (id, code, name, currency) VALUES (2, 'two', 'Two', 'USD');"
            "INSERT INTO store (id, website_id, code, name) VALUES (2, 2, 'two', 'Two');"
            "INSERT INTO store_view (id, store_id, code, name) VALUES (2, 2, 'two', 'Two')"
        )
        made = await make_customer(connection)
        await commit(connection, made.id, inserting(made.id, 30))
        await commit(connection, made.id, inserting(made.id, 4, store_view_id=2, placed_at=MAY))
        assert await stored(connection, made.id) == [(1, "USD", 1, 30, MARCH, MARCH), (2, "USD", 1, 4, MAY, MAY)]


async def test_a_changed_order_is_counted_as_it_is_now(connection: Connection, owner: Row):
    await commit(connection, owner.id, updating(owner.id, 1000, refunded_total=1, placed_at=MAY))
    assert await stored(connection, owner.id) == [(1, "USD", 2, 2999, MARCH, MAY)]


async def test_a_canceled_order_is_taken_off(connection: Connection, owner: Row):
    await commit(connection, owner.id, updating(owner.id, 1000, **CANCELED))
    assert await stored(connection, owner.id) == [(1, "USD", 1, 2000, MARCH, MARCH)]
    await commit(connection, owner.id, updating(owner.id, 2500, **CANCELED))
    assert await stored(connection, owner.id) == []


async def test_a_deleted_order_is_taken_off(connection: Connection, owner: Row):
    await commit(connection, owner.id, deleting(owner.id, 2500))
    assert await stored(connection, owner.id) == [(1, "USD", 1, 1000, JANUARY, JANUARY)]
    await commit(connection, owner.id, deleting(owner.id, 1000))
    assert await stored(connection, owner.id) == []


async def test_a_change_of_one_customer_leaves_the_others_alone(connection: Connection, owner: Row):
    other = await make_customer(connection)
    await commit(connection, other.id, inserting(other.id, 5))
    await commit(connection, owner.id, deleting(owner.id, 1000))
    assert await stored(connection, other.id) == [(1, "USD", 1, 5, MARCH, MARCH)]


async def test_the_graph_adds_up_the_base_currency_of_the_customers_website(
    connection: Connection, owner: Row, admin_client: Any
):
    await commit(connection, owner.id, inserting(owner.id, 99, currency="EUR", placed_at=MAY))
    read = (await admin_client.data(READ, id=customer_id(owner)))["customer"]["orderStatistics"]
    assert read == {
        "orderCount": 2,
        "lifetimeValue": {"amount": "30.00", "currency": "USD"},
        "averageOrderValue": {"amount": "15.00", "currency": "USD"},
        "lastOrderAt": MARCH.isoformat(),
    }


async def test_the_graph_shows_every_website_and_currency_with_orders(
    connection: Connection, owner: Row, admin_client: Any, statements: Any
):
    website = await make_website(connection)
    await commit(connection, owner.id, inserting(owner.id, 99, currency="EUR", placed_at=MAY))
    await commit(connection, owner.id, inserting(owner.id, 7, 8, store_view_id=website, placed_at=JANUARY))
    read = (await admin_client.data(BY_WEBSITE, ids=[customer_id(owner)]))["nodes"][0]["orderStatisticsByWebsite"]
    assert read == [
        totals(1, 1, "0.99", "0.99", "EUR", MAY),
        {**totals(1, 2, "30.00", "15.00", "USD", MARCH), "firstOrderAt": JANUARY.isoformat()},
        totals(website, 2, "0.15", "0.08", "USD", JANUARY),
    ]
    none = await make_customer(connection)
    counts = []
    for ids in ([customer_id(owner)], [customer_id(owner), customer_id(none)]):
        await statements.clear()
        read = await admin_client.data(BY_WEBSITE, ids=ids)
        counts.append(await statements.count("order_statistics"))
    assert read["nodes"][1]["orderStatisticsByWebsite"] == []
    assert counts == [1, 1]


def totals(website: int, count: int, value: str, average: str, currency: str, at: dt.datetime) -> dict[str, Any]:
    return {
        "website": {"id": encode_id("web", website)},
        "orderCount": count,
        "lifetimeValue": {"amount": value, "currency": currency},
        "averageOrderValue": {"amount": average, "currency": currency},
        "firstOrderAt": at.isoformat(),
        "lastOrderAt": at.isoformat(),
    }


async def test_the_graph_shows_a_customer_without_orders(connection: Connection, admin_client: Any):
    made = await make_customer(connection)
    read = (await admin_client.data(READ, id=customer_id(made)))["customer"]["orderStatistics"]
    nothing = {"amount": "0.00", "currency": "USD"}
    assert read == {"orderCount": 0, "lifetimeValue": nothing, "averageOrderValue": None, "lastOrderAt": None}


OVERLAPPING = {
    "two first orders": ([], inserting, inserting, [(1, "USD", 2, 11, MARCH, MARCH)]),
    "two more orders": ([1000], inserting, inserting, [(1, "USD", 3, 1011, MARCH, MARCH)]),
    "a new order and a canceled one": ([4], inserting, updating, [(1, "USD", 1, 7, MARCH, MARCH)]),
    "a canceled order and a new one": ([7], updating, inserting, [(1, "USD", 1, 4, MARCH, MARCH)]),
    "two canceled orders": ([7, 4, 1], updating, updating, [(1, "USD", 1, 1, MARCH, MARCH)]),
}


@pytest.mark.parametrize(("before", "one", "other", "after"), OVERLAPPING.values(), ids=OVERLAPPING)
@pytest.mark.parametrize("is_deleted", [False, True], ids=["customer", "deleted customer"])
async def test_two_transactions_at_once_leave_the_right_row(
    database: Database, before: list[int], one: Any, other: Any, after: list[Any], is_deleted: bool
):
    canceled = {updating: CANCELED, inserting: {}}
    async with database.writes.acquire() as first, database.writes.acquire() as second:
        owner_id = new_id() if is_deleted else (await make_customer(first)).id
        if before:
            await commit(first, owner_id, inserting(owner_id, *before))
        async with first.transaction():
            # The inner one recomputes; its locks stay until the outer one commits.
            await commit(first, owner_id, one(owner_id, 7, **canceled[one]))
            waiting = asyncio.create_task(commit(second, owner_id, other(owner_id, 4, **canceled[other])))
            await wait_until_blocked(first, waiting)
        await waiting
        assert await stored(first, owner_id) == after


async def wait_until_blocked(connection: Connection, task: asyncio.Task[None]) -> None:
    """By a lock that this connection has. Fails when the task ends without waiting for one."""
    blocked = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
    async with asyncio.timeout(10):
        while not await connection.fetchval(blocked):
            assert not task.done()


async def test_a_row_changed_by_hand_is_found(connection: Connection, owner: Row):
    assert await ORDER_STATISTICS.find_differences(connection, [owner.id]) == {}
    for change in ("UPDATE order_statistics SET lifetime_value = 1", "DELETE FROM order_statistics"):
        await connection.execute(f"{change} WHERE customer_id = $1", owner.id)
        assert await ORDER_STATISTICS.find_differences(connection, [owner.id]) == {owner.id: 1}
    assert await ORDER_STATISTICS.recompute(connection, [owner.id]) == 1
    assert await stored(connection, owner.id) == [(1, "USD", 2, 3000, JANUARY, MARCH)]
