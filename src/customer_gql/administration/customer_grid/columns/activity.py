"""Columns of what a customer does: visits, orders, balances and subscriptions."""

from typing import Final

from customer_gql.customers.newsletter.tables import SubscriptionStatus
from customer_gql.loading.grids.columns import ColumnType
from customer_gql.loading.grids.entries import name_of
from customer_gql.shop.websites.tables import store_view

from .entries import money, plain

ACTIVITY_COLUMNS: Final = (
    plain(
        "lastSignInAt",
        "Last signed in",
        "Time of the last sign-in.",
        ColumnType.DATE_TIME,
        "last_sign_in_at",
    ),
    plain(
        "lastActivityAt",
        "Last activity",
        "Time of the last sign-in, sign-up or change of the cart.",
        ColumnType.DATE_TIME,
        "last_activity_at",
        is_indexed=True,
    ),
    plain(
        "orderCount",
        "Orders",
        "Number of orders on the website of the account, without canceled ones.",
        ColumnType.INTEGER,
        "order_count",
        is_never_empty=True,
        is_indexed=True,
    ),
    money(
        "lifetimeValue",
        "Lifetime value",
        "Sum of the orders on the website of the account, without canceled ones, less refunds.",
        "lifetime_value",
        is_never_empty=True,
        is_indexed=True,
    ),
    money(
        "averageOrderValue",
        "Average order value",
        "Lifetime value divided by the number of orders; empty without orders.",
        "average_order_value",
    ),
    plain(
        "firstOrderAt",
        "First order",
        "Time of the first order on the website of the account.",
        ColumnType.DATE_TIME,
        "first_order_at",
    ),
    plain(
        "lastOrderAt",
        "Last order",
        "Time of the last order on the website of the account.",
        ColumnType.DATE_TIME,
        "last_order_at",
        is_indexed=True,
    ),
    money(
        "storeCredit",
        "Store credit",
        "Balance of store credit on the website of the account.",
        "store_credit",
        is_never_empty=True,
    ),
    plain(
        "rewardPoints",
        "Reward points",
        "Balance of reward points on the website of the account.",
        ColumnType.INTEGER,
        "reward_points",
        is_never_empty=True,
    ),
    plain(
        "newsletterStatus",
        "Newsletter",
        "State of the newsletter subscription: one that is active, else the one that changed last.",
        ColumnType.ENUM,
        "newsletter_status",
        choices=SubscriptionStatus,
        is_facetable=True,
        is_indexed=True,
        is_sought_in_order=True,
    ),
    plain(
        "subscribedStoreView",
        "Newsletter store view",
        "Store view of the newsletter subscription that `newsletterStatus` shows.",
        ColumnType.ID,
        "subscribed_store_view_id",
        id_prefix="stv",
        sql_label=name_of(store_view),
        is_sortable=False,
        is_facetable=True,
    ),
)
