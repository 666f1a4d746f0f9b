"""Who fills carts by SKU from a file (docs/domain/carts.md#carts-20)."""

import enum
from typing import Final

from customer_gql.shop.settings.declaration import WEBSITE, Setting


class OrderBySku(enum.StrEnum):
    EVERYONE = "EVERYONE"
    GROUPS = "GROUPS"
    NOBODY = "NOBODY"


ORDER_BY_SKU: Final = Setting(
    "carts.order_by_sku",
    OrderBySku.EVERYONE.value,
    WEBSITE,
    "Shoppers who fill carts from files of SKUs and quantities: everyone, those of the groups in `carts.order_by_sku_groups`, or nobody.",
    one_of=tuple(OrderBySku),
    label="Order by SKU",
)
ORDER_BY_SKU_GROUPS: Final = Setting(
    "carts.order_by_sku_groups",
    "",
    WEBSITE,
    "Names of the customer groups whose shoppers fill carts from files, one on each line, where `carts.order_by_sku` is GROUPS.",
    has_lines=True,
    label="Groups that order by SKU",
)
