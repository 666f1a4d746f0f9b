"""What workers do: the jobs, schedules and polls of every slice."""

from typing import Final

from customer_gql.messaging.jobs.work import Job, Poll, Schedule, Work

from .projections import PROJECTIONS
from .slices import declared, join_declarations

join_declarations()

_DECLARED: Final = declared("slice", "WORK")
WORK: Final = Work(
    jobs=tuple(work for work in _DECLARED if isinstance(work, Job)),
    schedules=tuple(work for work in _DECLARED if isinstance(work, Schedule)),
    polls=tuple(work for work in _DECLARED if isinstance(work, Poll)),
    projections=PROJECTIONS,
)
