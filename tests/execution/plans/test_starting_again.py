"""An executor that answers after another one failed begins with nothing that the failed one left."""

import asyncio
from typing import Any

from customer_gql.customers.profile.reads import customers_by_id
from customer_gql.database.pools import Database
from customer_gql.graph.context import Context
from customer_gql.settings import Settings


async def test_what_a_failed_executor_computed_is_computed_again(database: Database, settings: Settings):
    context, runs = Context(database, settings), 0

    async def compute() -> tuple[int, Any]:
        nonlocal runs
        runs += 1
        return runs, await context.load(customers_by_id, 0)

    for is_done in (False, True):
        began = asyncio.create_task(context.compute_once("prices", compute))
        if is_done:
            await began
        else:
            await asyncio.sleep(0)
            assert not began.done()  # its round has yet to begin
        before = runs
        await context.start_again()
        assert await context.compute_once("prices", compute) == (before + 1, None)
        await asyncio.gather(began, return_exceptions=True)
