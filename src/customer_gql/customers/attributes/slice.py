from typing import Final

from customer_gql.shop.websites.uses import Use

from .built_in.rules import FIELD_RULES
from .tables import attribute_label, attribute_option_label, attribute_website

SETTINGS: Final = (FIELD_RULES,)
WEBSITE_USES: Final = (Use("attributes", attribute_website.c.website_id),)
STORE_VIEW_USES: Final = (
    Use("labels of attributes", attribute_label.c.store_view_id),
    Use("labels of options", attribute_option_label.c.store_view_id),
)
