from typing import Final

from customer_gql.shop.websites.uses import Use

from .order_statistics import ORDER_STATISTICS
from .tables import order_statistics, sales_order

PROJECTIONS: Final = (ORDER_STATISTICS,)
WEBSITE_USES: Final = (Use("order statistics", order_statistics.c.website_id, fixes_currency=True),)
STORE_VIEW_USES: Final = (Use("orders", sales_order.c.store_view_id, fixes_currency=True),)
