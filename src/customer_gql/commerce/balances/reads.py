from typing import Any

from sqlalchemy import ColumnElement, FromClause, func, or_, select, true, union_all

from customer_gql.commerce.reward_points.tables import reward_points
from customer_gql.commerce.store_credit.tables import store_credit
from customer_gql.customers.profile.sharing import EVERYWHERE, SHARING
from customer_gql.customers.profile.tables import customer, deleted_customer
from customer_gql.database.statements import AnySelect
from customer_gql.loading.reads import all_by
from customer_gql.shop.settings.reads import select_global_value
from customer_gql.shop.websites.tables import website

_credit, _points = store_credit.c, reward_points.c


def _select_balances(owner: ColumnElement[Any], own_website: ColumnElement[bool], owners: FromClause) -> AnySelect:
    """Every website with entries, and the account's own; websites are few."""
    return (
        select(
            owner.label("customer_id"),
            website.c.id.label("website_id"),
            website.c.currency,
            func.coalesce(_credit.balance, 0).label("store_credit"),
            func.coalesce(_points.balance, 0).label("reward_points"),
        )
        .select_from(owners.join(website, true()))
        .outerjoin(store_credit, (_credit.customer_id == owner) & (_credit.website_id == website.c.id))
        .outerjoin(reward_points, (_points.customer_id == owner) & (_points.website_id == website.c.id))
        .where(or_(own_website, _credit.customer_id.is_not(None), _points.customer_id.is_not(None)))
        .order_by(website.c.id)
    )


_of_account = website.c.id == customer.c.website_id
_BALANCES = _select_balances(customer.c.id, _of_account, customer)
# A dry run of a deletion shows what would be left of a customer who is still there.
_owners = union_all(
    select(deleted_customer.c.customer_id, deleted_customer.c.website_id), select(customer.c.id, customer.c.website_id)
).subquery("owners")
_LEFT = _select_balances(_owners.c.customer_id, website.c.id == _owners.c.website_id, _owners)
_accounts_are_shared = select_global_value(SHARING) == EVERYWHERE
balances_by_customer = all_by(_BALANCES, customer.c.id.label("customer_id"))
balances_by_deleted_customer = all_by(_LEFT, _owners.c.customer_id)
# What the customer can spend: elsewhere only while accounts work everywhere.
spendable_balances_by_customer = all_by(
    _BALANCES.where(or_(_of_account, _accounts_are_shared)), customer.c.id.label("customer_id")
)
