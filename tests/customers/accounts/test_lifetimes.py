"""How long each token, link and code works, and how long what people write may be."""

import datetime as dt
import uuid

import pytest

from customer_gql.customers.accounts.sessions.settings import SESSION_DAYS
from customer_gql.customers.accounts.writes import issue_customer_token
from customer_gql.security.tokens import hash_token
from support.customers import customer_id
from support.impersonating import LOGIN_AS, code_for
from support.shopping import EMAIL_REQUEST, PASSWORD, REFRESH, RESEND

LOCK = "mutation L($input: CustomerLockInput!) { customerLock(input: $input) { userErrors { code path } } }"
EDIT = "mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { userErrors { code } } }"
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)


def fresh():
    return f"{uuid.uuid4().hex}@example.com"


@pytest.fixture
def lifetime(connection):
    """How long the newest row of a customer lasts; the clocks of service and database may be a little apart."""

    async def read(table, row, *, since="created_at"):
        found = f"SELECT expires_at - {since} FROM {table} WHERE customer_id = $1 ORDER BY created_at DESC LIMIT 1"
        return await connection.fetchval(found, row.id)

    return read


def is_about(found, expected):
    return abs(found - expected) < dt.timedelta(seconds=30)


async def test_an_access_token_ends_after_a_day_however_much_it_is_used(shopper, signed_in, browser, lifetime):
    row = await shopper()
    device = await signed_in(row)
    assert is_about(await lifetime("customer_token", row), DAY)
    assert is_about(await lifetime("customer_session", row), 30 * DAY)
    await (await browser()).data(REFRESH, input={"refreshToken": device.refresh})
    assert is_about(await lifetime("customer_token", row), DAY)
    assert is_about(await lifetime("customer_refresh_token", row), 30 * DAY)


async def test_an_access_token_ends_with_its_session(shopper, signed_in, browser, connection, configured):
    await configured(SESSION_DAYS, 1)
    device = await signed_in(await shopper())
    early = "UPDATE customer_session SET expires_at = now() + interval '2 hours' WHERE customer_id = $1 RETURNING *"
    owner = "SELECT customer_id FROM customer_token WHERE token_hash = $1"
    session = await connection.fetchrow(early, await connection.fetchval(owner, hash_token(device.token)))
    await (await browser()).data(REFRESH, input={"refreshToken": device.refresh})
    ends = "SELECT expires_at FROM customer_token WHERE session_id = $1"
    assert await connection.fetchval(ends, session.id) == session.expires_at


async def test_links_to_confirm_work_for_a_day_and_those_to_change_the_address_for_an_hour(
    shopper, signed_in, browser, lifetime
):
    waiting, row = await shopper(is_email_confirmed=False), await shopper()
    await (await browser()).data(RESEND, input={"email": waiting.email})
    assert await lifetime("email_token", waiting) == DAY
    await (await signed_in(row)).data(EMAIL_REQUEST, input={"email": fresh(), "currentPassword": PASSWORD})
    assert await lifetime("email_token", row) == 60 * MINUTE


async def test_after_a_change_by_staff_both_links_work_for_a_day(shopper, admin_client, lifetime):
    row = await shopper()
    await admin_client.data(EDIT, input={"id": customer_id(row), "email": fresh()})
    assert await lifetime("email_change_undo", row) == DAY
    assert await lifetime("password_reset", row) == DAY


async def test_a_code_works_for_a_minute_and_an_impersonation_for_a_quarter_of_an_hour(
    shopper, acting_as, admin_client, lifetime
):
    row = await shopper(allows_remote_assistance=True)
    await code_for(admin_client, row)
    assert is_about(await lifetime("login_code", row), MINUTE)
    await acting_as(row)
    assert await lifetime("impersonation", row, since="started_at") == 15 * MINUTE
    assert is_about(await lifetime("customer_token", row), 15 * MINUTE)


async def test_a_token_for_trying_things_out_works_for_an_hour(shopper, connection, lifetime):
    row = await shopper()
    await issue_customer_token(connection, row.id)
    assert is_about(await lifetime("customer_token", row), 60 * MINUTE)


@pytest.mark.parametrize(("document", "field"), [(LOCK, "note"), (LOGIN_AS, "reason")])
async def test_what_staff_write_has_a_thousand_characters_at_most(document, field, shopper, admin_client):
    row = await shopper(allows_remote_assistance=True)
    for length, errors in ((1000, []), (1001, [{"code": "TOO_LONG", "path": [field]}])):
        answer = await admin_client.data(document, input={"id": customer_id(row), field: "x" * length})
        assert next(iter(answer.values()))["userErrors"] == errors
