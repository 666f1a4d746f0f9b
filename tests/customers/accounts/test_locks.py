"""One definition of locked, with its reason; and known devices, which guesses of strangers do not lock out."""

import datetime as dt

import pytest

from customer_gql.customers.accounts import lockout
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS
from support.customers import customer_id
from support.shopping import ANOTHER, CHANGE, PASSWORD, is_let_in
from support.staff import staff_id_of

LOCK = "query C($id: ID!) { customer(id: $id) { isLocked lock { until reason failedAttempts note staff { id } } } }"
STAFF_LOCK = """mutation L($input: CustomerLockInput!) { customerLock(input: $input) {
  customer { lock { reason } } userErrors { code path } } }"""
SIGN_IN = """mutation I($input: SignInInput!) { signIn(input: $input) {
  accessToken deviceToken userErrors { code message path } } }"""
OPEN = {"isLocked": False, "lock": None}
FAILURES = DECLARED_SETTINGS["accounts.lockout_failures"]
SIGN_IN_FAILURES = DECLARED_SETTINGS["accounts.token_lockout_failures"]


async def attempt(browser, row, password, **given):
    client = await browser()
    return (await client.data(SIGN_IN, input={"email": row.email, "password": password, **given}))["signIn"]


async def shown(admin_client, row, settled):
    await settled()
    return (await admin_client.data(LOCK, id=customer_id(row)))["customer"]


async def test_a_lock_after_few_failures_shows(shopper, browser, admin_client, configured, settled, mails, events):
    await configured(FAILURES, 2)
    row = await shopper()
    await attempt(browser, row, "wrong")
    assert await shown(admin_client, row, settled) == OPEN
    await attempt(browser, row, "wrong")
    lock = (await shown(admin_client, row, settled))["lock"]
    until = dt.datetime.fromisoformat(lock.pop("until"))
    assert dt.timedelta(minutes=9) < until - dt.datetime.now(dt.UTC) <= dt.timedelta(minutes=10)
    assert lock == {"reason": "PASSWORD", "failedAttempts": 2, "note": None, "staff": None}
    assert (await events(row.id), await mails(row.email)) == (["LOCKED_OUT"], [("account_locked", None)])


async def test_refused_sign_ins_lock_by_their_own_reason(shopper, browser, admin_client, configured, settled):
    await configured(SIGN_IN_FAILURES, 1)
    row = await shopper()
    await attempt(browser, row, "wrong")
    lock = (await shown(admin_client, row, settled))["lock"]
    assert (lock["reason"], lock["failedAttempts"]) == ("TOKEN", 1)


async def test_staff_lock_with_a_note(shopper, admin_client, connection, settled, browser, configured):
    row = await shopper()
    input = {"id": customer_id(row), "note": " Asked by telephone\r\non Monday "}
    answer = (await admin_client.data(STAFF_LOCK, input=input))["customerLock"]
    assert answer == {"customer": {"lock": {"reason": "STAFF"}}, "userErrors": []}
    lock = (await shown(admin_client, row, settled))["lock"]
    del lock["until"]
    assert lock == {
        "reason": "STAFF",
        "failedAttempts": None,
        "note": "Asked by telephone\non Monday",
        "staff": {"id": await staff_id_of(connection, admin_client)},
    }
    # Wrong passwords do not replace it, and so the right one does not end it.
    await configured(FAILURES, 1)
    await attempt(browser, row, "wrong")
    assert (await shown(admin_client, row, settled))["lock"]["reason"] == "STAFF"
    long = {"id": customer_id(row), "note": "x" * 1001}
    refused = (await admin_client.data(STAFF_LOCK, input=long))["customerLock"]
    assert refused["userErrors"] == [{"code": "TOO_LONG", "path": ["note"]}]


async def test_a_known_device_is_counted_apart(shopper, browser, configured, settled, admin_client):
    await configured(FAILURES, 2)
    row = await shopper()
    token = (await attempt(browser, row, PASSWORD))["deviceToken"]
    assert token.startswith("cgd_")
    for _ in range(3):
        await attempt(browser, row, "wrong")
    assert (await shown(admin_client, row, settled))["isLocked"]
    assert (await attempt(browser, row, PASSWORD))["accessToken"] is None
    again = await attempt(browser, row, PASSWORD, deviceToken=token)
    assert (again["deviceToken"], again["userErrors"]) == (token, [])
    assert again["accessToken"]


async def test_guesses_of_a_known_device_close_it_alone(shopper, browser, configured, settled, admin_client):
    await configured(FAILURES, 2)
    row = await shopper()
    token = (await attempt(browser, row, PASSWORD))["deviceToken"]
    for _ in range(2):
        await attempt(browser, row, "wrong", deviceToken=token)
    assert (await attempt(browser, row, PASSWORD, deviceToken=token))["accessToken"] is None
    assert await shown(admin_client, row, settled) == OPEN
    assert (await attempt(browser, row, PASSWORD))["accessToken"]


async def test_a_device_of_another_customer_is_unknown(shopper, browser, configured):
    await configured(FAILURES, 2)
    row, other = await shopper(), await shopper()
    token = (await attempt(browser, other, PASSWORD))["deviceToken"]
    for _ in range(2):
        await attempt(browser, row, "wrong")
    assert (await attempt(browser, row, PASSWORD, deviceToken=token))["accessToken"] is None


async def test_staff_lock_out_known_devices_too(shopper, browser, admin_client):
    row = await shopper()
    token = (await attempt(browser, row, PASSWORD))["deviceToken"]
    await admin_client.data(STAFF_LOCK, input={"id": customer_id(row)})
    assert (await attempt(browser, row, PASSWORD, deviceToken=token))["accessToken"] is None


async def test_no_number_of_guesses_closes_an_account_for_good(shopper, browser, connection):
    row = await shopper()
    many = "INSERT INTO throttle (key_hash, count, until) VALUES ($1, 5000, now() - interval '1 second')"
    for key in lockout.failure_keys(row.email, 1):
        await connection.execute(many, key)
    assert (await attempt(browser, row, PASSWORD))["accessToken"]


async def test_a_right_password_says_that_the_address_waits(shopper, browser, connection):
    row = await shopper(is_email_confirmed=False)
    told = (await attempt(browser, row, PASSWORD))["userErrors"]
    assert [(error["code"], error["path"]) for error in told] == [("NOT_ALLOWED", ["email"])]
    assert "not confirmed" in told[0]["message"]
    wrong = (await attempt(browser, row, "wrong"))["userErrors"]
    assert [(error["code"], error["path"]) for error in wrong] == [("INVALID", None)]
    # The right one forgets the wrong ones before it.
    counted = "SELECT count(*) FROM throttle WHERE key_hash = ANY($1)"
    keys = lockout.failure_keys(row.email, 1)
    assert await connection.fetchval(counted, keys) == 2
    await attempt(browser, row, PASSWORD)
    assert await connection.fetchval(counted, keys) == 0


@pytest.mark.parametrize("which", ["whole address", "local part", "name"])
async def test_what_everybody_knows_of_the_owner_is_no_password(which, shopper, signed_in):
    row = await shopper(email=f"x.{id(which)}.yz@ab.example", first_name="Jo Ann", last_name="Ng Li")
    device = await signed_in(row)
    wanted = {"whole address": row.email.upper(), "local part": row.email.partition("@")[0], "name": "Jo Ann Ng Li"}
    answer = await device.data(CHANGE, input={"currentPassword": PASSWORD, "newPassword": wanted[which]})
    assert answer["passwordChange"]["userErrors"] == [{"code": "INVALID", "path": ["newPassword"]}]
    assert await is_let_in(device)
    allowed = await device.data(CHANGE, input={"currentPassword": PASSWORD, "newPassword": ANOTHER})
    assert allowed["passwordChange"]["userErrors"] == []
