from typing import Final

from customer_gql.messaging.jobs.work import Poll, Schedule

from .cleanup import KEPT_DAYS, delete_old_events
from .numbering import number_events

SETTINGS: Final = (KEPT_DAYS,)
WORK: Final = (
    Poll("events.number", 0.5, number_events),
    Schedule("events.delete_old", "57 3 * * *", delete_old_events),
)
