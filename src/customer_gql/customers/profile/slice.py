from typing import Final

from customer_gql.messaging.events.event_types import EventType

from .reads import ONLINE_MINUTES
from .sharing import SHARING
from .values.fields import SETTINGS as FIELD_SETTINGS

SETTINGS: Final = (*FIELD_SETTINGS, ONLINE_MINUTES, SHARING)
EVENTS: Final = (
    EventType("customer.updated", "Fields of the profile changed, by an edit or an import.", ("EDITED", "IMPORTED")),
    EventType("customer.website_changed", "A customer moved to another website.", ("WEBSITE_CHANGED",)),
)
