"""Mails of which one request causes many: behind all others, so many a minute, with links made when they are due."""

import asyncio
from typing import Any

from customer_gql.core.actor import SYSTEM
from customer_gql.customers.accounts.recovery.ordered_links import order_reset_links
from customer_gql.customers.accounts.sessions.access import revoke_reset_links
from customer_gql.customers.profile.writes import lock_customers
from customer_gql.messaging.mail.bulk import BULK_PER_MINUTE
from customer_gql.messaging.mail.delivery import deliver_mails
from customer_gql.messaging.mail.writes import queue_mail
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.writes import set_value
from support.customers import make_customer
from support.mailroom import part
from support.races import stop_before

RESET = """mutation R($input: PasswordResetInput!) {
  passwordReset(input: $input) { userErrors { key } } }"""
RETRY = "mutation R($input: MailRetryInput!) { mailRetry(input: $input) { userErrors { key } } }"


async def order(tools: Any, store: Any, count: int) -> list[Any]:
    rows = [await make_customer(store, email=f"ada{number}@example.com") for number in range(count)]
    async with tools.database.transaction() as connection:
        locked = await lock_customers(connection, [row.id for row in rows], websites=None)
        await order_reset_links(connection, list(locked.values()), by=SYSTEM)
    return rows


async def put_other(store: Any) -> None:
    await queue_mail(store, template="welcome", recipient="bea@example.com", placeholders={"firstName": "Bea"})


def token_of(message: Any) -> str:
    return part(message, "plain").partition("#token=")[2].split()[0]


async def state(store: Any) -> list[tuple[Any, ...]]:
    rows = await store.fetch(
        "SELECT sent_at IS NOT NULL, dead_at IS NOT NULL, last_error, secrets FROM mail_outbox ORDER BY recipient"
    )
    return [tuple(row) for row in rows]


async def test_a_link_is_made_when_its_mail_is_due_and_works(tools, store, inbox, shop):
    await order(tools, store, 1)
    [before] = await store.fetch("SELECT token_hash, expires_at FROM password_reset")
    assert await deliver_mails(tools) == 1
    token = token_of(inbox.only())
    [after] = await store.fetch("SELECT token_hash, expires_at FROM password_reset")
    assert after["token_hash"] != before["token_hash"]
    assert after["expires_at"] < before["expires_at"]
    assert await state(store) == [(True, False, None, None)]
    answer = await shop.post(
        "/graphql", json={"query": RESET, "variables": {"input": {"token": token, "password": "a-long-new-password"}}}
    )
    assert answer.json()["data"]["passwordReset"]["userErrors"] == []


async def test_they_wait_for_all_others(tools, store, inbox):
    await order(tools, store, 2)
    await put_other(store)
    assert [await deliver_mails(tools) for _ in range(3)] == [1, 2, 0]
    assert inbox.messages[0]["To"] == "bea@example.com"


async def test_so_many_are_sent_in_a_minute(tools, store, inbox):
    async with store.transaction():
        await set_value(store, BULK_PER_MINUTE, 3, scope=GLOBAL, scope_id=0)
    await order(tools, store, 5)
    assert [await deliver_mails(tools) for _ in range(2)] == [3, 0]
    await put_other(store)
    assert await deliver_mails(tools) == 1
    await store.execute("UPDATE mail_outbox SET taken_at = taken_at - interval '1 minute'")
    assert [await deliver_mails(tools) for _ in range(2)] == [2, 0]


async def test_two_workers_keep_to_the_number_together(tools, store, inbox):
    async with store.transaction():
        await set_value(store, BULK_PER_MINUTE, 3, scope=GLOBAL, scope_id=0)
    await order(tools, store, 5)
    async with stop_before("UPDATE mail_outbox", "clock_timestamp") as stop:
        first = asyncio.create_task(deliver_mails(tools))
        await stop.reached_by(first)
        second = asyncio.create_task(deliver_mails(tools))
        assert await stop.is_waited_for_by(second, store)
    assert sorted([await first, await second]) == [0, 3]
    assert len(inbox.messages) == 3


async def test_each_attempt_makes_another_link(tools, store, inbox):
    await order(tools, store, 1)
    inbox.rcpt = "451 Later."
    assert await deliver_mails(tools) == 1
    [(_, _, error, _)] = await state(store)
    assert error.startswith("451")
    first = await store.fetchval("SELECT token_hash FROM password_reset")
    inbox.rcpt = None
    await store.execute("UPDATE mail_outbox SET next_attempt_at = now()")
    assert await deliver_mails(tools) == 1
    assert await store.fetchval("SELECT token_hash FROM password_reset") != first
    assert await store.fetchval("SELECT count(*) FROM password_reset") == 1
    assert token_of(inbox.only())


async def test_a_link_that_was_revoked_meanwhile_is_not_sent(tools, store, inbox, manager):
    [row] = await order(tools, store, 1)
    async with tools.database.transaction() as connection:
        await revoke_reset_links(connection, [row.id])
    assert await deliver_mails(tools) == 1
    assert inbox.messages == []
    assert await state(store) == [(False, True, "Its link was revoked before it could be sent.", None)]


async def test_a_customer_who_is_gone_gets_none(tools, store, inbox):
    [row] = await order(tools, store, 1)
    await store.execute("DELETE FROM password_reset WHERE customer_id = $1", row.id)
    assert await deliver_mails(tools) == 1
    assert inbox.messages == []


async def test_a_mailbox_that_has_had_too_many_gets_none(tools, store, inbox):
    [row] = await order(tools, store, 1)
    for number in range(8):
        await queue_mail(
            store,
            template="password_reset",
            recipient=row.email,
            placeholders={"firstName": str(number)},
            secrets={"token": "x"},
        )
    await store.execute("DELETE FROM mail_outbox WHERE NOT is_bulk")
    assert await deliver_mails(tools) == 1
    assert inbox.messages == []
    assert await state(store) == [(False, True, "The address has had too many mails.", None)]
