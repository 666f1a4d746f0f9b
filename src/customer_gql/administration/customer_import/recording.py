"""History of imported customers, and events for other systems: one statement for all customers (docs/domain/events.md#events-4)."""

from typing import Final

from sqlalchemy import Table

from customer_gql.administration.customer_import.long_statements import LONG_SECONDS
from customer_gql.core.actor import ActorKind
from customer_gql.core.ids import encode_id_in_sql
from customer_gql.database.statements import Connection
from customer_gql.database.transactions import mark_customers
from customer_gql.messaging.events.event_types import event_type_by_history_kind

from .staging import ImportRun

_RECORD: Final = """
WITH numbered AS (
    SELECT source.*, $5 + row_number() OVER (ORDER BY source.customer_id) AS id FROM ({source}) AS source
), recorded AS (
    INSERT INTO customer_event (customer_id, id, kind, version, actor, changes, created_at)
    SELECT n.customer_id, greatest(n.id, last.id + 1), $2, n.version, $3, n.changes,
        greatest($1, last.created_at + interval '1 microsecond')
    FROM numbered n
    LEFT JOIN LATERAL (SELECT e.id, e.created_at FROM customer_event e WHERE e.customer_id = n.customer_id
        ORDER BY e.id DESC LIMIT 1) AS last ON true
)
INSERT INTO domain_event (id, type, subject, changed_fields, customer_id, website_id, actor, occurred_at)
SELECT recorded.id, $4, {subject},
    ARRAY(SELECT field FROM jsonb_object_keys(recorded.changes) AS field ORDER BY field COLLATE "C"),
    recorded.customer_id, customer.website_id, $3, $1
FROM numbered AS recorded JOIN customer ON customer.id = recorded.customer_id
"""


async def record_imported_customers(
    connection: Connection, source: str, desk: ImportRun, *, kind: str, count: int
) -> None:
    """`source` is a SELECT of `customer_id`, `version` and `changes`, one row for each of `count` customers."""
    event_type = event_type_by_history_kind()[kind]
    values = (desk.now, kind, ActorKind.SYSTEM.value, event_type, desk.take_event_ids(count))
    statement = _RECORD.format(source=source, subject=encode_id_in_sql("cus", "recorded.customer_id"))
    await connection.execute(statement, *values, timeout=LONG_SECONDS)


async def mark_imported_customers(connection: Connection, source: str, changed: Table) -> None:
    """Have what is derived from the customers that `source` selects recomputed; see `mark_customers`."""
    rows = await connection.fetch(f"SELECT DISTINCT customer_id FROM ({source}) AS source", timeout=LONG_SECONDS)
    mark_customers(connection, [row.customer_id for row in rows], changed)
