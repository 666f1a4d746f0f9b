from typing import Final

from customer_gql.messaging.events.event_types import EventType
from customer_gql.messaging.jobs.work import Schedule
from customer_gql.shop.websites.uses import Use

from .cleanup import delete_expired_carts
from .settings import SETTINGS
from .tables import cart
from .writes import delete_carts

__all__ = ["EVENTS", "ON_CUSTOMERS_DELETED", "SETTINGS", "STORE_VIEW_USES", "WEBSITE_USES", "WORK"]

EVENTS: Final = (EventType("cart.changed", "A shopper or staff changed a cart."),)
WORK: Final = (Schedule("carts.delete_expired", "41 * * * *", delete_expired_carts),)
ON_CUSTOMERS_DELETED: Final = (delete_carts,)
WEBSITE_USES: Final = (Use("carts", cart.c.website_id, fixes_currency=True),)
STORE_VIEW_USES: Final = (Use("carts", cart.c.store_view_id, fixes_currency=True),)
