from typing import Final

from customer_gql.messaging.events.event_types import EventType

from .settings import SETTINGS

__all__ = ["EVENTS", "SETTINGS"]

EVENTS: Final = (EventType("wishlist.changed", "A customer or staff changed a wishlist, or what is on it."),)
