"""Every slice's tables, for migrations and for tests that look at all of them."""

from customer_gql.accounts import tables as accounts
from customer_gql.addresses import tables as addresses
from customer_gql.carts import tables as carts
from customer_gql.catalog import tables as catalog
from customer_gql.core.db import metadata
from customer_gql.customers import tables as customers
from customer_gql.groups import tables as groups
from customer_gql.history import tables as history
from customer_gql.mail import tables as mail
from customer_gql.newsletter import tables as newsletter
from customer_gql.orders import tables as orders
from customer_gql.reviews import tables as reviews
from customer_gql.reward_points import tables as reward_points
from customer_gql.staff import tables as staff
from customer_gql.store_credit import tables as store_credit
from customer_gql.websites import tables as websites
from customer_gql.wishlists import tables as wishlists

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
