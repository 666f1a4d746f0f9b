from sqlalchemy import func, select

from customer_gql.commerce.ledgers.reads import entries_newest_first, select_entries
from customer_gql.customers.profile.tables import customer
from customer_gql.loading.reads import one_by
from customer_gql.shop.websites.tables import website

from .tables import store_credit, store_credit_entry as entry

# The account of the customer's own website, also before its first movement: then the balance is nothing.
store_credits_by_customer = one_by(
    select(
        customer.c.id.label("customer_id"),
        customer.c.website_id,
        func.coalesce(store_credit.c.balance, 0).label("balance"),
        website.c.currency,
    ).select_from(
        customer.join(website).outerjoin(
            store_credit,
            (store_credit.c.customer_id == customer.c.id) & (store_credit.c.website_id == customer.c.website_id),
        )
    ),
    customer.c.id.label("customer_id"),
)
entries_by_id = one_by(select_entries(entry), entry.c.customer_id, entry.c.id)
entries_by_account = entries_newest_first(entry)
