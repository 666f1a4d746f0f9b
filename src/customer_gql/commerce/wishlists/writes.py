"""Changes of wishlists: all lists of a customer are locked before a rule is judged (docs/domain/wishlists.md#wishlists-6)."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.actor import Actor, ActorKind
from customer_gql.core.clock import read_clock
from customer_gql.core.concurrent_edits import Changes
from customer_gql.core.errors import CollectedErrors, Refusal, RuleError, UserErrorCode
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.input_ids import parse_input_keys
from customer_gql.core.text import validate_line
from customer_gql.database.statements import (
    Connection,
    Row,
    delete_rows,
    execute_statement,
    fetch_one,
    fetch_rows,
    insert_row,
    update_rows,
)
from customer_gql.messaging.events.writes import Event, emit
from customer_gql.shop.settings.reads import settings_at
from customer_gql.staff.audit.writes import record_staff_event

from .settings import ENABLED, MAX_LISTS, MULTIPLE
from .tables import WishlistVisibility, wishlist, wishlist_code, wishlist_item as item

MAX_NAME: Final = 255
DEFAULT_NAME: Final = "Wish List"
WISHLIST_NOT_FOUND: Final = Refusal(
    "wishlist.not_found", "The customer has no such wishlist. Read the wishlists again.", UserErrorCode.NOT_FOUND
)
_DISABLED: Final = Refusal("wishlist.disabled", "This shop offers no wishlists.", UserErrorCode.NOT_ALLOWED)
_TOO_MANY: Final = Refusal(
    "wishlist.limit_reached",
    "There are {limit} wishlists, the maximum. Delete one, or use one that is there.",
    UserErrorCode.LIMIT_REACHED,
)
_IS_DEFAULT: Final = Refusal(
    "wishlist.is_default", "The default wishlist cannot be deleted. Empty or rename it.", UserErrorCode.NOT_ALLOWED
)
_SAME: Final = Refusal("wishlist.merged_with_itself", "Choose two different wishlists.")


@dataclass(frozen=True, slots=True)
class WishlistOutcome:
    """The list that a change is about, the lists that it changed, and what was refused of it."""

    key: tuple[int, int]
    changed: Sequence[tuple[int, int]] = ()
    refused: list[RuleError] = field(default_factory=list[RuleError])


@dataclass(frozen=True, slots=True)
class LockedLists:
    """The lists of a customer by id, the default one first, which nobody else changes until the transaction ends."""

    owner: int
    rows: Mapping[int, Row]

    def find(self, id: str | None, path: Sequence[str]) -> Row:
        """By public id, or the default one without. One of another customer is unknown."""
        if id is None:
            return next(row for row in self.rows.values() if row.is_default)
        owner, key = parse_input_keys(id, "wis", 2, path)
        if owner != self.owner or key not in self.rows:
            raise WISHLIST_NOT_FOUND(path=path)
        return self.rows[key]


async def require_enabled(connection: Connection, store_view_id: int) -> None:
    """Raises `RuleError` where the shop has no wishlists."""
    if not (await settings_at(connection, ENABLED, store_view_id=store_view_id))[ENABLED]:
        raise _DISABLED()


async def lock_lists(connection: Connection, owner: int) -> LockedLists:
    """The default list is made where there is none. It cannot go, so that a change that waits for it sees what the one before did."""
    await _insert_list(connection, owner, DEFAULT_NAME, WishlistVisibility.PRIVATE, is_default=True)
    return await _lock_rows(connection, owner)


async def _lock_rows(connection: Connection, owner: int) -> LockedLists:
    """First the default list, then all of them by a statement that sees what was done while the first one waited. Who finds no default
    list has no list: one that is made a moment later is not locked, and neither are those that follow it."""
    of_owner = select(wishlist).where(wishlist.c.customer_id == owner)
    if await fetch_one(connection, of_owner.where(wishlist.c.is_default).with_for_update()) is None:
        return LockedLists(owner, {})
    ordered = of_owner.order_by(wishlist.c.is_default.desc(), wishlist.c.id)
    rows = await fetch_rows(connection, ordered.with_for_update())
    return LockedLists(owner, {row.id: row for row in rows})


async def _insert_list(
    connection: Connection, owner: int, name: str, visibility: WishlistVisibility, *, is_default: bool
) -> int | None:
    """The key; None for a second default list."""
    values = {"customer_id": owner, "id": new_id(), "name": name, "visibility": visibility.value}
    made = upsert(wishlist).values(**values, is_default=is_default, updated_at=read_clock())
    only = made.on_conflict_do_nothing(index_elements=["customer_id"], index_where=wishlist.c.is_default)
    return values["id"] if await execute_statement(connection, only if is_default else made) else None


async def create_list(
    connection: Connection, owner: int, *, name: str, visibility: WishlistVisibility, store_view_id: int, by: Actor
) -> tuple[int, int]:
    """The first list of a customer is the default one."""
    named = _validate_name(name)
    locked = await _lock_rows(connection, owner)
    if not locked.rows:
        key = await _insert_list(connection, owner, named, visibility, is_default=True)
        if key is not None:
            return await _finish_new(connection, owner, key, named, visibility, by=by)
        locked = await _lock_rows(connection, owner)
    shop = await settings_at(connection, MULTIPLE, MAX_LISTS, store_view_id=store_view_id)
    limit = shop[MAX_LISTS] if shop[MULTIPLE] else 1
    if len(locked.rows) >= limit:
        raise _TOO_MANY(limit=limit)
    key = await _insert_list(connection, owner, named, visibility, is_default=False)
    assert key is not None
    return await _finish_new(connection, owner, key, named, visibility, by=by)


async def _finish_new(
    connection: Connection, owner: int, key: int, name: str, visibility: WishlistVisibility, *, by: Actor
) -> tuple[int, int]:
    if visibility is WishlistVisibility.PUBLIC:
        await _make_code(connection, owner, key)
    await tell_lists(connection, owner, {key: {"name": (None, name)}}, by=by)
    return owner, key


async def update_list(connection: Connection, owner: int, id: str, given: Mapping[str, Any], *, by: Actor) -> int:
    """The key of the list. `given` are values by column. Raises `RuleErrors`."""
    refused, wanted = CollectedErrors(), dict(given)
    if "name" in given:
        with refused.collecting():
            wanted["name"] = _validate_name(given["name"])
    refused.raise_collected()
    row = (await _lock_rows(connection, owner)).find(id, ["id"])
    changed = {name: value for name, value in wanted.items() if value != row[name]}
    if changed:
        await _store_list(connection, row, changed)
        await tell_lists(connection, owner, {row.id: {n: (row[n], v) for n, v in changed.items()}}, by=by)
    if given.get("visibility") == WishlistVisibility.PUBLIC.value:
        await give_code(connection, row)
    elif "visibility" in given:
        await _withdraw_code(connection, row)
    return row.id


async def give_code(connection: Connection, row: Row) -> str:
    """The code that opens a locked list to others, made where there is none."""
    return row.sharing_code or await _make_code(connection, row.customer_id, row.id)


async def _make_code(connection: Connection, owner: int, key: int) -> str:
    code = secrets.token_urlsafe(24)
    await insert_row(connection, wishlist_code, {"code": code, "customer_id": owner, "wishlist_id": key})
    await update_rows(connection, wishlist, {"customer_id": owner, "id": key}, {"sharing_code": code})
    return code


async def _withdraw_code(connection: Connection, row: Row) -> None:
    """What others have of it opens nothing any more."""
    if row.sharing_code is not None:
        await delete_rows(connection, wishlist_code, {"code": row.sharing_code})
        await update_rows(connection, wishlist, {"customer_id": row.customer_id, "id": row.id}, {"sharing_code": None})


async def delete_codes(connection: Connection, owners: Sequence[Row], *, by: Actor) -> None:  # noqa: ARG001
    """Those of customers who are being deleted."""
    await delete_rows(connection, wishlist_code, {"customer_id": [owner.id for owner in owners]})


async def delete_list(connection: Connection, owner: int, id: str, *, by: Actor) -> None:
    """With what is on it."""
    row = (await _lock_rows(connection, owner)).find(id, ["id"])
    if row.is_default:
        raise _IS_DEFAULT(path=["id"])
    await _withdraw_code(connection, row)
    await delete_rows(connection, wishlist, {"customer_id": owner, "id": row.id})
    await tell_lists(connection, owner, {row.id: {"name": (row.name, None)}}, by=by)


async def clear_list(connection: Connection, owner: int, id: str | None, *, by: Actor) -> int:
    """The key of the list, from which everything goes."""
    row = (await lock_lists(connection, owner)).find(id, ["id"])
    if await delete_rows(connection, item, {"customer_id": owner, "wishlist_id": row.id}):
        await touch_lists(connection, owner, {row.id: {"items": (None, [])}}, by=by)
    return row.id


def find_pair(locked: LockedLists, from_id: str, into_id: str) -> tuple[Row, Row]:
    """Two different lists; the first one can go. Raises `RuleError`."""
    source, target = locked.find(from_id, ["fromId"]), locked.find(into_id, ["intoId"])
    if source.id == target.id:
        raise _SAME(path=["intoId"])
    if source.is_default:
        raise _IS_DEFAULT(path=["fromId"])
    return source, target


async def drop_merged(connection: Connection, source: Row, *, by: Actor) -> None:
    """A list whose wishes are on another one."""
    await _withdraw_code(connection, source)
    await delete_rows(connection, wishlist, {"customer_id": source.customer_id, "id": source.id})
    await tell_lists(connection, source.customer_id, {source.id: {"name": (source.name, None)}}, by=by)


async def touch_lists(connection: Connection, owner: int, changes: Mapping[int, Changes], *, by: Actor) -> None:
    """What is on these lists was changed."""
    await update_rows(connection, wishlist, {"customer_id": owner, "id": sorted(changes)}, {"updated_at": read_clock()})
    await tell_lists(connection, owner, changes, by=by)


async def tell_lists(connection: Connection, owner: int, changes: Mapping[int, Changes], *, by: Actor) -> None:
    """Tell other systems, and write what staff did."""
    events = [
        Event("wishlist.changed", encode_id("wis", owner, key), tuple(sorted(fields)), customer_id=owner)
        for key, fields in changes.items()
    ]
    await emit(connection, events, by=by)
    if by.kind in (ActorKind.STAFF, ActorKind.SERVICE):
        for event, fields in zip(events, changes.values(), strict=True):
            await record_staff_event(connection, "WISHLIST_CHANGED", by=by, subject=event.subject, changes=fields)


async def _store_list(connection: Connection, row: Row, values: Mapping[str, Any]) -> None:
    stored = {**values, "updated_at": read_clock()}
    await update_rows(connection, wishlist, {"customer_id": row.customer_id, "id": row.id}, stored)


def _validate_name(name: str) -> str:
    line = validate_line(name, ["name"], MAX_NAME, required=True)
    assert line is not None
    return line


def list_keys(owner: int, lists: Collection[int]) -> list[tuple[int, int]]:
    return [(owner, key) for key in sorted(lists)]
