from typing import Final

from customer_gql.messaging.events.event_types import EventType
from customer_gql.shop.websites.uses import Use

from .settings import SETTINGS
from .tables import review

__all__ = ["EVENTS", "SETTINGS", "STORE_VIEW_USES"]

EVENTS: Final = (EventType("review.created", "A shopper wrote a review, which waits for staff."),)
STORE_VIEW_USES: Final = (Use("reviews", review.c.store_view_id),)
