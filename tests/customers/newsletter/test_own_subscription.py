"""A customer's own subscription in the store view they shop in."""

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.newsletter.opt_in import ENABLED
from customer_gql.shop.settings.writes import set_value
from support.customers import make_customer

SUBSCRIBE, UNSUBSCRIBE = (
    f"mutation {{ newsletter{verb} {{ isChanged subscription {{ id status }} userErrors {{ code path }} }} }}"
    for verb in ("Subscribe", "Unsubscribe")
)


async def test_there_and_back(as_customer, connection):
    row = await make_customer(connection)
    me, id = await as_customer(row.id), encode_id("sub", row.id, 1)
    nothing = await me.data(UNSUBSCRIBE)
    assert nothing == {"newsletterUnsubscribe": {"isChanged": False, "subscription": None, "userErrors": []}}
    for changed in (True, False):
        assert await me.data(SUBSCRIBE) == {
            "newsletterSubscribe": {
                "isChanged": changed,
                "subscription": {"id": id, "status": "SUBSCRIBED"},
                "userErrors": [],
            }
        }
    for changed in (True, False):
        answer = (await me.data(UNSUBSCRIBE))["newsletterUnsubscribe"]
        assert (answer["isChanged"], answer["subscription"]["status"]) == (changed, "UNSUBSCRIBED")
    mails = await connection.fetch("SELECT template FROM mail_outbox WHERE customer_id = $1 ORDER BY id", row.id)
    assert [mail.template for mail in mails] == ["newsletter_subscribed", "newsletter_unsubscribed"]
    events = await connection.fetch("SELECT kind FROM customer_event WHERE customer_id = $1 ORDER BY id", row.id)
    assert [event.kind for event in events] == ["SUBSCRIBED", "UNSUBSCRIBED"]


async def test_an_account_not_confirmed_waits(as_customer, connection):
    me = await as_customer((await make_customer(connection, is_email_confirmed=False)).id)
    assert (await me.data(SUBSCRIBE))["newsletterSubscribe"]["subscription"]["status"] == "UNCONFIRMED"


async def test_a_store_view_without_a_newsletter(as_customer, connection):
    row = await make_customer(connection)
    me = await as_customer(row.id)
    await set_value(connection, ENABLED, False)
    try:
        answer = (await me.data(SUBSCRIBE))["newsletterSubscribe"]
    finally:
        await set_value(connection, ENABLED, True)
    assert answer == {"isChanged": False, "subscription": None, "userErrors": [{"code": "NOT_ALLOWED", "path": None}]}
    assert await connection.fetchval("SELECT count(*) FROM newsletter_subscription WHERE customer_id = $1", row.id) == 0


@pytest.mark.parametrize("document", [SUBSCRIBE, UNSUBSCRIBE])
async def test_a_guest_has_none(document, storefront):
    assert (await storefront.answer(document))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
