"""A selection is frozen once, belongs to the one who made it, and ends by itself (docs/domain/selections.md#selections-1)."""

import datetime as dt
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, insert, select

from customer_gql.core.actor import Actor
from customer_gql.core.clock import read_clock
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.database.record_versions import lock_record
from customer_gql.database.statements import AnySelect, Connection, Row, execute_statement, fetch_one, fetch_value
from customer_gql.messaging.jobs.runs.parts import count_rows, store_parts
from customer_gql.messaging.jobs.runs.writes import NO_ROWS
from customer_gql.shop.settings.reads import settings_at

from .settings import KEPT_HOURS, MAX_ROWS
from .tables import SelectionScope, selection, selection_batch

MAX_SELECTIONS: Final = 20
NOT_FOUND: Final = Refusal(
    "selection.not_found", "There is no such selection. It may have ended; select again.", UserErrorCode.NOT_FOUND
)
NOT_SELECTED_AGAIN: Final = Refusal("selection.selected_again", "This is a selection already. Use it as it is.")
_LIMIT_REACHED: Final = Refusal(
    "selection.limit_reached",
    "You have {limit} selections, the maximum. Delete one first.",
    UserErrorCode.LIMIT_REACHED,
)
_TOO_LARGE: Final = Refusal("selection.too_large", "Select at most {limit} records.", UserErrorCode.TOO_MANY)


async def create_selection(
    connection: Connection, grid: str, scope: SelectionScope, chosen: AnySelect, *, by: Actor
) -> int:
    """Freeze what a statement gives as `id`, in the order of `place`; the key of the selection."""
    await lock_record(connection, f"selection:{by.kind.value}:{by.id}")
    own = select(func.count()).select_from(selection).where(*_own(by))
    if await fetch_value(connection, own) >= MAX_SELECTIONS:
        raise _LIMIT_REACHED(limit=MAX_SELECTIONS)
    shop = await settings_at(connection, KEPT_HOURS, MAX_ROWS)
    key = new_id()
    await store_parts(connection, selection_batch, key, chosen.limit(shop[MAX_ROWS] + 1))
    count = await fetch_value(connection, count_rows(selection_batch, selection_batch.c.selection_id == key))
    if not count:
        raise NO_ROWS(path=["selection"])
    if count > shop[MAX_ROWS]:
        raise _TOO_LARGE(path=["selection"], limit=shop[MAX_ROWS])
    await execute_statement(
        connection,
        insert(selection).values(
            id=key,
            grid=grid,
            owner_kind=by.kind.value,
            owner_id=by.id,
            scope=scope.value,
            count=count,
            expires_at=read_clock() + dt.timedelta(hours=shop[KEPT_HOURS]),
        ),
    )
    return key


async def find_own_selection(connection: Connection, key: int, grid: str, path: list[str], *, by: Actor) -> Row:
    """Raises the same for one that is unknown, of somebody else, of another list, or over."""
    found = await fetch_one(connection, select(selection).where(selection.c.id == key, *_own(by)))
    if found is None or found.grid != grid:
        raise NOT_FOUND(path=path)
    return found


async def delete_selection(connection: Connection, key: int, *, by: Actor) -> None:
    gone = await execute_statement(connection, delete(selection).where(selection.c.id == key, *_own(by)))
    if not gone:
        raise NOT_FOUND(path=["id"])
    await execute_statement(connection, delete(selection_batch).where(selection_batch.c.selection_id == key))


def _own(by: Actor) -> tuple[ColumnElement[bool], ...]:
    owner: Any = selection.c.owner_kind == by.kind.value
    return (owner, selection.c.owner_id == by.id, selection.c.expires_at > func.now())
