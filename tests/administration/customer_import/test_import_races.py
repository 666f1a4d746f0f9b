"""Imports beside others: staff who edit, mass actions, a second import, and a process that is killed."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from customer_gql.administration.customer_import.adobe.load import Counts, import_adobe
from customer_gql.administration.customer_import.reading.lines import ImportFault
from customer_gql.core.text import sort_key
from customer_gql.customers.profile.writes import lock_customers
from customer_gql.database.pools import Database
from support.adobe_shop import ANN, HOME, Shop, sheet
from support.customers import make_customer
from support.races import stop_after, stop_before, until_blocking

NAMES = ("ann", "bob", "cat", "dan")
PEOPLE = [ANN | {"email": f"{name}@shop.example"} for name in NAMES]
PLACES = [HOME | {"_email": f"{name}@shop.example", "_entity_id": name} for name in NAMES]
LOCK = ("FROM customer WHERE customer.id =", "FOR UPDATE")
ANN_ROW = (
    "SELECT c.tax_vat_number, a.city, c.version FROM customer c JOIN address a ON a.customer_id = c.id WHERE c.id = $1"
)


async def test_customers_of_both_files_are_locked_in_the_order_of_their_ids(shop: Shop, empty_database: Database):
    """The file of customers names the later one, that of addresses the earlier one: another transaction that has the
    earlier one and wants the later one is waited for, so that neither fails."""
    await shop.load(sheet(*PEOPLE), sheet(*PLACES))
    ids = [id for (id,) in await shop.rows("SELECT id FROM customer ORDER BY id")]
    async with empty_database.transaction() as theirs:
        await lock_customers(theirs, ids[:1], websites=None)
        files = sheet(PEOPLE[3] | {"taxvat": "T1"}), sheet(PLACES[0] | {"city": "Leeds"})
        importing = asyncio.create_task(shop.load(*files))
        await until_blocking(theirs, task=importing)
        await lock_customers(theirs, ids[3:], websites=None)
    summary = await importing
    assert (summary.customers.updated, summary.addresses.updated) == (1, 1)


async def test_versions_and_times_of_the_history_agree(shop: Shop, empty_database: Database):
    """An edit that the import waits for comes before the import, by version and by time."""
    await shop.load(sheet(ANN))
    async with empty_database.transaction() as theirs:
        await theirs.execute("UPDATE customer SET prefix = 'Dr.', version = version + 1")
        importing = asyncio.create_task(shop.load(sheet(ANN | {"taxvat": "T1"})))
        await until_blocking(theirs, task=importing)
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


@pytest.mark.slow
async def test_an_import_that_is_killed_leaves_nothing_and_can_be_run_again(
    shop: Shop, empty_database: Database, empty_database_url: str
):
    """Another transaction stops the import before its end; then it is killed."""
    await shop.load(sheet(ANN))
    before = await shop.stored()
    people = shop.written("people.csv", sheet(*PEOPLE, ANN | {"taxvat": "T1", "dob": "never"}))
    arguments = [sys.executable, "-c", WORKER, empty_database_url, str(people), str(shop.report)]
    async with empty_database.transaction() as theirs:
        # However long the process takes to start.
        await theirs.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        await theirs.execute("SELECT FROM customer FOR UPDATE")
        with subprocess.Popen(arguments, stdout=subprocess.PIPE) as worker:
            assert worker.stdout
            assert await asyncio.to_thread(worker.stdout.readline) == b"reading\n"
            await until_blocking(theirs)
            os.kill(worker.pid, signal.SIGKILL)
            assert await asyncio.to_thread(worker.wait) == -signal.SIGKILL
        # The server notices while the import still waits for this transaction.
        await until_blocking(theirs, blocks=False)
    assert await shop.stored() == before
    assert not shop.report.exists()
    summary = await shop.load(people.read_bytes())
    assert summary.customers == Counts(read=5, valid=5, merged=1, created=3, updated=1, notes=1)


async def test_a_customer_who_was_as_in_the_file_is_neither_waited_for_nor_changed(
    shop: Shop, empty_database: Database
):
    """Ann is compared and not locked; what she edits then comes after the import, which would lock her out of order."""
    await shop.load(sheet(*PEOPLE), sheet(*PLACES))
    [(ann,)] = await shop.rows("SELECT id FROM customer WHERE email = 'ann@shop.example'")
    people = [PEOPLE[0] | {"taxvat": ""}, PEOPLE[1] | {"taxvat": "T1"}]
    async with stop_before(*LOCK) as stop, empty_database.writes.acquire() as theirs:
        importing = asyncio.create_task(shop.load(sheet(*people), sheet(*PLACES[:2])))
        await stop.reached_by(importing)
        await theirs.execute("UPDATE customer SET tax_vat_number = 'A1', version = 2 WHERE id = $1", ann)
        await theirs.execute("UPDATE address SET city = 'Leeds' WHERE customer_id = $1", ann)
        async with theirs.transaction():
            await lock_customers(theirs, [ann], websites=None)
            stop.resume()
            summary = await importing
        assert tuple(await theirs.fetchrow(ANN_ROW, ann)) == ("A1", "Leeds", 2)
    assert summary.customers == Counts(read=2, valid=2, updated=1, unchanged=1)
    assert summary.addresses == Counts(read=2, valid=2, unchanged=2)


async def test_an_account_that_is_made_during_the_import_is_left_alone(shop: Shop, empty_database: Database):
    await shop.load(sheet(PEOPLE[1]))
    files = sheet(PEOPLE[1] | {"taxvat": "T1"}, PEOPLE[0] | {"lastname": "Lane"}), sheet(PLACES[0])
    async with stop_before(*LOCK) as stop, empty_database.writes.acquire() as theirs:
        importing = asyncio.create_task(shop.load(*files))
        await stop.reached_by(importing)
        made = await make_customer(theirs, email="ann@shop.example", last_name="Lee")
    summary = await importing
    assert summary.customers == Counts(read=2, valid=1, refused=1, updated=1)
    assert summary.addresses == Counts(read=1, refused=1)
    assert [row[2:4] for row in shop.refused()] == [
        (
            "email",
            "The address is reserved for another account, or its account was made, moved or deleted during the import.",
        ),
        ("_email", "The customer with this address was made, moved or deleted during the import."),
    ]
    assert await shop.rows(f"SELECT last_name, version FROM customer WHERE id = {made.id}") == [("Lee", 1)]
    assert await shop.rows(f"SELECT FROM address WHERE customer_id = {made.id}") == []


async def test_the_key_of_a_name_is_stored_for_imported_customers_alone(shop: Shop, empty_database: Database):
    """Whoever renames a customer of the file afterwards waits for the import; nobody else does."""
    await shop.load(sheet(*PEOPLE[:2]))
    ids = dict(await shop.rows("SELECT email, id FROM customer"))
    async with stop_after("SET name_sort_key") as stop, empty_database.writes.acquire() as theirs:
        importing = asyncio.create_task(shop.load(sheet(ANN | {"lastname": "Lane"}, PEOPLE[1])))
        await stop.reached_by(importing)
        await theirs.execute("UPDATE customer SET version = 2 WHERE id = $1", ids["bob@shop.example"])
        renaming = asyncio.create_task(
            theirs.execute("UPDATE customer SET version = 3 WHERE id = $1", ids["ann@shop.example"])
        )
        async with empty_database.writes.acquire() as looking:
            assert await stop.is_waited_for_by(renaming, looking)
        stop.resume()
        await renaming
    await importing
    [(key,)] = await shop.rows("SELECT name_sort_key FROM customer WHERE email = 'ann@shop.example'")
    assert key == sort_key("Lane", "Ann")
