from typing import Final

from customer_gql.messaging.events.event_types import EventType

from .reads import ONLINE_MINUTES
from .sharing import SHARING
from .values.fields import SETTINGS as FIELD_SETTINGS

SETTINGS: Final = (*FIELD_SETTINGS, ONLINE_MINUTES, SHARING)
EVENTS: Final = (
    EventType(
        "customer.updated",
        "Fields of the profile changed, by an edit or an import.",
        ("EDITED", "IMPORTED"),
        alias="accountUpdated",
    ),
    EventType(
        "customer.group_changed",
        "A customer is in another group. After an edit or an import `customer.updated` comes too; a VAT number can decide it as well.",
        ("VAT_GROUP_DECIDED",),
        edited=("groupId",),
    ),
    EventType(
        "customer.assistance_changed",
        "Whether staff may sign in as the customer changed. `customer.updated` comes too.",
        edited=("allowsRemoteAssistance",),
    ),
    EventType("customer.website_changed", "A customer moved to another website.", ("WEBSITE_CHANGED",)),
)
