"""Batches of synthetic customers, each made by itself: of its numbers, the seed and the size of the shop."""

import math
import random
from dataclasses import dataclass
from typing import Final

from .addresses import add_addresses
from .credit import add_credit
from .customers import add_activity, add_customer, add_subscriptions
from .orders import add_orders
from .plan import drawn
from .points import add_points
from .reviews import add_reviews
from .rows import DAY, HOUR, Rows, no_rows
from .shoppers import Shopper, shopper
from .showcase import SHOWCASE
from .wishes import add_carts, add_wishlists

CUSTOMERS_IN_A_BATCH: Final = 2000
_LONGEST_HISTORY: Final = 3 * 365 * DAY
_SAME_PERSON_ELSEWHERE: Final = 0.03


@dataclass(frozen=True, slots=True)
class Shop:
    """All that the rows depend on; times are milliseconds since the epoch."""

    customers: int
    seed: int
    until: int

    @property
    def opened(self) -> int:
        return max(DAY + 9 * HOUR, self.until - _LONGEST_HISTORY)


def batch(shop: Shop, first: int) -> Rows:
    """The customers from number `first` on. Its own source of chance makes it independent of the other batches."""
    draw = random.Random(f"{shop.seed}:{first}")
    rows = no_rows()
    neighbour: Shopper | None = None
    for number in range(first, min(first + CUSTOMERS_IN_A_BATCH, shop.customers + 1)):
        plan = SHOWCASE[number - 1] if number <= len(SHOWCASE) else drawn(draw)
        s = shopper(number, plan, _created(shop, number, draw.random()), shop.until, draw)
        is_same = neighbour is not None and draw.random() < _SAME_PERSON_ELSEWHERE and _take_over(s, neighbour)
        _add(s, rows)
        # A third account of one person could meet the first one on its website.
        neighbour = None if is_same else s
    return rows


def _created(shop: Shop, number: int, share: float) -> int:
    """Numbers rise with time, and the shop grows: each year brings more customers than the one before."""
    place = (number - 1 + share) / shop.customers if number > 1 else 0.0
    return shop.opened + int((shop.until - shop.opened) * math.sqrt(place))


def _take_over(s: Shopper, neighbour: Shopper) -> bool:
    """Accounts belong to a website: the same person may have another one elsewhere."""
    if s.plan.mail_name or s.plan.site is neighbour.plan.site:
        return False
    s.first, s.last, s.email = neighbour.first, neighbour.last, neighbour.email
    return True


def _add(s: Shopper, rows: Rows) -> None:
    """In this order, because orders go to an address, and points and the last activity follow from all before."""
    add_customer(s, rows)
    add_addresses(s, rows)
    add_subscriptions(s, rows)
    add_orders(s, rows)
    add_carts(s, rows)
    add_wishlists(s, rows)
    add_reviews(s, rows)
    add_credit(s, rows)
    add_points(s, rows)
    add_activity(s, rows)
