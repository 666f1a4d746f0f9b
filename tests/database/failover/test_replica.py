"""Lists of staff from a real standby: what a client has changed, and a standby that is paused, far behind, stopped or killed."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest

from customer_gql.database.connecting.replica import NotFromReplica, Replica, is_position
from customer_gql.database.pools import Database, TimeLimits, create_list_pool, create_pool, open_database
from customer_gql.execution.telemetry.metrics import ReplicaMetrics
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.settings import Settings, SettingsError, load_settings
from support.clients import make_app, served
from support.customers import customer_id, make_customer
from support.processes import until
from support.replication import Pair, ask
from support.servers import kill, postmaster
from support.staff import staff_client

FOUND = "query F($email: String!) { customers(first: 5, filter: {email: {contains: $email}}) { totalCount } }"
CHANGE = "mutation C($input: CustomerUpdateInput!) { customerUpdate(input: $input) { userErrors { code } } }"
OLD, NEW = "before@shop.example", "after@shop.example"
AHEAD = "FFFFFFFF/FFFFFFFF"


@dataclass
class Shop:
    http: httpx.AsyncClient
    database: Database
    replica: Replica
    token: str
    customer: str

    async def post(self, query: str, position: str | None = None, **variables: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}"}
        if position is not None:
            headers["x-database-position"] = position
        return await self.http.post("/admin/graphql", json={"query": query, "variables": variables}, headers=headers)

    async def finds(self, email: str, position: str | None = None) -> bool:
        body = (await self.post(FOUND, position, email=email)).json()
        assert "errors" not in body, body
        return body["data"]["customers"]["totalCount"] == 1

    async def read_from_replica(self) -> bool:
        """Whether the next list is read there."""
        before = self.replica.reads
        await self.finds(OLD)
        return self.replica.reads > before

    async def change_email(self, email: str) -> str:
        """The position that the answer names."""
        answer = await self.post(CHANGE, input={"id": self.customer, "email": email})
        assert answer.json()["data"] == {"customerUpdate": {"userErrors": []}}
        return answer.headers["x-database-position"]

    async def wait_until_near(self) -> None:
        async with asyncio.timeout(30):
            await self.replica.look()
            while self.replica.seconds_behind != 0:
                await self.replica.look()


@asynccontextmanager
async def reading_shop(pair: Pair, settings: Settings) -> AsyncIterator[Shop]:
    async with (
        open_database(pair.primary.url(), projections=PROJECTIONS) as database,
        create_list_pool(pair.standby.url(), 2, TimeLimits(acquire=2)) as pool,
        create_pool(pair.standby.url(), 1, TimeLimits(acquire=2)) as probe,
        create_pool(pair.primary.url(), 1, TimeLimits(acquire=2)) as primary,
    ):
        replica = Replica(pool, probe, primary, limit=5)
        app = make_app(settings, database)
        app.state.replica = replica
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
            async with database.transaction() as connection:
                customer = customer_id(await make_customer(connection, email=OLD))
                client = await staff_client(http, connection)
            yield Shop(http, database, replica, client.token or "", customer)


def processes_of_standby(pair: Pair) -> list[int]:
    first = postmaster(pair.standby.data_dir)
    listed = subprocess.run(["pgrep", "-P", str(first)], capture_output=True, text=True, check=False)
    return [first, *(int(pid) for pid in listed.stdout.split())]


@pytest.mark.slow
async def test_lists_are_read_from_a_standby_that_is_near(pair: Pair, settings: Settings):
    async with reading_shop(pair, settings) as shop:
        assert not await shop.read_from_replica()  # nobody has looked at it
        await shop.wait_until_near()
        assert await shop.read_from_replica()
        assert await shop.finds(OLD)
        ready = (await shop.http.get("/health/ready")).json()
        assert ready == {"status": "ok"}

        ask(pair.standby, "SELECT pg_wal_replay_pause()")
        until(lambda: ask(pair.standby, "SELECT pg_get_wal_replay_pause_state()") == "paused")
        position = await shop.change_email(NEW)
        assert is_position(position)
        await shop.replica.look()
        assert 0 <= (shop.replica.seconds_behind or 0) < 5
        # Others may see what was; the client itself does not, and neither does one that makes a position up.
        assert (await shop.finds(OLD), await shop.finds(NEW)) == (True, False)
        for stated in (position, position.lower(), AHEAD):
            assert (await shop.finds(OLD, stated), await shop.finds(NEW, stated)) == (False, True)

        shop.replica.limit = 0
        await shop.replica.look()
        assert not await shop.read_from_replica()
        [warning] = (await shop.http.get("/health/ready")).json()["warnings"]
        assert "more than CUSTOMER_GQL_REPLICA_SECONDS" in warning
        behind, reads = ReplicaMetrics(shop.replica).collect()
        assert behind.samples[0].value == shop.replica.seconds_behind
        assert [sample.value for sample in reads.samples] == [shop.replica.reads, shop.replica.refusals]

        shop.replica.limit = 5
        ask(pair.standby, "SELECT pg_wal_replay_resume()")
        await shop.wait_until_near()
        before = shop.replica.reads
        assert await shop.finds(NEW, position)
        assert shop.replica.reads > before


@asynccontextmanager
async def all_in_use(pool: Any) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for _ in range(pool.get_max_size()):
            await stack.enter_async_context(pool.acquire())
        yield


@pytest.mark.slow
async def test_servers_that_are_busy_are_not_taken_for_ones_that_hang(pair: Pair, settings: Settings):
    async with reading_shop(pair, settings) as shop:
        await shop.wait_until_near()
        async with shop.replica.reading(None) as reading, shop.replica.pool.acquire():
            await shop.replica.look()
            assert not await shop.read_from_replica()
            assert shop.replica.is_near
            assert await reading.fetchval("SELECT 1") == 1
        async with all_in_use(shop.database.reads):
            await shop.replica.look()
            assert shop.replica.is_near


@pytest.mark.slow
async def test_the_primary_stands_behind_a_standby_that_hangs_dies_or_is_promoted(pair: Pair, settings: Settings):
    async with reading_shop(pair, settings) as shop:
        await shop.wait_until_near()
        assert await shop.read_from_replica()
        frozen = processes_of_standby(pair)
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        try:
            asking = asyncio.create_task(shop.finds(OLD))
            await shop.replica.look()
            assert await asyncio.wait_for(asking, 10)
            assert shop.replica.seconds_behind is None
            assert not await shop.read_from_replica()
        finally:
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
        await shop.wait_until_near()
        assert await shop.read_from_replica()

        ask(pair.standby, "SELECT pg_promote()")
        await shop.replica.look()
        assert shop.replica.seconds_behind is None
        assert not await shop.read_from_replica()

        shop.replica.seconds_behind = 0  # as it was when it was last looked at
        kill(postmaster(pair.standby.data_dir))
        assert await shop.finds(OLD)
        [warning] = (await shop.http.get("/health/ready")).json()["warnings"]
        assert "lists are read from the primary" in warning


@pytest.mark.parametrize("given", ["", "0", "0/", "0/1/2", "x/1", "0/123456789", "0/1 ", "٣/1", "0/1, 0/2", "-1/1"])
async def test_a_malformed_position_is_refused(settings: Settings, empty_database: Any, given: str):
    assert not is_position(given)
    async with served(settings, empty_database) as http:
        headers = [(b"x-database-position", given.encode())]
        answer = await http.post("/admin/graphql", json={"query": "{ __typename }"}, headers=headers)
        public = await http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (400, "BAD_USER_INPUT")
    assert error["message"].startswith("X-Database-Position is not a position such as 0/3000148:")
    assert public.status_code == 200  # no list of the storefront is read from a replica


async def test_a_position_without_a_replica_changes_nothing(settings: Settings, empty_database: Any):
    async with served(settings, empty_database) as http:
        answer = await http.post(
            "/admin/graphql", json={"query": "{ __typename }"}, headers={"x-database-position": "0/3000148"}
        )
    assert (answer.status_code, "x-database-position" in answer.headers) == (200, False)


def test_how_far_a_standby_may_be_behind_is_a_setting():
    settings = load_settings(database_read_url="postgresql://standby/shop", replica_seconds=0.5)
    assert (settings.database_read_url, settings.replica_seconds) == ("postgresql://standby/shop", 0.5)
    with pytest.raises(SettingsError, match="CUSTOMER_GQL_REPLICA_SECONDS"):
        load_settings(replica_seconds=-1)


@pytest.mark.parametrize("conflict", [asyncpg.SerializationError, asyncpg.DeadlockDetectedError])
async def test_a_statement_that_recovery_cancels_is_asked_of_the_primary(database: Any, conflict: type[Exception]):
    """What a standby raises for rows that were removed, and for a page that the statement and the recovery wait for."""
    replica = Replica(database.reads, database.reads, database.reads, limit=5, seconds_behind=0)
    with pytest.raises(NotFromReplica):
        async with replica.reading(None):
            raise conflict("canceling statement due to conflict with recovery")
    assert (replica.is_near, replica.refusals) == (True, 1)
