from typing import Final

from customer_gql.shop.websites.uses import Use

from .tables import review

STORE_VIEW_USES: Final = (Use("reviews", review.c.store_view_id),)
