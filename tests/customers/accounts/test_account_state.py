"""The admin's buttons on the state of an account."""

import datetime as dt
import json

import pytest

from customer_gql.core.ids import encode_id
from customer_gql.customers.accounts.support.sign_in_closure import NOTIFY_FORCED_SIGN_IN
from support.customers import customer_id, make_customer
from support.shopping import CONFIRM, PASSWORD, RESET, RESET_REQUEST, SIGN_IN, is_let_in

STATES = "isChanged customer { status isLocked isEmailConfirmed version } userErrors { code path }"
LOCK = "mutation L($input: CustomerLockInput!) { customerLock(input: $input) { " + STATES + " } }"
RESEND = """mutation R($input: CustomerAccountInput!) { customerResendConfirmation(input: $input) {
  userErrors { code path } } }"""


def button(name):
    return f"mutation B($input: CustomerAccountInput!) {{ {name}(input: $input) {{ {STATES} }} }}"


def state(**given):
    return {"status": "ACTIVE", "isLocked": False, "isEmailConfirmed": True, "version": 1, **given}


async def signs_in(browser, row):
    answer = await (await browser()).data(SIGN_IN, input={"email": row.email, "password": PASSWORD})
    return answer["signIn"]["accessToken"] is not None


async def test_a_lock_closes_sign_in_and_no_session_and_survives_a_reset(
    admin_client, browser, shopper, signed_in, mails, connection
):
    row = await shopper()
    device = await signed_in(row)
    answer = await admin_client.data(LOCK, input={"id": customer_id(row)})
    assert answer["customerLock"] == {"isChanged": True, "customer": state(isLocked=True, version=2), "userErrors": []}
    assert (await signs_in(browser, row), await is_let_in(device)) == (False, True)
    await (await browser()).data(RESET_REQUEST, input={"email": row.email})
    token = (await mails(row.email))[-1][1]
    await (await browser()).data(RESET, input={"token": token, "password": PASSWORD})
    assert not await signs_in(browser, row)
    for changed, version in ((True, 3), (False, 3)):
        answer = await admin_client.data(button("customerUnlock"), input={"id": customer_id(row)})
        assert answer["customerUnlock"] == {"isChanged": changed, "customer": state(version=version), "userErrors": []}
    assert await signs_in(browser, row)
    written = await connection.fetch(
        "SELECT kind, changes FROM customer_event WHERE customer_id = $1 ORDER BY id", row.id
    )
    assert [event.kind for event in written if "LOCKED" in event.kind] == ["LOCKED", "UNLOCKED"]
    assert list(json.loads(next(e.changes for e in written if e.kind == "UNLOCKED"))) == [
        "lockReason",
        "lockStaffId",
        "lockedUntil",
    ]


async def test_a_lock_until_some_time(admin_client, shopper, connection):
    row = await shopper()
    until = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(hours=3)
    await admin_client.data(LOCK, input={"id": customer_id(row), "until": until.isoformat()})
    assert await connection.fetchval("SELECT locked_until FROM customer WHERE id = $1", row.id) == until
    answer = await admin_client.data(LOCK, input={"id": customer_id(row), "until": "2020-01-01T00:00:00+00:00"})
    assert answer["customerLock"]["userErrors"] == [{"code": "INVALID", "path": ["until"]}]
    assert await connection.fetchval("SELECT locked_until FROM customer WHERE id = $1", row.id) == until


async def test_unlocking_forgets_wrong_passwords(admin_client, browser, shopper, settled):
    row = await shopper()
    for _ in range(6):
        await (await browser()).data(SIGN_IN, input={"email": row.email, "password": "wrong"})
    await settled()
    assert not await signs_in(browser, row)
    answer = await admin_client.data(button("customerUnlock"), input={"id": customer_id(row)})
    assert answer["customerUnlock"]["customer"]["isLocked"] is False
    assert await signs_in(browser, row)


async def test_switching_off_ends_every_session(admin_client, browser, shopper, signed_in, connection):
    row = await shopper()
    device = await signed_in(row)
    for changed in (True, False):
        answer = await admin_client.data(button("customerDeactivate"), input={"id": customer_id(row)})
        assert answer["customerDeactivate"] == {
            "isChanged": changed,
            "customer": state(status="INACTIVE", version=2),
            "userErrors": [],
        }
    assert (await is_let_in(device), await signs_in(browser, row)) == (False, False)
    answer = await admin_client.data(button("customerActivate"), input={"id": customer_id(row)})
    assert answer["customerActivate"]["customer"] == state(version=3)
    assert (await is_let_in(device), await signs_in(browser, row)) == (False, True)
    kinds = await connection.fetch("SELECT kind FROM customer_event WHERE customer_id = $1 ORDER BY id", row.id)
    assert [event.kind for event in kinds] == ["SIGNED_IN", "DEACTIVATED", "ACTIVATED", "SIGNED_IN"]


async def test_confirming_for_the_owner(admin_client, browser, shopper, mails):
    row = await shopper(is_email_confirmed=False)
    assert not await signs_in(browser, row)
    for changed in (True, False):
        answer = await admin_client.data(button("customerConfirm"), input={"id": customer_id(row)})
        assert answer["customerConfirm"] == {"isChanged": changed, "customer": state(version=2), "userErrors": []}
    assert await signs_in(browser, row)
    assert await mails(row.email) == [("email_confirmed", None)]


async def test_sending_the_link_again(admin_client, browser, shopper, mails):
    row = await shopper(is_email_confirmed=False)
    for _ in range(5):
        assert (await admin_client.data(RESEND, input={"id": customer_id(row)})) == {
            "customerResendConfirmation": {"userErrors": []}
        }
    answer = await admin_client.data(RESEND, input={"id": customer_id(row)})
    assert answer["customerResendConfirmation"]["userErrors"] == [{"code": "LIMIT_REACHED", "path": ["id"]}]
    tokens = [token for _, token in await mails(row.email)]
    guest = await browser()
    for token, errors in ((tokens[0], [{"code": "INVALID", "path": ["token"]}]), (tokens[-1], [])):
        assert (await guest.data(CONFIRM, input={"token": token}))["emailConfirm"]["userErrors"] == errors
    answer = await admin_client.data(RESEND, input={"id": customer_id(row)})
    assert answer["customerResendConfirmation"]["userErrors"] == [{"code": "NOT_ALLOWED", "path": ["id"]}]


async def test_telling_of_a_forced_sign_in_is_configured(admin_client, shopper, mails, configured):
    await configured(NOTIFY_FORCED_SIGN_IN, False)
    row = await shopper()
    await admin_client.data(
        "mutation F($input: CustomerForceSignInInput!) { customerForceSignIn(input: $input) { endedTokenCount } }",
        input={"id": customer_id(row)},
    )
    assert await mails(row.email) == []


BUTTONS = ["customerUnlock", "customerActivate", "customerDeactivate", "customerConfirm"]


@pytest.mark.parametrize("document", [LOCK, RESEND, *map(button, BUTTONS)], ids=["lock", "resend", *BUTTONS])
async def test_who_may_not_changes_nothing(document, as_staff, as_customer, admin_client, connection):
    row = await make_customer(connection, is_email_confirmed=False)
    before = tuple(await connection.fetchrow("SELECT * FROM customer WHERE id = $1", row.id))
    viewer, customer = await as_staff("viewer"), await as_customer(row.id)
    customer.path = "/admin/graphql"
    input = {"id": customer_id(row)}
    assert (await viewer.answer(document, input=input))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert (await customer.post(document, input=input)).status_code == 401
    customer.token = None
    assert (await customer.answer(document, input=input))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert tuple(await connection.fetchrow("SELECT * FROM customer WHERE id = $1", row.id)) == before
    for unknown in (encode_id("cus", 3), encode_id("web", 3)):
        answer = await admin_client.data(document, input={"id": unknown})
        assert next(iter(answer.values()))["userErrors"] == [{"code": "NOT_FOUND", "path": ["id"]}]


async def test_the_admin_of_a_company_cannot_be_deactivated(admin_client, shopper, signed_in):
    row = await shopper(customer_type="COMPANY_ADMIN")
    device = await signed_in(row)
    answer = await admin_client.data(button("customerDeactivate"), input={"id": customer_id(row)})
    assert answer["customerDeactivate"]["userErrors"] == [{"code": "NOT_ALLOWED", "path": ["id"]}]
    assert await is_let_in(device)
