"""A projection over all customers, batch by batch, beside whatever the service does."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from .projections import Projection, lock_derived_rows
from .statements import Connection

Progress: TypeAlias = Callable[[int, int], object]
"""Told how many customers are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Reprojected:
    customers: int
    rows: int
    """How many changed, or differ."""


async def recompute_all(connection: Connection, projection: Projection, on_progress: Progress) -> Reprojected:
    """Recompute every row. Each batch commits by itself, so it locks a customer for no longer than a moment."""

    async def recompute(customer_ids: Sequence[int]) -> int:
        async with connection.transaction():
            await lock_derived_rows(connection, customer_ids)
            return await projection.recompute(connection, customer_ids)

    return await _in_batches(connection, projection, recompute, on_progress)


async def compare_all(connection: Connection, projection: Projection, on_progress: Progress) -> Reprojected:
    """Count the rows that differ from what they would be recomputed to. Each batch is one statement, so one moment."""

    async def compare(customer_ids: Sequence[int]) -> int:
        return await projection.count_differences(connection, customer_ids)

    return await _in_batches(connection, projection, compare, on_progress)


async def _in_batches(
    connection: Connection,
    projection: Projection,
    work: Callable[[Sequence[int]], Awaitable[int]],
    on_progress: Progress,
) -> Reprojected:
    total = await projection.count_customers(connection)
    customers = rows = 0
    async for ids in projection.batches(connection):
        rows += await work(ids)
        customers += len(ids)
        on_progress(customers, max(customers, total))
    return Reprojected(customers, rows)
