from sqlalchemy import Numeric, and_, cast, func, or_, select, true

from customer_gql.commerce.ledgers.reads import entries_newest_first, select_entries
from customer_gql.customers.profile.tables import customer
from customer_gql.database.statements import Connection, fetch_rows
from customer_gql.loading.reads import one_by
from customer_gql.shop.websites.tables import website

from .tables import reward_points, reward_points_entry as entry, reward_points_rate as rate

# The most particular rate: website and group, then group alone, then website alone, then for all (docs/domain/reward-points.md#reward-points-2).
_rate = (
    select(rate.c.points, rate.c.amount)
    .where(
        or_(rate.c.website_id == customer.c.website_id, rate.c.website_id.is_(None)),
        or_(rate.c.group_id == customer.c.group_id, rate.c.group_id.is_(None)),
        rate.c.currency == website.c.currency,
    )
    .order_by(rate.c.group_id.is_(None), rate.c.website_id.is_(None))
    .limit(1)
    .correlate(customer, website)
    .lateral("rate")
)
_account = and_(reward_points.c.customer_id == customer.c.id, reward_points.c.website_id == customer.c.website_id)
_balance = func.coalesce(reward_points.c.balance, 0)

# Whole units only: what is left of the last unit is worth nothing yet. No rate, no worth. Counted in numeric, because a
# product beyond 64 bits would fail the whole page.
reward_points_by_customer = one_by(
    select(
        customer.c.id.label("customer_id"),
        customer.c.website_id,
        _balance.label("balance"),
        (cast(_balance // _rate.c.points, Numeric()) * _rate.c.amount).label("worth"),
        website.c.currency,
    ).select_from(customer.join(website).outerjoin(reward_points, _account).outerjoin(_rate, true())),
    customer.c.id.label("customer_id"),
)
entries_by_id = one_by(select_entries(entry), entry.c.customer_id, entry.c.id)
entries_by_account = entries_newest_first(entry)


async def find_rates_of_group(connection: Connection, group_id: int) -> list[str]:
    """The exchange rates of reward points that are for this customer group."""
    rows = await fetch_rows(connection, select(rate.c.currency).where(rate.c.group_id == group_id).order_by(rate.c.id))
    return [f"reward exchange rate ({row.currency})" for row in rows]
