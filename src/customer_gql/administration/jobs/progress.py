"""Jobs that somebody follows (docs/domain/live.md#live-5)."""

from collections.abc import Collection, Hashable, Mapping
from typing import Any, Final

from customer_gql.database.pools import Database
from customer_gql.database.statements import Row
from customer_gql.loading.followed import Followed
from customer_gql.messaging.jobs.runs.reads import jobs_by_id
from customer_gql.messaging.jobs.runs.tables import RowOutcome, count_of

# Not the lease, which every batch renews, whatever it did.
_TOLD: Final = ("status", "started_at", "finished_at", "cancel_reason", *map(count_of, RowOutcome))


async def _read_jobs(database: Database, ids: Collection[Hashable], _before: object) -> Mapping[int, Row]:
    async with database.reads.acquire() as connection:
        rows = await connection.fetch(jobs_by_id.statement.sql, *jobs_by_id.arguments(list(ids), {}))
    return {row.id: row for row in rows}


FOLLOWED_JOBS: Final[Followed[Mapping[int, Row]]] = Followed("jobs", _read_jobs)


def progress_of(job: Row) -> tuple[Any, ...]:
    """What changes when followers are to be told."""
    return tuple(job[name] for name in _TOLD)
