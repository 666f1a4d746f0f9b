from typing import Final

from . import cleanup, projection_check
from .work import Schedule

WORK: Final = (
    Schedule("jobs.purge", "47 3 * * *", cleanup.delete_old_job_logs),
    Schedule("jobs.check_projections", "7 4 * * *", projection_check.check_projections),
)
