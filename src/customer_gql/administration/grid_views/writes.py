"""Views are made and changed by one person, or, once they are shared, by everybody who may share views."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import Changes, refuse_other_version
from customer_gql.core.errors import Forbidden, Refusal, UserErrorCode
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.permissions import Permission
from customer_gql.core.text import sort_key, validate_line
from customer_gql.database.record_versions import lock_record
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one, fetch_value
from customer_gql.loading.grids.filters import used_columns
from customer_gql.loading.grids.saved import VIEW_NOT_FOUND
from customer_gql.staff.audit.writes import record_staff_event

from .reads import is_own_view, is_visible_view
from .tables import grid_view, grid_view_default

MAX_VIEWS: Final = 100
LONGEST_NAME: Final = 100

_TOO_MANY: Final = Refusal(
    "grid_view.limit_reached",
    "You have {limit} views of this list, the maximum. Delete one first.",
    UserErrorCode.LIMIT_REACHED,
)
_NOT_OWNER: Final = Refusal(
    "grid_view.not_owner", "Only the owner of a view can stop sharing it.", UserErrorCode.NOT_ALLOWED
)
_OTHER_GRID: Final = Refusal("grid_view.other_grid", "This view is of another list. Save a new one.")


async def create_view(
    connection: Connection, grid: str, *, name: str, is_shared: bool, content: Mapping[str, Any], by: Actor
) -> int:
    """The key of the new view."""
    if is_shared:
        _require_sharing(by)
    values = {"name": _validate_view_name(name), "is_shared": is_shared}
    await _refuse_one_too_many(connection, grid, by)
    key = new_id()
    row = {
        "id": key,
        "grid": grid,
        **_owner(by),
        **values,
        "name_sort_key": sort_key(values["name"]),
        "content": _encode(content),
    }
    await execute_statement(connection, insert(grid_view).values(row))
    if is_shared:
        told = {"grid": (None, grid), **_told_changes({}, {**values, "content": content})}
        await _record_view_event(connection, "GRID_VIEW_CREATED", key, told, 1, by)
    return key


async def change_view(
    connection: Connection,
    key: int,
    *,
    grid: str | None,
    edits: Mapping[str, Any],
    expected_version: int | None,
    by: Actor,
) -> list[str]:
    """Store what differs of `name`, `isShared` and `content`; the input fields that changed. `grid` is that of the content."""
    stored = await _lock_view(connection, key, by)
    if grid not in (None, stored.grid):
        raise _OTHER_GRID(path=["content"])
    before = _values_of(stored)
    wanted = {**edits, **({"name": _validate_view_name(edits["name"])} if "name" in edits else {})}
    after = {_COLUMNS[field]: value for field, value in wanted.items() if value != before[_COLUMNS[field]]}
    _require_right_to_change(stored, after, by)
    changed = [field for field in wanted if _COLUMNS[field] in after]
    compared = {field: (_shown(before, field), _shown(after, field)) for field in changed}
    refuse_other_version(compared, current=stored.version, expected=expected_version)
    if not after:
        return []
    await _store_view(connection, stored, after)
    if stored.is_shared or after.get("is_shared"):
        told = _told_changes(before, {**before, **after})
        await _record_view_event(connection, "GRID_VIEW_CHANGED", key, told, stored.version + 1, by)
    return changed


async def delete_view(connection: Connection, key: int, *, by: Actor) -> None:
    """With it goes that somebody starts with it."""
    stored = await _lock_view(connection, key, by)
    _require_right_to_change(stored, {}, by)
    await execute_statement(connection, delete(grid_view).where(grid_view.c.id == key))
    if stored.is_shared:
        told = {field: (value, None) for field, (value, _) in _told_changes(_values_of(stored), {}).items()}
        await _record_view_event(connection, "GRID_VIEW_DELETED", key, {"grid": (stored.grid, None), **told}, None, by)


async def choose_default_view(connection: Connection, grid: str, key: int | None, *, by: Actor) -> bool:
    """Start a grid with a view, or with none again, for oneself alone; whether that is a change."""
    owner = {"grid": grid, **_owner(by)}
    if key is None:
        gone = delete(grid_view_default).filter_by(**owner).returning(grid_view_default.c.view_id)
        return await fetch_value(connection, gone) is not None
    await _lock_view(connection, key, by, grid=grid, path=["viewId"])
    chosen = upsert(grid_view_default).values(**owner, view_id=key)
    changed = chosen.on_conflict_do_update(
        index_elements=["grid", "owner_kind", "owner_id"],
        set_={"view_id": chosen.excluded.view_id},
        where=grid_view_default.c.view_id != chosen.excluded.view_id,
    )
    return await fetch_value(connection, changed.returning(grid_view_default.c.view_id)) is not None


_COLUMNS: Final = {"name": "name", "isShared": "is_shared", "content": "content"}


def _validate_view_name(name: str) -> str:
    line = validate_line(name, ["name"], LONGEST_NAME, required=True)
    assert line is not None, "it is required"
    return line


def _owner(by: Actor) -> dict[str, Any]:
    return {"owner_kind": by.kind.value, "owner_id": by.id}


def _encode(content: Mapping[str, Any]) -> str:
    return orjson.dumps(content).decode()


def _values_of(view: Row) -> dict[str, Any]:
    return {"name": view.name, "is_shared": view.is_shared, "content": orjson.loads(view.content)}


def _shown(values: Mapping[str, Any], field: str) -> Any:
    return values[_COLUMNS[field]]


async def _refuse_one_too_many(connection: Connection, grid: str, by: Actor) -> None:
    """Two views that are made at one time are counted one after the other."""
    await lock_record(connection, f"grid_view:{grid}:{by.kind.value}:{by.id}")
    own = select(func.count()).select_from(grid_view).filter_by(grid=grid, **_owner(by))
    if await fetch_value(connection, own) >= MAX_VIEWS:
        raise _TOO_MANY(limit=MAX_VIEWS)


async def _lock_view(
    connection: Connection, key: int, by: Actor, *, grid: str | None = None, path: list[str] | None = None
) -> Row:
    """The view, which is unknown to those who do not see it, and as one of `grid` if it is of another."""
    stored = await fetch_one(connection, select(grid_view).where(grid_view.c.id == key).with_for_update())
    if stored is None or not is_visible_view(stored, by) or grid not in (None, stored.grid):
        raise VIEW_NOT_FOUND(path=["id"] if path is None else path)
    return stored


def _require_right_to_change(stored: Row, after: Mapping[str, Any], by: Actor) -> None:
    if stored.is_shared or after.get("is_shared"):
        _require_sharing(by)
    if after.get("is_shared") is False and not is_own_view(stored, by):
        raise _NOT_OWNER(path=["isShared"])


def _require_sharing(by: Actor) -> None:
    needed = Permission.VIEWS_SHARE
    if by.viewer is not None and needed not in by.viewer.permissions:
        raise Forbidden(f"The permission {needed} is missing.", permission=needed)


async def _store_view(connection: Connection, stored: Row, after: Mapping[str, Any]) -> None:
    values = dict(after)
    if "name" in values:
        values["name_sort_key"] = sort_key(values["name"])
    if "content" in values:
        values["content"] = _encode(values["content"])
    view = update(grid_view).where(grid_view.c.id == stored.id)
    await execute_statement(connection, view.values(**values, version=stored.version + 1))
    if after.get("is_shared") is False:  # what others no longer see, they no longer start with
        others = (grid_view_default.c.owner_kind != stored.owner_kind) | (
            grid_view_default.c.owner_id != stored.owner_id
        )
        left = delete(grid_view_default).where(grid_view_default.c.view_id == stored.id, others)
        await execute_statement(connection, left)


def _told_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What the history of staff tells of a shared view: of a filter its columns and of a search that there is one, since values may
    be personal."""
    old, new = _told_values(before), _told_values(after)
    return {field: (old[field], new[field]) for field in new if old[field] != new[field]}


def _told_values(values: Mapping[str, Any]) -> dict[str, Any]:
    content = values.get("content", {})
    filtered = content.get("filter")
    return {
        "name": values.get("name"),
        "isShared": values.get("is_shared"),
        "filteredColumns": None if filtered is None else sorted(used_columns(filtered)),
        "hasSearch": None if not values else content.get("search") is not None,
        **{part: content.get(part) for part in ("sort", "columns", "pageSize")},
    }


async def _record_view_event(
    connection: Connection, kind: str, key: int, changes: Changes, version: int | None, by: Actor
) -> None:
    subject = encode_id("gvw", key)
    await record_staff_event(connection, kind, by=by, subject=subject, changes=changes, version=version)
