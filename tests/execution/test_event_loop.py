"""A large document that comes for the first time is parsed, validated and compiled while others are answered."""

import asyncio
import random
import statistics
import sys
import threading
import time
from collections.abc import AsyncGenerator, Generator
from typing import Any

import httpx
import pytest
from graphql import GraphQLObjectType

from customer_gql.core.ids import encode_id
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection
from customer_gql.execution import documents as module, large_documents
from customer_gql.execution.plans import cache
from customer_gql.schema import admin
from customer_gql.settings import Settings
from support.clients import Client, served
from support.customers import make_customer
from support.many_documents import write_selection
from support.staff import staff_client

MOST_SECONDS = 0.020
CUSTOMER: Any = admin.schema._schema.type_map["Customer"]  # pyright: ignore[reportPrivateUsage]


def write_large(seed: int, parts: int = 3, fields: int = 100) -> str:
    """Different for each seed, and within the limits of the admin endpoint."""
    assert isinstance(CUSTOMER, GraphQLObjectType)
    chance = random.Random(seed)
    asked = [f"a{n}: customer(id: $id) {write_selection(CUSTOMER, chance, fields=fields)}" for n in range(parts)]
    return f"query ($id: ID!) {{ {' '.join(asked)} }} # {seed}"


@pytest.fixture
async def own_http(settings: Settings, database: Database) -> AsyncGenerator[httpx.AsyncClient]:
    async with served(settings, database) as client:
        yield client


@pytest.fixture
async def client(own_http: httpx.AsyncClient, connection: Connection) -> Client:
    return await staff_client(own_http, connection)


@pytest.fixture
async def given(connection: Connection) -> dict[str, Any]:
    return {"id": encode_id("cus", (await make_customer(connection)).id)}


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The threads in which documents were parsed and plans compiled."""
    names: list[str] = []

    def noting(work: Any) -> Any:
        def noted(*positional: Any, **named: Any) -> Any:
            names.append(threading.current_thread().name.partition("_")[0])
            return work(*positional, **named)

        return noted

    monkeypatch.setattr(module, "parse", noting(module.parse))
    monkeypatch.setattr(module, "validate", noting(module.validate))
    monkeypatch.setattr(cache, "OperationCompiler", noting(cache.OperationCompiler))
    return names


async def test_a_large_document_is_compiled_in_a_thread(client: Client, given: dict[str, Any], threads: list[str]):
    text = write_large(1)
    assert len(text) > large_documents.AT_ONCE
    first = await client.answer(text, **given)
    assert threads == ["documents"] * 3
    assert await client.answer(text, **given) == first
    assert len(threads) == 3


async def test_a_small_document_waits_for_no_thread(client: Client, given: dict[str, Any], threads: list[str]):
    await client.data("query ($id: ID!) { customer(id: $id) { email } }", **given)
    assert threads == ["MainThread"] * 3


async def test_whoever_sends_it_meanwhile_gets_the_same(client: Client, given: dict[str, Any]):
    text = write_large(2)
    together = await asyncio.gather(*[client.answer(text, **given) for _ in range(4)])
    assert together == [await client.answer(text, **given)] * 4


@pytest.mark.parametrize("spoil", [" notAField } }", "", " { { } } }"])
async def test_what_is_wrong_with_it_is_told_as_of_a_small_one(
    client: Client, given: dict[str, Any], spoil: str, monkeypatch: pytest.MonkeyPatch
):
    text = write_large(3).rpartition(" } }")[0] + spoil
    told = await client.answer(text, **given)
    assert "data" not in told
    monkeypatch.setattr(large_documents, "AT_ONCE", 10**6)
    assert await client.answer(text, **given) == told


async def test_a_request_that_is_given_up_leaves_the_others_alone(client: Client, given: dict[str, Any]):
    text = write_large(4)
    asking = asyncio.create_task(client.answer(text, **given))
    await asyncio.sleep(0.005)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert "data" in await client.answer(text, **given)


@pytest.fixture
def short_turns() -> Generator[None]:
    """As the service sets them when it starts."""
    before = sys.getswitchinterval()
    large_documents.take_short_turns()
    yield
    sys.setswitchinterval(before)


@pytest.mark.slow
@pytest.mark.usefixtures("short_turns")
async def test_the_loop_never_waits_for_long(client: Client, given: dict[str, Any]):
    """Its own work between two turns counts: on a busy machine each turn may come late as well."""
    longest: list[float] = []
    for seed in range(10, 16):
        text = write_large(seed, parts=5)
        waiting = asyncio.create_task(find_longest_wait())
        await asyncio.sleep(0)
        begun = time.process_time()
        assert "data" in await client.answer(text, **given)
        took = time.process_time() - begun
        waiting.cancel()
        longest.append(await waiting)
        assert took > 2 * MOST_SECONDS, "the document is too small to tell"
    assert statistics.median(longest) < MOST_SECONDS, longest


async def find_longest_wait() -> float:
    longest, before = 0.0, time.thread_time()
    try:
        while True:
            await asyncio.sleep(0.001)
            now = time.thread_time()
            longest, before = max(longest, now - before), now
    except asyncio.CancelledError:
        return longest
