from typing import Final

from customer_gql.messaging.jobs.work import Schedule

from .cleanup import KEPT_DAYS, delete_old_events

SETTINGS: Final = (KEPT_DAYS,)
WORK: Final = (Schedule("events.delete_old", "57 3 * * *", delete_old_events),)
