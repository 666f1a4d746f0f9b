"""Two workers and one mail: what a worker took is its own until the lease ends, and another's after that."""

import asyncio
import datetime as dt

import pytest

from customer_gql.database.pools import open_database
from customer_gql.messaging.jobs.work import Tools
from customer_gql.messaging.mail.delivery import DeliveryPolicy, deliver_mails
from customer_gql.messaging.mail.smtp import MailServerUnreachable
from customer_gql.messaging.mail.writes import queue_mail
from support.races import StoppableConnection, stop_after, stop_before

OVER = "UPDATE mail_outbox SET next_attempt_at = now() - interval '1 second'"
OUTCOME = ("UPDATE mail_outbox SET", "mail_outbox.attempts =")
RETURNED = ("UPDATE mail_outbox SET", "make_interval")


async def put(store, *names):
    for name in names:
        await queue_mail(
            store, template="welcome", recipient=f"{name}@example.com", placeholders={"firstName": name.title()}
        )


async def outbox(store):
    rows = await store.fetch(
        "SELECT recipient, attempts, last_error, sent_at, dead_at, next_attempt_at FROM mail_outbox ORDER BY id"
    )
    return [dict(row) for row in rows]


@pytest.fixture
async def other(tools, empty_database_url):
    """A second worker's tools."""
    async with open_database(empty_database_url, connection_class=StoppableConnection) as database:
        yield Tools(database, tools.settings)


async def test_what_one_worker_took_no_other_takes(tools, other, store, inbox):
    await put(store, "ada")
    async with stop_before(*OUTCOME) as stop:
        sending = asyncio.create_task(deliver_mails(tools))
        await stop.reached_by(sending)
        assert await deliver_mails(other) == 0
        [row] = await outbox(store)
        lease = row["next_attempt_at"] - dt.datetime.now(dt.UTC)
        assert dt.timedelta(minutes=4) < lease < dt.timedelta(minutes=5)
        assert row["attempts"] == 1
    assert await sending == 1
    assert len(inbox.messages) == 1


async def test_a_worker_takes_twenty_at_a_time(tools, store, inbox):
    await put(store, *[f"ada{number}" for number in range(21)])
    assert [await deliver_mails(tools) for _ in range(3)] == [20, 1, 0]
    assert len(inbox.messages) == 21


async def test_mails_that_another_is_just_taking_are_passed_over(tools, other, store, inbox):
    """Waiting for them would give a worker nothing, and hold up what it could send."""
    await put(store, "ada", "bob", "eve")
    async with stop_after("UPDATE mail_outbox SET", "due") as stop:
        first = asyncio.create_task(deliver_mails(tools, policy=DeliveryPolicy(batch=2)))
        await stop.reached_by(first)
        assert await deliver_mails(other, policy=DeliveryPolicy(batch=2)) == 1
    assert await first == 2
    assert sorted(to for _, [to] in inbox.envelopes) == ["ada@example.com", "bob@example.com", "eve@example.com"]
    assert [row["attempts"] for row in await outbox(store)] == [1, 1, 1]


async def test_a_worker_whose_lease_ended_leaves_the_mail_to_the_next(tools, other, store, inbox):
    """The first was refused after the second had taken it; what the second finds is what counts."""
    await put(store, "ada")
    inbox.rcpt = "550 No such person"
    async with stop_before(*OUTCOME) as stop:
        late = asyncio.create_task(deliver_mails(tools))
        await stop.reached_by(late)
        await store.execute(OVER)
        inbox.rcpt = "451 Later"
        assert await deliver_mails(other) == 1
        [before] = await outbox(store)
    assert await late == 1
    assert await outbox(store) == [before]
    assert (before["attempts"], before["last_error"], before["dead_at"]) == (2, "451 Later", None)


async def test_what_another_worker_sent_stays_sent(tools, other, store, inbox):
    """An administrator made the mail due again, with its first attempt, while the first worker was at it."""
    await put(store, "ada")
    inbox.rcpt = "550 No such person"
    async with stop_before(*OUTCOME) as stop:
        late = asyncio.create_task(deliver_mails(tools))
        await stop.reached_by(late)
        await store.execute(f"{OVER}, attempts = 0")
        inbox.rcpt = None
        assert await deliver_mails(other) == 1
        [before] = await outbox(store)
    await late
    assert await outbox(store) == [before]
    assert (before["sent_at"] is not None, before["dead_at"]) == (True, None)


async def test_mails_given_back_late_are_the_next_workers(tools, other, store, inbox):
    """The first gives them back because its server is away; the second has taken one and sent another meanwhile."""
    await put(store, "ada", "bob", "eve")
    away = Tools(tools.database, tools.settings.model_copy(update={"smtp_port": 9}))
    async with stop_before(*RETURNED) as stop:
        late = asyncio.create_task(deliver_mails(away))
        await stop.reached_by(late)
        await store.execute(f"{OVER} WHERE recipient = 'ada@example.com'")
        inbox.rcpt = "451 Later"
        assert await deliver_mails(other) == 1
        await store.execute("UPDATE mail_outbox SET sent_at = now() WHERE recipient = 'bob@example.com'")
        before = await outbox(store)
    with pytest.raises(MailServerUnreachable):
        await late
    after = await outbox(store)
    assert after[:2] == before[:2]
    assert [(row["attempts"], row["last_error"]) for row in before[:2]] == [(2, "451 Later"), (1, None)]
    assert (after[2]["attempts"], after[2]["sent_at"]) == (0, None)
    assert after[2]["last_error"].startswith("The mail server does not answer")


async def test_mails_for_which_the_lease_leaves_no_time_are_given_back(tools, store, inbox):
    """They are due at once again, with no attempt counted and no error."""
    await put(store, "ada", "bob")
    assert await deliver_mails(tools, policy=DeliveryPolicy(lease=dt.timedelta())) == 2
    assert inbox.messages == []
    now = dt.datetime.now(dt.UTC)
    for row in await outbox(store):
        assert (row["attempts"], row["last_error"], row["sent_at"]) == (0, None, None)
        assert row["next_attempt_at"] <= now
    assert await deliver_mails(tools) == 2


async def test_what_waits_longest_is_taken_first(tools, store, inbox):
    await put(store, "ada", "bob", "eve")
    await store.execute(OVER)
    await store.execute(f"{OVER} - interval '1 hour' WHERE recipient = 'eve@example.com'")
    await store.execute(f"{OVER} - interval '1 minute' WHERE recipient = 'bob@example.com'")
    for name in ("eve", "bob", "ada"):
        assert await deliver_mails(tools, policy=DeliveryPolicy(batch=1)) == 1
        assert inbox.envelopes[-1][1] == [f"{name}@example.com"]
