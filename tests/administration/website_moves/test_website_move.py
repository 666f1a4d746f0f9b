"""What stays, ends and changes when an account moves to another website, and when accounts stop being shared."""

import pytest

from customer_gql.core.ids import encode_id
from support.customers import (
    customer_id,
    forget_repeated_addresses,
    make_customer,
    make_full_customer,
    make_order,
    make_product,
)
from support.ledgers import CREDIT, POINTS, adjust
from support.staff import make_website, staff_client

STEPS = "steps { kind effect count amount { amount currency } message }"
EDIT = f"""mutation Q($input: CustomerQuickEditInput!, $dryRun: Boolean!) {{
  customerQuickEdit(input: $input, dryRun: $dryRun) {{ changedFields customer {{ website {{ id }} cart {{ id }} }}
  websiteMove {{ from {{ id }} to {{ id }} {STEPS} }} userErrors {{ code path }} }} }}"""
SHARE = f"""mutation S($input: AccountSharingSetInput!, $dryRun: Boolean!) {{
  accountSharingSet(input: $input, dryRun: $dryRun) {{ endedSessionCount {STEPS} userErrors {{ code }} }} }}"""
UNSUBSCRIBE = (
    "mutation U($view: ID!) { newsletterUnsubscribe(storeViewId: $view) { isChanged subscription { status } } }"
)


def kinds(move):
    return [(step["kind"], step["effect"], step["count"]) for step in move["steps"]]


@pytest.fixture
async def furnished_shopper(connection):
    """10.00 of credit, 40 points, two orders, an open cart and a subscription on website 1."""
    shopper = await make_full_customer(connection)
    await connection.execute(
        "INSERT INTO newsletter_subscription (customer_id, store_view_id, status) VALUES ($1, 1, 'SUBSCRIBED') "
        "ON CONFLICT (customer_id, store_view_id) DO UPDATE SET status = 'SUBSCRIBED'",
        shopper.id,
    )
    return shopper


async def move(client, shopper, website, *, dry_run=False):
    input = {"id": customer_id(shopper), "websiteId": encode_id("web", website)}
    return (await client.data(EDIT, input=input, dryRun=dry_run))["customerQuickEdit"]


async def test_a_move_names_what_stays_ends_and_changes(furnished_shopper, as_customer, admin_client, connection):
    website = await make_website(connection)
    await as_customer(furnished_shopper.id)
    expected = [
        ("STORE_CREDIT", "STAYS", 1),
        ("REWARD_POINTS", "STAYS", 40),
        ("ORDERS", "STAYS", 2),
        ("SUBSCRIPTIONS", "STAYS", 1),
        ("CART", "ENDS", 1),
        ("SESSIONS", "ENDS", 1),
        ("MAILS", "CHANGES", 1),
    ]
    dry = await move(admin_client, furnished_shopper, website, dry_run=True)
    assert kinds(dry["websiteMove"]) == expected
    assert dry["customer"]["website"] == {"id": encode_id("web", 1)}
    done = await move(admin_client, furnished_shopper, website)
    assert done["websiteMove"] == dry["websiteMove"]
    assert (done["changedFields"], done["userErrors"]) == (["websiteId"], [])
    assert done["customer"] == {"website": {"id": encode_id("web", website)}, "cart": None}
    assert (done["websiteMove"]["from"], done["websiteMove"]["to"]) == (
        {"id": encode_id("web", 1)},
        {"id": encode_id("web", website)},
    )
    assert done["websiteMove"]["steps"][0]["amount"] == {"amount": "10.00", "currency": "USD"}
    assert all(step["message"] for step in done["websiteMove"]["steps"])


async def test_an_account_with_nothing_moves_with_its_mails_alone(admin_client, connection):
    shopper, website = await make_customer(connection), await make_website(connection)
    moved = await move(admin_client, shopper, website)
    assert kinds(moved["websiteMove"]) == [("MAILS", "CHANGES", 1)]
    assert (await move(admin_client, shopper, website))["websiteMove"] is None


async def test_a_website_that_excludes_the_group_is_refused(admin_client, connection):
    shopper, website = await make_customer(connection), await make_website(connection)
    await connection.execute(
        "INSERT INTO customer_group_excluded_website (group_id, website_id) VALUES (1, $1)", website
    )
    refused = await move(admin_client, shopper, website)
    assert refused["userErrors"] == [{"code": "NOT_ALLOWED", "path": ["websiteId"]}]


async def test_a_subscription_of_the_former_website_can_be_ended(
    furnished_shopper, as_customer, admin_client, connection
):
    await move(admin_client, furnished_shopper, await make_website(connection))
    client = await as_customer(furnished_shopper.id)
    ended = {"isChanged": True, "subscription": {"status": "UNSUBSCRIBED"}}
    assert (await client.data(UNSUBSCRIBE, view=encode_id("stv", 1)))["newsletterUnsubscribe"] == ended
    again = (await client.data(UNSUBSCRIBE, view=encode_id("stv", 1)))["newsletterUnsubscribe"]
    assert again == {**ended, "isChanged": False}
    other = await client.data(UNSUBSCRIBE, view=encode_id("stv", 2**40))
    assert other["newsletterUnsubscribe"] == {"isChanged": False, "subscription": None}


async def test_mails_follow_the_new_website(admin_client, connection):
    shopper, website = await make_customer(connection), await make_website(connection)
    await move(admin_client, shopper, website)
    document = (
        "mutation F($input: CustomerForceSignInInput!) { customerForceSignIn(input: $input) { userErrors { code } } }"
    )
    await admin_client.data(document, input={"id": customer_id(shopper)})
    views = await connection.fetch("SELECT store_view_id FROM mail_outbox WHERE customer_id = $1", shopper.id)
    assert [row.store_view_id for row in views] == [website]


async def share(client, sharing, *, dry_run=False):
    return (await client.data(SHARE, input={"sharing": sharing}, dryRun=dry_run))["accountSharingSet"]


def counts(answer):
    return {step["kind"]: step["count"] for step in answer["steps"]}


async def test_accounts_that_stop_being_shared_leave_the_same_behind(admin_client, connection):
    website = await make_website(connection)
    await forget_repeated_addresses(connection)
    assert (await share(admin_client, "GLOBAL"))["steps"] == []
    before = counts(await share(admin_client, "PER_WEBSITE", dry_run=True))
    shopper = await make_customer(connection)
    other = encode_id("web", website)
    await adjust(admin_client, CREDIT, shopper, "credit", 500, websiteId=other)
    await adjust(admin_client, POINTS, shopper, "points", 30, websiteId=other)
    await make_order(connection, shopper, [await make_product(connection)], store_view_id=website)
    planned = await share(admin_client, "PER_WEBSITE", dry_run=True)
    assert await share(admin_client, "PER_WEBSITE") == planned
    more = {kind: count - before.get(kind, 0) for kind, count in counts(planned).items()}
    assert {kind: count for kind, count in more.items() if count} == {
        "STORE_CREDIT": 1,
        "REWARD_POINTS": 30,
        "ORDERS": 1,
    }
    assert {step["amount"] and step["amount"]["amount"] for step in planned["steps"]} == {None}


COLLIDE = """mutation S($input: AccountSharingSetInput!) { accountSharingSet(input: $input) {
  userErrors { key params message path } } }"""


@pytest.mark.parametrize(
    ("permissions", "reads_addresses"),
    [
        (["configuration.manage"], False),
        (["configuration.manage", "customers.read"], False),
        (["configuration.manage", "customers.pii"], False),
        (["configuration.manage", "customers.read", "customers.pii"], True),
    ],
)
async def test_addresses_that_collide_are_named_only_to_who_may_read_them(
    permissions, reads_addresses, http, connection
):
    await forget_repeated_addresses(connection)
    shopper = await make_customer(connection)
    other = await make_customer(connection, website_id=await make_website(connection), email=shopper.email)
    client = await staff_client(http, connection, permissions)
    answer = await client.data(COLLIDE, input={"sharing": "GLOBAL"})
    await connection.execute("DELETE FROM customer_email WHERE customer_id = $1", other.id)
    (error,) = answer["accountSharingSet"]["userErrors"]
    assert (error["key"], error["path"]) == ("account_sharing.emails_collide", ["sharing"])
    assert error["params"] == {"count": 1, "examples": [shopper.email] if reads_addresses else []}
    assert (shopper.email in error["message"]) is reads_addresses
