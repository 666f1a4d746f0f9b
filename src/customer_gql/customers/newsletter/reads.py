from sqlalchemy import select

from customer_gql.loading.reads import all_by, one_by

from .tables import newsletter_subscription as subscription

_order = select(subscription).order_by(subscription.c.store_view_id)
subscriptions_by_id = one_by(select(subscription), subscription.c.customer_id, subscription.c.store_view_id)
subscriptions_by_customer = all_by(_order, subscription.c.customer_id)
