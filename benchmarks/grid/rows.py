"""Customers of the large shop, with what the grid reads of them: no orders, but what orders would add up to."""

import random
from typing import Any, Final

from customer_gql.commerce.orders.tables import order_statistics
from customer_gql.core.values.telephones import to_e164
from customer_gql.customers.addresses.tables import address
from customer_gql.customers.profile.tables import customer
from customer_gql.database.seeding import DAY, Rows, Stage, TableRows, to_datetime
from customer_gql.demo.seed.batches import CUSTOMER_SEEDS, DemoShop
from customer_gql.demo.seed.plan import draw_plan
from customer_gql.demo.seed.shoppers import make_shopper
from customer_gql.schema.tables import metadata

_SEEDS: Final = [seed for seed in CUSTOMER_SEEDS if seed.stage is not Stage.SHOPPING]
TABLES: Final = {order_statistics, *(table for seed in _SEEDS for table in seed.tables)}
PARENTS_FIRST: Final = [table for table in metadata.sorted_tables if table in TABLES]


def make_rows(shop: DemoShop, first: int, count: int) -> Rows:
    """Customers with the numbers from `first` on. A batch depends on its numbers and the size of the shop alone."""
    draw = random.Random(f"grid:{first}")
    rows: Rows = {table: TableRows() for table in TABLES}
    for number in range(first, first + count):
        plan = draw_plan(draw)
        created = shop.opened + int((shop.until - shop.opened) * min(1.0, number / shop.customers))
        shopper = make_shopper(number, plan, created, shop.until, draw)
        for seed in _SEEDS:
            seed.add(shopper, rows)
        if plan.orders:
            rows[order_statistics].append(_statistics(shopper.id, plan, created, shop.until, draw))
    _spread_values(rows, shop.until)
    return rows


def _statistics(customer_id: int, plan: Any, created: int, until: int, draw: random.Random) -> dict[str, Any]:
    first = created + int((until - created) * draw.random())
    last = first + int((until - first) * draw.random())
    return {
        "customer_id": customer_id,
        "website_id": plan.site.id,
        "currency": plan.site.currency,
        "order_count": plan.orders,
        "lifetime_value": sum(int(2_000 + 30_000 * draw.random()) for _ in range(plan.orders)),
        "first_order_at": to_datetime(first),
        "last_order_at": to_datetime(last),
    }


def _spread_values(rows: Rows, until: int) -> None:
    """The demo has few telephones; here most differ. Locks do not end, however long the shop is kept."""
    accounts = rows[customer]
    locked, ends = accounts.columns.index("locked_until"), to_datetime(until + 3650 * DAY)
    accounts.records = [
        (*record[:locked], ends if record[locked] else None, *record[locked + 1 :]) for record in accounts.records
    ]
    numbers = dict(zip(accounts.values_of("id"), accounts.values_of("number"), strict=True))
    _spread_telephones(rows[address], numbers)


def _spread_telephones(book: TableRows, numbers: dict[int, int]) -> None:
    place = {name: position for position, name in enumerate(book.columns)}
    for position, record in enumerate(book.records):
        changed, number = list(record), numbers[record[place["customer_id"]]]
        if record[place["country_code"]] == "US":
            typed = f"+1 2{number % 100:02d}-{2 + number // 100 % 8}{number // 800 % 100:02d}-{number % 10_000:04d}"
            changed[place["telephone"]], changed[place["telephone_e164"]] = typed, to_e164(typed, "US")
            book.records[position] = tuple(changed)
