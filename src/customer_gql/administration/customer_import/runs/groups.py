"""Rows of an import by customer: a batch has all rows of an e-mail address, so that batches do not depend on each other, also
where accounts are shared by all websites (docs/domain/import.md#import-25)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, all_, any_, bindparam, select

from customer_gql.administration.customer_import.adobe.scopes import find_owners_of_keys
from customer_gql.administration.customer_import.staging import ImportRun, Key
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, Row, compile_statement, fetch_rows
from customer_gql.messaging.jobs.runs.kinds import JobScope

from .layouts import name_address_column
from .outcomes import LineOutcome, LineResult

_ROWS: Final = """
SELECT r.line, r.email_key, r.website_id, r.is_deletion, r.is_refused, r.finance IS NOT NULL AS has_finance,
    r.customer IS NOT NULL AS has_customer, r.address IS NOT NULL AS has_address, r.finance,
    CASE WHEN r.is_refused THEN r.problems END AS problems
FROM unnest($2::bigint[]) WITH ORDINALITY AS wanted (line, place)
JOIN import_row r ON r.import_id = $1 AND r.line = wanted.line
ORDER BY wanted.place
"""
# A job that retries has some of them.
_REST_OF_GROUP: Final = """
SELECT line FROM import_row
WHERE import_id = $1 AND email_key = $2 AND line >= $3
  AND line IN (SELECT unnest(customer_ids) FROM job_part WHERE job_id = $4)
ORDER BY line
"""
# By the address alone, since that takes one pass over the rows whatever is known of their number.
_OTHER_ROWS: Final = """
SELECT DISTINCT email_key, website_id FROM import_row WHERE import_id = $1 AND email_key = ANY($2) AND line <> ALL($3)
"""
_KEYS: Final = """
SELECT line, email_key, website_id FROM import_row
WHERE import_id = $1 AND line = ANY($2) AND email_key IS NOT NULL
"""
_BEYOND: Final = compile_statement(
    select(customer.c.id).where(
        customer.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger()))),
        customer.c.website_id != all_(bindparam("reached", type_=ARRAY(BigInteger()))),
    )
)


async def choose_whole_groups(
    connection: Connection, import_id: int, lines: Sequence[int], *, job_id: int
) -> list[Row]:
    """The rows without those at the end whose customer may have more of them; all rows of a customer who is alone, also
    those that the job has after `lines`."""
    rows = await read_rows(connection, import_id, lines)
    last = rows[-1].email_key
    first_of_last = next(place for place, row in enumerate(rows) if row.email_key == last)
    if first_of_last:
        return rows[:first_of_last]
    if last is None:
        return rows
    rest = await connection.fetch(_REST_OF_GROUP, import_id, last, rows[0].line, job_id)
    return await read_rows(connection, import_id, [row.line for row in rest])


async def read_rows(connection: Connection, import_id: int, lines: Sequence[int]) -> list[Row]:
    return await connection.fetch(_ROWS, import_id, list(lines))


def customer_of(row: Row, *, is_shared: bool) -> Key | str | None:
    """Equal for rows of one customer. Where accounts are shared the address alone says which."""
    return row.email_key if is_shared or row.email_key is None else (row.email_key, row.website_id)


@dataclass(slots=True)
class Batch:
    """Rows of an import, and what becomes of each."""

    imported: Row
    rows: list[Row]
    results: dict[int, LineResult]
    is_shared: bool
    scope: JobScope
    is_dry_run: bool

    def lines(self, *, deletes: bool = False, part: str = "") -> list[int]:
        """Rows that are not refused."""
        return [
            row.line
            for row in self.rows
            if row.is_deletion == deletes
            and (not part or row[f"has_{part}"])
            and self.results[row.line].outcome is not LineOutcome.REFUSED
        ]

    def make_desk(self) -> ImportRun:
        return ImportRun(is_dry_run=self.is_dry_run, by=self.scope.by)

    def column(self, of_addresses: str) -> str:
        return name_address_column(self.imported.layout, of_addresses)

    def customer_of(self, row: Row) -> Any:
        return customer_of(row, is_shared=self.is_shared)


async def find_split_customers(
    connection: Connection, import_id: int, rows: Sequence[Row], *, is_shared: bool
) -> set[Key | str | None]:
    """Customers of these rows who have more rows in the file."""
    emails = {row.email_key for row in rows if row.email_key is not None}
    found = await connection.fetch(_OTHER_ROWS, import_id, sorted(emails), [row.line for row in rows])
    return {customer_of(row, is_shared=is_shared) for row in found}


async def find_named_customers(
    connection: Connection, import_id: int, lines: Sequence[int], *, is_shared: bool
) -> dict[int, int]:
    """The customers that rows name, by line: the keys of the rows, then who has them."""
    rows = await connection.fetch(_KEYS, import_id, lines)
    keys: dict[int, Key] = {row.line: (row.email_key, row.website_id) for row in rows}
    owners = await find_owners_of_keys(connection, set(keys.values()), is_shared=is_shared)
    return {line: owners[key] for line, key in keys.items() if key in owners}


async def find_unreached_lines(
    connection: Connection, import_id: int, lines: Sequence[int], reached: Collection[int], *, is_shared: bool
) -> list[int]:
    """Rows that name a customer of another website than these, as a row may where accounts are shared."""
    named = await find_named_customers(connection, import_id, lines, is_shared=is_shared)
    rows = await fetch_rows(connection, _BEYOND, ids=sorted(set(named.values())), reached=sorted(reached))
    beyond = {row.id for row in rows}
    return [line for line, customer_id in named.items() if customer_id in beyond]
