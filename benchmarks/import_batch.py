"""A file of 1,000 new customers with addresses, imported by its job as a worker does it, against the same rows written by hand: the last
row of the mutations."""

import argparse
import asyncio
import csv
import io
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from import_files import make_file, start_import_of, work_until_finished
from prepare import EMAIL, BenchmarkShop, act_as

from customer_gql.core.ids import encode_id, new_id, new_ids
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.profile.tables import customer
from customer_gql.database.pools import Database, open_database
from customer_gql.database.transactions import mark_customers
from customer_gql.messaging.jobs.work import Tools
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.schema.slices import join_declarations
from customer_gql.settings import load_settings

NAME: Final = "import-batch"
ROWS: Final = 1_000
_STAFF: Final = "SELECT id FROM staff_user WHERE email = $1"
_CLAIM: Final = """INSERT INTO customer_email (email_normalised, scope, customer_id)
SELECT e, 1, c FROM unnest($1::text[], $2::bigint[]) AS n(e, c)"""
_CUSTOMERS: Final = """INSERT INTO customer (id, number, email, first_name, last_name, tax_vat_number, website_id,
created_in_store_view_id, group_id) SELECT c, nextval('customer_number_seq'), e, f, l, t, 1, 1, 1
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[]) AS n(c, e, f, l, t)"""
_ADDRESSES: Final = """INSERT INTO address (customer_id, id, first_name, last_name, street, city, country_code, postcode, telephone,
is_default_billing, is_default_shipping) SELECT c, i, f, l, ARRAY[s], y, k, p, t, true, true FROM unnest($1::bigint[], $2::bigint[],
$3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[]) AS n(c, i, f, l, s, y, k, p, t)"""
_HISTORY: Final = """INSERT INTO customer_event (customer_id, id, version, created_at, kind, actor, actor_id, job_id, changes)
SELECT c, i, 1, clock_timestamp(), 'IMPORTED', 'STAFF', $3, $4, '{}' FROM unnest($1::bigint[], $2::bigint[]) AS n(c, i)"""
_EVENTS: Final = """INSERT INTO domain_event (id, type, subject, changed_fields, customer_id, website_id, version, actor, actor_id, job_id)
SELECT i, 'customer.created', s, '{}', c, 1, 1, 'STAFF', $4, $5 FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS n(i, s, c)"""
_JOB: Final = """INSERT INTO job_run (id, kind, work, status, error_policy, actor, actor_id, permissions, operation, total_count,
done_count, finished_at) VALUES ($1, 'IMPORT', 'by hand', 'DONE', 'SKIP', 'STAFF', $2, '{}', 'by hand', $3, $3, clock_timestamp())"""
_JOB_ROWS: Final = """INSERT INTO job_row (job_id, line, customer_id, outcome) SELECT $1, place, id, 'DONE'
FROM unnest($2::bigint[]) WITH ORDINALITY AS given(id, place)"""
Figures = dict[str, float]


def compare_import_batch(shop: BenchmarkShop, options: argparse.Namespace) -> dict[str, Any]:
    """The row of the table, as `writes.py` has it for the others. Both ways run in this process."""
    join_declarations()
    with TemporaryDirectory() as folder:
        runs = asyncio.run(_measure(shop, Path(folder), options.rounds))
    totals = [[run["cpu_ms"] + run["database_cpu_ms"] for run in its] for its in runs.values()]
    ratio = statistics.median(one / other for one, other in zip(*totals, strict=True))
    print(f"{NAME:16} {ratio:.2f} of the floor's CPU", flush=True)
    medians = {
        it: {key: round(statistics.median(run[key] for run in its), 2) for key in its[0]} for it, its in runs.items()
    }
    return {"write": NAME, "ratio": round(ratio, 2), **medians}


async def _measure(shop: BenchmarkShop, folder: Path, rounds: int) -> dict[str, list[Figures]]:
    settings = load_settings(database_url=shop.url, files=f"file:{folder}")
    async with open_database(shop.url, read_connections=2, write_connections=4, projections=PROJECTIONS) as database:
        tools = Tools(database, settings, PROJECTIONS)
        async with database.reads.acquire() as connection:
            staff_id = await connection.fetchval(_STAFF, EMAIL)

        async def run_job(content: bytes) -> None:
            await work_until_finished(tools, await start_import_of(database, settings, content, act_as(staff_id)))

        async def write_by_hand(content: bytes) -> None:
            await import_by_hand(database, content, staff_id)

        ways = {"service": run_job, "floor": write_by_hand}
        runs: dict[str, list[Figures]] = {name: [] for name in ways}
        for number in range(rounds + 1):
            # The order changes with every round, so that none is always measured after the other.
            for name in list(ways)[:: 1 if number % 2 else -1]:
                figures = await _time_way(shop, database, ways[name])
                if number:  # the first round is a warm-up
                    runs[name].append(figures)
    return runs


async def _time_way(shop: BenchmarkShop, database: Database, run: Callable[[bytes], Awaitable[None]]) -> Figures:
    first = time.time_ns() // 1_000  # no run has had these customers
    content = make_file(ROWS, first)
    before, database_before, begun = time.process_time(), shop.cpu_seconds(), time.perf_counter()
    await run(content)
    seconds = time.perf_counter() - begun
    cpu, database_cpu = time.process_time() - before, shop.cpu_seconds() - database_before
    await _require_rows(database, first)
    return {"cpu_ms": cpu * 1000, "database_cpu_ms": database_cpu * 1000, "p50_ms": seconds * 1000}


async def _require_rows(database: Database, first: int) -> None:
    """Either way has to have written all of them, with their addresses."""
    emails = [f"imported.{number}@shop.example" for number in range(first, first + ROWS)]
    stored = """SELECT count(*) FROM customer_grid_row g JOIN customer c ON c.id = g.customer_id JOIN address a ON a.customer_id = c.id
    WHERE c.email = ANY($1) AND a.is_default_billing"""
    async with database.reads.acquire() as connection:
        assert await connection.fetchval(stored, emails) == ROWS


async def import_by_hand(database: Database, content: bytes, staff_id: int) -> None:
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    ids, job = list(new_ids(len(rows))), new_id()

    def cells(name: str) -> list[str]:
        return [row[name] for row in rows]

    named = cells("firstname"), cells("lastname")
    place = [cells(f"_address_{name}") for name in ("street", "city", "country_id", "postcode", "telephone")]
    async with database.transaction() as connection:
        await connection.execute(_JOB, job, staff_id, len(rows))
        await connection.execute(_CLAIM, cells("email"), ids)
        await connection.execute(_CUSTOMERS, ids, cells("email"), *named, cells("taxvat"))
        await connection.execute(_ADDRESSES, ids, list(new_ids(len(ids))), *named, *place)
        mark_customers(connection, ids, customer)
        mark_customers(connection, ids, address)
        await connection.execute(_HISTORY, ids, list(new_ids(len(ids))), staff_id, job)
        subjects = [encode_id("cus", id) for id in ids]
        await connection.execute(_EVENTS, list(new_ids(len(ids))), subjects, ids, staff_id, job)
        await connection.execute(_JOB_ROWS, job, ids)
