"""Addresses that an import removes: those that its rows name, or all but those (docs/domain/import.md#import-29)."""

from collections.abc import Collection
from typing import Final

from customer_gql.administration.customer_import.adobe.address_matching import find_owners, match_addresses
from customer_gql.administration.customer_import.copied_rows.reading import beside, copy_addresses, copy_customers
from customer_gql.administration.customer_import.copied_rows.writing import write_beside
from customer_gql.administration.customer_import.reading.refusals import NO_CUSTOMER
from customer_gql.administration.customer_import.recording import mark_imported_customers, record_imported_customers
from customer_gql.administration.customer_import.staging import ImportRun
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id_in_sql
from customer_gql.core.viewer import Websites
from customer_gql.customers.addresses.changes import DEFAULTS
from customer_gql.customers.addresses.fields import CONTENT
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.history.stored_values import pair_in_sql
from customer_gql.customers.profile.writes import lock_customers
from customer_gql.database.statements import Connection
from customer_gql.messaging.jobs.runs.rights import OUT_OF_SCOPE

from .finances import is_beyond
from .outcomes import LineOutcome, Results

_NO_ADDRESS: Final = Refusal("import.address_unknown", "The customer has no such address.", UserErrorCode.NOT_FOUND)
_RECORD: Final = encode_id_in_sql("adr", "a.customer_id", "a.id")
_PAIRS: Final = ", ".join(
    [pair_in_sql(column, f"a.{column}", "NULL::text", record=_RECORD) for column in CONTENT if column != "street"]
    + [pair_in_sql("street", "a.street", "NULL::text[]", record=_RECORD)]
    + [f"('{name}', CASE WHEN a.{flag} THEN to_jsonb({_RECORD}) END, NULL::jsonb)" for flag, name in DEFAULTS.items()]
)
_GONE: Final = "CREATE TEMPORARY TABLE import_gone (customer_id bigint, id bigint) ON COMMIT DROP"
_FIND_NAMED: Final = """
INSERT INTO import_gone SELECT DISTINCT customer_id, address_id FROM import_address WHERE is_known
"""
_DROP_UNREACHED: Final = "DELETE FROM import_address WHERE customer_id = ANY($1) RETURNING line"
_FIND_OTHERS: Final = """
INSERT INTO import_gone
SELECT a.customer_id, a.id FROM address a
WHERE a.customer_id IN (SELECT customer_id FROM import_address) AND a.customer_id <> ALL($1)
  AND NOT EXISTS (SELECT FROM import_address k WHERE k.customer_id = a.customer_id AND k.address_id = a.id)
"""
_LOSERS: Final = """
SELECT min(s.line) AS line FROM import_address s
WHERE s.customer_id IN (SELECT customer_id FROM import_gone) GROUP BY s.customer_id
"""
_CHANGES: Final = f"""
CREATE TEMPORARY TABLE import_gone_change ON COMMIT DROP AS
SELECT a.customer_id, jsonb_object_agg(pair.field, jsonb_build_array(pair.stored, pair.given)) AS changes
FROM import_gone g JOIN address a ON a.customer_id = g.customer_id AND a.id = g.id
CROSS JOIN LATERAL (VALUES {_PAIRS}) AS pair (field, stored, given)
WHERE pair.stored IS DISTINCT FROM pair.given
GROUP BY a.customer_id
"""
_DELETE: Final = "DELETE FROM address a USING {given} AS g WHERE a.customer_id = g.customer_id AND a.id = g.id"
_TOUCH: Final = """
UPDATE customer c SET version = c.version + 1, updated_at = g.written_at FROM {given} AS g WHERE c.id = g.customer_id
"""
_LOSING: Final = "SELECT customer_id, $1::timestamptz AS written_at FROM import_gone_change"
_TOUCHED: Final = """
SELECT c.id AS customer_id, c.version, g.changes FROM import_gone_change g JOIN customer c ON c.id = g.customer_id
"""


async def remove_named_addresses(
    connection: Connection, desk: ImportRun, results: Results, *, websites: Websites, is_shared: bool
) -> None:
    """The addresses that the staged rows name, by their key in the other program or by what is in them. Rows of customers
    outside `websites` once they are locked are refused."""
    await find_owners(connection, is_shared=is_shared)
    owners = await connection.fetch("SELECT DISTINCT customer_id FROM import_address WHERE customer_id IS NOT NULL")
    locked = await lock_customers(connection, sorted(row.customer_id for row in owners), websites=None)
    unreached = [row.id for row in locked.values() if is_beyond(websites, row)]
    for row in await connection.fetch(_DROP_UNREACHED, unreached):
        results[row.line].refuse("_website", OUT_OF_SCOPE())
    await match_addresses(connection)
    rows = await connection.fetch("SELECT line, customer_id, address_id, is_known FROM import_address ORDER BY line")
    removed = set[tuple[int, int]]()
    for row in rows:
        result, named = results[row.line], (row.customer_id, row.address_id)
        result.customer_id = row.customer_id
        if row.customer_id is None:
            result.refuse("_email", NO_CUSTOMER())
        elif not row.is_known:
            result.refuse("_entity_id", _NO_ADDRESS())
        elif named not in removed:
            removed.add(named)
            result.outcome = LineOutcome.DELETED
    await _begin(connection)
    await connection.execute(_FIND_NAMED)
    await desk.start_writing(connection)
    await _remove(connection, desk)


async def remove_other_addresses(
    connection: Connection, desk: ImportRun, results: Results, *, spared: Collection[int]
) -> None:
    """The addresses that no row names, of the customers named but those who are spared; all of them are locked."""
    await _begin(connection)
    await copy_addresses(connection, "SELECT customer_id FROM import_address")
    await connection.execute(beside(_FIND_OTHERS), list(spared))
    for row in await connection.fetch(_LOSERS):
        results[row.line].raise_to(LineOutcome.UPDATED)
    await _remove(connection, desk)


async def _begin(connection: Connection) -> None:
    await connection.execute("DROP TABLE IF EXISTS pg_temp.import_gone, pg_temp.import_gone_change")
    await connection.execute(_GONE)


async def _remove(connection: Connection, desk: ImportRun) -> None:
    await connection.execute(beside(_CHANGES))
    await write_beside(connection, _DELETE, "SELECT customer_id, id FROM import_gone")
    count = await write_beside(connection, _TOUCH, _LOSING, desk.now)
    await copy_customers(connection, "SELECT customer_id FROM import_gone_change")
    await record_imported_customers(connection, _TOUCHED, desk, kind="IMPORTED", count=count)
    await mark_imported_customers(connection, "SELECT customer_id FROM import_gone_change", address)
