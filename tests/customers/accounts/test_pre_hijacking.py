"""Somebody made an account with another's address, and waits for the owner to come."""

import json
import uuid

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.registration.settings import EMAIL_CONFIRMATION as CONFIRMATION
from support.customers import make_address
from support.shopping import (
    ANOTHER,
    CHANGE,
    CONFIRM,
    EMAIL_CONFIRM,
    EMAIL_REQUEST,
    PASSWORD,
    REFRESH,
    RESEND,
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
    dead = {"emailChangeConfirm": {"isChanged": False, "userErrors": [{"code": "INVALID", "path": ["token"]}]}}
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
    # The link of the sign-up has no work left, and the owner who opens it late is not told to start again.
    answer = await (await browser()).data(CONFIRM, input={"token": first})
    assert answer["emailConfirm"] == {"isChanged": False, "userErrors": []}


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
    assert await guest.data(CONFIRM, input={"token": token}) == {"emailConfirm": {"isChanged": True, "userErrors": []}}
    assert not await is_let_in(early)


async def test_without_confirmation_the_first_proof_resets_what_was_said_before(
    browser, signed_in, recovered, connection, events, mails
):
    email = fresh()
    await (await browser()).data(SIGN_UP, input=person(email, allowsRemoteAssistance=True))
    row = await connection.fetchrow("SELECT * FROM customer WHERE email = $1", email)
    assert (row.is_email_confirmed, row.email_verified_at) == (True, None)
    home = await make_address(connection, row, is_default_billing=True, is_default_shipping=True)
    owner = await recovered(email)
    me = await owner.data("{ me { allowsRemoteAssistance addresses { isDefaultBilling isDefaultShipping } } }")
    assert me["me"] == {
        "allowsRemoteAssistance": False,
        "addresses": [{"isDefaultBilling": False, "isDefaultShipping": False}],
    }
    changes = await connection.fetchval(
        "SELECT changes FROM customer_event WHERE customer_id = $1 AND kind = 'UNPROVEN_DROPPED'", row.id
    )
    given_up = [encode_id("adr", row.id, home.id), None]
    assert json.loads(changes) == {
        "defaultBillingAddress": given_up,
        "defaultShippingAddress": given_up,
        "allowsRemoteAssistance": [True, False],
    }
    assert "unverified_data_reset" in [template for template, _ in await mails(email)]
    assert await connection.fetchval("SELECT email_verified_at FROM customer WHERE id = $1", row.id) is not None


async def test_the_second_proof_resets_nothing(browser, recovered, connection):
    email = fresh()
    await (await browser()).data(SIGN_UP, input=person(email))
    await recovered(email)
    row = await connection.fetchrow("SELECT * FROM customer WHERE email = $1", email)
    await connection.execute("UPDATE customer SET allows_remote_assistance = true WHERE id = $1", row.id)
    await make_address(connection, row, is_default_billing=True)
    later = "UPDATE password_reset SET created_at = created_at - interval '1 hour' WHERE customer_id = $1"
    await connection.execute(later, row.id)
    owner = await recovered(email)
    me = await owner.data("{ me { allowsRemoteAssistance addresses { isDefaultBilling } } }")
    assert me["me"] == {"allowsRemoteAssistance": True, "addresses": [{"isDefaultBilling": True}]}


async def test_confirmation_is_a_proof_too(browser, configured, mails, connection):
    await configured(CONFIRMATION, True)
    email = fresh()
    await (await browser()).data(SIGN_UP, input=person(email, isSubscribed=True))
    proved = "SELECT email_verified_at IS NOT NULL FROM customer WHERE email = $1"
    assert not await connection.fetchval(proved, email)
    [(_, token)] = await mails(email)
    for is_changed in (True, False):
        answer = await (await browser()).data(CONFIRM, input={"token": token})
        assert answer == {"emailConfirm": {"isChanged": is_changed, "userErrors": []}}
    assert await connection.fetchval(proved, email)
    # What the honest owner asked for with the sign-up begins with the confirmation.
    status = "SELECT s.status FROM newsletter_subscription s JOIN customer c ON c.id = s.customer_id WHERE c.email = $1"
    assert await connection.fetchval(status, email) == "SUBSCRIBED"


async def test_a_change_of_the_password_ends_a_pending_change_of_the_address(shopper, signed_in, mails):
    row, elsewhere = await shopper(), fresh()
    device = await signed_in(row)
    await device.data(EMAIL_REQUEST, input={"email": elsewhere, "currentPassword": PASSWORD})
    [(_, token)] = await mails(elsewhere)
    await device.data(CHANGE, input={"currentPassword": PASSWORD, "newPassword": ANOTHER})
    answer = await device.data(EMAIL_CONFIRM, input={"token": token})
    assert answer["emailChangeConfirm"] == {
        "isChanged": False,
        "userErrors": [{"code": "INVALID", "path": ["token"]}],
    }


async def test_a_changed_address_is_answered_as_done_when_the_link_is_opened_again(shopper, signed_in, mails, browser):
    row, new = await shopper(), fresh()
    device = await signed_in(row)
    same = await device.data(EMAIL_REQUEST, input={"email": row.email.upper(), "currentPassword": PASSWORD})
    assert same["emailChangeRequest"]["userErrors"] == [{"code": "INVALID", "path": ["email"]}]
    await device.data(EMAIL_REQUEST, input={"email": new, "currentPassword": PASSWORD})
    [(_, token)] = await mails(new)
    assert (await device.data(EMAIL_CONFIRM, input={"token": token}))["emailChangeConfirm"]["isChanged"]
    device.token = (await (await browser()).data(SIGN_IN, input={"email": new, "password": PASSWORD}))["signIn"][
        "accessToken"
    ]
    again = await device.data(EMAIL_CONFIRM, input={"token": token})
    assert again == {"emailChangeConfirm": {"isChanged": False, "userErrors": []}}


async def test_who_needs_no_confirmation_is_told_so(shopper, browser, mails):
    row, guest = await shopper(), await browser()
    for _ in range(2):
        assert await guest.data(RESEND, input={"email": row.email}) == {"emailConfirmResend": {"userErrors": []}}
    assert await mails(row.email) == [("email_confirmed", None)]
