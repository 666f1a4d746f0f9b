from typing import Final

from customer_gql.messaging.events.event_types import EventType
from customer_gql.shop.websites.uses import Use

from .reads import ONLINE_MINUTES
from .sharing import SHARING
from .tables import customer, deleted_customer
from .values.defaults import OPTED_OUT_BY_DEFAULT
from .values.fields import OWN_SETTINGS as FIELD_SETTINGS

SETTINGS: Final = (*FIELD_SETTINGS, ONLINE_MINUTES, SHARING, OPTED_OUT_BY_DEFAULT)
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
WEBSITE_USES: Final = (Use("customers", customer.c.website_id), Use("deleted customers", deleted_customer.c.website_id))
STORE_VIEW_USES: Final = (Use("customers", customer.c.created_in_store_view_id),)
