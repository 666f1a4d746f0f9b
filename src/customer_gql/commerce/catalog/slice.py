from typing import Final

from customer_gql.shop.websites.uses import Use

from .tables import product

CURRENCY_USES: Final = (Use("prices", product.c.currency),)
