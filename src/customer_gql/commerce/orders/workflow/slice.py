from typing import Final

from customer_gql.messaging.events.event_types import EventType
from customer_gql.staff.audit.personal import PersonalChanges

EVENTS: Final = (
    EventType("order.state_changed", "The state of an order changed."),
    EventType("order.commented", "Staff wrote a comment on an order, or set another status."),
    EventType("order.address_changed", "An address of an order changed."),
)
_OF_ADDRESS: Final = ("name", "company", "street", "city", "postcode", "telephone")
PERSONAL_CHANGES: Final = (
    PersonalChanges(
        "ord",
        frozenset({"comment", *[f"{kind}.{name}" for kind in ("billing", "shipping") for name in _OF_ADDRESS]}),
    ),
)
