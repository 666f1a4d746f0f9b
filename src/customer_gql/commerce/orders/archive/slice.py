from typing import Final

from customer_gql.messaging.events.event_types import EventType
from customer_gql.messaging.jobs.work import Schedule

from .settings import SETTINGS
from .work import keep_archive

__all__ = ["EVENTS", "SETTINGS", "WORK"]

EVENTS: Final = (
    EventType("order.archived", "A finished order was moved into the archive."),
    EventType("order.restored", "An order was taken back out of the archive."),
)
WORK: Final = (Schedule("orders.keep_archive", "17 * * * *", keep_archive),)
