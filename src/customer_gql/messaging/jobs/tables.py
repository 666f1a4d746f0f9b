"""The queue's tables are pgqueuer's, under our names. The migration that made them holds their DDL; see docs/adr/0013-jobs.md."""

from typing import Final

from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel

# Every name is given, because pgqueuer would else take one from the environment, from variables as common as CHANNEL.
QUEUE: Final = DBSettings(
    prefix="",
    db_schema=None,
    channel=Channel("job"),
    queue_table="job",
    queue_table_log="job_log",
    statistics_table="job_statistics",
    schedules_table="job_schedule",
    queue_status_type="job_status",
    function="job_changed",
    trigger="job_changed",
    durability=Durability.durable,
    widen_id=True,
)
QUEUE_TABLES: Final = frozenset(
    {QUEUE.queue_table, QUEUE.queue_table_log, QUEUE.statistics_table, QUEUE.schedules_table}
)
