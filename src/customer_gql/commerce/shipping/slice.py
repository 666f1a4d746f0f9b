from typing import Final

from customer_gql.shop.websites.uses import Use

from .methods import SHIPPING_PORTS
from .settings import SETTINGS
from .tables import shipping_table_rate

__all__ = ["SETTINGS", "SHIPPING_PORTS", "WEBSITE_USES"]

WEBSITE_USES: Final = (Use("shipping rates", shipping_table_rate.c.website_id, fixes_currency=True),)
