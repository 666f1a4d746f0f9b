from typing import Final

from .settings import ORDER_BY_SKU, ORDER_BY_SKU_GROUPS

SETTINGS: Final = (ORDER_BY_SKU, ORDER_BY_SKU_GROUPS)
