"""Statuses of orders that a shop makes and assigns (docs/domain/orders.md#orders-12)."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import asyncpg
from sqlalchemy import delete, func, insert, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import Changes, refuse_conflicts
from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.text import validate_line
from customer_gql.database.statements import (
    Connection,
    Row,
    equals_any,
    execute_statement,
    fetch_one,
    fetch_rows,
    fetch_value,
    insert_row,
)
from customer_gql.shop.websites.reads import STORE_VIEW_NOT_FOUND
from customer_gql.shop.websites.tables import store_view
from customer_gql.staff.audit.reads import read_staff_changes
from customer_gql.staff.audit.writes import record_staff_event

from .reads import MAX_STATUSES
from .tables import OrderState, order_status, order_status_label, order_status_state

MAX_LABEL: Final = 128
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_CODE_INVALID: Final = Refusal(
    "order_status.code_invalid",
    "Enter a code of at most 32 small letters, digits and underscores that begins with a letter.",
)
_CODE_TAKEN: Final = Refusal(
    "order_status.code_taken", "Another status has this code. Choose another.", UserErrorCode.TAKEN
)
STATUS_NOT_FOUND: Final = Refusal("order_status.not_found", "There is no such order status.", UserErrorCode.NOT_FOUND)
_TOO_MANY: Final = Refusal(
    "order_status.limit_reached", "There are {limit} statuses, the maximum.", UserErrorCode.LIMIT_REACHED
)
_IS_DEFAULT: Final = Refusal(
    "order_status.is_default",
    "The state gives this status to its orders. Make another status its default first.",
    UserErrorCode.NOT_ALLOWED,
)
_IN_USE: Final = Refusal(
    "order_status.in_use",
    "Orders in this state have the status. Give them another one first.",
    UserErrorCode.NOT_ALLOWED,
)
_NOT_ASSIGNED: Final = Refusal(
    "order_status.not_assigned", "The state does not have this status.", UserErrorCode.NOT_FOUND
)
# Of all statuses together, since a state has one default. The first status is never deleted.
_LOCK_ALL: Final = select(order_status.c.id).where(order_status.c.id == literal_column("1")).with_for_update()


async def create_status(connection: Connection, *, code: str, label: str, labels: Mapping[int, str], by: Actor) -> int:
    """The key of the new status. Raises `RuleErrors`."""
    await fetch_one(connection, _LOCK_ALL)
    refused, values = CollectedErrors(), dict[str, Any]()
    with refused.collecting():
        values["code"] = await _validate_code(connection, code)
    with refused.collecting():
        values["label"] = _validate_label(label, ["label"])
    with refused.collecting():
        labels = await _validate_labels(connection, labels)
    if await fetch_value(connection, select(func.count()).select_from(order_status)) >= MAX_STATUSES:
        raise _TOO_MANY(limit=MAX_STATUSES)
    refused.raise_collected()
    key = new_id()
    await insert_row(connection, order_status, {"id": key, **values})
    await _store_labels(connection, key, labels)
    changes = {"code": (None, values["code"]), "label": (None, values["label"]), **_describe_labels({}, labels)}
    await _record_status_event(connection, "ORDER_STATUS_CREATED", key, changes, version=1, by=by)
    return key


async def update_status(
    connection: Connection,
    key: int,
    *,
    label: str | None,
    labels: Mapping[int, str] | None,
    expected_version: int | None,
    by: Actor,
) -> None:
    """Store what differs; `labels` replace those of all store views. Raises `RuleErrors`."""
    stored = await _lock_status(connection, key)
    before = await _read_stored_labels(connection, key)
    refused, wanted, changes = CollectedErrors(), dict[int, str](), dict[str, Any]()
    with refused.collecting():
        after = stored.label if label is None else _validate_label(label, ["label"])
        changes |= {} if after == stored.label else {"label": (stored.label, after)}
    with refused.collecting():
        wanted = before if labels is None else await _validate_labels(connection, labels)
        changes |= _describe_labels(before, wanted)
    refused.raise_collected()
    if not changes:
        return
    await refuse_conflicts(
        changes,
        current=stored.version,
        expected=expected_version,
        changes_since=partial(read_staff_changes, connection, encode_id("ost", key)),
    )
    values = {"label": changes.get("label", (None, stored.label))[1], "version": stored.version + 1}
    await execute_statement(connection, update(order_status).where(order_status.c.id == key).values(values))
    if wanted != before:
        await execute_statement(connection, delete(order_status_label).where(order_status_label.c.status_id == key))
        await _store_labels(connection, key, wanted)
    await _record_status_event(connection, "ORDER_STATUS_CHANGED", key, changes, version=stored.version + 1, by=by)


async def assign_status(
    connection: Connection, key: int, state: OrderState, *, is_default: bool, is_visible: bool, by: Actor
) -> None:
    """Let orders of a state have the status. A new default takes the place of the former one."""
    await fetch_one(connection, _LOCK_ALL)
    stored = await _lock_status(connection, key)
    before = await _find_assignment(connection, state, stored.code)
    if before is not None and before.is_default and not is_default:
        raise _IS_DEFAULT(path=["isDefault"])
    assigned = order_status_state
    if is_default:
        await execute_statement(
            connection,
            update(assigned)
            .where(assigned.c.state == state.value, assigned.c.status != stored.code, assigned.c.is_default)
            .values(is_default=False),
        )
    flags = {"is_default": is_default, "is_visible": is_visible}
    put = upsert(assigned).values(state=state.value, status=stored.code, **flags)
    await execute_statement(connection, put.on_conflict_do_update(index_elements=["state", "status"], set_=flags))
    changes = {state.value: (_describe_assignment(before), {"isDefault": is_default, "isVisible": is_visible})}
    if changes[state.value][0] != changes[state.value][1]:
        await _record_assignment(connection, "ORDER_STATUS_ASSIGNED", stored, changes, by)


async def unassign_status(connection: Connection, key: int, state: OrderState, *, by: Actor) -> None:
    """Let no order of a state have the status. Refused for its default, and while orders have it."""
    await fetch_one(connection, _LOCK_ALL)
    stored = await _lock_status(connection, key)
    before = await _find_assignment(connection, state, stored.code)
    if before is None:
        raise _NOT_ASSIGNED(path=["state"])
    if before.is_default:
        raise _IS_DEFAULT(path=["state"])
    gone = delete(order_status_state).where(
        order_status_state.c.state == state.value, order_status_state.c.status == stored.code
    )
    try:
        await execute_statement(connection, gone)
    except asyncpg.ForeignKeyViolationError:  # by orders, those on hold that come back to it included
        raise _IN_USE(path=["state"]) from None
    await _record_assignment(
        connection, "ORDER_STATUS_UNASSIGNED", stored, {state.value: (_describe_assignment(before), None)}, by
    )


async def validate_status(connection: Connection, state: OrderState, code: str, path: Sequence[str]) -> str:
    """A status of the state."""
    assigned = order_status_state.c
    found = select(assigned.status).where(assigned.state == state.value, assigned.status == code)
    if await fetch_value(connection, found.with_for_update(key_share=True, read=True)) is None:
        raise _NOT_ASSIGNED(path=path)
    return code


async def find_default_status(connection: Connection, state: OrderState) -> str:
    """The status that orders get when they come into the state. Nobody takes it from the state until the transaction ends.

    Where it was taken while this waited for its row, the second look finds the default that came in its place.
    """
    found = select(order_status_state.c.status).where(
        order_status_state.c.state == state.value, order_status_state.c.is_default
    )
    locked = found.with_for_update(key_share=True, read=True)
    status = await fetch_value(connection, locked)
    return status if status is not None else await fetch_value(connection, locked)


async def _validate_code(connection: Connection, code: str) -> str:
    if _CODE.fullmatch(code) is None:
        raise _CODE_INVALID(path=["code"])
    if await fetch_value(connection, select(order_status.c.id).where(order_status.c.code == code)) is not None:
        raise _CODE_TAKEN(path=["code"])
    return code


def _validate_label(label: str, path: Sequence[str]) -> str:
    return validate_line(label, path, MAX_LABEL, required=True) or ""


async def _validate_labels(connection: Connection, labels: Mapping[int, str]) -> dict[int, str]:
    """By store view, in the order in which they are given."""
    found = select(store_view.c.id).where(equals_any(store_view.c.id, sorted(labels)))
    known = {row.id for row in await fetch_rows(connection, found.with_for_update(key_share=True, read=True))}
    refused, valid = CollectedErrors(), dict[int, str]()
    for place, (view, label) in enumerate(labels.items()):
        with refused.collecting():
            if view not in known:
                raise STORE_VIEW_NOT_FOUND(path=["labels", str(place), "storeViewId"])
            valid[view] = _validate_label(label, ["labels", str(place), "label"])
    refused.raise_collected()
    return valid


async def _lock_status(connection: Connection, key: int) -> Row:
    stored = await fetch_one(connection, select(order_status).where(order_status.c.id == key).with_for_update())
    if stored is None:
        raise STATUS_NOT_FOUND(path=["id"])
    return stored


async def _find_assignment(connection: Connection, state: OrderState, code: str) -> Row | None:
    assigned = order_status_state.c
    return await fetch_one(
        connection, select(order_status_state).where(assigned.state == state.value, assigned.status == code)
    )


async def _read_stored_labels(connection: Connection, key: int) -> dict[int, str]:
    found = select(order_status_label).where(order_status_label.c.status_id == key)
    rows = await fetch_rows(connection, found.order_by(order_status_label.c.store_view_id))
    return {row.store_view_id: row.label for row in rows}


async def _store_labels(connection: Connection, key: int, labels: Mapping[int, str]) -> None:
    rows = [{"status_id": key, "store_view_id": view, "label": label} for view, label in labels.items()]
    if rows:
        await execute_statement(connection, insert(order_status_label).values(rows))


async def delete_labels_of_scope(connection: Connection, table: str, id: int) -> None:
    """Labels of a store view that is deleted, in use by nobody."""
    if table == store_view.name:
        await execute_statement(connection, delete(order_status_label).where(order_status_label.c.store_view_id == id))


def _describe_labels(before: Mapping[int, str], after: Mapping[int, str]) -> Changes:
    views = [view for view in sorted({*before, *after}) if before.get(view) != after.get(view)]
    return {f"{encode_id('stv', view)}.label": (before.get(view), after.get(view)) for view in views}


def _describe_assignment(assigned: Row | None) -> dict[str, bool] | None:
    return None if assigned is None else {"isDefault": assigned.is_default, "isVisible": assigned.is_visible}


async def _record_assignment(connection: Connection, kind: str, stored: Row, changes: Changes, by: Actor) -> None:
    version = stored.version + 1
    await execute_statement(
        connection, update(order_status).where(order_status.c.id == stored.id).values(version=version)
    )
    await _record_status_event(connection, kind, stored.id, changes, version=version, by=by)


async def _record_status_event(
    connection: Connection, kind: str, key: int, changes: Changes, *, version: int, by: Actor
) -> None:
    subject = encode_id("ost", key)
    await record_staff_event(connection, kind, by=by, subject=subject, changes=changes, version=version)
