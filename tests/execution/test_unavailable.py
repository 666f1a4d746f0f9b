"""What the database cannot do just now is `UNAVAILABLE` with `Retry-After`; what a race prevents is a refusal, not a fault."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import pytest

from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.database.pools import Database, open_database
from customer_gql.embedded.server import Server
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.settings import Settings
from support.clients import Client, served
from support.customers import make_customer
from support.databases import change_tables
from support.service import code_of

pytestmark = pytest.mark.slow  # starts processes

NAME = "{ me { firstName } }"
RENAME = 'mutation { meUpdate(input: {firstName: "Grace"}) { userErrors { code path } customer { firstName } } }'
TWO = """mutation {
    a: meUpdate(input: {firstName: "Ada"}) { customer { firstName } }
    b: meUpdate(input: {firstName: "Grace"}) { customer { firstName } }
    c: meUpdate(input: {firstName: "Joan"}) { customer { firstName } } }"""
FAIL = """
CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'canary' USING ERRCODE = TG_ARGV[0]; END $$;
DROP TRIGGER IF EXISTS failing ON customer;
CREATE TRIGGER failing BEFORE UPDATE ON customer FOR EACH ROW WHEN (NEW.first_name = 'Grace')
    EXECUTE FUNCTION fail('%s');
"""
FAIL_ONCE = FAIL.replace("BEGIN RAISE", "BEGIN IF nextval('tries') > 1 THEN RETURN NEW; END IF; RAISE")
STATES: Final = {
    "disk full": "53100",
    "out of memory": "53200",
    "read-only": "25006",
    "deadlock": "40P01",
    "serialization failure": "40001",
    "crash of another backend": "57P02",
    "an unreadable file": "58030",
    "idle in transaction for too long": "25P03",
}


@pytest.fixture
async def opened(settings: Settings, empty_database_url: str) -> AsyncGenerator[tuple[Database, httpx.AsyncClient]]:
    """The service on a database of its own, with one connection for writes."""
    async with (
        open_database(empty_database_url, write_connections=1, projections=PROJECTIONS) as database,
        served(settings, database) as http,
    ):
        yield database, http


@pytest.fixture
async def me(opened: tuple[Database, httpx.AsyncClient]) -> Client:
    database, http = opened
    async with database.writes.acquire() as connection:
        made = await make_customer(connection, first_name="Emmy")
        return Client(http, "/graphql", await issue_customer_token(connection, made.id))


async def fail_with(server: Server, database: Database, state: str) -> None:
    async with database.reads.acquire() as connection:
        await change_tables(server, connection, FAIL % state)


@pytest.mark.parametrize("case", STATES)
async def test_what_may_work_later_is_unavailable(case: str, me: Client, opened: Any, server: Server):
    await fail_with(server, opened[0], STATES[case])
    response = await me.post(RENAME)
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert code_of(response.json()) == "UNAVAILABLE"
    assert "canary" not in response.text
    assert await me.data(NAME) == {"me": {"firstName": "Emmy"}}


@pytest.mark.parametrize(("state", "tries"), [("40P01", 2), ("40001", 2), ("57P02", 1)])
async def test_a_transaction_that_the_database_chose_to_end_is_tried_once_more(
    state: str, tries: int, me: Client, opened: Any, server: Server
):
    """A sequence counts the tries, because it is not rolled back."""
    async with opened[0].reads.acquire() as connection:
        role = await connection.fetchval("SELECT current_user")
        grant = f"CREATE SEQUENCE tries; GRANT USAGE ON SEQUENCE tries TO {role}"
        await change_tables(server, connection, grant, FAIL_ONCE % state)
    answer = await me.answer(RENAME)
    async with opened[0].writes.acquire() as connection:
        assert await connection.fetchval("SELECT nextval('tries')") == tries + 1
    name = "Grace" if tries == 2 else "Emmy"
    assert (answer.get("errors") is None, await me.data(NAME)) == (tries == 2, {"me": {"firstName": name}})
    async with opened[0].reads.acquire() as connection:
        written = await connection.fetch("SELECT kind FROM customer_event WHERE changes ? 'firstName'")
    assert len(written) == tries - 1


async def test_a_part_that_is_unavailable_says_when_to_try_again(me: Client, opened: Any, server: Server):
    await fail_with(server, opened[0], STATES["deadlock"])
    response = await me.post(TWO)
    assert (response.status_code, response.headers["retry-after"]) == (200, "1")
    assert [(e["path"], e["extensions"]["code"]) for e in response.json()["errors"]] == [(["b"], "UNAVAILABLE")]


async def test_each_root_reports_its_success_even_if_another_fails(me: Client, opened: Any, server: Server):
    await fail_with(server, opened[0], "P0001")
    answer = await me.answer(TWO)
    assert answer["data"] == {
        "a": {"customer": {"firstName": "Ada"}},
        "b": None,
        "c": {"customer": {"firstName": "Joan"}},
    }
    assert [(e["path"], e["extensions"]["code"]) for e in answer["errors"]] == [(["b"], "INTERNAL_SERVER_ERROR")]
    assert await me.data(NAME) == {"me": {"firstName": "Joan"}}


@pytest.mark.parametrize(("state", "code"), [("23503", "NOT_FOUND"), ("23505", "TAKEN")])
async def test_a_constraint_met_in_a_race_is_a_refusal(state: str, code: str, me: Client, opened: Any, server: Server):
    await fail_with(server, opened[0], state)
    answer = await me.data(RENAME)
    assert answer == {"meUpdate": {"userErrors": [{"code": code, "path": None}], "customer": None}}
    assert await me.data(NAME) == {"me": {"firstName": "Emmy"}}


async def test_a_connection_that_found_the_server_read_only_is_closed(me: Client, opened: Any, server: Server):
    """The address may lead to another server by now."""
    database: Database = opened[0]
    async with database.reads.acquire() as connection:
        name = await connection.fetchval("SELECT current_database()")
        await change_tables(server, connection, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await database.writes.expire_connections()  # those opened from now on are of a server that takes no writes
    async with database.writes.acquire() as connection:
        pass
    async with database.writes.acquire() as connection:
        read_only = connection.get_server_pid()
        assert await connection.fetchval("SHOW transaction_read_only") == "on"
    assert code_of((await me.post(RENAME)).json()) == "UNAVAILABLE"
    async with database.writes.acquire() as connection:
        assert connection.get_server_pid() != read_only


@asynccontextmanager
async def relaying(server: Server, url: str) -> AsyncGenerator[tuple[str, asyncio.Event]]:
    """The database by way of a relay, which says that the server closed a connection when the event is set."""
    is_told = asyncio.Event()

    async def pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while some := await source.read(65_536):
            sink.write(some)
            await sink.drain()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_unix_connection(server.socket_dir / f".s.PGSQL.{server.port}")
        requests = asyncio.create_task(pass_on(reader, ours))
        with suppress(ConnectionError):
            await pass_on(theirs, writer)
        await is_told.wait()
        requests.cancel()
        ours.close()
        writer.close()

    opened = await asyncio.start_server(relay, "127.0.0.1", 0)
    given, port = urlsplit(url), opened.sockets[0].getsockname()[1]
    try:
        yield f"postgresql://{given.username}:{given.password}@127.0.0.1:{port}{given.path}", is_told
    finally:
        is_told.set()
        opened.close()


async def test_a_connection_that_the_server_is_about_to_close_is_unavailable(
    server: Server, settings: Settings, empty_database_url: str
):
    """Its farewell came, and the end of the connection did not yet: asyncpg has an error of its own for it."""
    async with (
        relaying(server, empty_database_url) as (url, is_told),
        open_database(url, write_connections=1, projections=PROJECTIONS) as database,
        open_database(empty_database_url) as beside,
        served(settings, database) as http,
    ):
        async with database.writes.acquire() as connection:
            made = await make_customer(connection, first_name="Emmy")
            me = Client(http, "/graphql", await issue_customer_token(connection, made.id))
            ended = connection.get_server_pid()
        async with beside.writes.acquire() as connection:
            await connection.execute(f"SELECT pg_terminate_backend({ended}, 5000)")
        response = await me.post(RENAME)
        is_told.set()
        assert (response.status_code, response.headers["retry-after"]) == (503, "1")
        assert await me.data(RENAME) == {"meUpdate": {"userErrors": [], "customer": {"firstName": "Grace"}}}
