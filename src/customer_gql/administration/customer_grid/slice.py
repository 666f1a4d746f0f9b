from typing import Final

from customer_gql.loading.grids.limits import (
    EXACT_COUNT,
    EXACT_COUNT_PATH,
    STATEMENT_SECONDS,
    STATEMENT_SECONDS_PATH,
)
from customer_gql.shop.settings.declaration import GLOBAL, Setting

from .attribute_values import CUSTOMER_GRID_ATTRIBUTE
from .projection import CUSTOMER_GRID_ROW
from .quick_edit import QUICK_EDITED

SETTINGS: Final = (
    QUICK_EDITED,
    Setting(
        EXACT_COUNT_PATH,
        EXACT_COUNT,
        GLOBAL,
        "Rows up to which the lists of the admin endpoint are counted exactly; beyond it their length is estimated.",
        at_least=1_000,
        at_most=10_000_000,
        label="Rows counted exactly",
    ),
    Setting(
        STATEMENT_SECONDS_PATH,
        STATEMENT_SECONDS,
        GLOBAL,
        "Seconds after which a list of the admin endpoint is canceled.",
        at_least=1,
        at_most=30,
        label="Longest list statement",
    ),
)
PROJECTIONS: Final = (CUSTOMER_GRID_ROW, CUSTOMER_GRID_ATTRIBUTE)
