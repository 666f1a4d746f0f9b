from typing import Final

from customer_gql.messaging.jobs.work import Poll, Schedule
from customer_gql.shop.websites.uses import Use

from .cleanup import delete_old_deliveries
from .delivery import deliver_events
from .fan_out import fan_out_events
from .settings import SETTINGS
from .tables import webhook

__all__ = ["SETTINGS", "WEBSITE_USES", "WORK"]

WORK: Final = (
    Poll("webhooks.fan_out", 0.5, fan_out_events),
    Poll("webhooks.deliver", 0.5, deliver_events),
    Schedule("webhooks.delete_old", "7 5 * * *", delete_old_deliveries),
)
WEBSITE_USES: Final = (Use("webhooks", webhook.c.website_ids),)
