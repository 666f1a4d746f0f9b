"""The queue's own log, which pgqueuer writes for every job and never deletes."""

import datetime as dt
from typing import Final

from customer_gql.core.clock import read_clock

from .tables import QUEUE
from .work import Tools

LOG_KEPT: Final = dt.timedelta(days=14)


async def delete_old_job_logs(tools: Tools) -> None:
    before = read_clock() - LOG_KEPT
    async with tools.database.transaction() as connection:
        for name in (QUEUE.queue_table_log, QUEUE.statistics_table):
            await connection.execute(f"DELETE FROM {name} WHERE created < $1", before)
