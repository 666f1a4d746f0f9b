"""What the orders of a customer add up to, as the graph shows it."""

import datetime as dt

import strawberry

from customer_gql.graph.fields import column, loaded
from customer_gql.graph.scalars import Money, money
from customer_gql.shop.websites.reads import websites_by_id
from customer_gql.shop.websites.types import Website


@strawberry.type(
    description="Totals of a customer's orders. Canceled orders do not count, refunds are subtracted, and only "
    "orders in the base currency of the customer's website are included."
)
class OrderStatistics:
    order_count: int = column("Number of orders.")
    lifetime_value: Money = money("Sum of the orders after refunds.", amount="lifetime_value")
    average_order_value: Money | None = money(
        "Average value of an order after refunds; null without orders.", amount="average_order_value"
    )
    last_order_at: dt.datetime | None = column("Time at which the last order was placed.")


@strawberry.type(
    description="Totals of a customer's orders on one website in one currency. Canceled orders do not count, refunds are subtracted."
)
class WebsiteOrderStatistics:
    website: Website = loaded(websites_by_id, key="website_id", description="Website on which the orders were placed.")
    order_count: int = column("Number of orders, at least one.")
    lifetime_value: Money = money("Sum of the orders after refunds.", amount="lifetime_value")
    average_order_value: Money = money("Average value of an order after refunds.", amount="average_order_value")
    first_order_at: dt.datetime = column("Time at which the first order was placed.")
    last_order_at: dt.datetime = column("Time at which the last order was placed.")
