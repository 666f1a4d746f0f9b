"""Batches of customers of the demo shop. A batch depends on its numbers, the seed and the size of the shop alone."""

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from customer_gql.database.seeding import DAY, HOUR, CustomerSeed, Rows, ShopSeed, TableRows, to_datetime
from customer_gql.schema.slices import declared

from .employers import Employers
from .plan import Plan, draw_plan
from .shoppers import Shopper, make_shopper
from .showcase import SHOWCASE

CUSTOMERS_IN_A_BATCH: Final = 2000
_LONGEST_HISTORY: Final = 3 * 365 * DAY
_SAME_PERSON_ELSEWHERE: Final = 0.03

_DECLARED: Final = declared("seed", "SEED")
SHOP_SEEDS: Final = tuple(seed for seed in _DECLARED if isinstance(seed, ShopSeed))
CUSTOMER_SEEDS: Final = tuple(
    sorted((seed for seed in _DECLARED if isinstance(seed, CustomerSeed)), key=lambda seed: seed.stage)
)


@dataclass(frozen=True, slots=True)
class DemoShop:
    """Everything that the rows depend on; times are milliseconds since the epoch."""

    customers: int
    seed: int
    until: int

    @property
    def opened(self) -> int:
        return max(DAY + 9 * HOUR, self.until - _LONGEST_HISTORY)


def make_shop_rows(shop: DemoShop) -> Rows:
    """Everything that is there before the first customer."""
    rows = _no_rows(SHOP_SEEDS)
    for seed in SHOP_SEEDS:
        seed.add(to_datetime(shop.opened), rows)
    return rows


def make_batch(shop: DemoShop, first: int) -> Rows:
    """The customers from number `first` on. Its own random source makes it independent of the other batches."""
    draw = random.Random(f"{shop.seed}:{first}")
    rows = _no_rows(CUSTOMER_SEEDS)
    neighbour: Shopper[Plan] | None = None
    employers = Employers()
    for number in range(first, min(first + CUSTOMERS_IN_A_BATCH, shop.customers + 1)):
        plan = employers.settle(SHOWCASE[number - 1] if number <= len(SHOWCASE) else draw_plan(draw))
        s = make_shopper(number, plan, _registration_time(shop, number, draw.random()), shop.until, draw)
        is_same = neighbour is not None and draw.random() < _SAME_PERSON_ELSEWHERE and _take_identity(s, neighbour)
        for seed in CUSTOMER_SEEDS:
            seed.add(s, rows)
        # A third account of one person could meet the first one on its website.
        neighbour = None if is_same else s
    return rows


def _no_rows(seeds: Iterable[ShopSeed | CustomerSeed]) -> Rows:
    return {table: TableRows() for seed in seeds for table in seed.tables}


def _registration_time(shop: DemoShop, number: int, share: float) -> int:
    """Numbers rise with time, and the shop grows: each year brings more customers than the one before."""
    place = (number - 1 + share) / shop.customers if number > 1 else 0.0
    return shop.opened + int((shop.until - shop.opened) * math.sqrt(place))


def _take_identity(s: Shopper[Plan], neighbour: Shopper[Plan]) -> bool:
    """Accounts belong to a website: the same person may have another one elsewhere. Whether it was possible."""
    if s.plan.mail_name or s.plan.site is neighbour.plan.site:
        return False
    s.first, s.last, s.email = neighbour.first, neighbour.last, neighbour.email
    return True
