"""What customers want but have not bought: carts and wishlists."""

from typing import Final

from customer_gql.demo.shop_products import POPULAR

from .rows import DAY, MINUTE, Rows, at, weighted
from .shoppers import Shopper

_CART_LINES: Final = weighted({1: 34, 2: 27, 3: 18, 4: 11, 5: 6, 6: 4})
_QUANTITIES: Final = weighted({1: 80, 2: 14, 3: 4, 5: 2})
_LIST_NAMES: Final = ("Birthday", "Summer trip", "Gear to try", "Gift ideas", "Für später", "Cadeaux")
_DEFAULT_NAME: Final = "Wish List"
_COMMENTS: Final = ("In size M, please", "Only when on sale", "For the hut tour in June", "Ask Anna which colour first")


def add_carts(s: Shopper, rows: Rows) -> None:
    """The open one, and for a few who ordered the one that became the order."""
    if s.purchases and s.r() < 0.05:
        placed = s.purchases[-1].placed
        _add_cart(s, rows, max(s.created, placed - 40 * MINUTE), placed, is_active=False)
    if s.plan.has_cart:
        updated = s.until - int((s.until - s.created) * s.r() ** 2)
        _add_cart(s, rows, max(s.created, updated - int(3 * DAY * s.r())), updated, is_active=True)
        s.latest = max(s.latest, updated)


def _add_cart(s: Shopper, rows: Rows, created: int, updated: int, *, is_active: bool) -> None:
    r, cart_id = s.r, s.key(created)
    rows["cart"].append((s.id, cart_id, s.view_id, s.plan.site.currency, is_active, at(created), at(updated)))
    add = rows["cart_item"].append
    for product in _distinct(s, _CART_LINES[int(r() * 100)]):
        added = created + int((updated - created) * r())
        add((s.id, cart_id, s.key(added), product, _QUANTITIES[int(r() * 100)], at(added)))


def _distinct(s: Shopper, count: int) -> list[int]:
    """Keys of products that differ."""
    r = s.r
    chosen: dict[int, None] = {}
    while len(chosen) < count:
        chosen[POPULAR[int(r() * len(POPULAR))]] = None
    return [s.plan.site.products[place].id for place in chosen]


def add_wishlists(s: Shopper, rows: Rows) -> None:
    r = s.r
    for position, count in enumerate(s.plan.wishlists):
        since = s.moment()
        list_id = s.key(since)
        name = _LIST_NAMES[(s.number + position) % len(_LIST_NAMES)] if position else _DEFAULT_NAME
        visibility = "PUBLIC" if r() < (0.3 if position else 0.06) else "PRIVATE"
        latest = _add_items(s, rows, list_id, since, count)
        rows["wishlist"].append((s.id, list_id, name, visibility, position == 0, at(latest)))


def _add_items(s: Shopper, rows: Rows, list_id: int, since: int, count: int) -> int:
    r, add, latest = s.r, rows["wishlist_item"].append, since
    for product in _distinct(s, count):
        added = s.moment(since)
        comment = _COMMENTS[int(r() * len(_COMMENTS))] if r() < 0.06 else None
        add((s.id, list_id, s.key(added), product, _QUANTITIES[int(r() * 100)], comment, at(added)))
        latest = max(latest, added)
    return latest
