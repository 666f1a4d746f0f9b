from typing import Final

from customer_gql.messaging.events.event_types import EventType

from .settings import COMPANY, COUNTRIES, FAX, PER_CUSTOMER, STREET_LINES, TELEPHONE

SETTINGS: Final = (PER_CUSTOMER, STREET_LINES, TELEPHONE, COMPANY, FAX, COUNTRIES)
EVENTS: Final = (
    EventType("customer.address_created", "An address was added to an address book.", ("ADDRESS_CREATED",)),
    EventType("customer.address_updated", "Fields of an address changed.", ("ADDRESS_UPDATED",)),
    EventType("customer.address_deleted", "An address was removed from an address book.", ("ADDRESS_DELETED",)),
)
