"""Roles of a company (docs/domain/company-users.md#company-users-4). Nobody grants what they lack themselves."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import ARRAY, Text, bindparam, delete, func, insert, literal_column, select, update

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import refuse_other_version
from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.ids import new_id
from customer_gql.core.text import validate_line
from customer_gql.customers.companies.invitations.tables import company_invitation
from customer_gql.customers.companies.memberships import ROLE_NOT_FOUND
from customer_gql.customers.companies.permissions import PARENTS, CompanyPermission
from customer_gql.customers.companies.reads import MAX_ROLES
from customer_gql.customers.companies.tables import MAX_ROLE_NAME, company_member, company_role
from customer_gql.database.statements import Connection, Row, execute_statement, fetch_one, fetch_rows, fetch_value

from .acting import ActingMember, record_acting

_NAME_TAKEN: Final = Refusal("company_role.name_taken", "The company has a role of that name.", UserErrorCode.TAKEN)
_TOO_MANY: Final = Refusal(
    "company_role.too_many", "The company has {limit} roles, the most that are possible.", UserErrorCode.TOO_MANY
)
_PARENT_MISSING: Final = Refusal(
    "company_role.parent_missing",
    "The permission {permission} is granted only together with {parent}. Add it.",
    UserErrorCode.NOT_ALLOWED,
)
NOT_HELD: Final = Refusal(
    "company_role.not_held",
    "You cannot grant the permission {permission}, which your own role lacks.",
    UserErrorCode.NOT_ALLOWED,
)
_IN_USE: Final = Refusal(
    "company_role.in_use",
    "Members or open invitations have this role. Give them another one first.",
    UserErrorCode.NOT_ALLOWED,
)
_IS_DEFAULT: Final = Refusal(
    "company_role.is_default", "The default role of a company cannot be deleted.", UserErrorCode.NOT_ALLOWED
)
_COPY: Final = " - Duplicated"


async def find_role(connection: Connection, company_id: int, role_id: int, path: Sequence[str]) -> Row:
    found = await fetch_one(connection, select(company_role).filter_by(company_id=company_id, id=role_id))
    if found is None:
        raise ROLE_NOT_FOUND(path=path)
    return found


def refuse_missing_permissions(acting: ActingMember, granted: Collection[str], path: Sequence[str]) -> None:
    """Raises `RuleError` for the first permission that the member does not have."""
    for permission in CompanyPermission:
        if permission in granted and permission not in acting.permissions:
            raise NOT_HELD(path=path, permission=permission.value)


async def create_role(
    connection: Connection, acting: ActingMember, *, name: str, permissions: Collection[CompanyPermission], by: Actor
) -> int:
    refused, values = CollectedErrors(), dict[str, Any]()
    with refused.collecting():
        values["name"] = await _validate_role_name(connection, acting.company_id, name)
    with refused.collecting():
        values["permissions"] = _validate_permissions(acting, permissions, ())
    refused.raise_collected()
    return await _insert_role(connection, acting, values, by)


async def _insert_role(connection: Connection, acting: ActingMember, values: dict[str, Any], by: Actor) -> int:
    total = select(func.count()).select_from(company_role).filter_by(company_id=acting.company_id)
    if await fetch_value(connection, total) >= MAX_ROLES:
        raise _TOO_MANY(limit=MAX_ROLES)
    key = new_id()
    await execute_statement(connection, insert(company_role).values(id=key, company_id=acting.company_id, **values))
    changes = {"role": (None, values["name"]), "permissions": (None, values["permissions"])}
    await record_acting(connection, acting, "COMPANY_ROLE_CREATED", changes, by=by)
    return key


async def update_role(
    connection: Connection,
    acting: ActingMember,
    role_id: int,
    *,
    name: str | None,
    permissions: Collection[CompanyPermission] | None,
    expected_version: int | None,
    by: Actor,
) -> None:
    """Store what is given, in the version that is expected. What the role allows already it may keep."""
    stored = await find_role(connection, acting.company_id, role_id, ["id"])
    refused, values = CollectedErrors(), dict[str, Any]()
    with refused.collecting():
        if name is not None:
            values["name"] = await _validate_role_name(connection, acting.company_id, name, but=role_id)
    with refused.collecting():
        if permissions is not None:
            values["permissions"] = _validate_permissions(acting, permissions, stored.permissions)
    refused.raise_collected()
    values = {column: value for column, value in values.items() if value != stored[column]}
    if not values:
        return
    edits = {column: (stored[column], value) for column, value in values.items()}
    refuse_other_version(edits, current=stored.version, expected=expected_version)
    changed = {**values, "version": stored.version + 1}
    await execute_statement(connection, update(company_role).where(company_role.c.id == role_id).values(**changed))
    named = {"role": (stored.name, values.get("name", stored.name))}
    allowed = {"permissions": (stored.permissions, values["permissions"])} if "permissions" in values else {}
    await record_acting(connection, acting, "COMPANY_ROLE_CHANGED", {**named, **allowed}, by=by)


async def duplicate_role(connection: Connection, acting: ActingMember, role_id: int, *, by: Actor) -> int:
    """Another role with the same permissions, under a name that is free."""
    stored = await find_role(connection, acting.company_id, role_id, ["id"])
    refuse_missing_permissions(acting, stored.permissions, ["id"])
    endings = [_COPY, *[f"{_COPY} {number}" for number in range(2, MAX_ROLES + 2)]]
    wanted = [f"{stored.name[: MAX_ROLE_NAME - len(ending)].rstrip()}{ending}" for ending in endings]
    free = await _find_free_name(connection, acting.company_id, wanted)
    return await _insert_role(connection, acting, {"name": free, "permissions": list(stored.permissions)}, by)


async def _find_free_name(connection: Connection, company_id: int, wanted: Sequence[str]) -> str:
    """The first that no role has. The database compares, as in the key: its small letters are not those of Python (`Σ`, `İ`)."""
    given = select(func.unnest(bindparam("wanted", list(wanted), ARRAY(Text()))).label("name")).subquery("given")
    same = select(given.c.name).join(company_role, func.lower(company_role.c.name) == func.lower(given.c.name))
    rows = await fetch_rows(connection, same.where(company_role.c.company_id == company_id))
    taken = {row.name for row in rows}
    return next(name for name in wanted if name not in taken)


async def delete_role(connection: Connection, acting: ActingMember, role_id: int, *, by: Actor) -> None:
    stored = await find_role(connection, acting.company_id, role_id, ["id"])
    if stored.is_default:
        raise _IS_DEFAULT(path=["id"])
    if await _is_in_use(connection, role_id):
        raise _IN_USE(path=["id"])
    await execute_statement(connection, delete(company_role).where(company_role.c.id == role_id))
    await record_acting(connection, acting, "COMPANY_ROLE_DELETED", {"role": (stored.name, None)}, by=by)


async def _is_in_use(connection: Connection, role_id: int) -> bool:
    for table in (company_member, company_invitation):
        user = select(table.c.id).where(table.c.role_id == role_id).limit(literal_column("1"))
        if await fetch_value(connection, user) is not None:
            return True
    return False


async def _validate_role_name(connection: Connection, company_id: int, name: str, *, but: int | None = None) -> str:
    line = validate_line(name, ["name"], MAX_ROLE_NAME, required=True)
    assert line is not None
    same = select(company_role.c.id).where(
        company_role.c.company_id == company_id, func.lower(company_role.c.name) == func.lower(line)
    )
    if await fetch_value(connection, same if but is None else same.where(company_role.c.id != but)) is not None:
        raise _NAME_TAKEN(path=["name"])
    return line


def _validate_permissions(
    acting: ActingMember, given: Collection[CompanyPermission], stored: Collection[str]
) -> list[str]:
    """In the order of the list of permissions, each once."""
    chosen, path = [permission for permission in CompanyPermission if permission in given], ["permissions"]
    for permission in chosen:
        parent = PARENTS.get(permission)
        if parent is not None and parent not in chosen:
            raise _PARENT_MISSING(path=path, permission=permission.value, parent=parent.value)
    refuse_missing_permissions(acting, {*chosen} - {*stored}, path)
    return [permission.value for permission in chosen]
