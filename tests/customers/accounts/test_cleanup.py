"""What has run out goes, what has not stays."""

import datetime as dt

from customer_gql.customers.accounts.cleanup import CUSTOMER_EXPIRIES
from customer_gql.database.expired_rows import delete_expired_batch
from support.shopping import RESET_REQUEST, is_let_in

TABLES = ("customer_token", "customer_session", "customer_refresh_token", "password_reset")


async def left(connection, row):
    return [await connection.fetchval(f"SELECT count(*) FROM {name} WHERE customer_id = $1", row.id) for name in TABLES]


async def test_only_what_has_run_out(browser, shopper, signed_in, connection):
    row, now = await shopper(), dt.datetime.now(dt.UTC)
    device = await signed_in(row)
    await (await browser()).data(RESET_REQUEST, input={"email": row.email})
    await delete_expired_batch(connection, CUSTOMER_EXPIRIES, now)
    assert (await left(connection, row), await is_let_in(device)) == ([1, 1, 1, 1], True)
    async with connection.transaction():
        await delete_expired_batch(connection, CUSTOMER_EXPIRIES, now + dt.timedelta(hours=2))
        assert await left(connection, row) == [0, 1, 1, 1]
        await delete_expired_batch(connection, CUSTOMER_EXPIRIES, now + dt.timedelta(days=3))
        assert await left(connection, row) == [0, 1, 1, 0]
        assert await delete_expired_batch(connection, CUSTOMER_EXPIRIES, now + dt.timedelta(days=32)) > 0
        assert await left(connection, row) == [0, 0, 0, 0]
