"""What a key was answered before: an entry or a refusal (docs/domain/ledgers.md#ledgers-4)."""

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Table, and_, bindparam, literal_column, select
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.actor import Actor
from customer_gql.core.errors import IdempotencyConflict, RuleError, UserErrorCode, restore_refusal
from customer_gql.core.values.idempotency_keys import hash_input
from customer_gql.database.statements import (
    Connection,
    Row,
    Statement,
    compile_statement,
    execute_statement,
    fetch_one,
)

from .declaration import Ledger, Movement, validate_comment
from .reads import entry_columns
from .tables import refused_movement

# A repeat of what may be right another time has to be judged again.
_NOT_REMEMBERED: Final = {UserErrorCode.LIMIT_REACHED, UserErrorCode.VERSION_CONFLICT}


def actor_key(by: Actor) -> dict[str, Any]:
    """The identity a key belongs to, whichever session it comes in."""
    return {"actor": by.kind.value, "actor_id": by.id or 0}


_KEY: Final = ("customer_id", "actor", "actor_id", "idempotency_key")


def _has_key(table: Table, names: Iterable[str]) -> list[ColumnElement[bool]]:
    return [table.c[name] == bindparam(name, type_=table.c[name].type) for name in names]


@cache
def _find_answer(entry: Table) -> Statement:
    """One row, with the columns of an entry and of a refusal; those of what there is not are null."""
    refused, asked = refused_movement, select(literal_column("1").label("once")).subquery("asked")
    is_entry, is_refusal = _has_key(entry, _KEY), _has_key(refused, (*_KEY, "ledger"))
    return compile_statement(
        select(*entry_columns(entry), refused.c.body_hash, refused.c.refusals).select_from(
            asked.outerjoin(entry, and_(*is_entry)).outerjoin(refused, and_(*is_refusal))
        )
    )


async def find_answer(
    connection: Connection, ledger: Ledger, customer_id: int, movement: Movement, *, by: Actor
) -> Row | RuleError | None:
    """The entry that this key made, or the refusal that it got; raises `IdempotencyConflict` when that was another movement."""
    key = _refusal_key(ledger, customer_id, movement, by)
    found = await fetch_one(connection, _find_answer(ledger.entry), **key)
    assert found is not None, "there is always one row"
    if found.id is None:
        return _find_refusal(found, movement)
    if not _is_same(ledger, found, movement):
        raise _conflict()
    return found


def _is_same(ledger: Ledger, entry: Row, movement: Movement) -> bool:
    try:
        amount = ledger.validate_amount(movement.amount, entry.get("currency", ""))
        comment = validate_comment(movement.comment)
    except RuleError:
        return False
    return (
        amount == entry[ledger.amount]
        and movement.website_id in {None, entry.website_id}
        and comment == entry.comment
        and movement.notifies_customer == entry.is_customer_notified
    )


def _find_refusal(found: Row, movement: Movement) -> RuleError | None:
    if found.body_hash is None:
        return None
    if found.body_hash != _hash_body(movement):
        raise _conflict()
    stored = orjson.loads(found.refusals)
    # None where another version of the service stored it: the movement is judged once more.
    return restore_refusal(stored.get("key"), stored.get("params"), stored["path"])


async def remember_refusal(
    connection: Connection, ledger: Ledger, customer_id: int, movement: Movement, refused: RuleError, *, by: Actor
) -> None:
    if refused.code in _NOT_REMEMBERED:
        return
    stored = {"key": refused.key, "params": refused.params, "path": refused.path}
    row = {"body_hash": _hash_body(movement), "refusals": orjson.dumps(stored).decode()}
    key = _refusal_key(ledger, customer_id, movement, by)
    insert = upsert(refused_movement).values(**key, **row)
    await execute_statement(connection, insert.on_conflict_do_update(index_elements=list(key), set_=row))


def _refusal_key(ledger: Ledger, customer_id: int, movement: Movement, by: Actor) -> dict[str, Any]:
    key = {"customer_id": customer_id, "ledger": ledger.account.name, **actor_key(by)}
    return {**key, "idempotency_key": movement.idempotency_key}


def _hash_body(movement: Movement) -> int:
    body = [str(movement.amount), movement.website_id, movement.comment, movement.notifies_customer]
    return hash_input(body)


def _conflict() -> IdempotencyConflict:
    return IdempotencyConflict("This idempotencyKey was used for another adjustment. Use a new key.")
