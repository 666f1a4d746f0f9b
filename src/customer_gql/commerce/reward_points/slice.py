from typing import Final

from customer_gql.messaging.events.event_types import EventType

from .mails import MAILS
from .reads import find_rates_of_group

__all__ = ["EVENTS", "GROUP_USES", "MAILS"]

EVENTS: Final = (
    EventType("customer.reward_points_changed", "Staff added or deducted reward points.", ("REWARD_POINTS_ADJUSTED",)),
)
GROUP_USES: Final = (find_rates_of_group,)
