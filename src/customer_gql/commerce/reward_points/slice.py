from typing import Final

from customer_gql.messaging.events.event_types import EventType
from customer_gql.shop.websites.uses import Use

from .mails import MAILS
from .reads import find_rates_of_group
from .tables import reward_points, reward_points_rate

__all__ = ["EVENTS", "GROUP_USES", "MAILS", "WEBSITE_USES"]

EVENTS: Final = (
    EventType("customer.reward_points_changed", "Staff added or deducted reward points.", ("REWARD_POINTS_ADJUSTED",)),
)
GROUP_USES: Final = (find_rates_of_group,)
WEBSITE_USES: Final = (
    Use("reward points", reward_points.c.website_id),
    Use("reward rates", reward_points_rate.c.website_id, fixes_currency=True),
)
