from typing import Final

from customer_gql.messaging.events.event_types import EventType

from .mails import MAILS

__all__ = ["EVENTS", "MAILS"]

EVENTS: Final = (
    EventType("customer.reward_points_adjusted", "Staff added or deducted reward points.", ("REWARD_POINTS_ADJUSTED",)),
)
