"""The token of a frequent query is read with the first rows of its answer, and nothing is answered that it no longer allows."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from customer_gql.core.errors import ErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import ALL_PERMISSIONS, Permission
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.database.pools import Database
from customer_gql.database.statements import Connection
from customer_gql.execution import presumed
from customer_gql.execution.http.endpoint import Endpoint
from customer_gql.execution.plans import cache
from customer_gql.execution.refusal import RequestRefused
from customer_gql.settings import Settings
from support.clients import Client, served
from support.customers import make_customer
from support.races import stop_before
from support.staff import make_role, make_staff, make_website, session_of

ASKED = "query frequent($id: ID!) { customer(id: $id) { email group { name } } }"
OWN = "query frequent { me { email group { name } } }"
OFTEN = 4
ENDED_SESSIONS = "DELETE FROM staff_session WHERE staff_id = $1"


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "FREQUENT_AFTER", OFTEN)


@pytest.fixture
async def own_http(settings: Settings, database: Database) -> AsyncGenerator[httpx.AsyncClient]:
    """An application that knows no document yet."""
    async with served(settings, database) as client:
        yield client


@pytest.fixture
async def role_id(connection: Connection) -> int:
    return await make_role(connection)


@pytest.fixture
async def user(connection: Connection, role_id: int) -> Any:
    return await make_staff(connection, role_id)


@pytest.fixture
async def client(own_http: httpx.AsyncClient, connection: Connection, user: Any) -> Client:
    return Client(own_http, "/admin/graphql", await session_of(connection, user.id))


@pytest.fixture
async def asked(connection: Connection) -> dict[str, Any]:
    return {"id": encode_id("cus", (await make_customer(connection)).id)}


async def ask_often(client: Client, query: str = ASKED, **given: Any) -> Any:
    answers = [await client.data(query, **given) for _ in range(OFTEN)]
    assert answers == [answers[0]] * OFTEN
    assert None not in answers[0].values()
    return answers[0]


async def test_what_one_endpoint_knows_of_a_token_lets_nobody_in_at_the_other(
    own_http: httpx.AsyncClient, client: Client, connection: Connection
):
    shopper = await make_customer(connection)
    tokens = {"/admin/graphql": client.token, "/graphql": await issue_customer_token(connection, shopper.id)}
    for path, token in tokens.items():
        for _ in range(OFTEN + 1):
            await Client(own_http, path, token).data("{ __typename }")
    for path, token in zip(tokens, reversed(tokens.values()), strict=True):
        for _ in range(OFTEN + 1):
            assert (await Client(own_http, path, token).post("{ __typename }")).status_code == 401


async def test_it_takes_one_statement_less(client: Client, asked: dict[str, Any], statements):
    answer = await ask_often(client, **asked)
    await client.data(ASKED, **asked)  # statements of frequent documents are others
    await statements.clear()
    assert await client.data(ASKED, **asked) == answer
    together = await statements.count()
    assert await statements.count("staff_session") == 1
    database = application_of(client).state.databases["admin"]
    presumed.KnownSessions.for_database(database)._sessions.clear()  # pyright: ignore[reportPrivateUsage]
    await statements.clear()
    assert await client.data(ASKED, **asked) == answer
    assert await statements.count("staff_session") == 1
    assert await statements.count() == together + 1


async def test_an_ended_session_counts_from_the_next_request(
    client: Client, connection: Connection, user: Any, asked: dict[str, Any]
):
    await ask_often(client, **asked)
    await connection.execute(ENDED_SESSIONS, user.id)
    answer = await client.post(ASKED, **asked)
    assert answer.status_code == 401
    assert answer.json()["data"] == {"customer": None}
    never = Client(client.http, client.path, f"{client.token}x")
    assert answer.json()["errors"] == (await never.post(ASKED, **asked)).json()["errors"]


async def test_a_session_that_ends_before_the_statement_is_let_in_nowhere(
    client: Client, connection: Connection, user: Any, asked: dict[str, Any]
):
    await ask_often(client, **asked)
    async with stop_before("staff_session") as stop:
        asking = asyncio.create_task(client.post(ASKED, **asked))
        await stop.reached_by(asking)
        await connection.execute(ENDED_SESSIONS, user.id)
    answer = await asking
    assert (answer.status_code, answer.json()["data"]) == (401, {"customer": None})


async def test_a_changed_role_counts_from_the_next_request(
    client: Client, connection: Connection, role_id: int, asked: dict[str, Any]
):
    shown = await ask_often(client, **asked)
    changed = "UPDATE staff_role SET permissions = $2 WHERE id = $1"
    await connection.execute(changed, role_id, sorted(ALL_PERMISSIONS - {Permission.CUSTOMERS_PII}))
    masked = await client.data(ASKED, **asked)
    assert masked["customer"]["email"] != shown["customer"]["email"]
    assert masked["customer"]["group"] == shown["customer"]["group"]
    await connection.execute(changed, role_id, sorted(ALL_PERMISSIONS - {Permission.CUSTOMERS_READ}))
    refused = await client.answer(ASKED, **asked)
    assert refused["data"] == {"customer": None}
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    await connection.execute(changed, role_id, sorted(ALL_PERMISSIONS))
    assert await client.data(ASKED, **asked) == shown


async def test_fewer_websites_count_from_the_next_request(
    client: Client, connection: Connection, role_id: int, asked: dict[str, Any]
):
    shown = await ask_often(client, **asked)
    changed = "UPDATE staff_role SET website_ids = $2 WHERE id = $1"
    await connection.execute(changed, role_id, [await make_website(connection)])
    assert await client.answer(ASKED, **asked) == {"data": {"customer": None}}
    await connection.execute(changed, role_id, None)
    assert await client.data(ASKED, **asked) == shown


async def test_a_customer_who_signed_out_elsewhere_is_a_guest(own_http: httpx.AsyncClient, connection: Connection):
    customer = await make_customer(connection)
    client = Client(own_http, "/graphql", await issue_customer_token(connection, customer.id))
    assert (await ask_often(client, OWN))["me"]["email"] == customer.email
    assert (await client.data(OWN))["me"]["email"] == customer.email
    await connection.execute("DELETE FROM customer_token WHERE customer_id = $1", customer.id)
    answer = await client.post(OWN)
    assert (answer.status_code, answer.json()["data"]) == (401, {"me": None})


async def test_nobody_is_let_in_after_the_commit_that_ends_a_session(
    client: Client, connection: Connection, user: Any, asked: dict[str, Any]
):
    """Of many requests at a time, those that began after the commit are refused, however their statements are shared."""
    await ask_often(client, **asked)
    ended, told = asyncio.Event(), list[tuple[bool, int]]()

    async def ask_on() -> None:
        status = 200
        while status == 200:
            began_after = ended.is_set()
            status = (await client.post(ASKED, **asked)).status_code
            told.append((began_after, status))

    asking = [asyncio.create_task(ask_on()) for _ in range(12)]
    async with asyncio.timeout(20):
        while len(told) < 40:
            await asyncio.sleep(0.001)
    await connection.execute(ENDED_SESSIONS, user.id)
    ended.set()
    await asyncio.gather(*asking)
    assert {status for began_after, status in told if began_after} <= {401}
    assert sum(status == 401 for _, status in told) == 12


async def test_two_tokens_of_one_statement_are_told_apart(
    own_http: httpx.AsyncClient, client: Client, connection: Connection, asked: dict[str, Any]
):
    """Requests that share a statement share no rights."""
    few = sorted(ALL_PERMISSIONS - {Permission.CUSTOMERS_PII})
    other_user = await make_staff(connection, await make_role(connection, few))
    other = Client(own_http, "/admin/graphql", await session_of(connection, other_user.id))
    shown, masked = await ask_often(client, **asked), await ask_often(other, **asked)
    assert shown != masked
    answers = await asyncio.gather(*[one.data(ASKED, **asked) for one in (client, other) * 12])
    assert answers == [shown, masked] * 12


async def test_a_mutation_never_goes_by_what_is_remembered(
    client: Client, connection: Connection, user: Any, asked: dict[str, Any]
):
    edit = "mutation frequent($id: ID!) { customerUnlock(input: {id: $id}) { userErrors { code } } }"
    for _ in range(2 * OFTEN):
        await client.data(edit, **asked)
    await connection.execute(ENDED_SESSIONS, user.id)
    async with stop_before("staff_session") as stop:
        asking = asyncio.create_task(client.post(edit, **asked))
        await stop.reached_by(asking)
    assert (await asking).status_code == 401
    assert not cache_knows(client, edit)


@pytest.mark.parametrize(("running", "asked_for"), [(0, 1), (10_000, 0)])
async def test_a_refused_request_reads_its_token_in_the_place_for_tokens(
    client: Client,
    asked: dict[str, Any],
    statements: Any,
    monkeypatch: pytest.MonkeyPatch,
    running: int,
    asked_for: int,
):
    """However many are refused at once, no more tokens are read at a time than that."""
    await ask_often(client, **asked)
    gates = list[Any]()

    async def refuse(self: Endpoint, *_: object) -> None:
        gates.append(self.token_gate)
        self.token_gate.running += running
        raise RequestRefused(429, ErrorCode.RATE_LIMITED, "Too much.", {"Retry-After": "1"})

    await statements.clear()
    with monkeypatch.context() as patched:
        patched.setattr(Endpoint, "answer_operation", refuse)
        answer = await client.post(ASKED, **asked)
    assert answer.status_code == (503 if running else 429)
    assert await statements.count("staff_session") == asked_for
    gates[0].running -= running
    assert gates[0].running == 0


def application_of(client: Client) -> Any:
    transport: Any = client.http._transport  # pyright: ignore[reportPrivateUsage]
    return transport.app


def cache_knows(client: Client, query: str) -> bool:
    [endpoint] = [route.endpoint for route in application_of(client).routes if route.path == client.path][:1]
    document = endpoint.preparation.documents.known_document(query)
    assert document is not None
    return cache.is_frequent_query(document, None)
