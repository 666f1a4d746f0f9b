from typing import Final

from customer_gql.shop.websites.uses import Use

from .tables import cart

STORE_VIEW_USES: Final = (Use("carts", cart.c.store_view_id, fixes_currency=True),)
