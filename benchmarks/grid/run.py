"""`--only grid`: lists of a shop of a million customers, and what its projections cost those who write."""

import argparse
import asyncio
from typing import Any, Final

from prepare import BenchmarkShop

from customer_gql.schema.projections import PROJECTIONS

from .client import serving
from .filters import compare_filters
from .pages import compare_pages, count_page_statements
from .published import machine_load, write_grid_report
from .questions import ask_questions, ask_too_much
from .shop import running_grid_shop
from .writes import compare_writes

CUSTOMERS: Final = 1_000_000


def measure_grid(options: argparse.Namespace) -> None:
    customers = options.customers or CUSTOMERS
    with running_grid_shop(customers) as shop:
        load = machine_load()
        results = asyncio.run(_measure(shop, customers, options.rounds))
        write_grid_report({**results, "load": [load, machine_load()]}, options, customers)


async def _measure(shop: BenchmarkShop, customers: int, rounds: int) -> dict[str, Any]:
    async with serving(shop, PROJECTIONS) as client:
        results = {
            "statements": await count_page_statements(client),
            "filters": await compare_filters(client, rounds),
            "questions": await ask_questions(client, rounds),
            "refused": await ask_too_much(client),
            "pages": await compare_pages(client, customers, rounds),
        }
    # The writes come last: they change the shop.
    return {**results, "writes": await compare_writes(shop, customers, rounds)}
