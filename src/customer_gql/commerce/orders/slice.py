from typing import Final

from .order_statistics import ORDER_STATISTICS

PROJECTIONS: Final = (ORDER_STATISTICS,)
