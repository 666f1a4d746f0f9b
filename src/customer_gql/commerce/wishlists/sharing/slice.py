from typing import Final

from customer_gql.commerce.wishlists.writes import delete_codes

from .notices import MAILS
from .settings import SETTINGS

__all__ = ["MAILS", "ON_CUSTOMERS_DELETED", "SETTINGS"]

ON_CUSTOMERS_DELETED: Final = (delete_codes,)
