from typing import Final

from customer_gql.messaging.jobs.work import Schedule

from .notices import EXPORT_FAILED, EXPORT_READY
from .runs import heed_end, run_due_schedules

MAILS: Final = (EXPORT_READY, EXPORT_FAILED)
ON_JOB_FINISHED: Final = (heed_end,)
WORK: Final = (Schedule("exports.run_schedules", "* * * * *", run_due_schedules),)
