from typing import Final

from . import cleanup
from .work import Schedule

WORK: Final = (Schedule("jobs.purge", "47 3 * * *", cleanup.delete_old_job_logs),)
