from typing import Final

from customer_gql.messaging.events.event_types import EventType

from .events import JOB_FINISHED, record_end
from .notices import JOB_STOPPED, notify_managers

MAILS: Final = (JOB_STOPPED,)
EVENTS: Final = (EventType(JOB_FINISHED, "A job ended: all of its rows were done, or it failed or was canceled."),)
ON_JOB_FINISHED: Final = (record_end,)
ON_OWNER_LOST_ACCESS: Final = (notify_managers,)
