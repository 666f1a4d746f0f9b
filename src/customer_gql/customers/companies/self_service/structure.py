"""Teams, and the places of nodes in the structure (docs/domain/company-users.md#company-users-5)."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, bindparam, delete, func, insert, literal_column, select, union_all, update

from customer_gql.core.actor import Actor
from customer_gql.core.concurrent_edits import refuse_other_version
from customer_gql.core.errors import CollectedErrors, Refusal, UserErrorCode
from customer_gql.core.ids import encode_id, new_id
from customer_gql.core.text import sort_key, validate_line, validate_lines
from customer_gql.customers.companies.memberships import find_member
from customer_gql.customers.companies.tables import MAX_NAME, MAX_TEAM_DESCRIPTION, company_member, company_team
from customer_gql.database.statements import (
    Connection,
    Row,
    compile_statement,
    execute_statement,
    fetch_one,
    fetch_rows,
    fetch_value,
)

from .acting import ActingMember, record_acting

MAX_TEAMS: Final = 1_000
_TEAM_NOT_FOUND: Final = Refusal("company.team_not_found", "The company has no such team.", UserErrorCode.NOT_FOUND)
_NODE_NOT_FOUND: Final = Refusal(
    "company.node_not_found", "The company has no such member or team.", UserErrorCode.NOT_FOUND
)
_TOO_MANY_TEAMS: Final = Refusal(
    "company.too_many_teams", "The company has {limit} teams, the most that are possible.", UserErrorCode.TOO_MANY
)
_TEAM_NOT_EMPTY: Final = Refusal(
    "company.team_not_empty",
    "The team still has members or teams. Move them first.",
    UserErrorCode.NOT_ALLOWED,
)
_IS_ROOT: Final = Refusal(
    "company.root_stays", "The admin is the root of the structure and cannot be moved.", UserErrorCode.NOT_ALLOWED
)
_BELOW_ITSELF: Final = Refusal(
    "company.below_itself", "A member or team cannot be moved below itself.", UserErrorCode.NOT_ALLOWED
)

_company_id: Final = bindparam("company_id", type_=BigInteger())
_nodes: Final = union_all(
    *[
        select(table.c.id, table.c.parent_id).where(table.c.company_id == _company_id)
        for table in (company_member, company_team)
    ]
).cte("node")
_above: Any = (
    select(_nodes.c.id, _nodes.c.parent_id)
    .where(_nodes.c.id == bindparam("node_id", type_=BigInteger()))
    .cte("above", recursive=True)
)
_above = _above.union(select(_nodes.c.id, _nodes.c.parent_id).join(_above, _above.c.parent_id == _nodes.c.id))
_ABOVE: Final = compile_statement(select(_above.c.id))
"""A node and every node above it."""


async def find_above(connection: Connection, company_id: int, node_id: int) -> set[int]:
    """The keys of a node and of every node above it; empty where the company has no such node."""
    return {row.id for row in await fetch_rows(connection, _ABOVE, company_id=company_id, node_id=node_id)}


async def find_place(connection: Connection, acting: ActingMember, parent_id: int | None, path: Sequence[str]) -> int:
    """The node below which something is put: by default the admin. Raises `RuleError` for one of another company."""
    if parent_id is None:
        admin = await find_member(connection, acting.company_id, acting.company.admin_customer_id)
        assert admin is not None
        return admin.id
    if not await find_above(connection, acting.company_id, parent_id):
        raise _NODE_NOT_FOUND(path=path)
    return parent_id


async def create_team(
    connection: Connection,
    acting: ActingMember,
    *,
    name: str,
    description: str | None,
    parent_id: int | None,
    by: Actor,
) -> int:
    values = _validate_team({"name": name, "description": description})
    above = await find_place(connection, acting, parent_id, ["parentId"])
    total = select(func.count()).select_from(company_team).filter_by(company_id=acting.company_id)
    if await fetch_value(connection, total) >= MAX_TEAMS:
        raise _TOO_MANY_TEAMS(limit=MAX_TEAMS)
    key = new_id()
    place = {"id": key, "company_id": acting.company_id, "parent_id": above}
    await execute_statement(connection, insert(company_team).values(**place, **values))
    await record_acting(connection, acting, "COMPANY_TEAM_CREATED", {"team": (None, values["name"])}, by=by)
    return key


async def update_team(
    connection: Connection,
    acting: ActingMember,
    team_id: int,
    given: dict[str, str | None],
    *,
    expected_version: int | None,
    by: Actor,
) -> None:
    """Store the name and the description that are given, in the version that is expected; the place is changed by a move."""
    stored = await _find_team(connection, acting.company_id, team_id)
    values = {column: value for column, value in _validate_team(given).items() if value != stored[column]}
    if not values:
        return
    edits = {column: (stored[column], values[column]) for column in ("name", "description") if column in values}
    refuse_other_version(edits, current=stored.version, expected=expected_version)
    changed = {**values, "version": stored.version + 1}
    await execute_statement(connection, update(company_team).where(company_team.c.id == team_id).values(**changed))
    changes = {"team": (stored.name, values.get("name", stored.name))}
    if "description" in values:
        changes["description"] = (stored.description, values["description"])
    await record_acting(connection, acting, "COMPANY_TEAM_CHANGED", changes, by=by)


async def delete_team(connection: Connection, acting: ActingMember, team_id: int, *, by: Actor) -> None:
    stored = await _find_team(connection, acting.company_id, team_id)
    for table in (company_member, company_team):
        below = select(table.c.id).where(table.c.company_id == acting.company_id, table.c.parent_id == team_id)
        if await fetch_value(connection, below.limit(literal_column("1"))) is not None:
            raise _TEAM_NOT_EMPTY(path=["id"])
    await execute_statement(connection, delete(company_team).where(company_team.c.id == team_id))
    await record_acting(connection, acting, "COMPANY_TEAM_DELETED", {"team": (stored.name, None)}, by=by)


async def move_node(connection: Connection, acting: ActingMember, node_id: int, parent_id: int, *, by: Actor) -> None:
    name = await place_node(connection, acting.company_id, node_id, parent_id)
    if name is not None:
        await record_acting(connection, acting, "COMPANY_NODE_MOVED", {"node": (None, name)}, by=by)


async def place_node(connection: Connection, company_id: int, node_id: int, parent_id: int) -> str | None:
    """Put a member or a team, with all that is below, below another node of a company that is locked.

    Returns the id of the node; None where it is there already. Raises `RuleError` or `RuleErrors`.
    """
    seat = await fetch_one(connection, select(company_member).filter_by(company_id=company_id, id=node_id))
    team = await fetch_one(connection, select(company_team).filter_by(company_id=company_id, id=node_id))
    stored, refused = seat or team, CollectedErrors()
    above = await find_above(connection, company_id, parent_id)
    with refused.collecting():
        if not above:
            raise _NODE_NOT_FOUND(path=["parentId"])
    with refused.collecting():
        if stored is None:
            raise _NODE_NOT_FOUND(path=["nodeId"])
    refused.raise_collected()
    assert stored is not None
    if stored.parent_id is None:
        raise _IS_ROOT(path=["nodeId"])
    if node_id in above:
        raise _BELOW_ITSELF(path=["parentId"])
    if stored.parent_id == parent_id:
        return None
    table = company_team if seat is None else company_member
    of_node = [table.c.company_id == company_id, table.c.id == node_id]
    if seat is not None:
        of_node.append(table.c.customer_id == seat.customer_id)
    await execute_statement(connection, update(table).where(*of_node).values(parent_id=parent_id))
    return encode_id("cmb", seat.customer_id, seat.id) if seat is not None else encode_id("ctm", node_id)


async def _find_team(connection: Connection, company_id: int, team_id: int) -> Row:
    found = await fetch_one(connection, select(company_team).filter_by(company_id=company_id, id=team_id))
    if found is None:
        raise _TEAM_NOT_FOUND(path=["id"])
    return found


def _validate_team(given: dict[str, str | None]) -> dict[str, Any]:
    refused, values = CollectedErrors(), dict[str, Any]()
    with refused.collecting():
        if "name" in given:
            name = validate_line(given["name"], ["name"], MAX_NAME, required=True)
            assert name is not None
            values |= {"name": name, "name_sort_key": sort_key(name)}
    with refused.collecting():
        if "description" in given:
            values["description"] = validate_lines(given["description"], ["description"], MAX_TEAM_DESCRIPTION)
    refused.raise_collected()
    return values
