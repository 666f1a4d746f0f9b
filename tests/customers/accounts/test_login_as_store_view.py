"""In which store view staff sign in as a customer: that of the account, or one that they choose."""

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.sessions.settings import LOGIN_AS_STORE_VIEW
from customer_gql.customers.profile.sharing import AccountSharing, set_account_sharing
from support.clients import served
from support.customers import customer_id
from support.staff import staff_client

LOGIN_AS = """mutation L($input: CustomerLoginAsInput!) { customerLoginAs(input: $input) {
  code storeView { code } userErrors { code key path } } }"""
FORCE = """mutation F($input: CustomerForceSignInInput!) { customerForceSignIn(input: $input) {
  endedTokenCount loginCode loginCodeStoreView { code } userErrors { code key path } } }"""


@pytest.fixture
async def database(empty_database):
    """A shop of two websites; the first has a second store view, the second a closed one."""
    async with empty_database.writes.acquire() as connection:
        await connection.execute("INSERT INTO website (id, code, name, currency) VALUES (2, 'two', 'Two', 'EUR')")
        await connection.execute(
            "INSERT INTO store (id, website_id, code, name, is_default) VALUES (2, 2, 'two', 'T', true)"
        )
        await connection.execute(
            "INSERT INTO store_view (id, store_id, code, name, is_default, is_active) VALUES"
            " (2, 2, 'two', 'T', true, true), (3, 1, 'second', 'S', false, true), (4, 2, 'closed', 'C', false, false)"
        )
    return empty_database


@pytest.fixture
async def http(settings, database):
    async with served(settings, database) as client:
        yield client


async def ask(staff, row, **given):
    answer = await staff.data(LOGIN_AS, input={"id": customer_id(row), "reason": "Help", **given})
    return answer["customerLoginAs"]


def refused(answer):
    assert (answer["code"], answer["storeView"]) == (None, None)
    return [(error["key"], error["path"]) for error in answer["userErrors"]]


async def test_the_store_view_of_the_account(admin_client, shopper):
    """That of the website to which the account moved, and an open one."""
    consent = {"allows_remote_assistance": True}
    for view, made in (
        ("second", await shopper(created_in_store_view_id=3, **consent)),
        ("two", await shopper(website_id=2, created_in_store_view_id=3, **consent)),
        ("two", await shopper(website_id=2, created_in_store_view_id=4, **consent)),
    ):
        answer = await ask(admin_client, made)
        assert (answer["storeView"], answer["userErrors"]) == ({"code": view}, [])
        assert answer["code"]
    made = await shopper(**consent)
    given = await ask(admin_client, made, storeViewId=encode_id("stv", 1))
    assert refused(given) == [("impersonation.store_view_follows_account", ["storeViewId"])]


async def test_a_store_view_that_staff_choose(admin_client, http, shopper, connection, configured):
    await configured(LOGIN_AS_STORE_VIEW, "MANUAL")
    made = await shopper(allows_remote_assistance=True)
    assert refused(await ask(admin_client, made)) == [("value.required", ["storeViewId"])]
    answer = await ask(admin_client, made, storeViewId=encode_id("stv", 3))
    assert (answer["storeView"], answer["userErrors"]) == ({"code": "second"}, [])
    for view, key in (
        (encode_id("stv", 2), "impersonation.store_view_out_of_reach"),
        (encode_id("stv", 4), "store_view.not_found"),
        (encode_id("stv", 99), "store_view.not_found"),
        (encode_id("web", 1), "id.malformed"),
    ):
        assert refused(await ask(admin_client, made, storeViewId=view))[0][1] == ["storeViewId"], key
    await set_account_sharing(connection, AccountSharing.GLOBAL)
    try:
        answer = await ask(admin_client, made, storeViewId=encode_id("stv", 2))
        assert answer["storeView"] == {"code": "two"}
        of_one = await staff_client(http, connection, website_ids=[1])
        assert refused(await ask(of_one, made, storeViewId=encode_id("stv", 2))) == [
            ("store_view.not_found", ["storeViewId"])
        ]
    finally:
        await set_account_sharing(connection, AccountSharing.PER_WEBSITE)


async def test_a_forced_sign_in_with_a_code(admin_client, shopper, connection, configured, signed_in):
    made = await shopper(allows_remote_assistance=True)
    await signed_in(made)
    await configured(LOGIN_AS_STORE_VIEW, "MANUAL")

    async def force(**given):
        return (await admin_client.data(FORCE, input={"id": customer_id(made), **given}))["customerForceSignIn"]

    answer = await force(loginCodeReason="Help")
    assert [error["path"] for error in answer["userErrors"]] == [["loginCodeStoreViewId"]]
    answer = await force(loginCodeStoreViewId=encode_id("stv", 3))
    assert [error["path"] for error in answer["userErrors"]] == [["loginCodeReason"]]
    live = "SELECT count(*) FROM customer_token WHERE customer_id = $1"
    assert await connection.fetchval(live, made.id) == 1
    answer = await force(loginCodeReason="Help", loginCodeStoreViewId=encode_id("stv", 3))
    assert (answer["endedTokenCount"], answer["loginCodeStoreView"]) == (1, {"code": "second"})
    assert answer["loginCode"]
    answer = await force()
    assert (answer["loginCode"], answer["loginCodeStoreView"]) == (None, None)
