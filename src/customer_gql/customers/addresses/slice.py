from typing import Final

from customer_gql.messaging.events.event_types import EventType
from customer_gql.shop.countries.options import SETTINGS as COUNTRY_SETTINGS

from .settings import COMPANY, FAX, PER_CUSTOMER, SHOW_VAT_NUMBER, STREET_LINES, TELEPHONE

SETTINGS: Final = (PER_CUSTOMER, STREET_LINES, TELEPHONE, COMPANY, FAX, SHOW_VAT_NUMBER, *COUNTRY_SETTINGS)
EVENTS: Final = (
    EventType(
        "customer.address_changed",
        "An address was added to an address book, changed or removed, or another one became a default address.",
        ("ADDRESS_CREATED", "ADDRESS_UPDATED", "ADDRESS_DELETED"),
        edited=("adr_", "defaultBillingAddress", "defaultShippingAddress"),
    ),
)
