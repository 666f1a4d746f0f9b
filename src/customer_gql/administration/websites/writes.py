"""Staff create, change and delete websites, stores and store views (docs/domain/websites.md#websites-5)."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import Changes, refuse_conflicts
from customer_gql.core.ids import encode_id
from customer_gql.core.viewer import Websites
from customer_gql.database.statements import Connection, Row
from customer_gql.shop.websites.uses import ON_SCOPE_DELETED, find_uses
from customer_gql.shop.websites.writes import (
    IN_USE,
    INACTIVE_DEFAULT,
    IS_DEFAULT,
    Level,
    change_site,
    delete_site,
    find_default_refusal,
    find_siblings,
    insert_site,
    lock_site,
    lock_structure,
    validate_site,
)
from customer_gql.staff.audit.reads import read_staff_changes
from customer_gql.staff.audit.writes import record_staff_event

_FIELDS: Final = {
    "code": "code",
    "name": "name",
    "currency": "currency",
    "locale": "locale",
    "is_default": "isDefault",
    "is_active": "isActive",
    "website_id": "websiteId",
    "store_id": "storeId",
}
_PREFIXES: Final = {"website_id": "web", "store_id": "sto"}


async def create_site(
    connection: Connection,
    level: Level,
    given: Mapping[str, Any],
    *,
    parent_id: int | None = None,
    websites: Websites,
    by: Actor,
) -> int:
    """The id of the new one, which is the default where it is the first. Raises `RuleErrors`."""
    await lock_structure(connection)
    if level.above is not None and parent_id is not None:
        await lock_site(connection, level.above, parent_id, f"{level.above.table.name}Id", websites=websites)
    values = await validate_site(connection, level, None, given)
    siblings = await find_siblings(connection, level, parent_id)
    values["is_default"] = values["is_default"] or not siblings
    _refuse_inactive_default(values)
    if values["is_default"]:
        await _end_default(connection, level, siblings, by=by)
    if level.parent is not None:
        values[level.parent] = parent_id
    id = await insert_site(connection, level, values, len(siblings))
    await _record_site_event(connection, level, id, "CREATED", _describe_site({}, values), version=1, by=by)
    return id


async def update_site(
    connection: Connection,
    level: Level,
    id: int,
    given: Mapping[str, Any],
    *,
    expected_version: int | None,
    websites: Websites,
    by: Actor,
) -> None:
    """Store what differs. Raises `RuleErrors`."""
    await lock_structure(connection)
    stored = await lock_site(connection, level, id, websites=websites)
    values = await validate_site(connection, level, stored, given)
    if stored.is_default and values.get("is_default") is False:
        raise IS_DEFAULT(path=["isDefault"])
    _refuse_inactive_default({**stored, **values})
    changes, version = _describe_site(stored, values), stored.version + 1
    if not changes:
        return
    await refuse_conflicts(
        changes,
        current=stored.version,
        expected=expected_version,
        changes_since=partial(read_staff_changes, connection, encode_id(level.prefix, id)),
    )
    if "isDefault" in changes:
        parent_id = None if level.parent is None else stored[level.parent]
        await _end_default(connection, level, await find_siblings(connection, level, parent_id), by=by)
    await change_site(connection, level, id, values, version=version)
    await _record_site_event(connection, level, id, "CHANGED", changes, version=version, by=by)


async def remove_site(connection: Connection, level: Level, id: int, *, websites: Websites, by: Actor) -> int | None:
    """Delete one that nothing uses, with what belongs to it alone, such as settings; the id of the level above."""
    await lock_structure(connection)
    stored = await lock_site(connection, level, id, websites=websites)
    parent_id = None if level.parent is None else stored[level.parent]
    siblings = await find_siblings(connection, level, parent_id)
    if (refused := find_default_refusal(level, stored, len(siblings))) is not None:
        raise refused
    if uses := await find_uses(connection, level.uses(), id):
        raise IN_USE(path=["id"], uses=uses)
    for delete_with_it in ON_SCOPE_DELETED:
        await delete_with_it(connection, level.table.name, id)
    await delete_site(connection, level, id)
    changes = {field: (old, None) for field, (_, old) in _describe_site({}, stored).items()}
    await _record_site_event(connection, level, id, "DELETED", changes, version=None, by=by)
    return parent_id


def _refuse_inactive_default(values: Mapping[str, Any]) -> None:
    if values["is_default"] and not values.get("is_active", True):
        raise INACTIVE_DEFAULT(path=["isActive"])


async def _end_default(connection: Connection, level: Level, siblings: list[Row], *, by: Actor) -> None:
    for former in siblings:
        if former.is_default:
            version = former.version + 1
            await change_site(connection, level, former.id, {"is_default": False}, version=version)
            changes = {"isDefault": (True, False)}
            await _record_site_event(connection, level, former.id, "CHANGED", changes, version=version, by=by)


async def _record_site_event(
    connection: Connection, level: Level, id: int, what: str, changes: Changes, *, version: int | None, by: Actor
) -> None:
    subject = encode_id(level.prefix, id)
    kind = f"{level.kind}_{what}"
    await record_staff_event(connection, kind, by=by, subject=subject, changes=changes, version=version)


def _describe_site(before: Mapping[str, Any] | Row, after: Mapping[str, Any] | Row) -> dict[str, tuple[Any, Any]]:
    """What differs, by input name."""
    return {
        field: (_show_site_value(column, before.get(column)), _show_site_value(column, after[column]))
        for column, field in _FIELDS.items()
        if column in after and after[column] != before.get(column)
    }


def _show_site_value(column: str, value: Any) -> Any:
    return encode_id(_PREFIXES[column], value) if column in _PREFIXES and value is not None else value
