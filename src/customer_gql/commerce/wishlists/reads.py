from typing import Final

from sqlalchemy import func, select

from customer_gql.loading.pages import Pages, Sort
from customer_gql.loading.reads import all_by, one_by

from .tables import wishlist, wishlist_item as item

_count = (
    select(func.count())
    .where(item.c.customer_id == wishlist.c.customer_id, item.c.wishlist_id == wishlist.c.id)
    .correlate(wishlist)
    .scalar_subquery()
)
WISHLIST: Final = select(wishlist, _count.label("item_count"))

wishlists_by_id = one_by(WISHLIST, wishlist.c.customer_id, wishlist.c.id)
wishlists_by_customer = all_by(WISHLIST.order_by(wishlist.c.is_default.desc(), wishlist.c.id), wishlist.c.customer_id)
default_wishlists_by_customer = one_by(WISHLIST.where(wishlist.c.is_default), wishlist.c.customer_id)
items_by_id = one_by(select(item), item.c.customer_id, item.c.wishlist_id, item.c.id)
items_by_wishlist = Pages(
    select(item),
    item.c.customer_id,
    item.c.wishlist_id,
    sort=Sort("NEWEST", (item.c.added_at, item.c.id), descending=True),
)
