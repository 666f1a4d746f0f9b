from typing import Final

from customer_gql.shop.websites.uses import Use

from .tables import customer_group_excluded_website

WEBSITE_USES: Final = (Use("customer groups", customer_group_excluded_website.c.website_id),)
