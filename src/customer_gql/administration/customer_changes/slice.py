from typing import Final

from .change_log import CUSTOMER_CHANGES

PROJECTIONS: Final = (CUSTOMER_CHANGES,)
