"""Renewing a session: two tabs and lost answers stay signed in, a copied refresh token ends the session."""

import asyncio
import datetime as dt

import pytest

from customer_gql.customers.accounts.sessions.renewal import forget_expired_successors
from customer_gql.customers.accounts.sessions.settings import REFRESH_REPEAT_SECONDS, SESSION_IDLE_MINUTES
from customer_gql.messaging.jobs.work import Tools
from customer_gql.security.sealed_grants import open_grant, seal_grant
from customer_gql.security.sessions import SessionGrant
from customer_gql.security.tokens import hash_token
from support.shopping import PASSWORD, SIGN_IN, is_let_in

RENEW = """mutation R($input: TokenRefreshInput!) { tokenRefresh(input: $input) {
  accessToken accessTokenExpiresAt refreshToken sessionExpiresAt userErrors { code path } } }"""
REFUSED = [{"code": "INVALID", "path": ["refreshToken"]}]


async def renew(client, token):
    return (await client.data(RENEW, input={"refreshToken": token}))["tokenRefresh"]


async def stored(connection, token):
    return await connection.fetchrow("SELECT * FROM customer_refresh_token WHERE token_hash = $1", hash_token(token))


@pytest.fixture
async def device(shopper, signed_in):
    row = await shopper()
    client = await signed_in(row)
    setattr(client, "row", row)  # noqa: B010
    return client


async def test_a_new_pair_and_the_same_again(device, browser):
    guest, first = await browser(), device.refresh
    granted = await renew(guest, first)
    assert not await is_let_in(device)  # the old access token ended
    assert granted["refreshToken"] != first
    assert await renew(await browser(), first) == granted
    device.token = granted["accessToken"]
    assert await is_let_in(device)


async def test_ten_tabs_at_once_get_one_pair(device, browser, connection):
    tabs = [await browser() for _ in range(10)]
    granted = await asyncio.gather(*[renew(tab, device.refresh) for tab in tabs])
    assert len({(answer["accessToken"], answer["refreshToken"]) for answer in granted}) == 1
    counted = "SELECT count(*) FROM customer_token WHERE customer_id = $1"
    assert await connection.fetchval(counted, device.row.id) == 1


async def test_a_reuse_ends_no_session_of_another_device(device, signed_in, browser, connection):
    other, guest, first = await signed_in(device.row), await browser(), device.refresh
    second = (await renew(guest, first))["refreshToken"]
    await renew(guest, second)
    assert (await renew(guest, first))["userErrors"] == REFUSED
    assert await is_let_in(other)
    assert (await renew(guest, other.refresh))["userErrors"] == []
    assert await connection.fetchval("SELECT count(*) FROM customer_session WHERE customer_id = $1", device.row.id) == 1


async def test_an_older_one_ends_the_session(device, browser, events, connection):
    guest, first = await browser(), device.refresh
    second = (await renew(guest, first))["refreshToken"]
    third = await renew(guest, second)
    # The first is no longer the one before the current, though its time is not over.
    assert (await renew(guest, first))["userErrors"] == REFUSED
    device.token = third["accessToken"]
    assert not await is_let_in(device)
    assert (await renew(guest, third["refreshToken"]))["userErrors"] == REFUSED
    assert "REFRESH_TOKEN_REUSED" in await events(device.row.id)
    for table in ("customer_session", "customer_token", "customer_refresh_token"):
        assert await connection.fetchval(f"SELECT count(*) FROM {table} WHERE customer_id = $1", device.row.id) == 0


async def test_a_late_one_ends_the_session(device, browser, connection):
    guest, first = await browser(), device.refresh
    granted = await renew(guest, first)
    over = "UPDATE customer_refresh_token SET successor_until = now() WHERE token_hash = $1"
    await connection.execute(over, hash_token(first))
    assert (await renew(guest, first))["userErrors"] == REFUSED
    device.token = granted["accessToken"]
    assert not await is_let_in(device)


async def test_the_shop_may_switch_it_off(device, browser, configured, connection):
    await configured(REFRESH_REPEAT_SECONDS, 0)
    guest, first = await browser(), device.refresh
    await renew(guest, first)
    assert (await stored(connection, first)).successor is None
    assert (await renew(guest, first))["userErrors"] == REFUSED


async def test_one_device_is_renewed_apart_from_the_others(device, signed_in, browser):
    other = await signed_in(device.row)
    granted = await renew(await browser(), other.refresh)
    await renew(await browser(), device.refresh)
    assert await renew(await browser(), other.refresh) == granted
    other.token = granted["accessToken"]
    assert await is_let_in(other)


async def test_nothing_readable_is_stored_and_not_for_long(device, browser, connection, database, settings):
    guest, first = await browser(), device.refresh
    granted = await renew(guest, first)
    kept = (await stored(connection, first)).successor
    for secret in (first, granted["accessToken"], granted["refreshToken"]):
        assert secret.encode() not in kept
    assert open_grant(kept, presented=granted["refreshToken"]) is None
    window = "SELECT successor_until - used_at FROM customer_refresh_token WHERE token_hash = $1"
    assert await connection.fetchval(window, hash_token(first)) == dt.timedelta(seconds=60)
    tools = Tools(database, settings)
    await forget_expired_successors(tools)
    assert (await stored(connection, first)).successor == kept
    over = "UPDATE customer_refresh_token SET successor_until = now() WHERE token_hash = $1"
    await connection.execute(over, hash_token(first))
    await forget_expired_successors(tools)
    assert (await stored(connection, first)).successor is None


async def test_the_next_renewal_forgets_the_one_before(device, browser, connection):
    guest, first = await browser(), device.refresh
    second = (await renew(guest, first))["refreshToken"]
    await renew(guest, second)
    assert (await stored(connection, first)).successor is None
    assert (await stored(connection, second)).successor is not None


async def test_a_session_that_was_ended_is_not_repeated(device, browser):
    guest, first = await browser(), device.refresh
    device.token = (await renew(guest, first))["accessToken"]
    await device.data("mutation { signOut(input: {}) { endedSessionCount } }")
    assert (await renew(guest, first))["userErrors"] == REFUSED


def test_a_grant_opens_with_its_token_alone():
    now = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    grant = SessionGrant(7, "cgc_a", now, "cgf_b", now + dt.timedelta(days=30))
    sealed = seal_grant(grant, presented="cgf_a")
    assert open_grant(sealed, presented="cgf_a") == grant
    assert open_grant(sealed, presented="cgf_b") is None


async def test_the_stated_end_of_an_access_token_is_the_real_one(shopper, browser, configured, connection):
    await configured(SESSION_IDLE_MINUTES, 7)
    row, guest = await shopper(), await browser()
    granted = (await guest.data(SIGN_IN, input={"email": row.email, "password": PASSWORD}))["signIn"]
    assert await is_stated_right(connection, granted)
    assert await is_stated_right(connection, await renew(guest, granted["refreshToken"]))


async def is_stated_right(connection, granted):
    ends = "SELECT idle_until FROM customer_token WHERE token_hash = $1"
    real = await connection.fetchval(ends, hash_token(granted["accessToken"]))
    return abs(dt.datetime.fromisoformat(granted["accessTokenExpiresAt"]) - real) < dt.timedelta(seconds=1)
