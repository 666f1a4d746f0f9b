"""Customers and addresses from files in the column layout of Adobe Commerce's customer import (docs/domain/import.md#import-1)."""

from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import asyncpg

from customer_gql.administration.customer_import.files import CsvFile, ImportFault
from customer_gql.administration.customer_import.report import CellProblem, ProblemReport
from customer_gql.administration.customer_import.staging import Counts, ImportRun, Progress, open_sheet, stage_rows
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
_PATIENCE: Final = "SET LOCAL statement_timeout = '1h'; SET LOCAL lock_timeout = '30s'"
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
    """File with every problem of the refused rows; None when no row was refused."""
    is_dry_run: bool = False

    def lines(self) -> list[str]:
        """What happened, for people."""
        told = [f"customers: {_told(self.customers)}", f"addresses: {_told(self.addresses)}"]
        if self.ignored_columns:
            told.append(f"ignored columns: {', '.join(self.ignored_columns)}")
        told += [f"warning: {warning}" for warning in self.warnings]
        if self.report:
            told.append(f"refused rows: {self.report}")
        return [*told, "dry run: nothing was written"] if self.is_dry_run else told


async def import_adobe(
    connection: Connection,
    *,
    customers: Path | None,
    addresses: Path | None,
    dry_run: bool = False,
    report: Path | None = None,
    on_progress: Progress | None = None,
) -> ImportSummary:
    """Add and update customers by e-mail and website, and their addresses, in one transaction.

    Good rows are imported, bad ones reported. A dry run does everything and takes it back, so that its answer is the
    true one. Importing a file again changes nothing. Raises `ImportFault` when a file as a whole cannot be imported.
    """
    first = customers or addresses
    if first is None:
        raise ImportFault("There is nothing to import: name a file of customers, of addresses, or both.")
    report = report or Path(first.name + ".errors.csv")
    if any(path and path.resolve() == report.resolve() for path in (customers, addresses)):
        raise ImportFault(f"The report would overwrite {report}, which is to be imported.")
    desk = ImportRun(ProblemReport(report), on_progress, dry_run)
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
    people, places = CustomerSheet(known), AddressSheet(known)
    with ExitStack() as stack:
        # Both are opened before either is read: a broken second file shall not cost the reading of the first.
        of_people = stack.enter_context(open_sheet(customers, people)) if customers else None
        of_places = stack.enter_context(open_sheet(addresses, places)) if addresses else None
        desk.files = [file for file in (of_people, of_places) if file]
        return (
            await _people(connection, of_people, people, desk) if of_people else Counts(),
            await _places(connection, of_places, places, desk) if of_places else Counts(),
        )


async def _people(connection: Connection, file: CsvFile, sheet: CustomerSheet, desk: ImportRun) -> Counts:
    if unread := sorted(_NOT_READ.intersection(file.columns)):
        desk.warnings.say(f"{file.name}: {' and '.join(unread)} not read; _website and _store decide.")
    counts = await stage_rows(connection, file, sheet, desk)
    for line in await customer_upsert.upsert_customers(connection, file.columns, counts, desk):
        desk.report.add(file.name, line, [CellProblem("email", "belonged to a customer deleted during the import")])
    return counts


async def _places(connection: Connection, file: CsvFile, sheet: AddressSheet, desk: ImportRun) -> Counts:
    counts = await stage_rows(connection, file, sheet, desk)
    full = CellProblem("_email", f"belongs to a customer who has {address_upsert.MOST_ADDRESSES} addresses already")
    for line in await address_upsert.upsert_addresses(connection, counts, desk.now):
        desk.report.add(file.name, line, [full])
    return counts


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
