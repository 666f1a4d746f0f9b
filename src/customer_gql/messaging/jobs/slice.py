from typing import Final

from . import backlog, cleanup, projection_check
from .work import Poll, Schedule

WORK: Final = (
    Schedule("jobs.purge", "47 3 * * *", cleanup.delete_old_job_logs),
    Schedule("jobs.check_projections", "7 4 * * *", projection_check.check_projections),
    Poll("jobs.measure", backlog.SECONDS, backlog.measure_jobs),
)
