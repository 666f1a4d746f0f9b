"""Who is online: customers and visitors active within the configured minutes (docs/domain/presence.md#presence-2)."""

import enum
from typing import Any

from sqlalchemy import BigInteger, Text, and_, cast, literal, null, select, union_all

from customer_gql.customers.addresses.tables import address
from customer_gql.customers.profile.reads import IS_ONLINE, ONLINE_SINCE
from customer_gql.customers.profile.tables import customer, customer_activity as activity, visitor
from customer_gql.loading.lists import RootList
from customer_gql.loading.pages import Sort


class VisitorKind(enum.StrEnum):
    CUSTOMER = "CUSTOMER"
    VISITOR = "VISITOR"


def _null_column(name: str, kind: Any) -> Any:
    return cast(null(), kind).label(name)


_customers = (
    select(
        literal(VisitorKind.CUSTOMER.value, Text()).label("kind"),
        customer.c.id.label("place"),
        customer.c.id.label("customer_id"),
        customer.c.website_id,
        customer.c.number,
        customer.c.first_name,
        customer.c.last_name,
        customer.c.email,
        address.c.company,
        activity.c.last_activity_at,
        activity.c.last_url,
    )
    .select_from(
        activity.join(customer).outerjoin(
            address, and_(address.c.customer_id == customer.c.id, address.c.is_default_billing)
        )
    )
    .where(IS_ONLINE)
)
_visitors = select(
    literal(VisitorKind.VISITOR.value, Text()).label("kind"),
    visitor.c.id.label("place"),
    _null_column("customer_id", BigInteger()),
    # Which website a visitor looks at is not known; only who reaches all of them sees visitors.
    _null_column("website_id", BigInteger()),
    _null_column("number", BigInteger()),
    _null_column("first_name", Text()),
    _null_column("last_name", Text()),
    _null_column("email", Text()),
    _null_column("company", Text()),
    visitor.c.last_activity_at,
    visitor.c.last_url,
).where(visitor.c.last_activity_at > ONLINE_SINCE)

_online = union_all(_customers, _visitors).subquery("online")
online_list = RootList(
    select(_online),
    [Sort("LATEST", (_online.c.last_activity_at, _online.c.place), descending=True)],
    website=_online.c.website_id,
)
