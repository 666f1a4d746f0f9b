"""Rules of staff users: known to those who reach their role, changed by those who hold as much, never all gone."""

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.actor import SYSTEM, Actor
from customer_gql.core.concurrent_edits import refuse_conflicts
from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.terminal import CommandFailed
from customer_gql.core.text import sort_key
from customer_gql.core.values.emails import normalize_email
from customer_gql.core.values.person_names import validate_person_name
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one, fetch_rows, fetch_value
from customer_gql.staff.audit.reads import read_staff_changes
from customer_gql.staff.audit.writes import record_staff_event
from customer_gql.staff.roles import writes
from customer_gql.staff.roles.scopes import Grant, is_visible_to, refuse_stronger
from customer_gql.staff.sign_in import passwords, sessions

from .tables import SignedInBy, staff_role, staff_user

_EMAIL_TAKEN: Final = Refusal("staff.email_taken", "{email} is already a staff user.", UserErrorCode.TAKEN)
_STAFF_NOT_FOUND: Final = Refusal("staff.not_found", "There is no such staff user.", UserErrorCode.NOT_FOUND)
_OWN_ROLE: Final = Refusal(
    "staff.own_role", "You cannot change your own role. Ask another administrator.", UserErrorCode.NOT_ALLOWED
)
_OWN_ACCOUNT: Final = Refusal(
    "staff.own_account", "You cannot deactivate yourself. Ask another administrator.", UserErrorCode.NOT_ALLOWED
)


async def create_staff_user(connection: Connection, *, email: str, name: str, role: str) -> int:
    """A staff user made at the command line, with a role by name."""
    named = {row.name: row.id for row in await fetch_rows(connection, select(staff_role))}
    if role not in named:
        raise CommandFailed(f"There is no role {role!r}; there are: {', '.join(sorted(named))}.")
    name = validate_person_name(name, ["name"], required=True) or ""
    return await add_staff_user(connection, email=email, name=name, job_title=None, role_id=named[role], by=SYSTEM)


async def add_staff_user(
    connection: Connection, *, email: str, name: str, job_title: str | None, role_id: int, by: Actor
) -> int:
    """A staff user with a role the one who acts could have. They cannot sign in before they have a password."""
    await _require_assignable_role(connection, role_id, by)
    created = await fetch_value(
        connection,
        upsert(staff_user)
        .values(
            id=new_id(),
            email=normalize_email(email),
            name=name,
            name_sort_key=sort_key(name),
            job_title=job_title,
            role_id=role_id,
        )
        .on_conflict_do_nothing(index_elements=["email"])
        .returning(staff_user.c.id),
    )
    if created is None:
        raise _EMAIL_TAKEN(path=["email"], email=email)
    changes = {
        "email": (None, normalize_email(email)),
        "name": (None, name),
        "roleId": (None, encode_id("rol", role_id)),
    }
    if job_title is not None:
        changes["jobTitle"] = (None, job_title)
    await record_staff_event(
        connection, "USER_CREATED", by=by, subject=encode_id("stf", created), changes=changes, version=1
    )
    return created


async def lock_manageable_user(
    connection: Connection, staff_id: int, *, by: Actor, unknown: Refusal = _STAFF_NOT_FOUND
) -> Row:
    """The user with role and grant, locked. `unknown` is raised for one who is not there or is out of the reach of `by`, and
    those with fewer rights are refused."""
    found = await fetch_one(
        connection,
        select(staff_user, staff_role.c.permissions, staff_role.c.website_ids)
        .join(staff_role)
        .where(staff_user.c.id == staff_id)
        .with_for_update(of=staff_user),
    )
    if found is None or not is_visible_to(by, found.website_ids):
        raise unknown(path=["id"])
    refuse_stronger(by, Grant.of(found), ["id"])
    return found


async def _require_assignable_role(connection: Connection, role_id: int, by: Actor) -> None:
    role = await writes.find_role(connection, role_id, by=by, path=["roleId"])
    refuse_stronger(by, Grant.of(role), ["roleId"])


async def change_staff_user(
    connection: Connection, staff_id: int, edits: Mapping[str, Any], *, expected_version: int | None = None, by: Actor
) -> None:
    """Store the columns that differ. A new role holds from the user's next request on."""
    await writes.serialize_role_changes(connection)
    user = await lock_manageable_user(connection, staff_id, by=by)
    changed = {column: value for column, value in edits.items() if value != user[column]}
    if not changed:
        return
    subject = encode_id("stf", staff_id)
    changes = {
        _FIELD_NAMES[column]: (_event_value(column, user[column]), _event_value(column, changed[column]))
        for column in changed
    }
    await refuse_conflicts(
        changes,
        current=user.version,
        expected=expected_version,
        changes_since=partial(read_staff_changes, connection, subject),
    )
    if "role_id" in changed:
        if _is_self(by, staff_id):
            raise _OWN_ROLE(path=["roleId"])
        await _require_assignable_role(connection, changed["role_id"], by)
    version = await _store_user(connection, user, changed)
    await writes.require_administrator(connection, path=["roleId"])
    if "role_id" in changed:
        await writes.follow_changed_rights(connection, [staff_id])
    await record_staff_event(connection, "USER_CHANGED", by=by, subject=subject, changes=changes, version=version)


async def _store_user(connection: Connection, user: Row, values: Mapping[str, Any]) -> int:
    """The version it makes; the caller holds the row."""
    changed = update(staff_user).where(staff_user.c.id == user.id)
    if "name" in values:
        values = {**values, "name_sort_key": sort_key(values["name"])}
    await execute_statement(connection, changed.values(**values, version=user.version + 1))
    return user.version + 1


_FIELD_NAMES = {"name": "name", "job_title": "jobTitle", "role_id": "roleId"}


def _event_value(column: str, value: Any) -> Any:
    return encode_id("rol", value) if column == "role_id" else value


def _is_self(by: Actor, staff_id: int) -> bool:
    return by.staff_id == staff_id


async def activate_staff_user(connection: Connection, staff_id: int, *, by: Actor) -> None:
    user = await lock_manageable_user(connection, staff_id, by=by)
    if user.is_active:
        return
    version = await _store_user(connection, user, {"is_active": True})
    changes = {"isActive": (False, True)}
    await record_staff_event(
        connection, "USER_ACTIVATED", by=by, subject=encode_id("stf", staff_id), changes=changes, version=version
    )


async def deactivate_staff_user(connection: Connection, staff_id: int, *, by: Actor) -> int:
    """Close the account, end its sessions, links and known devices; how many sessions. Refused for oneself and the last one."""
    await writes.serialize_role_changes(connection)
    user = await lock_manageable_user(connection, staff_id, by=by)
    if _is_self(by, staff_id):
        raise _OWN_ACCOUNT(path=["id"])
    if not user.is_active:
        return 0
    version = await _store_user(connection, user, {"is_active": False})
    await writes.require_administrator(connection, path=["id"])
    ended = await sessions.end_staff_access(connection, staff_id)
    changes = {"isActive": (True, False)}
    await record_staff_event(
        connection, "USER_DEACTIVATED", by=by, subject=encode_id("stf", staff_id), changes=changes, version=version
    )
    return ended


async def force_staff_sign_in(connection: Connection, staff_id: int, *, by: Actor) -> int:
    """End every session, link and known device of a user, as when a device was lost; how many sessions. The account stays open."""
    await lock_manageable_user(connection, staff_id, by=by)
    ended = await sessions.end_staff_access(connection, staff_id)
    await record_staff_event(connection, "FORCED_SIGN_IN", by=by, subject=encode_id("stf", staff_id))
    return ended


async def issue_staff_token(
    connection: Connection,
    *,
    email: str,
    lifetime: dt.timedelta = sessions.SESSION_LIFETIME,
    idle: dt.timedelta | None = None,
) -> str:
    """A session of an active staff user, made at the command line; its token, shown once."""
    user = await passwords.find_active_staff(connection, normalize_email(email))
    grant = await sessions.start_staff_session(
        connection, user.id, by=SignedInBy.COMMAND_LINE, lifetime=lifetime, idle=idle
    )
    await record_staff_event(connection, "SIGNED_IN", by=SYSTEM, subject=encode_id("stf", user.id))
    return grant.access_token
