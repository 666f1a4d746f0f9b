"""Parts of plans, rounds and pools."""

import asyncio
import gc
import weakref
from decimal import Decimal

import asyncpg
import pytest
from hypothesis import given, settings, strategies as st

from customer_gql.core.ids import encode_id
from customer_gql.core.money import format_amount, to_major_units
from customer_gql.database.pools import Database, open_database
from customer_gql.execution.plans.cache import find_operation
from customer_gql.execution.plans.running.run import PlanRun
from customer_gql.loading.merging import MergedRow, merge_statements
from customer_gql.loading.reads import Read
from customer_gql.loading.single_flight import SingleFlight
from support.plan_comparing import ADMIN, Executors, parse_document
from support.plan_shop import make_shop

PROFILE = """query ($id: ID!) { customer(id: $id) { email orders { totalCount nodes { number items { sku } } }
    cart { items { product { name } } } reviews { nodes { title } } group { taxClass { name } } } }"""


@settings(database=None, deadline=None)
@given(st.integers(-(10**18), 10**18), st.sampled_from(["USD", "JPY", "KWD", "XYZ"]))
def test_money_is_formatted_as_its_decimal(amount: int, currency: str):
    assert format_amount(amount, currency) == str(to_major_units(amount, currency))
    assert Decimal(format_amount(amount, currency)) == to_major_units(amount, currency)


def every_read() -> list[Read]:
    return sorted((it for it in gc.get_objects() if isinstance(it, Read)), key=lambda read: read.number)


async def test_every_read_returns_its_declared_columns(connection):
    reads = every_read()
    assert len(reads) > 40
    for read in reads:
        prepared = await connection.prepare(read.statement.sql)
        assert tuple(attribute.name for attribute in prepared.get_attributes()) == read.columns
        narrow = read.narrowed({read.columns[-1]})
        prepared = await connection.prepare(narrow.statement.sql)
        assert tuple(attribute.name for attribute in prepared.get_attributes()) == narrow.columns


async def test_every_read_can_be_merged(connection):
    reads = every_read()
    for some in zip(reads, reads[1:], reads[2:], strict=False):
        await connection.prepare(merge_statements(tuple(read.statement for read in some)))


async def test_a_profile_is_three_statements(empty_database_url):
    told: list[str] = []
    async with open_database(empty_database_url, on_statement=lambda record: told.append(record.query)) as database:
        executors, id = await make_profile(database)
        for _ in range(3):
            await asyncio.sleep(0)  # statements are told after they ended
            told.clear()
            await executors.answer(PROFILE, {"id": id})
            await asyncio.sleep(0)
            assert len([text for text in told if "typeinfo" not in text and "'jit'" not in text]) == 3


@pytest.mark.slow
async def test_an_answer_leaves_no_reference_cycles(empty_database):
    executors, id = await make_profile(empty_database)
    await executors.answer(PROFILE, {"id": id})
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        await executors.answer(PROFILE, {"id": id})
        gc.collect()
        left = [it for it in gc.garbage if isinstance(it, asyncpg.Record | MergedRow | PlanRun)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert left == []


async def make_profile(database: Database) -> tuple[Executors, str]:
    async with database.writes.acquire() as connection:
        shop = await make_shop(connection)
    return Executors(database), encode_id("cus", shop.customers[0])


def test_plans_are_dropped_with_their_document():
    documents = [parse_document(ADMIN, f"{{ a{i}: __typename }}") for i in range(2)]
    first, second = (weakref.ref(find_operation(ADMIN, document, None)) for document in documents)
    assert find_operation(ADMIN, documents[0], None) is first()
    parse_document.cache_clear()
    documents.pop()
    gc.collect()
    assert first() is not None
    assert second() is None


async def test_a_shared_value_is_read_after_it_is_requested():
    began: list[int] = []
    gates = [asyncio.Event() for _ in range(3)]

    async def read() -> int:
        number = len(began)
        began.append(number)
        await gates[number].wait()
        return number

    shared: SingleFlight[int] = SingleFlight()
    first = asyncio.create_task(shared.value(read))
    while not began:
        await asyncio.sleep(0)
    late = [asyncio.create_task(shared.value(read)) for _ in range(5)]
    await asyncio.sleep(0)  # every task runs up to where it waits
    late[0].cancel()
    assert began == [0]
    for gate in gates:
        gate.set()
    assert await first == 0
    assert await asyncio.gather(*late[1:]) == [1] * 4
    assert began == [0, 1]


async def test_a_failed_shared_value_is_read_again_next_time():
    shared: SingleFlight[int] = SingleFlight()

    async def failing() -> int:
        raise LookupError

    async def working() -> int:
        return 7

    with pytest.raises(LookupError):
        await shared.value(failing)
    assert await shared.value(working) == 7


async def test_a_released_connection_is_used_again(empty_database_url):
    async with open_database(empty_database_url, read_connections=2) as database:
        async with database.reads.acquire() as one:
            pid = one.get_server_pid()
        async with database.reads.acquire() as again:
            assert again.get_server_pid() == pid
        assert database.reads.get_idle_size() == database.reads.get_size()


async def test_every_waiting_request_gets_a_connection(empty_database_url):
    async with open_database(empty_database_url, read_connections=1) as database:
        served: list[int] = []

        async def ask(number: int) -> None:
            async with database.reads.acquire() as connection:
                await connection.fetchval("SELECT 1")
                served.append(number)

        await asyncio.gather(*[ask(number) for number in range(20)])
        assert sorted(served) == list(range(20))


async def test_a_lost_connection_is_replaced(empty_database_url, connection):
    ended = asyncio.Event()
    async with open_database(empty_database_url, read_connections=1) as database:
        async with database.reads.acquire() as one:
            pid = one.get_server_pid()
            one.add_termination_listener(lambda _: ended.set())
        async with database.writes.acquire() as other:
            await other.execute("SELECT pg_terminate_backend($1)", pid)
        await ended.wait()  # the server forgets a backend before it closes its socket
        async with database.reads.acquire() as fresh:
            assert fresh.get_server_pid() != pid
            assert await fresh.fetchval("SELECT 1") == 1


async def test_an_error_gives_the_connection_back_to_the_pool(empty_database_url):
    async with open_database(empty_database_url, read_connections=1) as database:
        for _ in range(3):
            with pytest.raises(asyncpg.DivisionByZeroError):
                async with database.reads.acquire() as connection:
                    await connection.fetchval("SELECT 1 / 0")
        async with asyncio.timeout(2), database.reads.acquire() as connection:
            assert await connection.fetchval("SELECT 1") == 1
