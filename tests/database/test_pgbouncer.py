"""Behind a real pgbouncer in transaction mode: two services, a worker and the command line share four connections."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from customer_gql.app import open_pools
from customer_gql.database.pools import DatabaseUnreachable, open_database
from customer_gql.database.session_limits import find_missing_defaults, is_pooled
from customer_gql.embedded.server import Server
from customer_gql.settings import load_settings
from support.customers import make_customer
from support.poolers import needs_pgbouncer, pooled
from support.processes import drain, line, post, run, started

pytestmark = [needs_pgbouncer, pytest.mark.slow]
LIMITS = (
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "client_connection_check_interval",
)


@pytest.fixture
def address(empty_database_url: str) -> Iterator[str]:
    with pooled(empty_database_url) as url:
        yield url


def said(done: Any) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


async def test_services_a_worker_and_commands_share_few_connections(
    tmp_path: Path, address: str, empty_database_url: str, empty_database: Any
):
    async with empty_database.transaction() as connection:
        shopper = await make_customer(connection)
    behind = {"database_url": address, "prepared_statements": "false"}
    said(run(tmp_path, "staff", "create", "eve@shop.example", "--role", "administrator", **behind))
    token = said(run(tmp_path, "staff", "token", "eve@shop.example", **behind))
    note = """mutation N($id: ID!) { customerNoteCreate(input: {customerId: $id, text: "Called."}) { note { id } } }"""
    with (
        started(tmp_path, "serve", "--port", 0, worker="false", **behind) as one,
        started(tmp_path, "serve", "--port", 0, worker="false", **behind) as other,
        started(tmp_path, "worker", **behind) as worker,
    ):
        places = [_served_at(one), _served_at(other)]
        assert line(worker.stderr) == "working"
        drain(worker)

        def ask(number: int) -> None:
            at = f"{places[number % 2]}/admin/graphql"
            read = post(at, token, "{ customers(first: 5) { totalCount nodes { id notes { nodes { text } } } } }")
            assert "errors" not in read, read
            id = read["data"]["customers"]["nodes"][0]["id"]
            assert post(at, token, note, id=id)["data"]["customerNoteCreate"]["note"]

        await asyncio.gather(*[asyncio.to_thread(ask, number) for number in range(40)])
        for process in (one, other, worker):
            process.terminate()
            assert process.wait(30) == 0
    said(run(tmp_path, "reproject", "--check", **behind))
    async with empty_database.reads.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM customer_note WHERE customer_id = $1", shopper.id) == 40


def _served_at(process: Any) -> str:
    while not (told := line(process.stderr)).startswith("serving on "):
        assert told, "it ended"
    drain(process)
    return told.removeprefix("serving on ")


async def test_transactions_state_their_limits_and_leave_none_behind(address: str):
    settings = load_settings(database_url=address, prepared_statements=False, lock_seconds=4, client_check_seconds=3)

    async def shown(connection: Any) -> list[str]:
        return [await connection.fetchval(f"SHOW {name}") for name in LIMITS]

    async with open_pools(settings, "storefront") as database:
        async with database.transaction() as connection:
            assert await shown(connection) == ["5s", "4s", "10s", "3s"]
        async with database.writes.acquire() as connection:
            assert await is_pooled(connection)
            assert await shown(connection) == ["0", "0", "0", "1s"]  # what the server's own configuration says


async def test_a_role_without_limits_is_told_of(address: str, server: Server, empty_database_url: str):
    name = urlsplit(empty_database_url).path.removeprefix("/")
    async with open_database(address, prepared_statements=False) as database, database.reads.acquire() as connection:
        [warning] = await find_missing_defaults(connection)
    assert "ALTER ROLE customer_gql SET statement_timeout = '30s'; Then" in warning
    admin = await asyncpg.connect(server.admin_url(name))
    await admin.execute(f"ALTER DATABASE \"{name}\" SET statement_timeout = '7s'")
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'customer_gql' AND datname = $1", name
    )
    async with open_database(address, prepared_statements=False) as database, database.reads.acquire() as connection:
        assert await find_missing_defaults(connection) == []
    await admin.execute(f'ALTER DATABASE "{name}" RESET statement_timeout')  # the next test is lent it
    await admin.close()


IGNORED = "ignore_startup_parameters = " + ",".join(
    (*LIMITS, "jit", "plan_cache_mode", "default_transaction_read_only", "extra_float_digits")
)


@pytest.mark.parametrize("more", [[], [IGNORED]])
async def test_a_pooler_that_nobody_mentioned_is_named(empty_database_url: str, more: list[str]):
    named = r"A pooler stands between .* \(.*statement_timeout.*PREPARED_STATEMENTS=false"
    with pooled(empty_database_url, *more) as url, pytest.raises(DatabaseUnreachable, match=named):
        async with open_database(url):
            pass


def test_no_migration_goes_through_a_pooler(tmp_path: Path, address: str, empty_database_url: str):
    refused = run(tmp_path, "migrate", database_url=address, prepared_statements="false")
    assert refused.returncode == 1
    assert "in CUSTOMER_GQL_OWNER_DATABASE_URL give the address of the server itself" in refused.stderr
