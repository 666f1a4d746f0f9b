from typing import Final

from customer_gql.shop.websites.uses import Use

from .tables import product, product_website

CURRENCY_USES: Final = (Use("prices", product.c.currency),)
WEBSITE_USES: Final = (Use("products", product_website.c.website_id),)
