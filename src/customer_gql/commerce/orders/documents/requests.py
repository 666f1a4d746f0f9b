"""Keys by which callers repeat a request without making a second document (docs/domain/orders.md#orders-18)."""

from typing import Any

from customer_gql.core.actor import Actor
from customer_gql.core.errors import IdempotencyConflict
from customer_gql.core.values.idempotency_keys import hash_input
from customer_gql.database.statements import Connection, fetch_row, insert_row

from .tables import document_request


async def find_document(connection: Connection, customer_id: int, key: str, body: Any, *, by: Actor) -> int | None:
    """What the key made before; the order is locked. Raises `IdempotencyConflict` when that was something else."""
    found = await fetch_row(connection, document_request, _key_of(customer_id, key, by))
    if found is None:
        return None
    if found.body_hash != hash_input(body):
        raise IdempotencyConflict("This idempotencyKey was used for another document. Use a new key.")
    return found.document_id


async def remember_document(
    connection: Connection, customer_id: int, key: str, body: Any, document_id: int, *, by: Actor
) -> None:
    row = {**_key_of(customer_id, key, by), "body_hash": hash_input(body), "document_id": document_id}
    await insert_row(connection, document_request, row)


def _key_of(customer_id: int, key: str, by: Actor) -> dict[str, Any]:
    return {"customer_id": customer_id, "actor": by.kind.value, "actor_id": by.id or 0, "idempotency_key": key}
