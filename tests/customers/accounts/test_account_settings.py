"""Each number in the settings of accounts is the one that counts."""

import datetime as dt

import pytest

from customer_gql.customers.accounts import lockout
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS
from support.customers import customer_id
from support.shopping import RESET_REQUEST, SIGN_IN

LOCK = "mutation L($input: CustomerLockInput!) { customerLock(input: $input) { userErrors { code } } }"
SHOWN = "query C($id: ID!) { customer(id: $id) { isLocked } }"


async def wait_out(connection, row):
    """The pause that wrong passwords earned, but not the count."""
    keys = lockout.failure_keys(row.email, 1)
    await connection.execute("UPDATE throttle SET until = now() WHERE key_hash = ANY($1)", keys)


async def seconds_left(connection, row, counter):
    key = lockout.failure_key(row.email, 1, counter)
    left = await connection.fetchval("SELECT until - now() FROM throttle WHERE key_hash = $1", key)
    return left.total_seconds()


async def fail(browser, connection, row, times):
    for _ in range(times):
        await wait_out(connection, row)
        answer = await (await browser()).data(SIGN_IN, input={"email": row.email, "password": "wrong"})
        assert answer["signIn"]["accessToken"] is None


@pytest.mark.parametrize(
    ("failures", "seconds", "counter"),
    [
        ("accounts.lockout_failures", "accounts.lockout_seconds", lockout.PASSWORDS),
        ("accounts.token_lockout_failures", "accounts.token_lockout_seconds", lockout.SIGN_INS),
    ],
)
async def test_so_many_failures_lock_for_so_long(failures, seconds, counter, browser, shopper, connection, configured):
    row = await shopper()
    for path in ("accounts.lockout_failures", "accounts.token_lockout_failures"):
        await configured(DECLARED_SETTINGS[path], 0)
    await configured(DECLARED_SETTINGS[failures], 3)
    await configured(DECLARED_SETTINGS[seconds], 5000)
    await fail(browser, connection, row, 2)
    assert await seconds_left(connection, row, counter) < 4000
    await fail(browser, connection, row, 1)
    assert 4000 < await seconds_left(connection, row, counter) <= 5000


async def test_a_lock_without_an_end_lasts_so_many_days(shopper, admin_client, connection, configured):
    row = await shopper()
    await configured(DECLARED_SETTINGS["accounts.lock_days"], 3)
    await admin_client.data(LOCK, input={"id": customer_id(row)})
    left = await connection.fetchval("SELECT locked_until - now() FROM customer WHERE id = $1", row.id)
    assert dt.timedelta(days=2, hours=23) < left <= dt.timedelta(days=3)
    assert (await admin_client.data(SHOWN, id=customer_id(row)))["customer"] == {"isLocked": True}


async def test_so_many_reset_mails_an_hour(shopper, browser, mails, configured):
    row = await shopper()
    await configured(DECLARED_SETTINGS["accounts.minutes_between_resets"], 0)
    await configured(DECLARED_SETTINGS["accounts.resets_per_hour"], 2)
    for _ in range(4):
        await (await browser()).data(RESET_REQUEST, input={"email": row.email})
    assert [name for name, _ in await mails(row.email)] == ["password_reset"] * 2


async def test_a_reset_link_works_for_so_many_minutes(shopper, browser, connection, configured):
    row = await shopper()
    await configured(DECLARED_SETTINGS["accounts.reset_link_minutes"], 7)
    await (await browser()).data(RESET_REQUEST, input={"email": row.email})
    lifetime = await connection.fetchval(
        "SELECT expires_at - created_at FROM password_reset WHERE customer_id = $1", row.id
    )
    assert lifetime == dt.timedelta(minutes=7)
