from typing import Final

from customer_gql.messaging.jobs.work import Poll, Schedule

from .cleanup import delete_old_deliveries
from .delivery import deliver_events
from .fan_out import fan_out_events
from .settings import SETTINGS

__all__ = ["SETTINGS", "WORK"]

WORK: Final = (
    Poll("webhooks.fan_out", 0.5, fan_out_events),
    Poll("webhooks.deliver", 0.5, deliver_events),
    Schedule("webhooks.delete_old", "7 5 * * *", delete_old_deliveries),
)
