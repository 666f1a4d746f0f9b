from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, any_, bindparam, func, or_, select

from customer_gql.customers.profile.tables import customer
from customer_gql.loading.reads import one_by

_count: Any = func.count()
_websites: Any = bindparam("websites", type_=ARRAY(BigInteger()))
members_by_group: Final = one_by(
    select(customer.c.group_id, _count.label("member_count"))
    .where(or_(_websites.is_(None), customer.c.website_id == any_(_websites)))
    .group_by(customer.c.group_id),
    customer.c.group_id,
)
"""How many members a group has, as far as the viewer reaches."""
