"""`customer-gql serve` with parts of the read engine left out: python serve_without.py lease,coalescing serve."""

import sys
from collections.abc import Sequence
from typing import Any

from customer_gql.cli import main
from customer_gql.database.lease import LeasingPool
from customer_gql.loading.coalescing import Coalescer
from customer_gql.loading.requests import read_parts


def use_asyncpg_pool() -> None:
    """Every connection is acquired from asyncpg's pool and released to it, still without a reset statement."""
    LeasingPool.leases = property(lambda _: False, lambda *_: None)


def read_each_request_alone() -> None:
    async def read(_: Coalescer, database: Any, parts: Sequence[Any]) -> Any:
        async with database.reads.acquire() as connection:
            return await read_parts(connection, parts)

    Coalescer.read = read


PARTS = {"lease": use_asyncpg_pool, "coalescing": read_each_request_alone}

if __name__ == "__main__":
    for part in sys.argv.pop(1).split(","):
        PARTS[part]()
    main()
