"""The demo shop takes requests for companies."""

from datetime import datetime
from typing import Final

from customer_gql.database.seeding import Rows, ShopSeed
from customer_gql.shop.settings.tables import ConfigurationScope, configuration_value

from .settings import COMPANIES_ENABLED


def enable_companies(_opened: datetime, rows: Rows) -> None:
    scope = ConfigurationScope.GLOBAL.value
    rows[configuration_value].append({"path": COMPANIES_ENABLED.path, "scope": scope, "scope_id": 0, "value": "true"})


SEED: Final = (ShopSeed((configuration_value,), enable_companies),)
