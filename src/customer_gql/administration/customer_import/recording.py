"""History of imported customers, and events for other systems: one statement for all customers (docs/domain/events.md#events-4)."""

from collections.abc import Collection
from typing import Final

import orjson
from sqlalchemy import Table

from customer_gql.administration.customer_import.copied_rows.reading import beside
from customer_gql.administration.customer_import.long_statements import LONG_SECONDS
from customer_gql.core.ids import encode_id_in_sql
from customer_gql.customers.history.writes import record_customer_events
from customer_gql.database.distribution.forms import are_forms_distributed
from customer_gql.database.statements import Connection
from customer_gql.database.transactions import mark_customers
from customer_gql.messaging.events.event_types import event_type_by_history_kind, fields_by_event_type

from .staging import BATCH_ROWS, ImportRun

_RECORD: Final = """
WITH numbered AS (
    SELECT source.*, $5 + row_number() OVER (ORDER BY source.customer_id) AS id FROM ({source}) AS source
), recorded AS (
    INSERT INTO customer_event (customer_id, id, kind, version, actor, actor_id, address, job_id, changes, created_at)
    SELECT n.customer_id, greatest(n.id, last.id + 1), $2, n.version, $3, $6, $7, $8, n.changes,
        greatest($1, last.created_at + interval '1 microsecond')
    FROM numbered n
    LEFT JOIN LATERAL (SELECT e.id, e.created_at FROM customer_event e WHERE e.customer_id = n.customer_id
        ORDER BY e.id DESC LIMIT 1) AS last ON true
)
INSERT INTO domain_event (id, type, subject, changed_fields, customer_id, website_id, version, actor, actor_id, job_id, occurred_at)
SELECT $9 + row_number() OVER (ORDER BY recorded.id, caused.number), caused.type, {subject}, told.fields,
    recorded.customer_id, customer.website_id, recorded.version, $3, $6, $8, $1
FROM numbered AS recorded JOIN customer ON customer.id = recorded.customer_id
CROSS JOIN LATERAL (SELECT coalesce(array_agg(field ORDER BY field COLLATE "C"), '{{}}') AS fields,
    array_agg(CASE WHEN strpos(field, '.') > 0 THEN left(field, 4) ELSE field END) AS named
    FROM jsonb_object_keys(recorded.changes) AS field) AS told
JOIN jsonb_to_recordset($4) AS caused (number integer, type text, fields text[])
    ON caused.fields IS NULL OR caused.fields && told.named
ORDER BY recorded.id, caused.number
"""


async def record_imported_customers(
    connection: Connection, source: str, desk: ImportRun, *, kind: str, count: int
) -> None:
    """`source` is a SELECT of `customer_id`, `version` and `changes`, one row for each of `count` customers."""
    if are_forms_distributed():
        await _record_apart(connection, source, desk, kind=kind)
        return
    caused: list[tuple[str, tuple[str, ...] | None]] = [(event_type_by_history_kind()[kind], None)]
    caused += fields_by_event_type(kind).items()
    listed = [{"number": i, "type": type_, "fields": fields} for i, (type_, fields) in enumerate(caused)]
    entry_id, by = desk.take_event_ids(count), desk.by
    values = (desk.now, kind, by.kind.value, orjson.dumps(listed).decode(), entry_id, by.id, by.address, by.job_id)
    statement = _RECORD.format(source=source, subject=encode_id_in_sql("cus", "recorded.customer_id"))
    first_event_id = desk.take_event_ids(count * len(caused))
    await connection.execute(statement, *values, first_event_id, timeout=LONG_SECONDS)


async def _record_apart(connection: Connection, source: str, desk: ImportRun, *, kind: str) -> None:
    """With the statements of other changes, which go by keys."""
    rows = await connection.fetch(f"{beside(source)} ORDER BY customer_id", timeout=LONG_SECONDS)
    for start in range(0, len(rows), BATCH_ROWS):
        batch = [(row.customer_id, row.version, orjson.loads(row.changes)) for row in rows[start : start + BATCH_ROWS]]
        await record_customer_events(connection, batch, kind=kind, by=desk.by)


async def mark_imported_customers(
    connection: Connection, source: str, changed: Table, columns: Collection[str] | None = None
) -> None:
    """Have what is derived from the customers that `source` selects recomputed; see `mark_customers`."""
    rows = await connection.fetch(f"SELECT DISTINCT customer_id FROM ({source}) AS source", timeout=LONG_SECONDS)
    mark_customers(connection, [row.customer_id for row in rows], changed, columns)
