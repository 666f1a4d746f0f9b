"""What was read before a lock is read again under it, and what is decided under it waits for the lock."""

import asyncio

import pytest

from customer_gql.customers.accounts.recovery.settings import MINUTES_BETWEEN_RESETS
from support.customers import customer_id
from support.races import stop_after, stop_before
from support.shopping import (
    ANOTHER,
    CHANGE,
    DELETE,
    PASSWORD,
    REFRESH,
    RESEND,
    RESET,
    RESET_REQUEST,
    SIGN_IN,
    is_let_in,
)

LOCK = ("FROM customer WHERE customer.id =", "FOR UPDATE")
THIRD = "a third phrase of some length"
CHANGED = {"currentPassword": PASSWORD, "newPassword": ANOTHER}
LOCK_OUT = "mutation L($input: CustomerLockInput!) { customerLock(input: $input) { userErrors { code } } }"
DEACTIVATE = "mutation D($input: CustomerAccountInput!) { customerDeactivate(input: $input) { userErrors { code } } }"
FORCE = "mutation F($input: CustomerForceSignInInput!) { customerForceSignIn(input: $input) { userErrors { code } } }"
MOVE = "mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { userErrors { code } } }"


def start(client, document, **input):
    return asyncio.create_task(client.data(document, input=input))


def errors_of(answer):
    return [(error["code"], error["path"]) for error in next(iter(answer.values()))["userErrors"]]


@pytest.fixture
def link(browser, mails):
    """The token a reset mail brings."""

    async def asked(row):
        await (await browser()).data(RESET_REQUEST, input={"email": row.email})
        return [token for template, token in await mails(row.email) if template == "password_reset"][-1]

    return asked


@pytest.fixture
def meanwhile(signed_in, admin_client):
    """What somebody else does to an account, by name."""

    async def act(name, row, device):
        by_owner = {"change the password": (CHANGE, CHANGED), "delete": (DELETE, {"currentPassword": PASSWORD})}
        by_staff = {"lock": LOCK_OUT, "deactivate": DEACTIVATE}
        if name in by_owner:
            document, input = by_owner[name]
            assert errors_of(await device.data(document, input=input)) == []
        else:
            answer = await admin_client.data(by_staff[name], input={"id": customer_id(row)})
            assert errors_of_codes(answer) == []

    return act


def errors_of_codes(answer):
    return [error["code"] for error in next(iter(answer.values()))["userErrors"]]


@pytest.mark.parametrize("name", ["change the password", "delete", "lock", "deactivate"])
async def test_sign_in_judges_the_account_again_under_its_lock(
    name, shopper, signed_in, browser, meanwhile, connection
):
    row = await shopper()
    device, guest = await signed_in(row), await browser()
    async with stop_before(*LOCK) as stop:
        signing_in = start(guest, SIGN_IN, email=row.email, password=PASSWORD)
        await stop.reached_by(signing_in)
        await meanwhile(name, row, device)
        sessions = await connection.fetchval("SELECT count(*) FROM customer_session WHERE customer_id = $1", row.id)
    answer = (await signing_in)["signIn"]
    assert (answer["accessToken"], len(answer["userErrors"])) == (None, 1)
    after = "SELECT count(*) FROM customer_session WHERE customer_id = $1"
    assert await connection.fetchval(after, row.id) == sessions


async def test_whoever_ends_all_sessions_waits_for_a_sign_in_and_ends_its_session(
    shopper, browser, admin_client, connection
):
    row, guest = await shopper(), await browser()
    async with stop_after(*LOCK) as stop:
        signing_in = start(guest, SIGN_IN, email=row.email, password=PASSWORD)
        await stop.reached_by(signing_in)
        ending = start(admin_client, FORCE, id=customer_id(row))
        assert await stop.is_waited_for_by(ending, connection)
    guest.token = (await signing_in)["signIn"]["accessToken"]
    assert guest.token
    await ending
    assert not await is_let_in(guest)


async def test_a_password_change_looks_again_whether_it_still_is_the_password(shopper, signed_in, browser, link):
    row = await shopper()
    device, token = await signed_in(row), await link(row)
    async with stop_before(*LOCK) as stop:
        changing = start(device, CHANGE, **CHANGED)
        await stop.reached_by(changing)
        reset = await (await browser()).data(RESET, input={"token": token, "password": THIRD})
        assert errors_of(reset) == []
    assert errors_of(await changing) == [("INVALID", ["currentPassword"])]
    answer = await (await browser()).data(SIGN_IN, input={"email": row.email, "password": THIRD})
    assert answer["signIn"]["accessToken"]


async def test_a_reset_waits_for_a_password_change_and_finds_its_link_revoked(
    shopper, signed_in, browser, link, connection
):
    row = await shopper()
    device, token, guest = await signed_in(row), await link(row), await browser()
    async with stop_after(*LOCK) as stop:
        changing = start(device, CHANGE, **CHANGED)
        await stop.reached_by(changing)
        resetting = start(guest, RESET, token=token, password=THIRD)
        assert await stop.is_waited_for_by(resetting, connection)
    assert errors_of(await changing) == []
    assert errors_of(await resetting) == [("INVALID", ["token"])]


STORED_MEANWHILE = {
    "another address": "UPDATE customer SET email = 'moved' || email WHERE id = $1",
    "the end of its time": "UPDATE password_reset SET expires_at = created_at + interval '1 microsecond'"
    " WHERE customer_id = $1",
}


@pytest.mark.parametrize("name", ["used", "replaced", "the address moved", "deleted", *STORED_MEANWHILE])
async def test_a_reset_looks_again_whether_its_link_still_works(
    name, shopper, signed_in, browser, link, admin_client, configured, connection
):
    await configured(MINUTES_BETWEEN_RESETS, 0)
    row = await shopper()
    device, token, guest = await signed_in(row), await link(row), await browser()
    async with stop_before(*LOCK) as stop:
        resetting = start(guest, RESET, token=token, password=ANOTHER)
        await stop.reached_by(resetting)
        if name == "used":
            assert errors_of(await guest.data(RESET, input={"token": token, "password": THIRD})) == []
        elif name == "replaced":
            await link(row)
        elif name == "deleted":
            assert errors_of(await device.data(DELETE, input={"currentPassword": PASSWORD})) == []
        elif name in STORED_MEANWHILE:
            await connection.execute(STORED_MEANWHILE[name], row.id)
        else:
            moved = {"id": customer_id(row), "email": f"moved{row.id}@example.com"}
            assert errors_of_codes(await admin_client.data(MOVE, input=moved)) == []
        stored = await connection.fetchval("SELECT hash FROM customer_password WHERE customer_id = $1", row.id)
    assert errors_of(await resetting) == [("INVALID", ["token"])]
    assert await connection.fetchval("SELECT hash FROM customer_password WHERE customer_id = $1", row.id) == stored


@pytest.mark.parametrize(
    ("document", "mail", "given"),
    [(RESET_REQUEST, "password_reset", {}), (RESEND, "confirm_email", {"is_email_confirmed": False})],
    ids=["reset", "confirmation"],
)
async def test_of_two_requests_for_a_link_at_once_the_second_waits_and_mails_none(
    document, mail, given, shopper, browser, mails, connection
):
    row = await shopper(**given)
    guests = [await browser(), await browser()]
    async with stop_after(*LOCK) as stop:
        first = start(guests[0], document, email=row.email)
        await stop.reached_by(first)
        second = start(guests[1], document, email=row.email)
        assert await stop.is_waited_for_by(second, connection)
    assert errors_of(await first) == errors_of(await second) == []
    assert [name for name, _ in await mails(row.email)] == [mail]


async def test_of_two_uses_of_a_refresh_token_at_once_the_second_waits_and_gets_the_same(
    shopper, signed_in, browser, connection
):
    device, guests = await signed_in(await shopper()), [await browser(), await browser()]
    async with stop_after("FROM customer_session", "FOR UPDATE") as stop:
        first = start(guests[0], REFRESH, refreshToken=device.refresh)
        await stop.reached_by(first)
        second = start(guests[1], REFRESH, refreshToken=device.refresh)
        assert await stop.is_waited_for_by(second, connection)
    guests[0].token = (await first)["tokenRefresh"]["accessToken"]
    assert (await second)["tokenRefresh"]["accessToken"] == guests[0].token
    assert await is_let_in(guests[0])
