"""Two processes of the service share nothing but the database: what ends, ends in both."""

import contextlib
import uuid

import httpx
import pytest

from customer_gql.core.ids import encode_id
from support.clients import Client
from support.processes import drain, started
from support.staff import make_role, make_staff, session_of, staff_client

pytestmark = pytest.mark.slow

ME = "{ staffMe { user { id } } }"
CALLS = {
    "sign out": "mutation M($input: StaffSignOutInput!) { staffSignOut(input: $input) { endedSessionCount } }",
    "force": "mutation M($input: StaffUserInput!) { staffForceSignIn(input: $input) { endedSessionCount } }",
    "deactivate": "mutation M($input: StaffUserInput!) { staffDeactivate(input: $input) { endedSessionCount } }",
    "role": "mutation M($input: StaffUpdateInput!) { staffUpdate(input: $input) { userErrors { code } } }",
    "service": """mutation M($input: ServiceTokenCreateInput!) { serviceTokenCreate(input: $input) {
      token serviceToken { id } } }""",
    "rotate": "mutation M($input: ServiceTokenRotateInput!) { serviceTokenRotate(input: $input) { token } }",
    "revoke": "mutation M($input: ServiceTokenRevokeInput!) { serviceTokenRevoke(input: $input) { userErrors { code } } }",
}


@contextlib.contextmanager
def process(folder, database_url):
    with started(folder, "serve", database_url=database_url, port=0, worker="false") as running:
        assert running.stderr is not None
        for said in running.stderr:
            if "serving on" in said:
                break
        else:
            raise AssertionError("it did not start")
        drain(running)
        yield said.split("serving on ")[1].split()[0]


@pytest.fixture(scope="module")
def two(database_url, tmp_path_factory):
    folder = tmp_path_factory.mktemp("processes")
    with process(folder, database_url) as one, process(folder, database_url) as other:
        yield one, other


@pytest.fixture
async def here_and_there(two):
    clients = [httpx.AsyncClient(base_url=url, timeout=30) for url in two]
    async with clients[0], clients[1]:
        yield [Client(http, "/admin/graphql", None) for http in clients]


def on(client, token):
    return Client(client.http, client.path, token)


async def test_what_ends_in_one_process_ends_in_the_other_by_the_next_request(here_and_there, http, connection):
    here, there = here_and_there
    boss = on(here, (await staff_client(http, connection)).token)

    async def do(name, /, client=boss, **input):
        return next(iter((await client.data(CALLS[name], input=input)).values()))

    role = await make_role(connection, ["customers.read"])
    user = await make_staff(connection, role)
    id = encode_id("stf", user.id)

    async def session():
        token = await session_of(connection, user.id)
        assert (await on(there, token).data(ME))["staffMe"]["user"]["id"] == id
        return token

    async def is_out(token):
        return (await on(there, token).post(ME)).status_code == 401

    token = await session()
    await do("sign out", on(here, token))
    assert await is_out(token)
    token = await session()
    await do("force", id=id)
    assert await is_out(token)
    token = await session()
    assert "errors" not in await on(there, token).answer("{ websites { id } }")
    await do("role", id=id, roleId=encode_id("rol", await make_role(connection, ["customers.write"])))
    refused = await on(there, token).answer("{ websites { id } }")
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    await do("deactivate", id=id)
    assert await is_out(token)


async def test_a_service_token_ends_in_both_processes(here_and_there, http, connection):
    here, there = here_and_there
    boss = on(here, (await staff_client(http, connection)).token)

    async def do(name, /, **input):
        return next(iter((await boss.data(CALLS[name], input=input)).values()))

    async def status(token):
        return (await on(there, token).post("{ websites { id } }")).status_code

    soon = await connection.fetchval("SELECT to_char(now() + interval '1 day', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
    made = await do("service", name=uuid.uuid4().hex, permissions=["CUSTOMERS_READ"], websiteIds=None, expiresAt=soon)
    assert await status(made["token"]) == 200
    newer = (await do("rotate", id=made["serviceToken"]["id"]))["token"]
    assert [await status(token) for token in (made["token"], newer)] == [401, 200]
    await do("revoke", id=made["serviceToken"]["id"])
    assert await status(newer) == 401
