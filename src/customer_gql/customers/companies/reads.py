"""Reads of companies, and of their members and teams, which together are the nodes of a structure."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from customer_gql.customers.profile.tables import CustomerStatus, customer
from customer_gql.database.statements import Connection, Row, compile_statement, fetch_one, fetch_rows
from customer_gql.loading.pages import Pages, Sort
from customer_gql.loading.reads import all_by, capped_by, one_by

from .filters import COMPANY
from .permissions import CompanyPermission
from .tables import CompanyStatus, company, company_member, company_role, company_team

MAX_ROLES: Final = 100
TEAM: Final = "TEAM"
MEMBER: Final = "MEMBER"
_EVERYTHING: Final = ", ".join(f"'{permission.value}'" for permission in CompanyPermission)


def _quoted(value: str) -> ColumnElement[Any]:
    return literal_column(f"'{value}'", Text())


companies_by_id = one_by(COMPANY, company.c.id)
roles_by_id = one_by(select(company_role), company_role.c.id)
# The usual role first, then by name.
roles_by_company = capped_by(
    select(company_role).order_by(company_role.c.is_default.desc(), company_role.c.name, company_role.c.id),
    MAX_ROLES,
    company_role.c.company_id,
)
legal_addresses_by_company = one_by(
    select(
        company.c.id,
        company.c.street,
        company.c.city,
        company.c.country_code,
        company.c.region,
        company.c.region_code,
        company.c.postcode,
        company.c.telephone,
    ),
    company.c.id,
)
children_by_company = Pages(COMPANY, company.c.parent_id, sort=Sort("NAME", (company.c.name_sort_key, company.c.id)))
primary_companies_by_customer = one_by(
    COMPANY.add_columns(company_member.c.customer_id)
    .join(company_member, company_member.c.company_id == company.c.id)
    .where(company_member.c.is_primary),
    company_member.c.customer_id,
)

_is_admin: Any = company.c.admin_customer_id == company_member.c.customer_id
_permissions = case((_is_admin, literal_column(f"ARRAY[{_EVERYTHING}]", ARRAY(Text))), else_=company_role.c.permissions)
_can_order = and_(
    company.c.status == _quoted(CompanyStatus.ACTIVE.value),
    customer.c.status == _quoted(CustomerStatus.ACTIVE.value),
    company_member.c.is_active,
    _quoted(CompanyPermission.CHECKOUT.value) == func.any(_permissions),
)
_MEMBER: Final[Any] = (
    select(
        *company_member.c,
        customer.c.first_name,
        customer.c.last_name,
        customer.c.email,
        customer.c.name_sort_key,
        _is_admin.label("is_admin"),
        _permissions.label("permissions"),
        _can_order.label("can_order"),
        null().cast(Text).label("name"),
        null().cast(Text).label("description"),
        null().cast(Integer).label("version"),
        _quoted(MEMBER).label("node_kind"),
        literal_column("1", Integer()).label("node_place"),
        func.coalesce(company_member.c.parent_id, literal_column("0", BigInteger())).label("place_id"),
    )
    .join(customer, customer.c.id == company_member.c.customer_id)
    .join(company, company.c.id == company_member.c.company_id)
    .join(company_role, company_role.c.id == company_member.c.role_id)
)
"""A member with what the account, the company and the role say, in the columns of a node."""

members_by_id = one_by(_MEMBER, company_member.c.customer_id, company_member.c.id)
members_by_company_and_customer = one_by(_MEMBER, company_member.c.company_id, company_member.c.customer_id)
# The primary one first, then as they began.
memberships_by_customer = all_by(
    _MEMBER.order_by(company_member.c.is_primary.desc(), company_member.c.joined_at, company_member.c.id),
    company_member.c.customer_id,
)

_wanted_active: Any = bindparam("is_active", type_=Boolean())
_wanted_role: Any = bindparam("role_id", type_=BigInteger())
members_by_company = Pages(
    _MEMBER.where(
        or_(_wanted_active.is_(None), company_member.c.is_active == _wanted_active),
        or_(_wanted_role.is_(None), company_member.c.role_id == _wanted_role),
    ),
    company_member.c.company_id,
    sort=Sort("NAME", (customer.c.name_sort_key, company_member.c.id)),
)

_TEAM_VALUES: Final[dict[str, Any]] = {
    "id": company_team.c.id,
    "company_id": company_team.c.company_id,
    "parent_id": company_team.c.parent_id,
    "joined_at": company_team.c.created_at,
    "name": company_team.c.name,
    "name_sort_key": company_team.c.name_sort_key,
    "description": company_team.c.description,
    "version": company_team.c.version,
    "node_kind": _quoted(TEAM),
    "node_place": literal_column("0", Integer()),
    "place_id": company_team.c.parent_id,
}
_TEAM: Final[Any] = select(
    *[
        _TEAM_VALUES.get(column.name, cast(null(), column.type)).label(column.name)
        for column in _MEMBER.selected_columns
    ]
)
"""A team in the columns of a node."""
teams_by_id = one_by(_TEAM, company_team.c.id)

_node = union_all(_MEMBER, _TEAM).subquery("company_node")
_NODE: Final[Any] = select(_node)
nodes_by_id = one_by(_NODE, _node.c.company_id, _node.c.id)
# Teams first, each by name.
nodes_by_place = Pages(
    _NODE,
    _node.c.company_id,
    _node.c.place_id,
    sort=Sort("PLACE", (_node.c.node_place, _node.c.name_sort_key, _node.c.id)),
)


async def find_membership(connection: Connection, customer_id: int, company_id: int | None) -> Row | None:
    """The membership of a customer in this company, or the primary one."""
    of_customer = _MEMBER.where(company_member.c.customer_id == customer_id)
    wanted = company_member.c.is_primary if company_id is None else company_member.c.company_id == company_id
    return await fetch_one(connection, of_customer.where(wanted))


_company_id: Any = bindparam("company_id", type_=BigInteger())
_places = union_all(
    select(company_member.c.id, company_member.c.parent_id, company_member.c.customer_id).where(
        company_member.c.company_id == _company_id
    ),
    select(company_team.c.id, company_team.c.parent_id, null().cast(BigInteger)).where(
        company_team.c.company_id == _company_id
    ),
).cte("place")
_below: Any = (
    select(_places.c.id, _places.c.customer_id)
    .where(_places.c.id == bindparam("member_id", type_=BigInteger()))
    .cte("below", recursive=True)
)
_below = _below.union(select(_places.c.id, _places.c.customer_id).join(_below, _places.c.parent_id == _below.c.id))
_BELOW: Final = compile_statement(select(_below.c.customer_id).where(_below.c.customer_id.is_not(None)))


async def find_subordinates(context: Any, company_id: int, member_id: int) -> list[int]:
    """The customers at a membership of the company and anywhere below it."""
    return [row.customer_id for row in await context.fetch(_BELOW, company_id=company_id, member_id=member_id)]


async def find_companies_of_group(connection: Connection, group_id: int) -> list[str]:
    """Why a group cannot be deleted: companies that have it, a few of them by name."""
    named = select(company.c.name).where(company.c.group_id == group_id).order_by(company.c.number).limit(5)
    return [f"company {row.name}" for row in await fetch_rows(connection, named)]


async def find_reachable_company(context: Any, company_id: int) -> Any:
    """The company, unless unknown or of a website that the viewer does not reach."""
    found = await context.load(companies_by_id, company_id)
    return found if found is not None and context.viewer.reaches(found.website_id) else None


async def is_company_reachable(context: Any, key: Sequence[int]) -> bool:
    return await find_reachable_company(context, key[0]) is not None


async def is_role_reachable(context: Any, key: Sequence[int]) -> bool:
    return await _is_of_reached(context, await context.load(roles_by_id, key[0]))


async def is_team_reachable(context: Any, key: Sequence[int]) -> bool:
    return await _is_of_reached(context, await context.load(teams_by_id, key[0]))


async def _is_of_reached(context: Any, found: Any) -> bool:
    return found is not None and await is_company_reachable(context, [found.company_id])
