"""History of imported customers, and events for other systems: one statement for all customers (docs/domain/events.md#events-4)."""

from typing import Final

from customer_gql.core.actor import ActorKind
from customer_gql.database.statements import Connection
from customer_gql.messaging.events.event_types import event_type_by_history_kind

from .staging import LONG_SECONDS, ImportRun

# The subject is the public id of the customer, as `encode_id` makes it.
_RECORD: Final = """
WITH recorded AS (
    INSERT INTO customer_event (customer_id, id, kind, version, actor, changes, created_at)
    SELECT customer_id, $5 + row_number() OVER (ORDER BY customer_id), $2, version, $3, changes, $1 FROM ({source}) AS source
    RETURNING customer_id, id, changes
)
INSERT INTO domain_event (id, type, subject, changed_fields, customer_id, website_id, actor)
SELECT recorded.id, $4, 'cus_' || lpad(to_hex(recorded.customer_id), 16, '0'),
    ARRAY(SELECT field FROM jsonb_object_keys(recorded.changes) AS field ORDER BY field COLLATE "C"),
    recorded.customer_id, customer.website_id, $3
FROM recorded JOIN customer ON customer.id = recorded.customer_id
"""


async def record_imported_customers(
    connection: Connection, source: str, desk: ImportRun, *, kind: str, count: int
) -> None:
    """`source` is a SELECT of `customer_id`, `version` and `changes`, one row for each of `count` customers."""
    event_type = event_type_by_history_kind()[kind]
    values = (desk.now, kind, ActorKind.SYSTEM.value, event_type, desk.take_event_ids(count))
    await connection.execute(_RECORD.format(source=source), *values, timeout=LONG_SECONDS)
