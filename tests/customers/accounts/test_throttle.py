"""Guesses are counted in the database: by account and by peer address, however they are spelled and sent."""

import asyncio
import datetime as dt
import os
import re
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager

import httpx
import pytest

from customer_gql.customers.accounts import throttle
from customer_gql.customers.accounts.throttle import network
from customer_gql.shop.settings.declaration import declared_settings
from support.customers import customer_id
from support.shopping import ANOTHER, CHANGE, ME, PASSWORD, RESET, RESET_REQUEST, SIGN_IN, SIGN_OUT, is_let_in

TOKEN_FAILURES = declared_settings()["accounts.token_lockout_failures"]
FORCE = "mutation F($input: CustomerForceSignInInput!) { customerForceSignIn(input: $input) { endedTokenCount } }"


@contextmanager
def process(database_url):
    """A service of its own, as a second worker is; the address it listens on."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "CUSTOMER_GQL_DATABASE_URL": database_url,
        "CUSTOMER_GQL_PORT": "0",
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


async def test_sixty_guesses_over_processes_spellings_and_forwarded_headers(two_processes, shopper, connection):
    """Only the free ones reach the password: with the right one among the sixty the odds are those of five guesses."""
    row = await shopper()
    name = row.email.partition("@")[0]
    wide = "".join(chr(ord(c) + 0xFEE0) for c in name) + "@example.com"
    spellings = [row.email, row.email.upper(), wide, f" {row.email}"]
    await connection.execute("DELETE FROM throttle")
    started = time.monotonic()
    await asyncio.gather(
        *[
            post(
                two_processes[i % 2],
                SIGN_IN,
                input={"email": spellings[i % 4], "password": f"guess number {i}"},
                headers={
                    "X-Forwarded-For": f"203.0.113.{i}",
                    "Forwarded": f"for=203.0.113.{i}",
                    "X-Real-IP": f"9.9.9.{i}",
                },
            )
            for i in range(60)
        ]
    )
    counted = await connection.fetch("SELECT count FROM throttle ORDER BY count")
    # The account's two counts, which stopped at the free ones, and one for the address all came from. A machine so
    # busy that the sixty take longer than a second earns them the sixth, which closes sign-in for half an hour.
    waited = time.monotonic() - started
    assert 5 <= counted[1].count <= 5 + (waited >= 1)
    assert counted[0].count <= counted[1].count
    assert (len(counted), counted[2].count) == (3, 60)
    answer = (await post(two_processes[0], SIGN_IN, input={"email": row.email, "password": PASSWORD})).json()
    assert answer["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    await connection.execute("DELETE FROM throttle WHERE count > 60")
    await connection.execute("UPDATE throttle SET until = now() + interval '1 minute'")
    answer = (await post(two_processes[1], SIGN_IN, input={"email": row.email, "password": PASSWORD})).json()
    assert answer["data"]["signIn"]["accessToken"] is None  # locked, whatever the password
    await connection.execute("DELETE FROM throttle")


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


async def test_the_wait_doubles_to_a_quarter_of_an_hour(browser, shopper, connection, configured):
    for setting in throttle.SETTINGS:
        await configured(setting, 0)
    row = await shopper()
    key, other = throttle.account_key(row.email, 1), throttle.account_key(row.email, 1, throttle.TOKENS)
    forgiving = "UPDATE throttle SET until = now() - interval '1 second' WHERE key_hash = ANY($1)"
    for wait in [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, *[900] * 4]:
        await connection.execute(forgiving, [key, other])
        before = dt.datetime.now(dt.UTC)
        await guess(browser, row)
        until = await connection.fetchval("SELECT until FROM throttle WHERE key_hash = $1", key)
        assert before <= until - dt.timedelta(seconds=wait) <= dt.datetime.now(dt.UTC)
    await connection.execute("UPDATE throttle SET until = now(), count = 99 WHERE key_hash = ANY($1)", [key, other])
    await guess(browser, row)
    until = await connection.fetchval("SELECT until FROM throttle WHERE key_hash = $1", key)
    assert until > dt.datetime.now(dt.UTC) + dt.timedelta(days=3000)


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


async def test_an_unknown_account_waits_the_same(browser, connection):
    email = f"{uuid.uuid4().hex}@example.com"
    for _ in range(9):
        await (await browser()).data(SIGN_IN, input={"email": email, "password": "wrong"})
    keys = throttle.account_keys(email, 1)
    counted = await connection.fetch("SELECT count FROM throttle WHERE key_hash = ANY($1)", keys)
    assert [row.count for row in counted] == [5, 5]


async def test_the_right_password_forgets_the_wrong_ones(browser, shopper, connection):
    row = await shopper()
    for _ in range(3):
        for _ in range(4):
            await guess(browser, row)
        assert await guess(browser, row, PASSWORD)
    keys = throttle.account_keys(row.email, 1)
    assert await connection.fetchval("SELECT count(*) FROM throttle WHERE key_hash = ANY($1)", keys) == 0


async def failing(browser, row, connection, times):
    """Wrong passwords at sign-in, each after the wait that the one before earned."""
    keys = throttle.account_keys(row.email, 1)
    for _ in range(times):
        await connection.execute("UPDATE throttle SET until = now() WHERE key_hash = ANY($1)", keys)
        await guess(browser, row)


async def seconds_left(connection, row, counter):
    key = throttle.account_key(row.email, 1, counter)
    left = await connection.fetchval("SELECT until - now() FROM throttle WHERE key_hash = $1", key)
    return left.total_seconds()


async def test_six_refused_sign_ins_close_it_and_leave_a_live_session_its_password_change(
    browser, shopper, signed_in, connection
):
    row = await shopper()
    device = await signed_in(row)
    await failing(browser, row, connection, 6)
    assert 1790 < await seconds_left(connection, row, throttle.TOKENS) <= 1800
    assert await seconds_left(connection, row, throttle.PASSWORDS) <= 2  # the sixth wrong one, and no lock yet
    key = throttle.account_key(row.email, 1)
    await connection.execute("UPDATE throttle SET until = now() WHERE key_hash = $1", key)
    input = {"currentPassword": PASSWORD, "newPassword": ANOTHER}
    assert await device.data(CHANGE, input=input) == {"passwordChange": {"endedSessionCount": 0, "userErrors": []}}
    assert await guess(browser, row, ANOTHER) is None  # sign-in stays closed
    assert await is_let_in(device)


async def test_ten_wrong_passwords_lock_for_ten_minutes_wherever_they_are_given(
    browser, shopper, signed_in, connection, configured, settled
):
    await configured(TOKEN_FAILURES, 0)
    row = await shopper()
    device = await signed_in(row)
    await failing(browser, row, connection, 9)
    keys = throttle.account_keys(row.email, 1)
    await connection.execute("UPDATE throttle SET until = now() WHERE key_hash = ANY($1)", keys)
    await device.data(CHANGE, input={"currentPassword": "wrong", "newPassword": ANOTHER})
    assert 590 < await seconds_left(connection, row, throttle.PASSWORDS) <= 600
    assert await guess(browser, row, PASSWORD) is None
    refused = await device.data(CHANGE, input={"currentPassword": PASSWORD, "newPassword": ANOTHER})
    assert refused["passwordChange"]["userErrors"] == [{"code": "INVALID", "path": ["currentPassword"]}]
    await settled()
    # Ten minutes later.
    await connection.execute("UPDATE throttle SET until = now() WHERE key_hash = ANY($1)", keys)
    await connection.execute("UPDATE customer SET locked_until = now() WHERE id = $1", row.id)
    assert await guess(browser, row, PASSWORD)


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_whose_address_it_is(address, counted_as):
    assert network(address) == counted_as
