"""A batch of rows into the shop: all rows of a customer together, whole sets at a time (docs/domain/import.md#import-25)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import orjson

from customer_gql.administration.customer_actions.actions import run_mass_action
from customer_gql.administration.customer_actions.refusals import MassAction
from customer_gql.administration.customer_import.adobe import address_upsert, customer_upsert
from customer_gql.administration.customer_import.adobe.addresses import AddressSheet
from customer_gql.administration.customer_import.adobe.customers import CustomerSheet
from customer_gql.administration.customer_import.adobe.locking import lock_imported_customers
from customer_gql.administration.customer_import.adobe.welcome_mails import send_welcome_mails
from customer_gql.administration.customer_import.reading.refusals import ACTIONS_DIFFER, GROUP_FAILED, NO_CUSTOMER
from customer_gql.administration.customer_import.reading.report import CellProblem
from customer_gql.administration.customer_import.staging import Counts, ImportRun, create_staging
from customer_gql.administration.customer_import.stated_values.storing import store_attributes
from customer_gql.administration.customer_import.stated_values.tags import state_tags_of_rows
from customer_gql.administration.customer_import.tables import ImportBehavior, ImportLayout
from customer_gql.core.errors import RuleError, restore_refusal
from customer_gql.customers.attributes.tables import AttributeEntity
from customer_gql.customers.profile.sharing import lock_account_sharing_first
from customer_gql.database.statements import Connection, Row
from customer_gql.database.transactions import transaction
from customer_gql.messaging.jobs.runs.kinds import JobScope
from customer_gql.messaging.jobs.runs.rights import OUT_OF_SCOPE
from customer_gql.messaging.jobs.runs.tables import ErrorPolicy, RowOutcome

from .finances import StatedRow, set_balances
from .groups import Batch, find_named_customers, find_split_customers, find_unreached_lines
from .options import sends_welcome_mail
from .outcomes import LineOutcome, LineResult, Results, note_addresses, note_customers, refuse_nameless
from .removals import remove_named_addresses, remove_other_addresses

_FILL_CUSTOMERS: Final = """
INSERT INTO import_customer SELECT p.* FROM import_row r, jsonb_populate_record(NULL::import_customer, r.customer) AS p
WHERE r.import_id = $1 AND r.line = ANY($2) AND r.customer IS NOT NULL
"""
_FILL_ADDRESSES: Final = """
INSERT INTO import_address_row SELECT p.* FROM import_row r, jsonb_populate_record(NULL::import_address_row, r.address) AS p
WHERE r.import_id = $1 AND r.line = ANY($2) AND r.address IS NOT NULL
"""
# Of rows that are refused as a whole.
_DROP_ADDRESSES: Final = "DELETE FROM import_address_row WHERE line = ANY($1)"
_DROP_CUSTOMERS: Final = "DELETE FROM import_customer WHERE line = ANY($1)"
# By the rule that refuses a row of balances; the others are about amounts.
_AT_FAULT: Final = {NO_CUSTOMER.key: "_email", OUT_OF_SCOPE.key: "_website"}
_OWNED: Final = "SELECT line, customer_id FROM import_address"


class _RowRefused(Exception):
    """Everything is taken back, because one row is refused."""


class _HalfRefused(Exception):
    """Addresses or values are refused whose rows have written their customers."""

    def __init__(self, problems: Sequence[tuple[int, CellProblem]]) -> None:
        super().__init__()
        self.problems = problems


async def import_rows(
    connection: Connection, imported: Row, rows: list[Row], scope: JobScope, *, is_dry_run: bool
) -> dict[int, LineResult]:
    """What became of each row, by line. A dry run does everything and takes it back, and so does an import that takes all rows
    or none, when one is refused."""
    results = {row.line: LineResult() for row in rows}
    for row in rows:
        if row.is_refused:
            _restore_problem(row, results[row.line])
    try:
        async with transaction(connection, dry_run=is_dry_run):
            is_shared = await lock_account_sharing_first(connection)
            await _import_whole_rows(connection, Batch(imported, rows, results, is_shared, scope, is_dry_run))
            _refuse_part(imported, results)
    except _RowRefused:
        for result in results.values():
            if result.outcome is not LineOutcome.REFUSED:
                result.outcome, result.customer_id = LineOutcome.CANCELED, None
    return results


async def _import_whole_rows(connection: Connection, batch: Batch) -> None:
    """A row whose address is refused when its customer is written already is taken back with the others, which are then imported
    without it."""
    begun = {line: replace(result) for line, result in batch.results.items()}
    while True:
        try:
            async with transaction(connection):
                return await _import_batch(connection, batch)
        except _HalfRefused as found:
            for line, one in found.problems:
                begun[line].refuse(one.column, one.reason, one.value)
            batch.results.update({line: replace(result) for line, result in begun.items()})


async def _import_batch(connection: Connection, batch: Batch) -> None:
    await _refuse_beyond_scope(connection, batch)
    await _refuse_split_groups(connection, batch)
    await _delete(connection, batch)
    await _upsert(connection, batch)
    await _set_balances(connection, batch)


def _refuse_part(imported: Row, results: Results) -> None:
    takes_all = imported.error_policy == ErrorPolicy.ALL_OR_NOTHING.value
    if takes_all and any(one.outcome is LineOutcome.REFUSED for one in results.values()):
        raise _RowRefused


def _restore_problem(row: Row, result: LineResult) -> None:
    first = orjson.loads(row.problems)[0]
    reason = restore_refusal(first["key"], first["params"], [])
    if reason is not None:
        result.refuse(first["column"], reason, first["value"])
    else:
        result.outcome = LineOutcome.REFUSED


async def _refuse_beyond_scope(connection: Connection, batch: Batch) -> None:
    reached = batch.scope.websites
    if reached is None:
        return
    for row in batch.rows:
        if row.website_id is not None and row.website_id not in reached:
            batch.results[row.line].refuse("_website", OUT_OF_SCOPE())
    await _refuse_unreached(connection, batch)


async def _refuse_unreached(connection: Connection, batch: Batch) -> list[int]:
    """Rows that name a customer of a website beyond reach, which they can where accounts are shared."""
    reached = batch.scope.websites
    if reached is None or not batch.is_shared:
        return []
    lines = [*batch.lines(), *batch.lines(deletes=True)]
    found = await find_unreached_lines(connection, batch.imported.id, lines, reached, is_shared=batch.is_shared)
    for line in found:
        batch.results[line].refuse("_website", OUT_OF_SCOPE())
    return found


async def _refuse_split_groups(connection: Connection, batch: Batch) -> None:
    """Rows of one customer who is to be deleted and changed, and those that cannot all be replaced together."""
    actions: dict[Any, set[bool]] = {}
    for row in batch.rows:
        if (customer := batch.customer_of(row)) is not None and not row.is_refused:
            actions.setdefault(customer, set()).add(row.is_deletion)
    for row in batch.rows:
        if len(actions.get(batch.customer_of(row), ())) > 1:
            batch.results[row.line].refuse("_action", ACTIONS_DIFFER())
    if batch.imported.behavior == ImportBehavior.REPLACE.value:
        split = await find_split_customers(connection, batch.imported.id, batch.rows, is_shared=batch.is_shared)
        for row in batch.rows:
            if batch.customer_of(row) in split:
                batch.results[row.line].refuse(batch.column("_email"), GROUP_FAILED())


async def _delete(connection: Connection, batch: Batch) -> None:
    lines = batch.lines(deletes=True)
    if not lines:
        return
    if batch.imported.layout == ImportLayout.ADOBE_ADDRESSES.value:
        await _fill(connection, batch, lines)
        desk, websites = batch.make_desk(), batch.scope.websites
        await remove_named_addresses(connection, desk, batch.results, websites=websites, is_shared=batch.is_shared)
        return
    named = await find_named_customers(connection, batch.imported.id, lines, is_shared=batch.is_shared)
    done = await run_mass_action(
        connection, {"action": MassAction.DELETE.value}, sorted(set(named.values())), batch.scope
    )
    outcomes = {one.customer_id: one for one in done}
    deleted = set[int]()
    for line in lines:
        customer_id = named.get(line)
        one = None if customer_id is None else outcomes[customer_id]
        if one is None or one.outcome is RowOutcome.NOT_FOUND:
            batch.results[line].refuse("email", NO_CUSTOMER())
        elif one.refused is not None:
            batch.results[line].refuse("email", one.refused)
        elif customer_id not in deleted:
            assert customer_id is not None
            deleted.add(customer_id)
            batch.results[line].outcome = LineOutcome.DELETED
            batch.results[line].customer_id = customer_id


async def _fill(connection: Connection, batch: Batch, lines: list[int]) -> None:
    for sheet in (CustomerSheet, AddressSheet):
        await create_staging(connection, sheet.table, sheet.staging)
    await connection.execute(_FILL_CUSTOMERS, batch.imported.id, lines)
    await connection.execute(_FILL_ADDRESSES, batch.imported.id, lines)
    await connection.execute("ANALYZE import_customer, import_address_row")


async def _upsert(connection: Connection, batch: Batch) -> None:
    with_customer, with_address = batch.lines(part="customer"), batch.lines(part="address")
    if not with_customer and not with_address:
        return
    results, is_shared, desk = batch.results, batch.is_shared, batch.make_desk()
    await _fill(connection, batch, sorted({*with_customer, *with_address}))
    await customer_upsert.merge_rows(connection, Counts(), is_shared=is_shared)
    await refuse_nameless(connection, results)
    replaces = batch.imported.behavior == ImportBehavior.REPLACE.value
    is_mapped = batch.imported.layout == ImportLayout.MAPPED.value
    await lock_imported_customers(connection, is_shared=is_shared, replaces=replaces, states_tags=is_mapped)
    if moved := await _refuse_unreached(connection, batch):
        for statement in (_DROP_CUSTOMERS, _DROP_ADDRESSES):
            await connection.execute(statement, moved)
    owned = {row.line: row.customer_id for row in await connection.fetch(_OWNED)}
    await desk.start_writing(connection)
    if with_customer:
        refused = await customer_upsert.upsert_customers(connection, Counts(), desk, is_shared=is_shared)
        await note_customers(connection, results, refused)
        await _store_attributes(connection, batch, AttributeEntity.CUSTOMER, desk)
        _follow_last_rows(batch, with_customer)
        kept = set(batch.lines(part="address"))
        await connection.execute(_DROP_ADDRESSES, [line for line in with_address if line not in kept])
        if sends_welcome_mail(batch.imported.options):
            await send_welcome_mails(connection, by=batch.scope.by)
    if with_address:
        await _upsert_addresses(connection, batch, desk, owned, set(with_customer))
    if is_mapped:
        await _state_tags(connection, batch)


async def _upsert_addresses(
    connection: Connection, batch: Batch, desk: ImportRun, owned: Mapping[int, int | None], of_customers: set[int]
) -> None:
    refused = await address_upsert.upsert_addresses(connection, Counts(), desk, is_shared=batch.is_shared)
    told = [(line, one._replace(column=batch.column(one.column))) for line, one in refused]
    if half := [(line, one) for line, one in told if line in of_customers]:
        raise _HalfRefused(half)
    await note_addresses(connection, batch.results, told, owned, of_customers)
    await _store_attributes(connection, batch, AttributeEntity.ADDRESS, desk)
    if batch.imported.behavior == ImportBehavior.REPLACE.value:
        spared = await _find_refused(connection, batch)
        await remove_other_addresses(connection, desk, batch.results, spared=spared)


async def _store_attributes(connection: Connection, batch: Batch, entity: AttributeEntity, desk: ImportRun) -> None:
    """A row with a value that is refused only now, because its attribute was changed since the file was read, is taken back."""
    stored = await store_attributes(connection, entity, desk)
    name = batch.column if entity is AttributeEntity.ADDRESS else str
    if stored.refused:
        raise _HalfRefused([(line, one._replace(column=name(one.column))) for line, one in stored.refused])
    for line in stored.lines:
        batch.results[line].raise_to(LineOutcome.UPDATED)


async def _state_tags(connection: Connection, batch: Batch) -> None:
    customers = {line: batch.results[line].customer_id for line in batch.lines(part="customer")}
    for line in await state_tags_of_rows(connection, batch.imported.id, customers, by=batch.scope.by):
        batch.results[line].raise_to(LineOutcome.UPDATED)


async def _find_refused(connection: Connection, batch: Batch) -> set[int]:
    """Customers with a row that is refused: what that one would keep is not known, so nothing of theirs is removed."""
    refused = [row.line for row in batch.rows if batch.results[row.line].outcome is LineOutcome.REFUSED]
    named = await find_named_customers(connection, batch.imported.id, refused, is_shared=batch.is_shared)
    return set(named.values())


def _follow_last_rows(batch: Batch, lines: list[int]) -> None:
    """The rows before the last one of a customer were merged into that: refused with it, else unchanged."""
    wanted, last = set(lines), dict[Any, int]()
    for row in batch.rows:
        if row.line in wanted:
            last[batch.customer_of(row)] = row.line
    for row in batch.rows:
        if row.line in wanted and (into := last[batch.customer_of(row)]) != row.line:
            follow = batch.results[into]
            batch.results[row.line].customer_id = follow.customer_id
            if follow.problem is not None:
                batch.results[row.line].refuse(follow.problem.column, follow.problem.reason)


async def _set_balances(connection: Connection, batch: Batch) -> None:
    lines = set(batch.lines(part="finance"))
    if not lines:
        return
    named = await find_named_customers(connection, batch.imported.id, sorted(lines), is_shared=batch.is_shared)
    stated: list[StatedRow] = []
    for row in batch.rows:
        if row.line in lines:
            result = batch.results[row.line]
            result.customer_id = named.get(row.line)
            if result.customer_id is None:
                result.refuse("_email", NO_CUSTOMER())
            else:
                stated.append(StatedRow(row.line, result.customer_id, orjson.loads(row.finance)))
    outcomes = await set_balances(connection, batch.imported.id, stated, batch.scope)
    for line, outcome in outcomes.items():
        if isinstance(outcome, RuleError):
            batch.results[line].refuse(_AT_FAULT.get(outcome.key, "store_credit"), outcome)
        else:
            batch.results[line].raise_to(LineOutcome.UPDATED if outcome else LineOutcome.UNCHANGED)
