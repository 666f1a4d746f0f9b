"""What is over is deleted, of customers and staff alike, and nothing else."""

import datetime as dt

import pytest

from customer_gql.core.viewer import ViewerKind
from customer_gql.customers.accounts.cleanup import CUSTOMER_EXPIRIES
from customer_gql.database import expired_rows
from customer_gql.staff.cleanup import STAFF_EXPIRIES

EXPIRIES = {ViewerKind.CUSTOMER: CUSTOMER_EXPIRIES, ViewerKind.STAFF: STAFF_EXPIRIES}


async def test_a_token_that_works_stays_and_one_that_ended_goes(identity, connection):
    now, expiries = dt.datetime.now(dt.UTC), EXPIRIES[identity.kind]
    people = {ended: await identity.make_person() for ended in (None, "idle_until = now()", "expires_at = now()")}
    for ended, person in people.items():
        await identity.signed_in(person)
        if ended is not None:
            await identity.set_token(person, f"{ended} - interval '1 second'")
    await expired_rows.delete_expired_batch(connection, expiries, now + dt.timedelta(seconds=5))
    left = [await identity.stored_token(person) is not None for person in people.values()]
    assert left == [True, False, False]


@pytest.mark.parametrize(("days", "is_kept"), [(29, True), (31, False)])
async def test_failures_are_forgotten_after_a_month_without_one(days, is_kept, identity, connection):
    person = await identity.make_person()
    await identity.sign_in(person.email, "wrong")
    keys, now = identity.failure_keys(person.email), dt.datetime.now(dt.UTC)
    aged = "UPDATE throttle SET until = now() - make_interval(days => $2) WHERE key_hash = ANY($1)"
    await connection.execute(aged, keys, days)
    await expired_rows.delete_expired_batch(connection, EXPIRIES[identity.kind], now)
    left = await connection.fetchval("SELECT count(*) FROM throttle WHERE key_hash = ANY($1)", keys)
    assert left == (len(keys) if is_kept else 0)


async def test_many_rows_go_in_batches_until_none_is_left(identity, database, connection, monkeypatch, statements):
    monkeypatch.setattr(expired_rows, "BATCH_SIZE", 2)
    people = [await identity.make_person() for _ in range(5)]
    for person in people:
        await identity.signed_in(person)
        await identity.set_token(person, "idle_until = now() - interval '1 second'")
    await expired_rows.delete_expired_rows(database, EXPIRIES[identity.kind])
    assert [await identity.stored_token(person) for person in people] == [None] * 5
    await statements.clear()
    await expired_rows.delete_expired_rows(database, EXPIRIES[identity.kind])
    assert await statements.count("DELETE") == len(EXPIRIES[identity.kind])  # one round that finds nothing
