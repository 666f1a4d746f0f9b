"""One account cannot fill the history: what a customer writes has a budget per hour, counted for all processes."""

import asyncio
from typing import Any

import pytest

from customer_gql.schema import storefront
from customer_gql.security.throttle import write_key
from customer_gql.settings import StorefrontSettings
from support.clients import Client, served
from support.customers import customer_id
from support.shopping import ANOTHER, CHANGE, EXCHANGE, ME, PASSWORD, REFRESH, REVOKE, SIGN_IN, SIGN_OUT

ALWAYS = {
    "signOut",
    "sessionRevoke",
    "tokenRefresh",
    "emailChangeUndo",
    "rememberedForget",
    "visitorPing",
    "productViewRecord",
}
RENAME = (
    "mutation R($name: String!) { meUpdate(input: {firstName: $name}) { customer { firstName } userErrors { code } } }"
)
LOGIN_AS = (
    """mutation A($input: CustomerLoginAsInput!) { customerLoginAs(input: $input) { code userErrors { code } } }"""
)


@pytest.fixture
async def shop(settings, database):
    """With a budget of three."""
    limits = StorefrontSettings(customer_writes=3, address_attempts=1000)  # pyright: ignore[reportCallIssue]
    async with served(settings.model_copy(update={"storefront": limits}), database) as http:
        yield Client(http, "/graphql", None)


@pytest.fixture
async def account(shopper, shop, connection):
    """An account, a device that is signed in, and its refresh token."""
    row = await shopper()
    signed = (await shop.data(SIGN_IN, input={"email": row.email, "password": PASSWORD}))["signIn"]
    device = Client(shop.http, "/graphql", signed["accessToken"])
    return row, device, signed["refreshToken"]


def wait_of(answer):
    (error,) = answer["errors"]
    wait = error["extensions"]["retryAfter"]
    assert error["extensions"] == {"code": "RATE_LIMITED", "retryAfter": wait}
    assert error["message"] == f"The account made too many changes within an hour. Try again in {wait} s."
    return wait


async def edits_of(connection, row):
    return await connection.fetchval(
        "SELECT count(*) FROM customer_event WHERE customer_id = $1 AND kind = 'EDITED'", row.id
    )


async def test_the_audits_request_is_refused_once_the_budget_is_spent(account, connection):
    """A free account changed its name 712 times within 8 seconds."""
    row, device, _ = account
    answers = await asyncio.gather(*[device.answer(RENAME, name=f"Grace {number}") for number in range(30)])
    refused = [answer for answer in answers if "errors" in answer]
    assert (len(refused), await edits_of(connection, row)) == (27, 3)
    assert all(3500 < wait_of(answer) <= 3600 for answer in refused)
    assert (await device.data(ME))["me"] == {"id": customer_id(row)}  # reading goes on
    over = "UPDATE throttle SET until = now() - interval '1 second' WHERE key_hash = $1"
    await connection.execute(over, write_key(row.id, "writes"))
    await device.data(RENAME, name="Ada")
    assert await edits_of(connection, row) == 4


async def test_each_mutation_of_a_document_counts(account):
    _, device, _ = account
    field = 'meUpdate(input: {firstName: "Grace"}) { userErrors { code } }'
    answer = await device.answer(f"mutation {{ a: {field} b: {field} c: {field} d: {field} }}")
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("RATE_LIMITED", ["d"])


async def test_another_account_and_staff_are_not_limited_by_it(account, shop, shopper, admin_client, connection):
    row, device, _ = account
    for _ in range(3):
        await device.data(RENAME, name="Grace")
    assert wait_of(await device.answer(RENAME, name="Grace"))
    other = await shopper()
    signed = (await shop.data(SIGN_IN, input={"email": other.email, "password": PASSWORD}))["signIn"]
    await Client(shop.http, "/graphql", signed["accessToken"]).data(RENAME, name="Ada")
    await connection.execute("UPDATE customer SET allows_remote_assistance = true WHERE id = $1", row.id)
    input = {"id": customer_id(row), "reason": "Asked by telephone"}
    code = (await admin_client.data(LOGIN_AS, input=input))["customerLoginAs"]["code"]
    token = (await shop.data(EXCHANGE, input={"code": code}))["loginAsExchange"]["accessToken"]
    for number in range(4):
        await Client(shop.http, "/graphql", token).data(RENAME, name=f"By staff {number}")
    edit = (
        """mutation E($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { userErrors { code } } }"""
    )
    staff = Client(shop.http, "/admin/graphql", admin_client.token)
    for number in range(4):
        await staff.data(edit, input={"id": customer_id(row), "taxVatNumber": f"GB{number}"})


async def test_what_ends_access_always_works(account, shop, connection):
    row, device, refresh = account
    await connection.execute(
        "INSERT INTO throttle (key_hash, count, until) VALUES ($1, 3, now() + interval '1 hour')",
        write_key(row.id, "writes"),
    )
    assert wait_of(await device.answer(CHANGE, input={"currentPassword": PASSWORD, "newPassword": ANOTHER}))
    answer = await device.data(REFRESH, input={"refreshToken": refresh})
    device.token = answer["tokenRefresh"]["accessToken"]
    signed = await shop.data(SIGN_IN, input={"email": row.email, "password": PASSWORD})
    other = Client(shop.http, "/graphql", signed["signIn"]["accessToken"])
    sessions = (await device.data("{ sessions { id isCurrent } }"))["sessions"]
    (elsewhere,) = [session["id"] for session in sessions if not session["isCurrent"]]
    assert (await device.data(REVOKE, input={"id": elsewhere}))["sessionRevoke"]["endedSessionCount"] == 1
    assert (await other.post(ME)).status_code == 401
    assert (await device.data(SIGN_OUT, input={"all": True}))["signOut"]["endedSessionCount"] == 1


async def test_sign_ins_have_a_budget_of_their_own(account, shop):
    row, device, _ = account
    input = {"email": row.email, "password": PASSWORD}
    for _ in range(2):
        assert (await shop.data(SIGN_IN, input=input))["signIn"]["accessToken"]
    assert wait_of(await shop.answer(SIGN_IN, input=input))
    refused = await shop.data(SIGN_IN, input={**input, "password": "wrong"})  # only the right password meets it
    assert refused["signIn"]["userErrors"]
    await device.data(RENAME, name="Grace")


def test_every_mutation_of_the_storefront_has_the_budget_or_is_named_here():
    without = set()
    mutation: Any = storefront.schema.mutation
    for field in mutation.__strawberry_definition__.fields:
        kinds = {type(extension).__name__ for extension in field.extensions}
        if "WithinWriteBudget" not in kinds:
            without.add(storefront.schema.config.name_converter.get_graphql_name(field))
    assert without == ALWAYS
