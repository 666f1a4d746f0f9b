"""`--only grid`: lists of a shop of a million customers, and what its projections cost those who write."""

import argparse
import asyncio
from typing import Any, Final

from prepare import BenchmarkShop
from report import store_figures

from customer_gql.schema.projections import PROJECTIONS

from .attributes import compare_attributes, fill_attributes
from .client import serving
from .filters import compare_filters
from .pages import compare_pages, count_page_statements
from .published import machine_load, write_grid_page
from .questions import ask_questions, ask_too_much
from .shop import running_grid_shop
from .writes import compare_writes

CUSTOMERS: Final = 1_000_000
BLOCKS: Final = ("filters", "attributes", "questions", "pages", "writes")


def measure_grid(options: argparse.Namespace) -> None:
    """Each block is stored when it is done, so that one that fails costs none of the others."""
    customers = options.customers or CUSTOMERS
    with running_grid_shop(customers) as shop:
        for block in options.blocks:
            before = machine_load()
            figures = asyncio.run(_measure_block(block, shop, customers, options.rounds))
            figures |= {"customers": customers, "rounds": options.rounds, "load": [before, machine_load()]}
            if options.write:
                store_figures(f"grid {block}", figures)
                write_grid_page()


async def _measure_block(block: str, shop: BenchmarkShop, customers: int, rounds: int) -> dict[str, Any]:
    if block == "writes":  # the last, because they change the shop
        return {"writes": await compare_writes(shop, customers, rounds)}
    async with serving(shop, PROJECTIONS) as client:
        if block == "filters":
            return {"filters": await compare_filters(client, rounds)}
        if block == "attributes":
            await fill_attributes(shop)
            return {"attributes": await compare_attributes(client, customers, rounds)}
        if block == "pages":
            return {"pages": await compare_pages(client, customers, rounds)}
        return {
            "statements": await count_page_statements(client),
            "questions": await ask_questions(client, rounds),
            "refused": await ask_too_much(client),
        }
