"""Subscriptions that staff begin and end for a customer, and the mail that tells them."""

from typing import Any

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.newsletter.opt_in import ENABLED
from customer_gql.customers.newsletter.tables import newsletter_subscription
from customer_gql.customers.profile.sharing import AccountSharing, set_account_sharing
from customer_gql.database.statements import Connection
from support.clients import Client
from support.customers import customer_id, forget_repeated_addresses, make_customer, put
from support.staff import make_website, staff_client

SET = """mutation S($input: CustomerSubscriptionSetInput!) { customerSubscriptionSet(input: $input) {
  isChanged customer { id } subscription { id status } subscriptions { status } userErrors { code key path } } }"""


async def subscribe(client: Client, customer: Any, wanted: bool, view: int = 1) -> Any:
    given = {"customerId": customer_id(customer), "storeViewId": encode_id("stv", view), "isSubscribed": wanted}
    return (await client.data(SET, input=given))["customerSubscriptionSet"]


async def rows(connection: Connection, query: str, customer: Any) -> list[str]:
    return [row[0] for row in await connection.fetch(query, customer.id)]


async def mails(connection: Connection, customer: Any) -> list[str]:
    return await rows(connection, "SELECT template FROM mail_outbox WHERE customer_id = $1 ORDER BY id", customer)


async def statuses(connection: Connection, customer: Any) -> list[str]:
    return await rows(connection, "SELECT status FROM newsletter_subscription WHERE customer_id = $1", customer)


async def test_there_and_back_each_once(admin_client: Client, connection: Connection):
    customer = await make_customer(connection)
    for wanted, status in ((True, "SUBSCRIBED"), (False, "UNSUBSCRIBED")):
        for changed in (True, False):
            assert await subscribe(admin_client, customer, wanted) == {
                "isChanged": changed,
                "customer": {"id": customer_id(customer)},
                "subscription": {"id": encode_id("sub", customer.id, 1), "status": status},
                "subscriptions": [{"status": status}],
                "userErrors": [],
            }
    assert await mails(connection, customer) == ["newsletter_subscribed", "newsletter_unsubscribed"]
    kinds = "SELECT kind || ' ' || actor FROM customer_event WHERE customer_id = $1 ORDER BY id"
    assert await rows(connection, kinds, customer) == ["SUBSCRIBED STAFF", "UNSUBSCRIBED STAFF"]


async def test_ending_what_never_began_changes_nothing(admin_client: Client, connection: Connection):
    customer = await make_customer(connection)
    answer = await subscribe(admin_client, customer, wanted=False)
    assert (answer["isChanged"], answer["subscription"], answer["userErrors"]) == (False, None, [])
    assert (await mails(connection, customer), await statuses(connection, customer)) == ([], [])


async def test_an_account_that_is_not_confirmed_waits(admin_client: Client, connection: Connection):
    customer = await make_customer(connection, is_email_confirmed=False)
    assert (await subscribe(admin_client, customer, wanted=True))["subscription"]["status"] == "UNCONFIRMED"
    assert (await subscribe(admin_client, customer, wanted=False))["subscription"]["status"] == "UNSUBSCRIBED"


@pytest.mark.parametrize("status", ["SUBSCRIBED", "NOT_ACTIVE", "UNCONFIRMED"])
async def test_what_is_stored_can_be_ended_wherever_it_is(
    http: Any, connection: Connection, configured: Any, status: str
):
    elsewhere = await make_website(connection)
    customer = await make_customer(connection, status="INACTIVE")
    await configured(ENABLED, False)
    clerk = await staff_client(http, connection, website_ids=[1])
    for view in (1, elsewhere):
        key = {"customer_id": customer.id, "store_view_id": view}
        await put(connection, newsletter_subscription, **key, status=status)
        answer = await subscribe(clerk, customer, wanted=False, view=view)
        assert (answer["isChanged"], answer["subscription"]["status"]) == (True, "UNSUBSCRIBED")


async def test_beginning_is_refused_where_the_customer_could_not(
    admin_client: Client, connection: Connection, configured: Any
):
    customer, elsewhere = await make_customer(connection), await make_website(connection)
    refused = await subscribe(admin_client, customer, wanted=True, view=elsewhere)
    path = ["storeViewId"]
    assert refused["userErrors"] == [{"code": "NOT_ALLOWED", "key": "newsletter.other_website", "path": path}]
    await configured(ENABLED, False)
    refused = await subscribe(admin_client, customer, wanted=True)
    assert refused["userErrors"] == [{"code": "NOT_ALLOWED", "key": "newsletter.not_offered", "path": path}]
    assert (refused["isChanged"], await statuses(connection, customer)) == (False, [])


async def test_a_shared_account_subscribes_on_every_website(
    http: Any, admin_client: Client, connection: Connection, configured: Any
):
    customer, elsewhere = await make_customer(connection), await make_website(connection)
    await forget_repeated_addresses(connection)
    async with connection.transaction():
        await set_account_sharing(connection, AccountSharing.GLOBAL)
    try:
        clerk = await staff_client(http, connection, website_ids=[1])
        refused = await subscribe(clerk, customer, wanted=True, view=elsewhere)
        assert refused["userErrors"] == [{"code": "NOT_FOUND", "key": "store_view.not_found", "path": ["storeViewId"]}]
        assert (await subscribe(admin_client, customer, wanted=True, view=elsewhere))["isChanged"] is True
    finally:
        async with connection.transaction():
            await set_account_sharing(connection, AccountSharing.PER_WEBSITE)


async def test_other_identities_are_refused(http: Any, connection: Connection):
    customer = await make_customer(connection)
    given = {"customerId": customer_id(customer), "storeViewId": encode_id("stv", 1), "isSubscribed": True}
    reader = await staff_client(http, connection, ["customers.read"])
    error = (await reader.answer(SET, input=given))["errors"][0]
    assert error["extensions"] == {"code": "FORBIDDEN", "permission": "customers.write"}
    clerk = await staff_client(http, connection, website_ids=[await make_website(connection)])
    for wanted in (True, False):
        refused = await subscribe(clerk, customer, wanted)
        assert refused["userErrors"] == [{"code": "NOT_FOUND", "key": "customer.not_found", "path": ["customerId"]}]
    everywhere = await staff_client(http, connection)
    for wanted in (True, False):
        refused = await subscribe(everywhere, customer, wanted, view=123456)
        assert refused["userErrors"] == [{"code": "NOT_FOUND", "key": "store_view.not_found", "path": ["storeViewId"]}]
    malformed = {"customerId": "x", "storeViewId": "cus_1", "isSubscribed": True}
    errors = (await everywhere.data(SET, input=malformed))["customerSubscriptionSet"]["userErrors"]
    assert [(error["code"], error["path"]) for error in errors] == [
        ("NOT_FOUND", ["customerId"]),
        ("NOT_FOUND", ["storeViewId"]),
    ]
    assert (await mails(connection, customer), await statuses(connection, customer)) == ([], [])
