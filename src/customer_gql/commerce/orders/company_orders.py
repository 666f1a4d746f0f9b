"""Orders placed for a company, as far as the role of a member shows them (docs/domain/company-users.md#company-users-7)."""

from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, or_

from customer_gql.core.errors import NotFound
from customer_gql.customers.companies.access.permissions_of_viewer import (
    permissions_of,
    refusal_in_company,
    require_own_membership,
)
from customer_gql.customers.companies.permissions import CompanyPermission
from customer_gql.customers.companies.reads import find_subordinates, members_by_id
from customer_gql.loading.pages import Pages, Sort

from .reads import VISIBLE_ORDERS
from .tables import sales_order

_buyers: Final[Any] = bindparam("customer_ids", type_=ARRAY(BigInteger()))
orders_by_company = Pages(
    VISIBLE_ORDERS.where(or_(_buyers.is_(None), sales_order.c.customer_id == any_(_buyers))),
    sales_order.c.company_id,
    sort=Sort("NEWEST", (sales_order.c.placed_at, sales_order.c.id), descending=True),
)
"""Of these customers, or with null of all."""


async def find_shown_buyers(context: Any, company_id: int, member: tuple[int, int] | None) -> tuple[int, ...] | None:
    """The customers whose orders for the company the signed-in member sees, or this one of them; None is everybody, those who left
    included. Raises `Forbidden` and `NotFound`."""
    own = await require_own_membership(context, company_id)
    allowed = permissions_of(own)
    _require(allowed, CompanyPermission.ORDERS_VIEW)
    if member is not None and member != (own.customer_id, own.id):
        _require(allowed, CompanyPermission.ORDERS_VIEW_SUBORDINATES)
    if own.is_admin and member is None:
        return None
    if CompanyPermission.ORDERS_VIEW_SUBORDINATES not in allowed:
        return (own.customer_id,)
    return await _find_below(context, own, member)


async def _find_below(context: Any, own: Any, member: tuple[int, int] | None) -> tuple[int, ...]:
    """The member and everybody below, or the one of them."""
    below = await find_subordinates(context, own.company_id, own.id)
    if member is None:
        return tuple(below)
    found = await context.load(members_by_id, member)
    if found is None or found.company_id != own.company_id or member[0] not in below:
        raise NotFound("There is no such member at or below your place in the company.")
    return (member[0],)


def _require(allowed: frozenset[str], permission: CompanyPermission) -> None:
    if permission not in allowed:
        raise refusal_in_company(permission)
