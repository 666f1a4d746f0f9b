"""The right to act as a customer: of the shop, by the setting, of the customer, by the consent, and of the staff user, by
the role (docs/domain/support.md#support-7)."""

from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, and_, any_, bindparam, exists, func, or_, select

from customer_gql.core.permissions import Permission
from customer_gql.customers.accounts.tables import impersonation
from customer_gql.customers.profile.tables import CustomerStatus, customer
from customer_gql.database.statements import Connection, compile_statement, fetch_rows, fetch_value
from customer_gql.shop.settings.declaration import GLOBAL
from customer_gql.shop.settings.reads import select_global_value
from customer_gql.shop.settings.writes import lock_own_value
from customer_gql.staff.tables import staff_role, staff_user

from .settings import LOGIN_AS_CUSTOMER


def _has_right(customer_id: Any, staff_id: Any) -> ColumnElement[bool]:
    both_allow = exists().where(
        customer.c.id == customer_id,
        customer.c.allows_remote_assistance,
        customer.c.status == CustomerStatus.ACTIVE.value,
        staff_user.c.id == staff_id,
        staff_user.c.is_active,
        staff_role.c.id == staff_user.c.role_id,
        any_(staff_role.c.permissions) == Permission.CUSTOMERS_IMPERSONATE,
        or_(staff_role.c.website_ids.is_(None), customer.c.website_id == any_(staff_role.c.website_ids)),
    )
    return and_(select_global_value(LOGIN_AS_CUSTOMER), both_allow)


_MAY_IMPERSONATE: Final = compile_statement(
    select(_has_right(bindparam("customer_id", type_=BigInteger()), bindparam("staff_id", type_=BigInteger())))
)
LIVE_IMPERSONATIONS: Final = select(impersonation.c.customer_id, impersonation.c.id).where(
    impersonation.c.ended_at.is_(None), impersonation.c.expires_at > func.now()
)
LIVE_WITHOUT_RIGHT: Final = LIVE_IMPERSONATIONS.where(
    ~_has_right(impersonation.c.customer_id, impersonation.c.staff_id)
)


async def may_impersonate(connection: Connection, customer_id: int, staff_id: int) -> bool:
    """Whether the staff user may act as the customer at this moment."""
    return await fetch_value(connection, _MAY_IMPERSONATE, customer_id=customer_id, staff_id=staff_id)


async def lock_right_to_impersonate(connection: Connection, staff_id: int) -> None:
    """Keep the role, the staff user and the setting as they are until the transaction ends, before it locks a customer.

    A transaction that changes one of them ends impersonations afterwards, and so finds the one that this transaction makes. The
    order is theirs: roles, the staff user, the setting, customers.
    """
    of_user = select(staff_user.c.role_id).where(staff_user.c.id == staff_id).scalar_subquery()
    await fetch_rows(connection, select(staff_role.c.id).where(staff_role.c.id == of_user).with_for_update(read=True))
    user = select(staff_user.c.id).where(staff_user.c.id == staff_id)
    await fetch_rows(connection, user.with_for_update(read=True, key_share=True))
    await lock_own_value(connection, LOGIN_AS_CUSTOMER, GLOBAL, 0)
