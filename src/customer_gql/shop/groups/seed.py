"""Two more groups of the demo shop, and a tax class. Groups 0 to 3 and the tax class 3 exist since the migrations."""

from datetime import datetime
from typing import Final

from customer_gql.database.seeding import Rows, ShopSeed
from customer_gql.shop.websites.seed import JAPAN

from .tables import RETAIL_CUSTOMER, customer_group, customer_group_excluded_website, tax_class

WHOLESALE: Final = 2
VIP: Final = 4
BUSINESS: Final = 5

_REVERSE_CHARGE: Final = 4


def add_groups(_opened: datetime, rows: Rows) -> None:
    rows[tax_class].append({"id": _REVERSE_CHARGE, "name": "Business, reverse charge"})
    rows[customer_group].append({"id": VIP, "name": "VIP", "tax_class_id": RETAIL_CUSTOMER})
    rows[customer_group].append({"id": BUSINESS, "name": "Business", "tax_class_id": _REVERSE_CHARGE})
    rows[customer_group_excluded_website].append({"group_id": BUSINESS, "website_id": JAPAN.id})


SEED: Final = (ShopSeed((tax_class, customer_group, customer_group_excluded_website), add_groups),)
