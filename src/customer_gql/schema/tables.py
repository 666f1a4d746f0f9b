"""Every slice's tables, for migrations and for tests that look at all of them."""

from ..accounts import tables as accounts
from ..addresses import tables as addresses
from ..carts import tables as carts
from ..catalog import tables as catalog
from ..core.db import metadata
from ..customers import tables as customers
from ..groups import tables as groups
from ..history import tables as history
from ..mail import tables as mail
from ..newsletter import tables as newsletter
from ..orders import tables as orders
from ..reviews import tables as reviews
from ..reward_points import tables as reward_points
from ..staff import tables as staff
from ..store_credit import tables as store_credit
from ..websites import tables as websites
from ..wishlists import tables as wishlists

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
