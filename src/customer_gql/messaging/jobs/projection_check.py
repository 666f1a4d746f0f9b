"""Whether the derived rows of some customers are right, every night (docs/domain/jobs.md#jobs-7)."""

from collections.abc import Sequence

import structlog

from customer_gql.core.ids import encode_id
from customer_gql.database.projection_checks import COMPARED, ComparedRows, compare_sample
from customer_gql.database.projections import Projection

from .work import Tools

log = structlog.get_logger()


def start_counting(projections: Sequence[Projection]) -> None:
    """Let the metrics of this process begin at 0, since a growth is what is watched."""
    for projection in projections:
        COMPARED.setdefault(projection.table.name, ComparedRows())


async def check_projections(tools: Tools) -> None:
    """Compare a sample of each projection, count what differs, and log it with the customers. Nothing is changed."""
    for projection in tools.projections:
        async with tools.database.reads.acquire() as connection:
            compared = await compare_sample(connection, projection)
        if compared.rows:
            log.error(
                "derived rows differ",
                projection=projection.table.name,
                rows=compared.rows,
                compared=compared.customers,
                customers=[encode_id("cus", id) for id in compared.differing],
            )
