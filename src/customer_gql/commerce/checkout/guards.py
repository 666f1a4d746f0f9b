"""Who may not order: slices declare what refuses as `ORDER_GUARDS` (docs/domain/checkout.md#checkout-4)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from customer_gql.commerce.carts.lines.pricing import PricedCart
from customer_gql.commerce.carts.reads import fetch_by_keys
from customer_gql.core.errors import Refusal, RuleError, UserErrorCode
from customer_gql.customers.companies.reads import memberships_by_customer
from customer_gql.customers.profile.tables import CustomerStatus
from customer_gql.database.statements import Connection, fetch_value
from customer_gql.shop.groups.tables import customer_group_excluded_website as excluded
from customer_gql.shop.settings.reads import setting

from .declared import ORDER_GUARDS
from .settings import GUESTS_ALLOWED

REFUSED: Final = Refusal(
    "order.guard", "This order cannot be placed: {reason}. Ask the shop.", UserErrorCode.NOT_ALLOWED
)


@dataclass(frozen=True, slots=True)
class OrderAttempt:
    """What is about to be ordered, and the buyer: `customer` is None for a guest, `membership` for those in no company."""

    priced: PricedCart
    customer: Any
    membership: Any


OrderGuard = Callable[[Connection, OrderAttempt], Awaitable[RuleError | None]]


async def make_attempt(connection: Connection, priced: PricedCart, customer: Any) -> OrderAttempt:
    """With the company that the customer has chosen."""
    if customer is None:
        return OrderAttempt(priced, None, None)
    found = (await fetch_by_keys(connection, memberships_by_customer, [customer.id]))[customer.id]
    return OrderAttempt(priced, customer, found[0] if found else None)


async def refuse_by_guards(connection: Connection, attempt: OrderAttempt) -> None:
    for guard in ORDER_GUARDS:
        refused = await guard(connection, attempt)
        if refused is not None:
            raise refused


async def refuse_guest(connection: Connection, attempt: OrderAttempt) -> RuleError | None:
    if attempt.customer is not None:
        return None
    is_allowed = await setting(connection, GUESTS_ALLOWED, website_id=attempt.priced.row.website_id)
    return None if is_allowed else REFUSED(reason="GUEST")


async def refuse_inactive_customer(_connection: Connection, attempt: OrderAttempt) -> RuleError | None:
    customer = attempt.customer
    is_active = customer is None or customer.status == CustomerStatus.ACTIVE.value
    return None if is_active else REFUSED(reason="INACTIVE_CUSTOMER")


async def refuse_excluded_website(connection: Connection, attempt: OrderAttempt) -> RuleError | None:
    row, group = attempt.priced.row, attempt.priced.shopper.group
    of_group = (excluded.c.group_id == group, excluded.c.website_id == row.website_id)
    found = await fetch_value(connection, select(excluded.c.group_id).where(*of_group))
    return None if found is None else REFUSED(reason="EXCLUDED_WEBSITE")


async def refuse_company_member(_connection: Connection, attempt: OrderAttempt) -> RuleError | None:
    """A company that is not active, a membership that is not, and a role without `CHECKOUT`."""
    member = attempt.membership
    return None if member is None or member.can_order else REFUSED(reason="COMPANY")


GUARDS: Final = (refuse_guest, refuse_inactive_customer, refuse_excluded_website, refuse_company_member)
