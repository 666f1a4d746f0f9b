"""`--only import`: a file of customers with addresses, imported by the job as a worker does it, against `COPY` of the rows that
it came to into the same tables of another empty shop."""

import asyncio
import io
import resource
import time
from argparse import Namespace
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import asyncpg
from prepare import DATA, act_as

from customer_gql.administration.customer_import.tables import ImportBehavior, ImportLayout
from customer_gql.administration.customer_import.uploads.receiving import find_own_upload, receive_upload
from customer_gql.administration.customer_import.writes import (
    NewImport,
    create_import,
    lock_visible_import,
    start_import,
)
from customer_gql.core.actor import Actor
from customer_gql.customers.profile.values.fields import SHOW_SETTINGS
from customer_gql.database.pools import Database, open_database
from customer_gql.database.schema import migrations
from customer_gql.embedded.server import Server, create_database, drop_database, running_server
from customer_gql.messaging.jobs.runs.runner import run_due_jobs
from customer_gql.messaging.jobs.runs.tables import PROCESSED, ErrorPolicy
from customer_gql.messaging.jobs.work import Tools
from customer_gql.schema.projections import PROJECTIONS
from customer_gql.schema.slices import join_declarations
from customer_gql.settings import load_settings
from customer_gql.shop.settings.writes import set_value
from customer_gql.staff import writes as staff

CUSTOMERS: Final = 300_000
_NAME: Final = "bench_import"
_BOOKKEEPING: Final = ("job", "import_", "stored_file", "customer_import", "alembic")
_PAGE: Final = 1 << 20
_HEADER: Final = (
    "email,_website,firstname,lastname,taxvat,_entity_id,_address_street,_address_city,_address_country_id,_address_postcode,"
    "_address_telephone,_address_default_billing_,_address_default_shipping_\n"
)


@dataclass(slots=True)
class ImportTimes:
    """Seconds since the start, by the number of rows that were done, and the most memory there was."""

    marks: list[tuple[float, int]] = field(default_factory=list[tuple[float, int]])
    peak: int = 0

    def at(self, rows: int) -> float:
        """When so many were done, between the two marks around it."""
        before = (0.0, 0)
        for seconds, done in self.marks:
            if done >= rows and done > before[1]:
                share = (rows - before[1]) / (done - before[1])
                return before[0] + share * (seconds - before[0])
            before = (seconds, done)
        return before[0]


def measure_imports(options: Namespace) -> None:
    customers = options.customers or CUSTOMERS
    join_declarations()
    with (
        TemporaryDirectory() as folder,
        running_server(DATA, settings={"shared_buffers": "512MB", "max_connections": "200"}) as server,
    ):
        for name in (_NAME, f"{_NAME}_copy"):
            drop_database(server, name)
            create_database(server, name)
            migrations.upgrade_database(server.owner_url(name), service_url=server.url(name))
        times, peak = asyncio.run(_run_import(server, customers, Path(folder)))
        copied = asyncio.run(_copy_rows(server))
        for name in (_NAME, f"{_NAME}_copy"):
            drop_database(server, name)
    _print_times(customers, times, copied, peak)


async def _run_import(server: Server, customers: int, folder: Path) -> tuple[ImportTimes, int]:
    url = server.url(_NAME)
    settings = load_settings(database_url=url, files=f"file:{folder}")
    async with open_database(url, read_connections=2, write_connections=4, projections=PROJECTIONS) as database:
        tools = Tools(database, settings, PROJECTIONS)
        await _ask_for_tax_numbers(database)
        by = await _make_owner(database)
        job_id = await start_import_of(database, settings, make_file(customers), by)
        idle = _read_memory()
        times, begun = ImportTimes(), time.perf_counter()
        async with database.reads.acquire() as watcher:
            watching = asyncio.create_task(_watch(watcher, job_id, times, begun))
            await work_until_finished(tools, job_id)
            await watching
        return times, times.peak - idle


def _read_memory() -> int:
    """Bytes of this process that are in memory now; the most there ever were would be those of making the file."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


async def _ask_for_tax_numbers(database: Database) -> None:
    """The file has them, and a website that does not ask for them would leave them out."""
    async with database.transaction() as connection:
        await set_value(connection, SHOW_SETTINGS["taxVatNumber"], "OPTIONAL")


async def _make_owner(database: Database) -> Actor:
    async with database.transaction() as connection:
        staff_id = await staff.create_staff_user(
            connection, email="bench@example.com", name="Bench", role="administrator"
        )
    return act_as(staff_id)


async def start_import_of(database: Database, settings: Any, content: bytes, by: Actor) -> int:
    """The id of the job that imports this file."""
    new = NewImport(
        layout=ImportLayout.ADOBE_COMPOSITE,
        behavior=ImportBehavior.ADD_UPDATE,
        error_policy=ErrorPolicy.SKIP,
        file_name="people.csv",
        size_bytes=len(content),
        website_id=None,
        options={},
    )
    async with database.transaction() as connection:
        key = await create_import(connection, new, by=by)
        imported = await find_own_upload(connection, key, by)

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(content), _PAGE):
            yield content[start : start + _PAGE]

    await receive_upload(database, settings, imported, chunks(), by=by)
    async with database.transaction() as connection:
        return await start_import(
            connection, await lock_visible_import(connection, key, by=by), is_dry_run=False, by=by
        )


def make_file(customers: int, first: int = 0) -> bytes:
    """Of customers that no shop has; `first` is the number of the first one."""
    out = io.StringIO()
    out.write(_HEADER)
    for n in range(first, first + customers):
        out.write(
            f"imported.{n}@shop.example,base,Ann{n % 977},Lee{n % 1013},T{n},{n},{n} High Street,York,GB,"
            f"YO{n % 90 + 1} {n % 10}AA,+44 1904 55{n % 10_000:04d},1,1\n"
        )
    return out.getvalue().encode()


async def _watch(connection: Any, job_id: int, times: ImportTimes, begun: float) -> None:
    while True:
        job = await connection.fetchrow(
            f"SELECT {PROCESSED} AS done, finished_at, failed_count + refused_count AS lost FROM job_run WHERE id = $1",
            job_id,
        )
        times.peak = max(times.peak, _read_memory())
        times.marks.append((time.perf_counter() - begun, job.done))
        if job.finished_at is not None:
            assert not job.lost, job
            return
        await asyncio.sleep(0.2)


async def work_until_finished(tools: Tools, job_id: int) -> None:
    while not await _is_finished(tools.database, job_id):
        await run_due_jobs(tools)


async def _is_finished(database: Database, job_id: int) -> bool:
    async with database.reads.acquire() as connection:
        return await connection.fetchval("SELECT finished_at IS NOT NULL FROM job_run WHERE id = $1", job_id)


async def _copy_rows(server: Server) -> float:
    """Seconds of `COPY FROM` into tables with their indexes and keys, all in one transaction."""
    source = await asyncpg.connect(server.admin_url(_NAME))
    target = await asyncpg.connect(server.admin_url(f"{_NAME}_copy"))
    tables = [
        row["relname"]
        for row in await source.fetch(
            "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public' AND n_tup_ins > 1000"
        )
        if not row["relname"].startswith(_BOOKKEEPING)
    ]
    assert {"customer", "customer_email", "address", "customer_event", "domain_event"} <= set(tables), tables
    seconds = 0.0
    try:
        async with target.transaction():
            await target.execute("SET CONSTRAINTS ALL DEFERRED")
            for name in sorted(tables, key=lambda name: (name != "customer", name)):
                content = io.BytesIO()
                await source.copy_from_table(name, output=content, format="binary")
                content.seek(0)
                begun = time.perf_counter()
                await target.copy_to_table(name, source=content, format="binary")
                seconds += time.perf_counter() - begun
            begun = time.perf_counter()
        return seconds + time.perf_counter() - begun
    finally:
        await source.close()
        await target.close()


def _print_times(customers: int, times: ImportTimes, copied: float, peak: int) -> None:
    total, first_rows = times.marks[-1][0], next(seconds for seconds, done in times.marks if done)
    third = customers // 3
    first, last = times.at(third) - times.at(1), total - times.at(customers - third)
    print(f"{customers:,} customers with an address each")
    print(f"COPY into the same tables       {copied:8.1f} s")
    print(f"import                          {total:8.1f} s  {total / copied:.2f} times")
    print(f"  reading, until the first rows {first_rows:8.1f} s")
    print(f"  first third of the rows       {first:8.1f} s")
    print(f"  last third of the rows        {last:8.1f} s  {last / first:.2f} times the first")
    print(f"memory over idle                {peak / 2**20:8.1f} MiB")
