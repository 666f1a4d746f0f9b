"""Notes of staff. A change of a customer's notes locks the customer first, as every change of what is theirs does."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import delete, insert, select, update

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.concurrent_edits import refuse_other_version
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.text import validate_lines
from customer_gql.core.viewer import Websites
from customer_gql.customers.history.writes import record_customer_event
from customer_gql.customers.profile.writes import lock_customer, lock_customers
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one

from .tables import customer_note

MAX_LENGTH: Final = 4000
_COLUMNS: Final = {"text": "text", "isPinned": "is_pinned"}
_NOTE_NOT_FOUND: Final = Refusal("note.not_found", "There is no such note.", UserErrorCode.NOT_FOUND)


async def create_note(
    connection: Connection, customer_id: int, *, text: str, is_pinned: bool, websites: Websites, by: Actor
) -> int:
    """The key of the new note."""
    customer = await lock_customer(connection, customer_id, websites=websites, path=["customerId"])
    values = {"text": _validate_note_text(text), "is_pinned": is_pinned}
    key = new_id()
    row = {"customer_id": customer_id, "id": key, "staff_id": by.staff_id, **values}
    await execute_statement(connection, insert(customer_note).values(row))
    await _record_note_change(connection, customer, key, {}, values, by)
    return key


async def edit_note(
    connection: Connection,
    customer_id: int,
    key: int,
    given: Mapping[str, Any],
    *,
    expected_version: int | None,
    websites: Websites,
    by: Actor,
) -> list[str]:
    """Store what differs, by input name; the fields that changed."""
    customer, stored = await _lock_note(connection, customer_id, key, websites)
    wanted = {**given, **({"text": _validate_note_text(given["text"])} if "text" in given else {})}
    edits = {field: (stored[_COLUMNS[field]], value) for field, value in wanted.items()}
    changed = {field: edit for field, edit in edits.items() if edit[0] != edit[1]}
    # Whether the text conflicts would tell those who do not see it whether they guessed it.
    refuse_other_version(
        edits if by.is_blind else changed,
        current=stored.version,
        expected=expected_version,
        customer_id=customer_id,
    )
    if not changed:
        return []
    values = {_COLUMNS[field]: after for field, (_before, after) in changed.items()}
    await execute_statement(
        connection,
        update(customer_note)
        .filter_by(customer_id=customer_id, id=key)
        .values(**values, version=customer_note.c.version + 1, edited_at=read_clock()),
    )
    await _record_note_change(connection, customer, key, {column: stored[column] for column in values}, values, by)
    return list(changed)


async def delete_note(connection: Connection, customer_id: int, key: int, *, websites: Websites, by: Actor) -> None:
    customer, stored = await _lock_note(connection, customer_id, key, websites)
    await execute_statement(connection, delete(customer_note).filter_by(customer_id=customer_id, id=key))
    before = {column: stored[column] for column in _COLUMNS.values()}
    await _record_note_change(connection, customer, key, before, {}, by)


def _validate_note_text(text: str) -> str:
    """Of several lines."""
    lines = validate_lines(text, ["text"], MAX_LENGTH, required=True)
    assert lines is not None, "it is required"
    return lines


async def _lock_note(connection: Connection, customer_id: int, key: int, websites: Websites) -> tuple[Row, Row]:
    """The customer and the note. A note of a customer outside of `websites` is unknown, like any other that is not there."""
    customer = (await lock_customers(connection, [customer_id], websites=websites)).get(customer_id)
    stored = await fetch_one(connection, select(customer_note).filter_by(customer_id=customer_id, id=key))
    if customer is None or stored is None:
        raise _NOTE_NOT_FOUND(path=["id"])
    return customer, stored


async def _record_note_change(
    connection: Connection,
    customer: Row,
    key: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    by: Actor,
) -> None:
    """A note says something about the account and is no part of it, whose version therefore stays."""
    name = encode_id("not", customer.id, key)
    changes = {
        f"{name}.{field}": (before.get(column), after.get(column))
        for field, column in _COLUMNS.items()
        if before.get(column) != after.get(column)
    }
    await record_customer_event(
        connection, customer.id, kind="NOTE_CHANGED", version=customer.version, by=by, changes=changes
    )
