"""Links and tokens that are used twice at the same time, or beside a delete."""

import asyncio
import datetime as dt
import uuid

from customer_gql.customers.accounts.cleanup import CUSTOMER_EXPIRIES
from customer_gql.customers.accounts.sessions.renewal import forget_expired_successors
from customer_gql.customers.accounts.tables import password_reset
from customer_gql.database.expired_rows import delete_expired_batch
from customer_gql.messaging.jobs.work import Tools
from customer_gql.security.tokens import hash_token
from support.customers import customer_id
from support.races import stop_after
from support.shopping import CONFIRM, DELETE, PASSWORD, REFRESH, RESEND, RESET_REQUEST

LOCK = ("FROM customer WHERE customer.id =", "FOR UPDATE")
EDIT = "mutation Q($input: CustomerQuickEditInput!) { customerQuickEdit(input: $input) { userErrors { code } } }"
UNDO = "mutation U($input: EmailTokenInput!) { emailChangeUndo(input: $input) { userErrors { code key path } } }"
USED = [{"code": "INVALID", "key": "email_link.used", "path": ["token"]}]
GONE = [{"code": "INVALID", "path": ["refreshToken"]}]
OVER = "UPDATE customer_refresh_token SET successor_until = now() WHERE token_hash = $1"


async def one(client, document, **input):
    return next(iter((await client.data(document, input=input)).values()))


def start(client, document, **input):
    return asyncio.create_task(one(client, document, **input))


async def test_of_two_uses_of_an_undo_link_at_once_the_second_waits_and_is_told(
    shopper, browser, admin_client, mails, connection
):
    row, new = await shopper(), f"{uuid.uuid4().hex}@example.com"
    await one(admin_client, EDIT, id=customer_id(row), email=new)
    token = dict(await mails(row.email))["email_change_undo"]
    guests = [await browser(), await browser()]
    async with stop_after(*LOCK) as stop:
        first = start(guests[0], UNDO, token=token)
        await stop.reached_by(first)
        second = start(guests[1], UNDO, token=token)
        assert await stop.is_waited_for_by(second, connection)
    assert ((await first)["userErrors"], (await second)["userErrors"]) == ([], USED)
    stored = await connection.fetchrow("SELECT email, version FROM customer WHERE id = $1", row.id)
    assert tuple(stored) == (row.email, 3)
    undone = "SELECT count(*) FROM customer_event WHERE customer_id = $1 AND kind = 'EMAIL_CHANGE_UNDONE'"
    assert await connection.fetchval(undone, row.id) == 1


async def test_of_two_confirmations_at_once_the_second_waits_and_changes_nothing(shopper, browser, mails, connection):
    row, guests = await shopper(is_email_confirmed=False), [await browser(), await browser()]
    await guests[0].data(RESEND, input={"email": row.email})
    token = dict(await mails(row.email))["confirm_email"]
    async with stop_after(*LOCK) as stop:
        first = start(guests[0], CONFIRM, token=token)
        await stop.reached_by(first)
        second = start(guests[1], CONFIRM, token=token)
        assert await stop.is_waited_for_by(second, connection)
    assert ((await first)["isChanged"], (await second)["isChanged"]) == (True, False)
    assert await connection.fetchval("SELECT version FROM customer WHERE id = $1", row.id) == 2


async def test_a_refresh_token_used_again_waits_for_a_delete(shopper, signed_in, browser, connection):
    """It may be written into the history, so the customer is locked before the session, as a delete does."""
    row, guest = await shopper(), await browser()
    device = await signed_in(row)
    await one(guest, REFRESH, refreshToken=device.refresh)
    await connection.execute(OVER, hash_token(device.refresh))
    other = await signed_in(row)
    async with stop_after(*LOCK) as stop:
        deleting = start(other, DELETE, currentPassword=PASSWORD)
        await stop.reached_by(deleting)
        renewing = start(guest, REFRESH, refreshToken=device.refresh)
        assert await stop.is_waited_for_by(renewing, connection)
    assert (await deleting)["userErrors"] == []
    assert (await renewing)["userErrors"] == GONE


async def test_clean_up_waits_for_nobody_and_leaves_what_is_being_written(shopper, browser, database, connection):
    rows, guest = [await shopper() for _ in range(2)], await browser()
    for row in rows:
        await guest.data(RESET_REQUEST, input={"email": row.email})
    left = "SELECT customer_id FROM password_reset WHERE customer_id = ANY($1)"
    ids, later = [row.id for row in rows], dt.datetime.now(dt.UTC) + dt.timedelta(days=3)
    async with database.transaction() as theirs, database.transaction() as ours:
        await theirs.fetch("SELECT FROM password_reset WHERE customer_id = $1 FOR UPDATE", ids[0])
        await delete_expired_batch(ours, [one for one in CUSTOMER_EXPIRIES if one.table is password_reset], later)
        assert [row.customer_id for row in await ours.fetch(left, ids)] == ids[:1]


async def test_forgetting_sealed_pairs_waits_for_nobody(shopper, signed_in, browser, database, settings, connection):
    devices = [await signed_in(await shopper()) for _ in range(2)]
    for device in devices:
        await one(await browser(), REFRESH, refreshToken=device.refresh)
        await connection.execute(OVER, hash_token(device.refresh))
    hashes = [hash_token(device.refresh) for device in devices]
    async with database.transaction() as theirs:
        await theirs.fetch("SELECT FROM customer_refresh_token WHERE token_hash = $1 FOR UPDATE", hashes[0])
        await forget_expired_successors(Tools(database, settings))
    kept = "SELECT token_hash FROM customer_refresh_token WHERE token_hash = ANY($1) AND successor IS NOT NULL"
    assert [row.token_hash for row in await connection.fetch(kept, hashes)] == hashes[:1]
