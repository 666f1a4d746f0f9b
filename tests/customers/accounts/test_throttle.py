"""Guesses are counted in the database: by account and by peer address, however they are spelled and sent."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest

from customer_gql.customers.accounts import lockout
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS
from support.customers import customer_id
from support.mailed import SECRET_KEYS
from support.shopping import ANOTHER, CHANGE, ME, PASSWORD, RESET, RESET_REQUEST, SIGN_IN, SIGN_OUT, is_let_in

TOKEN_FAILURES = DECLARED_SETTINGS["accounts.token_lockout_failures"]
FORCE = "mutation F($input: CustomerForceSignInInput!) { customerForceSignIn(input: $input) { endedTokenCount } }"


@contextmanager
def process(database_url):
    """A service of its own, as a second worker is; the address it listens on."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "CUSTOMER_GQL_DATABASE_URL": database_url,
        "CUSTOMER_GQL_PORT": "0",
        "CUSTOMER_GQL_STOREFRONT_URL": "https://shop.example.com",
        "CUSTOMER_GQL_SECRET_KEYS": SECRET_KEYS,
        "CUSTOMER_GQL_TRUSTED_PROXIES": "",
    }
    command = [sys.executable, "-c", "from customer_gql.cli import main; main()", "serve"]
    running = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert running.stderr is not None
        for line in running.stderr:
            if found := re.search(r"serving on (\S+)", line):
                break
        else:
            raise AssertionError("it did not start")
        yield found[1]
    finally:
        running.terminate()
        assert running.stderr is not None
        running.stderr.close()
        running.wait(30)


@pytest.fixture
async def two_processes(database_url):
    with process(database_url) as one, process(database_url) as other:
        async with httpx.AsyncClient(base_url=one) as first, httpx.AsyncClient(base_url=other) as second:
            yield first, second


async def post(http, query, token=None, headers=(), **variables):
    named = {**dict(headers), **({"Authorization": f"Bearer {token}"} if token else {})}
    return await http.post("/graphql", json={"query": query, "variables": variables}, headers=named)


@pytest.mark.slow
async def test_a_revocation_holds_on_the_next_request_of_another_process(
    two_processes, shopper, admin_client, connection
):
    row = await shopper()
    here, there = two_processes
    await connection.execute("DELETE FROM throttle")
    tokens = [
        (await post(here, SIGN_IN, input={"email": row.email, "password": PASSWORD})).json()["data"]["signIn"][
            "accessToken"
        ]
        for _ in range(2)
    ]
    for token in tokens:
        assert (await post(there, ME, token)).json()["data"] == {"me": {"id": customer_id(row)}}
    await post(here, SIGN_OUT, tokens[0], input={"all": False})
    assert (await post(there, ME, tokens[0])).status_code == 401
    assert (await post(there, ME, tokens[1])).status_code == 200
    await admin_client.data(FORCE, input={"id": customer_id(row)})
    assert [(await post(http, ME, tokens[1])).status_code for http in two_processes] == [401, 401]
    await connection.execute("DELETE FROM throttle")


async def guess(browser, row, password="wrong"):
    answer = await (await browser()).data(SIGN_IN, input={"email": row.email, "password": password})
    return answer["signIn"]["accessToken"]


async def test_a_lock_shows_is_told_once_ends_no_session_and_ends_with_a_reset(
    browser, shopper, signed_in, mails, settled, events, admin_client
):
    row = await shopper()
    device = await signed_in(row)
    for _ in range(5):
        assert await guess(browser, row) is None
    await settled()
    shown = "query C($id: ID!) { customer(id: $id) { isLocked } }"
    assert (await admin_client.data(shown, id=customer_id(row)))["customer"] == {"isLocked": True}
    assert await guess(browser, row, PASSWORD) is None
    assert await is_let_in(device)
    assert await mails(row.email) == [("account_locked", None)]
    assert (await events(row.id))[1:] == ["LOCKED_OUT"]
    await (await browser()).data(RESET_REQUEST, input={"email": row.email})
    token = (await mails(row.email))[-1][1]
    await (await browser()).data(RESET, input={"token": token, "password": PASSWORD})
    assert (await admin_client.data(shown, id=customer_id(row)))["customer"] == {"isLocked": False}
    assert await guess(browser, row, PASSWORD)


async def failing(browser, row, connection, times):
    """Wrong passwords at sign-in, each after the wait that the one before earned."""
    keys = lockout.failure_keys(row.email, 1)
    for _ in range(times):
        await connection.execute("UPDATE throttle SET until = now() WHERE key_hash = ANY($1)", keys)
        await guess(browser, row)


async def seconds_left(connection, row, counter):
    key = lockout.failure_key(row.email, 1, counter)
    left = await connection.fetchval("SELECT until - now() FROM throttle WHERE key_hash = $1", key)
    return left.total_seconds()


async def test_six_refused_sign_ins_close_it_and_leave_a_live_session_its_password_change(
    browser, shopper, signed_in, connection
):
    row = await shopper()
    device = await signed_in(row)
    await failing(browser, row, connection, 6)
    assert 1790 < await seconds_left(connection, row, lockout.SIGN_INS) <= 1800
    assert await seconds_left(connection, row, lockout.PASSWORDS) <= 2  # the sixth wrong one, and no lock yet
    input = {"currentPassword": PASSWORD, "newPassword": ANOTHER}
    assert await device.data(CHANGE, input=input) == {"passwordChange": {"endedSessionCount": 0, "userErrors": []}}
    assert await guess(browser, row, ANOTHER) is None  # sign-in stays closed
    assert await is_let_in(device)


async def test_a_stranger_who_never_stops_does_not_keep_the_owner_from_changing_the_password(
    browser, shopper, signed_in, connection
):
    row = await shopper()
    device = await signed_in(row)
    await failing(browser, row, connection, 16)
    assert await seconds_left(connection, row, lockout.PASSWORDS) > 800
    input = {"currentPassword": PASSWORD, "newPassword": ANOTHER}
    assert (await device.data(CHANGE, input=input))["passwordChange"]["userErrors"] == []


async def test_a_session_is_asked_for_the_password_a_few_times_only(shopper, signed_in, configured):
    await configured(DECLARED_SETTINGS["accounts.lockout_failures"], 5)
    row = await shopper()
    device = await signed_in(row)
    refused = {
        "passwordChange": {"endedSessionCount": 0, "userErrors": [{"code": "INVALID", "path": ["currentPassword"]}]}
    }
    for _ in range(5):
        assert await device.data(CHANGE, input={"currentPassword": "wrong", "newPassword": ANOTHER}) == refused
    # Closed for ten minutes, to the right one too.
    assert await device.data(CHANGE, input={"currentPassword": PASSWORD, "newPassword": ANOTHER}) == refused


async def test_ten_wrong_passwords_lock_for_ten_minutes_wherever_they_are_given(
    browser, shopper, signed_in, connection, configured, settled
):
    await configured(TOKEN_FAILURES, 0)
    row = await shopper()
    device = await signed_in(row)
    await failing(browser, row, connection, 9)
    keys = lockout.failure_keys(row.email, 1)
    await connection.execute("UPDATE throttle SET until = now() WHERE key_hash = ANY($1)", keys)
    await device.data(CHANGE, input={"currentPassword": "wrong", "newPassword": ANOTHER})
    assert 590 < await seconds_left(connection, row, lockout.PASSWORDS) <= 600
    assert await guess(browser, row, PASSWORD) is None
    await settled()
    # Ten minutes later.
    await connection.execute("UPDATE throttle SET until = now() WHERE key_hash = ANY($1)", keys)
    await connection.execute("UPDATE customer SET locked_until = now() WHERE id = $1", row.id)
    assert await guess(browser, row, PASSWORD)
