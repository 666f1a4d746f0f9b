"""Customers and addresses from files in the column layout of Adobe Commerce's customer import (docs/domain/import.md#import-1)."""

from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import asyncpg

from customer_gql.administration.customer_import.dates import DateOrder
from customer_gql.administration.customer_import.files import CsvFile
from customer_gql.administration.customer_import.lines import ImportFault
from customer_gql.administration.customer_import.long_statements import LONG_SECONDS
from customer_gql.administration.customer_import.report import CellProblem, ProblemReport
from customer_gql.administration.customer_import.staging import (
    BATCH_ROWS,
    Counts,
    ImportRun,
    Progress,
    create_staging,
    open_sheet,
    stage_rows,
)
from customer_gql.customers.profile.sharing import lock_account_sharing
from customer_gql.customers.profile.writes import lock_customers
from customer_gql.database.statements import Connection
from customer_gql.database.transactions import transaction

from . import address_upsert, customer_upsert
from .addresses import AddressSheet
from .customers import CustomerSheet
from .scopes import load_shop

__all__ = ["Counts", "ImportFault", "ImportSummary", "import_adobe"]

# "customer import" in the one number space of advisory locks.
_ONE_IMPORT_AT_A_TIME: Final = 0x637573746F6D6572
# Set for the transaction alone: an import is long work on purpose and may wait for somebody's edit.
# A process that is killed leaves no session behind that goes on working.
_PATIENCE: Final = "SET LOCAL statement_timeout = '1h'; SET LOCAL lock_timeout = '30s'; SET LOCAL client_connection_check_interval = '1s'"
_NOT_READ: Final = {"store_id", "website_id"}
_LOST: Final = CellProblem(
    "email", "The address is reserved for another account, or its account was made, moved or deleted during the import."
)
_LOCK_TABLE: Final = """
CREATE TEMPORARY TABLE import_lock (customer_id bigint) ON COMMIT DROP;
CREATE INDEX ON import_lock (customer_id)
"""
_LOCK_CHANGED: Final = "INSERT INTO import_lock SELECT customer_id FROM import_change"
_NEXT_TO_LOCK: Final = """
SELECT DISTINCT customer_id FROM import_lock WHERE customer_id > $1 ORDER BY customer_id LIMIT $2
"""
_CONTENTION: Final = (
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.ForeignKeyViolationError,
    asyncpg.UniqueViolationError,
)


@dataclass(frozen=True, slots=True)
class ImportSummary:
    customers: Counts
    addresses: Counts
    ignored_columns: tuple[str, ...] = ()
    warnings: list[str] = field(default_factory=list)
    report: Path | None = None
    """File with every refused row and every note; None when there is nothing to tell."""
    is_dry_run: bool = False

    def lines(self) -> list[str]:
        """What happened, for people."""
        told = [f"customers: {_told(self.customers)}", f"addresses: {_told(self.addresses)}"]
        if self.ignored_columns:
            told.append(f"ignored columns: {', '.join(self.ignored_columns)}")
        told += [f"warning: {warning}" for warning in self.warnings]
        if self.report:
            told.append(f"refused rows and notes: {self.report}")
        return [*told, "dry run: nothing was written"] if self.is_dry_run else told


async def import_adobe(
    connection: Connection,
    *,
    customers: Path | None,
    addresses: Path | None,
    dry_run: bool = False,
    report: Path | None = None,
    dates: DateOrder | None = None,
    encoding: str | None = None,
    on_progress: Progress | None = None,
) -> ImportSummary:
    """Add and update customers by e-mail and website, and their addresses, in one transaction.

    Good rows are imported, bad ones reported. A dry run does everything and takes it back, so that its answer is the
    true one. Importing a file again changes nothing. Raises `ImportFault` when a file as a whole cannot be imported.
    """
    first = customers or addresses
    if first is None:
        raise ImportFault("There is nothing to import: name a file of customers, of addresses, or both.")
    report = report or Path(first.name + ".report.csv")
    if any(path and path.resolve() == report.resolve() for path in (customers, addresses)):
        raise ImportFault(f"The report would overwrite {report}, which is to be imported.")
    if report.exists() and not report.is_file():
        # Replacing a device such as /dev/null would break the machine.
        raise ImportFault(f"The report {report} would replace what is not a file.")
    desk = ImportRun(ProblemReport(report), on_progress, dry_run, dates, encoding)
    try:
        async with _transaction(connection, dry_run=dry_run):
            counts = await _imported(connection, customers, addresses, desk)
            # Before the commit: without the report nobody would learn which rows are missing.
            refused = desk.report.finish()
    except BaseException:
        desk.report.discard()
        raise
    return ImportSummary(*counts, tuple(desk.ignored_columns), desk.warnings.sentences(), refused, is_dry_run=dry_run)


async def _imported(
    connection: Connection, customers: Path | None, addresses: Path | None, desk: ImportRun
) -> tuple[Counts, Counts]:
    known = await load_shop(connection)
    people, places = CustomerSheet(known, desk.dates), AddressSheet(known)
    with ExitStack() as stack:
        # Both are opened before either is read: a broken second file must not cost the reading of the first.
        of_people = stack.enter_context(open_sheet(customers, people, desk.encoding)) if customers else None
        of_places = stack.enter_context(open_sheet(addresses, places, desk.encoding)) if addresses else None
        desk.files = [file for file in (of_people, of_places) if file]
        is_shared = await lock_account_sharing(connection)
        # Both are staged before either is written, because all customers have to be locked in one go.
        for sheet in (people, places):
            await create_staging(connection, sheet)
        if of_people and (unread := sorted(_NOT_READ.intersection(of_people.columns))):
            desk.warnings.say(f"{of_people.name}: {' and '.join(unread)} not read; _website and _store decide.")
        told = await stage_rows(connection, of_people, people, desk) if of_people else Counts()
        placed = await stage_rows(connection, of_places, places, desk) if of_places else Counts()
        await customer_upsert.merge_rows(connection, told, is_shared=is_shared)
        await _lock_customers(connection, is_shared=is_shared)
        await desk.start_writing(connection)
        await _write_people(connection, of_people, told, desk, is_shared=is_shared)
        await _write_places(connection, of_places, placed, desk, is_shared=is_shared)
        return told, placed


async def _lock_customers(connection: Connection, *, is_shared: bool) -> None:
    """Lock those that the files may change. Both are judged again afterwards, by what is then stored."""
    await connection.execute("DROP TABLE IF EXISTS pg_temp.import_lock")
    await connection.execute(_LOCK_TABLE)
    await customer_upsert.find_changes(connection)
    await connection.execute(_LOCK_CHANGED, timeout=LONG_SECONDS)
    await address_upsert.find_owners(connection, is_shared=is_shared)
    await address_upsert.find_customers_to_lock(connection)
    after = -1
    while rows := await connection.fetch(_NEXT_TO_LOCK, after, BATCH_ROWS, timeout=LONG_SECONDS):
        after = rows[-1].customer_id
        await lock_customers(connection, [row.customer_id for row in rows], websites=None)


async def _write_people(
    connection: Connection, file: CsvFile | None, counts: Counts, desk: ImportRun, *, is_shared: bool
) -> None:
    if file:
        for line in await customer_upsert.upsert_customers(connection, counts, desk, is_shared=is_shared):
            desk.report.add(file.name, line, [_LOST])


async def _write_places(
    connection: Connection, file: CsvFile | None, counts: Counts, desk: ImportRun, *, is_shared: bool
) -> None:
    if file:
        refused = await address_upsert.upsert_addresses(connection, counts, desk, is_shared=is_shared)
        for line, reason, value in refused:
            desk.report.add(file.name, line, [CellProblem("_email", reason, value)])


def _told(counts: Counts) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in asdict(counts).items())


@asynccontextmanager
async def _transaction(connection: Connection, *, dry_run: bool) -> AsyncGenerator[None]:
    try:
        async with transaction(connection, dry_run=dry_run):
            await connection.execute(_PATIENCE)
            await _alone(connection)
            yield
    except _CONTENTION as error:
        raise ImportFault("Customers were changed while importing; nothing was imported, try again.") from error


async def _alone(connection: Connection) -> None:
    if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", _ONE_IMPORT_AT_A_TIME):
        raise ImportFault("Another import is running; nothing was imported, try again when it is done.")
