"""Rows of an import by customer: a batch has all rows of an e-mail address, so that batches do not depend on each other, also
where accounts are shared by all websites (docs/domain/import.md#import-25)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from customer_gql.administration.customer_import.staging import ImportRun, Key
from customer_gql.database.statements import Connection, Row
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
_OF_CUSTOMERS: Final = """FROM import_row r
JOIN customer_email e ON e.email_normalised = r.email_key
  AND e.scope = CASE WHEN $3::boolean THEN 0 ELSE r.website_id END AND e.reserved_until IS NULL
"""
# Where accounts are shared a row may name a customer of a website that the owner of the job does not reach.
_UNREACHED: Final = f"""
SELECT r.line {_OF_CUSTOMERS} JOIN customer c ON c.id = e.customer_id
WHERE r.import_id = $1 AND r.line = ANY($2) AND NOT c.website_id = ANY($4)
"""
_NAMED: Final = f"SELECT r.line, e.customer_id {_OF_CUSTOMERS} WHERE r.import_id = $1 AND r.line = ANY($2)"


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
    """The customers that rows name, by line."""
    found = await connection.fetch(_NAMED, import_id, lines, is_shared)
    return {row.line: row.customer_id for row in found}


async def find_unreached_lines(
    connection: Connection, import_id: int, lines: Sequence[int], reached: Collection[int], *, is_shared: bool
) -> list[int]:
    """Rows that name a customer of another website than these."""
    found = await connection.fetch(_UNREACHED, import_id, lines, is_shared, sorted(reached))
    return [row.line for row in found]
