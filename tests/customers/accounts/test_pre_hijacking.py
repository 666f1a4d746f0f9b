"""Somebody made an account with another's address, and waits for the owner to come."""

import uuid

import pytest

from customer_gql.customers.accounts.registration.settings import EMAIL_CONFIRMATION as CONFIRMATION
from support.customers import make_address
from support.shopping import (
    ANOTHER,
    CONFIRM,
    EMAIL_CONFIRM,
    EMAIL_REQUEST,
    PASSWORD,
    REFRESH,
    RESET,
    RESET_REQUEST,
    SIGN_IN,
    SIGN_UP,
    is_let_in,
    person,
)


def fresh():
    return f"{uuid.uuid4().hex}@example.com"


@pytest.fixture
def recovered(browser, mails):
    """The owner takes the account with the link that only their mailbox has."""

    async def take(email):
        guest = await browser()
        await guest.data(RESET_REQUEST, input={"email": email})
        token = [token for template, token in await mails(email) if template == "password_reset"][-1]
        assert await guest.data(RESET, input={"token": token, "password": ANOTHER}) == {
            "passwordReset": {"userErrors": []}
        }
        answer = await guest.data(SIGN_IN, input={"email": email, "password": ANOTHER})
        guest.token = answer["signIn"]["accessToken"]
        return guest

    return take


async def test_sessions_and_a_waiting_change_of_address_end_with_the_owners_reset(
    browser, signed_in, recovered, mails, connection
):
    email, elsewhere = fresh(), fresh()
    await (await browser()).data(SIGN_UP, input=person(email))
    row = await connection.fetchrow("SELECT * FROM customer WHERE email = $1", email)
    thief = await signed_in(row)
    await thief.data(EMAIL_REQUEST, input={"email": elsewhere, "currentPassword": PASSWORD})
    [(_, token)] = await mails(elsewhere)
    owner = await recovered(email)
    assert await is_let_in(owner)
    assert not await is_let_in(thief)
    refreshed = await (await browser()).data(REFRESH, input={"refreshToken": thief.refresh})
    assert refreshed["tokenRefresh"]["accessToken"] is None
    # Not even the owner, tricked into it, completes what the thief began.
    dead = {"emailChangeConfirm": {"userErrors": [{"code": "INVALID", "path": ["token"]}]}}
    assert await owner.data(EMAIL_CONFIRM, input={"token": token}) == dead
    assert await connection.fetchval("SELECT email FROM customer WHERE id = $1", row.id) == email


async def test_what_was_said_before_the_address_was_proven_goes(
    browser, configured, recovered, connection, events, mails
):
    await configured(CONFIRMATION, True)
    email = fresh()
    input = person(email, isSubscribed=True, allowsRemoteAssistance=True)
    await (await browser()).data(SIGN_UP, input=input)
    row = await connection.fetchrow("SELECT * FROM customer WHERE email = $1", email)
    await make_address(connection, row, is_default_billing=True)
    owner = await recovered(email)
    me = await owner.data("""{ me { isEmailConfirmed allowsRemoteAssistance addresses { city }
        newsletterSubscriptions { status } } }""")
    assert me["me"] == {
        "isEmailConfirmed": True,
        "allowsRemoteAssistance": False,
        "addresses": [],
        "newsletterSubscriptions": [{"status": "UNSUBSCRIBED"}],
    }
    assert "UNPROVEN_DROPPED" in await events(row.id)
    first = next(token for template, token in await mails(email) if template == "confirm_email")
    answer = await (await browser()).data(CONFIRM, input={"token": first})
    assert answer["emailConfirm"]["userErrors"] == [{"code": "INVALID", "path": ["token"]}]


async def test_a_proven_account_keeps_its_things(shopper, recovered, connection):
    row = await shopper(allows_remote_assistance=True)
    await make_address(connection, row, is_default_billing=True)
    owner = await recovered(row.email)
    me = await owner.data("{ me { allowsRemoteAssistance addresses { isDefaultBilling } } }")
    assert me["me"] == {"allowsRemoteAssistance": True, "addresses": [{"isDefaultBilling": True}]}


async def test_sessions_from_before_the_confirmation_end_with_it(browser, signed_in, configured, mails, connection):
    await configured(CONFIRMATION, True)
    email, guest = fresh(), await browser()
    await guest.data(SIGN_UP, input=person(email))
    row = await connection.fetchrow("SELECT * FROM customer WHERE email = $1", email)
    await connection.execute("UPDATE customer SET is_email_confirmed = true WHERE id = $1", row.id)
    early = await signed_in(row)
    await connection.execute("UPDATE customer SET is_email_confirmed = false WHERE id = $1", row.id)
    [(_, token)] = await mails(email)
    assert await guest.data(CONFIRM, input={"token": token}) == {"emailConfirm": {"userErrors": []}}
    assert not await is_let_in(early)
