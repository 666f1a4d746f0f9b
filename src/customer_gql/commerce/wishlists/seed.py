"""Wishlists: the default one, and for some customers more of them by occasion."""

from dataclasses import dataclass
from typing import Final

from customer_gql.commerce.catalog.seed import pick_places, products_of
from customer_gql.customers.profile.shopper import AccountPlan, Shopper
from customer_gql.database.seeding import CustomerSeed, Rows, expand_weights, to_datetime

from .tables import wishlist, wishlist_item

_QUANTITIES: Final = expand_weights({1: 80, 2: 14, 3: 4, 5: 2})
_NAMES: Final = ("Birthday", "Summer trip", "Gear to try", "Gift ideas", "Für später", "Cadeaux")
_DEFAULT_NAME: Final = "Wish List"
_COMMENTS: Final = ("In size M, please", "Only when on sale", "For the hut tour in June", "Ask Anna which colour first")


@dataclass(frozen=True, kw_only=True)
class WishlistPlan(AccountPlan):
    wishlists: tuple[int, ...] = ()
    """How many items each of them has."""


def add_wishlists(s: Shopper[WishlistPlan], rows: Rows) -> None:
    r = s.r
    for position, count in enumerate(s.plan.wishlists):
        since = s.pick_moment()
        list_id = s.make_id(since)
        name = _NAMES[(s.number + position) % len(_NAMES)] if position else _DEFAULT_NAME
        visibility = "PUBLIC" if r() < (0.3 if position else 0.06) else "PRIVATE"
        latest = _add_items(s, rows, list_id, since, count)
        rows[wishlist].append(
            {
                "customer_id": s.id,
                "id": list_id,
                "name": name,
                "visibility": visibility,
                "is_default": position == 0,
                "updated_at": to_datetime(latest),
            }
        )


def _add_items(s: Shopper[WishlistPlan], rows: Rows, list_id: int, since: int, count: int) -> int:
    """When the last of them was added."""
    r, products, latest = s.r, products_of(s.plan.site), since
    for place in pick_places(r, count):
        added = s.pick_moment(since)
        comment = _COMMENTS[int(r() * len(_COMMENTS))] if r() < 0.06 else None
        rows[wishlist_item].append(
            {
                "customer_id": s.id,
                "wishlist_id": list_id,
                "id": s.make_id(added),
                "product_id": products[place].id,
                "quantity": _QUANTITIES[int(r() * 100)],
                "comment": comment,
                "added_at": to_datetime(added),
            }
        )
        latest = max(latest, added)
    return latest


SEED: Final = (CustomerSeed((wishlist, wishlist_item), add_wishlists),)
