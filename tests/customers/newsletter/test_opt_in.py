"""Double opt-in: a wish typed with an address begins when the link that went there was opened."""

import asyncio
import uuid

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.registration.settings import EMAIL_CONFIRMATION as CONFIRMATION
from customer_gql.customers.newsletter.opt_in import CONFIRM_BY_MAIL
from customer_gql.security.tokens import hash_token
from support.customers import customer_id
from support.races import stop_after, stop_before
from support.shopping import CONFIRM, SIGN_UP, person
from support.staff import make_website

SUBSCRIBE = "mutation { newsletterSubscribe { subscription { status } userErrors { code } } }"
UNSUBSCRIBE = "mutation { newsletterUnsubscribe { subscription { status } userErrors { code } } }"
OPEN = """mutation O($input: NewsletterConfirmInput!) { newsletterConfirm(input: $input) {
  isChanged subscription { status storeView { code } } userErrors { code path } } }"""
DELETE = """mutation D($input: CustomerMassActionInput!) { customerMassAction(input: $input) {
  results { outcome } userErrors { code } } }"""
MOVE = """mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) {
  changedFields userErrors { code } } }"""
LOCK = ("FROM customer WHERE customer.id =", "FOR UPDATE")
BEGUN = {"status": "SUBSCRIBED", "storeView": {"code": "default"}}
DEAD = {"isChanged": False, "subscription": None, "userErrors": [{"code": "INVALID", "path": ["token"]}]}


@pytest.fixture
async def wished(browser, configured, connection, mails):
    """A new account that wished for the newsletter: the customer, and what the mails brought."""

    async def sign_up():
        await configured(CONFIRM_BY_MAIL, True)
        email = f"{uuid.uuid4().hex}@example.com"
        await (await browser()).data(SIGN_UP, input=person(email, isSubscribed=True))
        return await connection.fetchrow("SELECT * FROM customer WHERE email = $1", email), dict(await mails(email))

    return sign_up


@pytest.fixture
def status(connection):
    async def found(row):
        return await connection.fetchval("SELECT status FROM newsletter_subscription WHERE customer_id = $1", row.id)

    return found


async def test_it_waits_for_its_link_and_begins_with_it(wished, browser, status, mails, events, connection):
    row, brought = await wished()
    token = brought["newsletter_confirm"]
    assert (sorted(brought), token[:4], await status(row)) == (["newsletter_confirm", "welcome"], "cgn_", "NOT_ACTIVE")
    stored = await connection.fetchval("SELECT token_hash FROM newsletter_confirmation WHERE customer_id = $1", row.id)
    assert stored == hash_token(token)
    guest = await browser()
    assert (await guest.data(OPEN, input={"token": token}))["newsletterConfirm"] == {
        "isChanged": True,
        "subscription": {"status": "SUBSCRIBED", "storeView": {"code": "default"}},
        "userErrors": [],
    }
    # Opened again, it is answered as done; nothing is mailed or written twice.
    assert (await guest.data(OPEN, input={"token": token}))["newsletterConfirm"] == {
        "isChanged": False,
        "subscription": {"status": "SUBSCRIBED", "storeView": {"code": "default"}},
        "userErrors": [],
    }
    assert [name for name, _ in await mails(row.email)].count("newsletter_subscribed") == 1
    assert (await events(row.id)).count("SUBSCRIBED") == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE newsletter_confirmation SET expires_at = now() WHERE customer_id = $1",
        "UPDATE customer SET email = 'moved' || email WHERE id = $1",
        "UPDATE newsletter_subscription SET status = 'UNSUBSCRIBED' WHERE customer_id = $1",
        "DELETE FROM customer WHERE id = $1",
    ],
)
async def test_what_ends_a_link(change, wished, browser, status, connection):
    row, brought = await wished()
    await connection.execute(change, row.id)
    before = await status(row)
    answer = await (await browser()).data(OPEN, input={"token": brought["newsletter_confirm"]})
    assert (answer["newsletterConfirm"], await status(row)) == (DEAD, before)


@pytest.mark.parametrize("token", ["", "cgn_none", "x" * 4096])
async def test_what_is_no_link(token, browser):
    assert (await (await browser()).data(OPEN, input={"token": token}))["newsletterConfirm"] == DEAD


async def test_one_link_is_enough_where_the_account_waits_too(wished, browser, configured, status):
    await configured(CONFIRMATION, True)
    row, brought = await wished()
    assert (list(brought), await status(row)) == (["confirm_email"], "UNCONFIRMED")
    await (await browser()).data(CONFIRM, input={"token": brought["confirm_email"]})
    assert await status(row) == "SUBSCRIBED"


async def test_the_own_address_needs_no_link_and_an_old_link_undoes_no_change_of_mind(wished, browser, as_customer):
    row, brought = await wished()
    me = await as_customer(row.id)
    assert (await me.data(SUBSCRIBE))["newsletterSubscribe"]["subscription"] == {"status": "SUBSCRIBED"}
    assert (await me.data(UNSUBSCRIBE))["newsletterUnsubscribe"]["subscription"] == {"status": "UNSUBSCRIBED"}
    answer = await (await browser()).data(OPEN, input={"token": brought["newsletter_confirm"]})
    assert answer["newsletterConfirm"] == DEAD


@pytest.fixture
def meanwhile(admin_client, connection):
    """What staff do to the account, by name; the task."""

    async def act(name, row):
        if name == "delete":
            input = {"action": "DELETE", "selection": {"ids": [customer_id(row)]}}
            return asyncio.create_task(admin_client.data(DELETE, input=input))
        elsewhere = encode_id("web", await make_website(connection))
        return asyncio.create_task(admin_client.data(MOVE, input={"id": customer_id(row), "websiteId": elsewhere}))

    return act


DONE = {
    "delete": {"customerMassAction": {"results": [{"outcome": "DONE"}], "userErrors": []}},
    "move": {"customerQuickEdit": {"changedFields": ["websiteId"], "userErrors": []}},
}


@pytest.mark.parametrize(("name", "answered", "left"), [("delete", DEAD, None), ("move", None, "SUBSCRIBED")])
async def test_a_link_is_judged_by_the_account_after_what_staff_do_to_it_meanwhile(
    name, answered, left, wished, browser, status, mails, meanwhile
):
    row, brought = await wished()
    async with stop_before(*LOCK) as stop:
        opening = asyncio.create_task((await browser()).data(OPEN, input={"token": brought["newsletter_confirm"]}))
        await stop.reached_by(opening)
        assert await (await meanwhile(name, row)) == DONE[name]
    # A subscription stays with the website that it was requested on, and so begins there.
    begun = {"isChanged": True, "subscription": BEGUN, "userErrors": []}
    assert (await opening)["newsletterConfirm"] == (answered or begun)
    assert await status(row) == left
    told = [template for template, _ in await mails(row.email)].count("newsletter_subscribed")
    assert told == (1 if left else 0)


@pytest.mark.parametrize(("name", "left"), [("delete", None), ("move", "SUBSCRIBED")])
async def test_what_staff_do_waits_for_a_link_that_is_being_opened(
    name, left, wished, browser, status, events, meanwhile, connection
):
    row, brought = await wished()
    async with stop_after(*LOCK) as stop:
        opening = asyncio.create_task((await browser()).data(OPEN, input={"token": brought["newsletter_confirm"]}))
        await stop.reached_by(opening)
        acting = await meanwhile(name, row)
        assert await stop.is_waited_for_by(acting, connection)
    # The payload is read after the commit, when a delete may be done too.
    answer = (await opening)["newsletterConfirm"]
    assert (answer["isChanged"], answer["userErrors"]) == (True, [])
    assert await acting == DONE[name]
    assert await status(row) == left
    last = {"delete": "DELETED", "move": "WEBSITE_CHANGED"}[name]
    assert (await events(row.id))[-2:] == ["SUBSCRIBED", last]
