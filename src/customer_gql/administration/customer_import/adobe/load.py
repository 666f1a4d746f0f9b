"""Customers and addresses from files in the column layout of Adobe Commerce's customer import (docs/domain/import.md#import-1)."""

from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import asyncpg

from customer_gql.administration.customer_import.long_statements import LONG_SECONDS
from customer_gql.administration.customer_import.reading.files import CsvFile
from customer_gql.administration.customer_import.reading.lines import ImportFault
from customer_gql.administration.customer_import.reading.options import USUAL, ReadOptions
from customer_gql.administration.customer_import.reading.report import CellProblem, Outcome, ProblemReport
from customer_gql.administration.customer_import.staging import (
    Counts,
    ImportRun,
    Progress,
    create_staging,
    open_sheet,
    stage_rows,
)
from customer_gql.administration.customer_import.stated_values.storing import StoredAttributes, store_attributes
from customer_gql.customers.attributes.tables import AttributeEntity
from customer_gql.customers.profile.sharing import lock_account_sharing_first
from customer_gql.database.record_versions import try_lock_record
from customer_gql.database.statements import Connection
from customer_gql.database.transactions import transaction

from . import address_upsert, customer_upsert
from .addresses import AddressSheet
from .customers import CustomerSheet
from .locking import ONE_IMPORT, lock_imported_customers
from .scopes import load_shop

__all__ = ["Counts", "ImportFault", "ImportSummary", "import_adobe"]

# Set for the transaction alone: an import is long work on purpose and may wait for somebody's edit.
# A process that is killed leaves no session behind that goes on working.
_PATIENCE: Final = "SET LOCAL statement_timeout = '1h'; SET LOCAL lock_timeout = '30s'; SET LOCAL client_connection_check_interval = '1s'"
_IS_JOB_RUNNING: Final = (
    "SELECT EXISTS (SELECT FROM job_run WHERE kind = 'IMPORT' AND finished_at IS NULL AND status <> 'QUEUED')"
)
# Those that were created or updated before their attributes.
_TOLD_CUSTOMERS: Final = """
SELECT owner_id FROM import_customer s
WHERE owner_id = customer_id OR EXISTS (SELECT FROM import_change n WHERE n.customer_id = s.owner_id)
"""
_TOLD_ADDRESSES: Final = """
SELECT customer_id, address_id FROM import_address WHERE NOT is_known
UNION SELECT customer_id, id FROM import_edit UNION SELECT customer_id, id FROM import_move
"""
_NOT_READ: Final = {"store_id", "website_id"}
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
    options: ReadOptions = USUAL,
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
    written = ProblemReport(report)
    desk = ImportRun(written, on_progress, dry_run, options)
    try:
        async with _transaction(connection, dry_run=dry_run):
            counts = await _imported(connection, customers, addresses, desk)
            # Before the commit: without the report nobody would learn which rows are missing.
            refused = written.finish()
    except BaseException:
        written.discard()
        raise
    return ImportSummary(*counts, tuple(desk.ignored_columns), desk.warnings.sentences(), refused, is_dry_run=dry_run)


async def _imported(
    connection: Connection, customers: Path | None, addresses: Path | None, desk: ImportRun
) -> tuple[Counts, Counts]:
    known = await load_shop(connection)
    people, places = CustomerSheet(known, desk.options.dates), AddressSheet(known)
    with ExitStack() as stack:
        # Both are opened before either is read: a broken second file must not cost the reading of the first.
        of_people = stack.enter_context(open_sheet(customers, people, desk.options)) if customers else None
        of_places = stack.enter_context(open_sheet(addresses, places, desk.options)) if addresses else None
        desk.files = [file for file in (of_people, of_places) if file]
        is_shared = await lock_account_sharing_first(connection)
        # Both are staged before either is written, because all customers have to be locked in one go.
        for sheet in (people, places):
            await create_staging(connection, sheet.table, sheet.staging)
        if of_people and (unread := sorted(_NOT_READ.intersection(of_people.columns))):
            desk.warnings.say(f"{of_people.name}: {' and '.join(unread)} not read; _website and _store decide.")
        told = await stage_rows(connection, of_people, people, desk) if of_people else Counts()
        placed = await stage_rows(connection, of_places, places, desk) if of_places else Counts()
        await customer_upsert.merge_rows(connection, told, is_shared=is_shared)
        await lock_imported_customers(connection, is_shared=is_shared)
        await desk.start_writing(connection)
        await _write_people(connection, of_people, told, desk, is_shared=is_shared)
        await _write_places(connection, of_places, placed, desk, is_shared=is_shared)
        return told, placed


async def _write_people(
    connection: Connection, file: CsvFile | None, counts: Counts, desk: ImportRun, *, is_shared: bool
) -> None:
    if file:
        assert desk.report is not None
        refused = await customer_upsert.upsert_customers(connection, counts, desk, is_shared=is_shared)
        for line, column, reason in refused:
            desk.report.add(file.name, line, [CellProblem(column, reason)])
        stored = await store_attributes(connection, AttributeEntity.CUSTOMER, desk)
        told = {row.owner_id for row in await connection.fetch(_TOLD_CUSTOMERS, timeout=LONG_SECONDS)}
        _tell_attributes(file, counts, desk, stored, sum(key[0] not in told for key in stored.lines.values()))


async def _write_places(
    connection: Connection, file: CsvFile | None, counts: Counts, desk: ImportRun, *, is_shared: bool
) -> None:
    if file:
        refused = await address_upsert.upsert_addresses(connection, counts, desk, is_shared=is_shared)
        assert desk.report is not None
        for line, problem in refused:
            desk.report.add(file.name, line, [problem])
        stored = await store_attributes(connection, AttributeEntity.ADDRESS, desk)
        told = {tuple(row) for row in await connection.fetch(_TOLD_ADDRESSES, timeout=LONG_SECONDS)}
        _tell_attributes(file, counts, desk, stored, sum(key not in told for key in stored.lines.values()))


def _tell_attributes(
    file: CsvFile, counts: Counts, desk: ImportRun, stored: StoredAttributes, more_updated: int
) -> None:
    """`more_updated` are the records of which nothing else changed."""
    counts.updated += more_updated
    counts.unchanged -= more_updated
    for line, problem in stored.refused:
        left_out = problem._replace(outcome=Outcome.LEFT_OUT)
        assert desk.report is not None
        desk.report.add(file.name, line, [left_out])
        desk.warnings.count(file.name, line, [left_out])


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
    if not await try_lock_record(connection, ONE_IMPORT) or await connection.fetchval(_IS_JOB_RUNNING):
        raise ImportFault("Another import is running; nothing was imported, try again when it is done.")
