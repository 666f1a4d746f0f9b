"""Every slice's tables, for migrations and for tests that look at all of them."""

from customer_gql.commerce.carts import tables as carts
from customer_gql.commerce.catalog import tables as catalog
from customer_gql.commerce.orders import tables as orders
from customer_gql.commerce.reviews import tables as reviews
from customer_gql.commerce.reward_points import tables as reward_points
from customer_gql.commerce.store_credit import tables as store_credit
from customer_gql.commerce.wishlists import tables as wishlists
from customer_gql.customers.accounts import tables as accounts
from customer_gql.customers.addresses import tables as addresses
from customer_gql.customers.history import tables as history
from customer_gql.customers.newsletter import tables as newsletter
from customer_gql.customers.profile import tables as customers
from customer_gql.database.tables import metadata
from customer_gql.messaging.mail import tables as mail
from customer_gql.shop.groups import tables as groups
from customer_gql.shop.websites import tables as websites
from customer_gql.staff import tables as staff

__all__ = [
    "accounts",
    "addresses",
    "carts",
    "catalog",
    "customers",
    "groups",
    "history",
    "mail",
    "metadata",
    "newsletter",
    "orders",
    "reviews",
    "reward_points",
    "staff",
    "store_credit",
    "websites",
    "wishlists",
]
