"""Ids, times and versions of a customer's history rise together, whatever else goes on."""

import asyncio

import pytest

from customer_gql.customers.history import writes
from support.customers import customer_id
from support.races import stop_before
from support.shopping import RESEND, RESET_REQUEST

LOCK = ("FROM customer WHERE customer.id =", "FOR UPDATE")
EDIT = "mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { userErrors { code } } }"
ENTRIES = "SELECT id, version, created_at, kind FROM customer_event WHERE customer_id = $1 ORDER BY id"


async def entries_of(connection, row):
    """In the order of their ids, which has to be that of their versions and their times."""
    entries = await connection.fetch(ENTRIES, row.id)
    assert [entry.version for entry in entries] == sorted(entry.version for entry in entries)
    times = [entry.created_at for entry in entries]
    assert times == sorted(set(times))
    return entries


async def edit(admin_client, row, value):
    input = {"id": customer_id(row), "taxVatNumber": value}
    assert (await admin_client.data(EDIT, input=input))["customerQuickEdit"]["userErrors"] == []


async def test_an_entry_of_a_process_whose_clock_is_behind_follows_those_before(
    shopper, admin_client, connection, monkeypatch
):
    row = await shopper()
    await edit(admin_client, row, "GB1")
    monkeypatch.setattr(writes, "new_ids", lambda count: range(1, 1 + count))
    await edit(admin_client, row, "GB2")
    first, second = await entries_of(connection, row)
    assert (second.id, second.version) == (first.id + 1, 3)


async def test_edits_at_once(shopper, admin_client, connection):
    row = await shopper()
    await asyncio.gather(*[edit(admin_client, row, f"GB{number}") for number in range(8)])
    assert [entry.version for entry in await entries_of(connection, row)] == list(range(2, 10))


@pytest.mark.parametrize(
    ("document", "given"), [(RESET_REQUEST, {}), (RESEND, {"is_email_confirmed": False})], ids=["reset", "confirmation"]
)
async def test_a_request_for_a_link_has_the_version_under_its_lock(
    document, given, shopper, browser, admin_client, connection
):
    row, guest = await shopper(**given), await browser()
    async with stop_before(*LOCK) as stop:
        asking = asyncio.create_task(guest.data(document, input={"email": row.email}))
        await stop.reached_by(asking)
        await edit(admin_client, row, "GB1")
    await asking
    assert [(entry.kind == "EDITED", entry.version) for entry in await entries_of(connection, row)] == [
        (True, 2),
        (False, 2),
    ]


async def test_a_lock_by_wrong_passwords_has_the_version_under_its_lock(
    shopper, browser, admin_client, connection, settled
):
    row, guest = await shopper(), await browser()
    sign_in = "mutation I($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }"
    wrong = {"email": row.email, "password": "wrong"}
    for _ in range(4):
        await guest.data(sign_in, input=wrong)
    async with stop_before(*LOCK) as stop:
        await guest.data(sign_in, input=wrong)
        locking = asyncio.create_task(settled())
        await stop.reached_by(locking)
        await edit(admin_client, row, "GB1")
    await locking
    assert [(entry.kind, entry.version) for entry in await entries_of(connection, row)] == [
        ("EDITED", 2),
        ("LOCKED_OUT", 2),
    ]
