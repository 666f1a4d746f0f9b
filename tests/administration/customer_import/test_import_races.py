"""Imports beside others: staff who edit, mass actions, a second import, and a process that is killed."""

import asyncio
import os
import signal
import subprocess
import sys

from customer_gql.administration.customer_import.adobe.load import Counts, import_adobe
from customer_gql.administration.customer_import.lines import ImportFault
from customer_gql.customers.profile.writes import lock_customers
from customer_gql.database.pools import Database
from support.adobe_shop import ANN, HOME, Shop, sheet

NAMES = ("ann", "bob", "cat", "dan")
PEOPLE = [ANN | {"email": f"{name}@shop.example"} for name in NAMES]
PLACES = [HOME | {"_email": f"{name}@shop.example", "_entity_id": name} for name in NAMES]


async def test_customers_of_both_files_are_locked_in_the_order_of_their_ids(shop: Shop, empty_database: Database):
    """The file of customers names the later one, that of addresses the earlier one: another transaction that has the
    earlier one and wants the later one is waited for, so that neither fails."""
    await shop.load(sheet(*PEOPLE), sheet(*PLACES))
    ids = [id for (id,) in await shop.rows("SELECT id FROM customer ORDER BY id")]
    async with empty_database.transaction() as theirs:
        await lock_customers(theirs, ids[:1], websites=None)
        files = sheet(PEOPLE[3] | {"taxvat": "T1"}), sheet(PLACES[0] | {"city": "Leeds"})
        importing = asyncio.create_task(shop.load(*files))
        blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while not await theirs.fetchval(blocked) and not importing.done():
            await asyncio.sleep(0.01)
        await lock_customers(theirs, ids[3:], websites=None)
    summary = await importing
    assert (summary.customers.updated, summary.addresses.updated) == (1, 1)


async def test_versions_and_times_of_the_history_agree(shop: Shop, empty_database: Database):
    """An edit that the import waits for comes before the import, by version and by time."""
    await shop.load(sheet(ANN))
    async with empty_database.transaction() as theirs:
        await theirs.execute("UPDATE customer SET prefix = 'Dr.', version = version + 1")
        importing = asyncio.create_task(shop.load(sheet(ANN | {"taxvat": "T1"})))
        blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while not await theirs.fetchval(blocked) and not importing.done():
            await asyncio.sleep(0.01)
        before = await theirs.fetchval("SELECT clock_timestamp()")
    await importing
    told = await shop.connection.fetch(
        "SELECT version, created_at > $1 AS is_later FROM customer_event WHERE kind = 'IMPORTED'", before
    )
    assert [tuple(row) for row in told] == [(3, True)]


async def test_two_imports_at_the_same_time(shop: Shop, empty_database: Database):
    people = shop.written("people.csv", sheet(*PEOPLE))

    async def load(number: int) -> Counts | str:
        async with empty_database.writes.acquire() as connection:
            try:
                done = await import_adobe(
                    connection, customers=people, addresses=None, report=shop.folder / f"{number}.csv"
                )
            except ImportFault as fault:
                return str(fault)
        return done.customers

    outcomes = await asyncio.gather(load(1), load(2))
    busy = "Another import is running; nothing was imported, try again when it is done."
    first, same = Counts(read=4, valid=4, created=4), Counts(read=4, valid=4, unchanged=4)
    assert first in outcomes
    assert [outcome for outcome in outcomes if outcome != first] in ([busy], [same])
    assert await shop.rows("SELECT count(*) FROM customer") == [(4,)]


WORKER = """
import asyncio, sys
from pathlib import Path
from customer_gql.administration.customer_import.adobe.load import import_adobe
from customer_gql.database.pools import open_database
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.schema.slices import join_declarations

join_declarations()

async def main():
    async with open_database(sys.argv[1], projections=PROJECTIONS) as database:
        async with database.writes.acquire() as connection:
            await import_adobe(
                connection,
                customers=Path(sys.argv[2]),
                addresses=None,
                report=Path(sys.argv[3]),
                on_progress=lambda done, total: print("reading", flush=True),
            )

asyncio.run(main())
"""


async def test_an_import_that_is_killed_leaves_nothing_and_can_be_run_again(
    shop: Shop, empty_database: Database, empty_database_url: str
):
    """Another transaction stops the import before its end; then it is killed."""
    await shop.load(sheet(ANN))
    before = await shop.stored()
    people = shop.written("people.csv", sheet(*PEOPLE, ANN | {"taxvat": "T1", "dob": "never"}))
    arguments = [sys.executable, "-c", WORKER, empty_database_url, str(people), str(shop.report)]
    async with empty_database.transaction() as theirs:
        await theirs.execute("SELECT FROM customer FOR UPDATE")
        with subprocess.Popen(arguments, stdout=subprocess.PIPE) as worker:
            assert worker.stdout
            assert await asyncio.to_thread(worker.stdout.readline) == b"reading\n"
            while not await theirs.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                await asyncio.sleep(0.01)
            os.kill(worker.pid, signal.SIGKILL)
            assert await asyncio.to_thread(worker.wait) == -signal.SIGKILL
        # The server notices while the import still waits for this transaction.
        while await theirs.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            await asyncio.sleep(0.01)
    assert await shop.stored() == before
    assert not shop.report.exists()
    summary = await shop.load(people.read_bytes())
    assert summary.customers == Counts(read=5, valid=5, merged=1, created=3, updated=1, notes=1)
