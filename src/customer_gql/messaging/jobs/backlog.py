"""What the queue of jobs holds, and when schedules ran, for the metrics of every worker: it is the same for all of them."""

from typing import Final

from prometheus_client import Gauge
from sqlalchemy import column, func, select, table

from customer_gql.database.statements import compile_statement, fetch_rows

from .tables import QUEUE
from .work import Tools

SECONDS: Final = 15.0
_jobs: Final = Gauge("customer_gql_queue_jobs", "Jobs in the queue; failed ones stay.", ["job", "status"])
_schedules: Final = Gauge(
    "customer_gql_schedule_last_run_timestamp_seconds",
    "When scheduled work last began, in seconds since 1970.",
    ["work"],
)
_queue: Final = table(QUEUE.queue_table, column("entrypoint"), column("status"))
_schedule: Final = table(QUEUE.schedules_table, column("entrypoint"), column("last_run"))
_QUEUED: Final = compile_statement(
    select(_queue.c.entrypoint, _queue.c.status, func.count().label("count")).group_by(
        _queue.c.entrypoint, _queue.c.status
    )
)
_RAN: Final = compile_statement(
    select(_schedule.c.entrypoint, _schedule.c.last_run).where(_schedule.c.last_run.is_not(None))
)


async def measure_jobs(tools: Tools) -> int:
    async with tools.database.reads.acquire() as connection:
        queued, ran = await fetch_rows(connection, _QUEUED), await fetch_rows(connection, _RAN)
    _jobs.clear()
    for row in queued:
        _jobs.labels(row.entrypoint, row.status).set(row[2])
    for row in ran:
        _schedules.labels(row.entrypoint).set(row.last_run.timestamp())
    return 0
