"""What refuses an action on a customer whatever its input: as conditions of SQL, which judge one customer and millions alike
(docs/domain/mass-actions.md#mass-actions-11)."""

import enum
from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, case, not_, select

from customer_gql.core.errors import REFUSALS, Refusal, UserErrorCode
from customer_gql.customers.newsletter.opt_in import ENABLED
from customer_gql.customers.profile.tables import CustomerType, customer
from customer_gql.customers.profile.values.validation import COMPANY_DECIDES_GROUP, IS_COMPANY_ADMIN
from customer_gql.database.statements import Connection, equals_any, fetch_rows
from customer_gql.shop.settings.reads import select_value_at
from customer_gql.shop.websites.tables import store, store_view

_NO_DEFAULT_VIEW: Final = Refusal(
    "newsletter.no_default_view",
    "The website of this customer has no default store view to subscribe to.",
    UserErrorCode.NOT_ALLOWED,
)
_NEWSLETTER_OFF: Final = Refusal(
    "newsletter.switched_off",
    "The newsletter of this customer's default store view is turned off.",
    UserErrorCode.NOT_ALLOWED,
)


class MassAction(enum.Enum):
    SUBSCRIBE = "SUBSCRIBE"
    UNSUBSCRIBE = "UNSUBSCRIBE"
    ASSIGN_GROUP = "ASSIGN_GROUP"
    ACTIVATE = "ACTIVATE"
    DEACTIVATE = "DEACTIVATE"
    ADD_TAGS = "ADD_TAGS"
    REMOVE_TAGS = "REMOVE_TAGS"
    DELETE = "DELETE"


_default_view: Any = (
    select(store_view.c.id)
    .join(store)
    .where(store.c.is_default, store_view.c.is_default, store.c.website_id == customer.c.website_id)
    .correlate(customer)
    .scalar_subquery()
)
_has_newsletter: Any = select_value_at(ENABLED, website_id=customer.c.website_id, store_view_id=_default_view)
_IS_ADMIN: Final = (customer.c.customer_type == CustomerType.COMPANY_ADMIN.value, IS_COMPANY_ADMIN)
_RULES: Final[Mapping[MassAction, tuple[tuple[ColumnElement[bool], Refusal], ...]]] = {
    MassAction.SUBSCRIBE: ((_default_view.is_(None), _NO_DEFAULT_VIEW), (not_(_has_newsletter), _NEWSLETTER_OFF)),
    MassAction.ASSIGN_GROUP: ((customer.c.customer_type != CustomerType.INDIVIDUAL.value, COMPANY_DECIDES_GROUP),),
    MassAction.DEACTIVATE: (_IS_ADMIN,),
    MassAction.DELETE: (_IS_ADMIN,),
}


def select_refusal_key(action: MassAction) -> ColumnElement[Any] | None:
    """The key of what refuses the action for a row of `customer`, null for nothing; None where no customer is refused."""
    rules = _RULES.get(action, ())
    return case(*[(condition, refusal.key) for condition, refusal in rules]) if rules else None


async def find_refusals(connection: Connection, action: MassAction, ids: Collection[int]) -> dict[int, Refusal]:
    """What refuses the action, of customers that the caller has locked; those that are not refused are left out."""
    key = select_refusal_key(action)
    if key is None or not ids:
        return {}
    judged = select(customer.c.id, key.label("key")).where(equals_any(customer.c.id, list(ids)), key.is_not(None))
    return {row.id: REFUSALS[row.key] for row in await fetch_rows(connection, judged)}
