from typing import Final

from customer_gql.messaging.jobs.work import Poll

from .runner import end_canceled_jobs, run_due_whole_jobs

WORK: Final = (Poll("jobs.run_whole", 1.0, run_due_whole_jobs), Poll("jobs.end_canceled", 1.0, end_canceled_jobs))
