"""Roles: sets of permissions for some websites or all. Staff who save one hand on no more than they may do themselves."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import any_, delete, func, insert, select, update

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import refuse_conflicts
from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.ids import encode_id
from customer_gql.core.permissions import Permission
from customer_gql.core.text import sort_key
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one, fetch_rows, fetch_value
from customer_gql.staff.audit.reads import read_staff_changes
from customer_gql.staff.audit.writes import record_staff_event
from customer_gql.staff.tables import staff_role, staff_user

from .scopes import Grant, is_visible_to, refuse_stronger, validate_grant, validate_name

MAX_ROLES: Final = 100
ON_STAFF_RIGHTS_CHANGED: Final[list[Callable[[Connection, Sequence[int]], Awaitable[object]]]] = []
"""What upper slices end in the transaction that changes what these staff users may do, once it is stored."""

_LAST_ADMINISTRATOR: Final = Refusal(
    "staff.last_administrator",
    "This is the last active administrator. Give another active user {permission} for all websites first.",
    UserErrorCode.NOT_ALLOWED,
)
_ROLE_NOT_FOUND: Final = Refusal("role.not_found", "There is no such role.", UserErrorCode.NOT_FOUND)
_TOO_MANY_ROLES: Final = Refusal(
    "role.limit_reached", "There are {limit} roles, the maximum. Delete one first.", UserErrorCode.LIMIT_REACHED
)
_ROLE_IN_USE: Final = Refusal(
    "role.in_use", "Staff users who have this role: {count}. Give them another one first.", UserErrorCode.NOT_ALLOWED
)
_NAME_TAKEN: Final = Refusal("role.name_taken", "Another role has this name. Choose another.", UserErrorCode.TAKEN)
_OWN_ROLE: Final = Refusal(
    "role.own", "This is your own role. Keep {permission} and its websites.", UserErrorCode.NOT_ALLOWED
)


async def serialize_role_changes(connection: Connection) -> None:
    """One at a time: two changes, each of which leaves an administrator, must not take away one each."""
    await fetch_rows(connection, select(staff_role.c.id).order_by(staff_role.c.id).with_for_update(key_share=True))


async def require_administrator(connection: Connection, path: list[str]) -> None:
    """After a change made under `serialize_role_changes`: an active user still manages staff of all websites."""
    left = await fetch_value(
        connection,
        select(func.count())
        .select_from(staff_user.join(staff_role))
        .where(
            staff_user.c.is_active,
            any_(staff_role.c.permissions) == Permission.STAFF_MANAGE,
            staff_role.c.website_ids.is_(None),
        ),
    )
    if not left:
        raise _LAST_ADMINISTRATOR(path=path, permission=Permission.STAFF_MANAGE.value)


async def find_role(connection: Connection, role_id: int, *, by: Actor, path: list[str]) -> Row:
    found = await fetch_one(connection, select(staff_role).where(staff_role.c.id == role_id))
    if found is None or not is_visible_to(by, found.website_ids):
        raise _ROLE_NOT_FOUND(path=path)
    return found


async def create_role(
    connection: Connection, *, name: str, permissions: Sequence[str], website_ids: Sequence[str] | None, by: Actor
) -> int:
    await serialize_role_changes(connection)
    values = await _validate_role(connection, None, name=name, permissions=permissions, website_ids=website_ids, by=by)
    if await fetch_value(connection, select(func.count()).select_from(staff_role)) >= MAX_ROLES:
        raise _TOO_MANY_ROLES(limit=MAX_ROLES)
    role_id = 1000 + secrets.randbelow(2**31 - 1000)
    key = sort_key(values["name"])
    await execute_statement(connection, insert(staff_role).values(id=role_id, name_sort_key=key, **values))
    subject, changes = encode_id("rol", role_id), _changes_of_role(None, values)
    await record_staff_event(connection, "ROLE_CREATED", by=by, subject=subject, changes=changes, version=1)
    return role_id


async def change_role(
    connection: Connection,
    role_id: int,
    *,
    name: str | None = None,
    permissions: Sequence[str] | None = None,
    website_ids: Any = ...,
    expected_version: int | None = None,
    by: Actor,
) -> None:
    """Store what differs; `...` keeps the websites. It holds for every bearer from their next request on."""
    await serialize_role_changes(connection)
    role = await find_role(connection, role_id, by=by, path=["id"])
    refuse_stronger(by, Grant.of(role), ["id"])
    values = await _validate_role(
        connection,
        role,
        name=name,
        permissions=role.permissions if permissions is None else permissions,
        website_ids=_public_ids(role.website_ids) if website_ids is ... else website_ids,
        by=by,
    )
    await _refuse_locking_oneself_out(connection, role, values, by)
    subject, changes, version = encode_id("rol", role_id), _changes_of_role(role, values), role.version + 1
    if not changes:
        return
    await refuse_conflicts(
        changes,
        current=role.version,
        expected=expected_version,
        changes_since=partial(read_staff_changes, connection, subject),
    )
    stored = update(staff_role).where(staff_role.c.id == role_id)
    key = sort_key(values["name"])
    await execute_statement(connection, stored.values(**values, name_sort_key=key, version=version))
    await require_administrator(connection, path=["permissions"])
    bearers = await fetch_rows(connection, select(staff_user.c.id).where(staff_user.c.role_id == role_id))
    await follow_changed_rights(connection, [bearer.id for bearer in bearers])
    await record_staff_event(connection, "ROLE_CHANGED", by=by, subject=subject, changes=changes, version=version)


async def follow_changed_rights(connection: Connection, staff_ids: Sequence[int]) -> None:
    for follow in ON_STAFF_RIGHTS_CHANGED:
        await follow(connection, staff_ids)


def _public_ids(website_ids: Sequence[int] | None) -> list[str] | None:
    return None if website_ids is None else [encode_id("web", id) for id in website_ids]


async def delete_role(connection: Connection, role_id: int, *, by: Actor) -> None:
    """Delete a role that no user has."""
    await serialize_role_changes(connection)
    role = await find_role(connection, role_id, by=by, path=["id"])
    refuse_stronger(by, Grant.of(role), ["id"])
    bearers = await fetch_value(
        connection, select(func.count()).select_from(staff_user).where(staff_user.c.role_id == role_id)
    )
    if bearers:
        raise _ROLE_IN_USE(path=["id"], count=bearers)
    await execute_statement(connection, delete(staff_role).where(staff_role.c.id == role_id))
    before = {field: (old, None) for field, (_, old) in _changes_of_role(None, dict(role)).items()}
    await record_staff_event(connection, "ROLE_DELETED", by=by, subject=encode_id("rol", role_id), changes=before)


async def _validate_role(
    connection: Connection,
    role: Row | None,
    *,
    name: str | None,
    permissions: Sequence[str],
    website_ids: Sequence[str] | None,
    by: Actor,
) -> dict[str, Any]:
    """The columns of a role. Raises `RuleErrors` with everything that does not fit."""
    refused = CollectedErrors()
    values: dict[str, Any] = {"permissions": sorted(set(permissions)), "website_ids": None}
    with refused.collecting():
        values["name"] = role.name if role is not None and name is None else validate_name(name or "")
        await _refuse_taken_name(connection, values["name"], None if role is None else role.id)
    with refused.collecting():
        values["website_ids"] = await validate_grant(connection, permissions, website_ids, by)
    refused.raise_collected()
    return values


async def _refuse_taken_name(connection: Connection, name: str, but: int | None) -> None:
    """The caller serialises changes, so the name stays free until the commit."""
    others = select(staff_role.c.id).where(func.lower(staff_role.c.name) == func.lower(name))
    taken = await fetch_value(connection, others if but is None else others.where(staff_role.c.id != but))
    if taken is not None:
        raise _NAME_TAKEN(path=["name"])


async def _refuse_locking_oneself_out(connection: Connection, role: Row, values: dict[str, Any], by: Actor) -> None:
    """Staff who edit their own role stay able to edit it back."""
    if by.staff_id is None:
        return
    own = await fetch_value(connection, select(staff_user.c.role_id).where(staff_user.c.id == by.staff_id))
    before = Grant.of(role)
    websites = values["website_ids"]
    narrower = not Grant(before.permissions, None if websites is None else frozenset(websites)).reaches(before.websites)
    if own == role.id and (narrower or Permission.STAFF_MANAGE not in values["permissions"]):
        path = ["websiteIds"] if narrower else ["permissions"]
        raise _OWN_ROLE(path=path, permission=Permission.STAFF_MANAGE.value)


def _changes_of_role(before: Row | None, values: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    shown = {"name": "name", "permissions": "permissions", "website_ids": "websiteIds"}
    old = {
        column: None if before is None else (sorted(before[column]) if column == "permissions" else before[column])
        for column in shown
    }
    return {
        field: (_event_value(column, old[column]), _event_value(column, values[column]))
        for column, field in shown.items()
        if old[column] != values[column]
    }


def _event_value(column: str, value: Any) -> Any:
    return [encode_id("web", id) for id in value] if column == "website_ids" and value is not None else value
