from typing import Final

from customer_gql.messaging.jobs.work import Poll, Schedule

from .cleanup import delete_old_jobs
from .runner import run_due_jobs
from .settings import SETTINGS

__all__ = ["SETTINGS", "WORK"]

WORK: Final = (
    Poll("jobs.run", 1.0, run_due_jobs),
    Schedule("jobs.delete_old", "17 4 * * *", delete_old_jobs),
)
