"""What the jobs that ended came to, for the process that did their last batch."""

from typing import Any, Final

from prometheus_client import Counter

from .tables import RowOutcome, count_of

_jobs: Final = Counter("customer_gql_jobs", "Finished jobs.", ["kind", "status"])
_rows: Final = Counter("customer_gql_job_rows", "Rows of finished jobs.", ["kind", "outcome"])


def count_finished_job(job: Any) -> None:
    _jobs.labels(job.kind, job.status).inc()
    for outcome in RowOutcome:
        if count := job[count_of(outcome)]:
            _rows.labels(job.kind, outcome.value).inc(count)
