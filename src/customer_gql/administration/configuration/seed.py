"""The settings of the demo shop: it takes requests for companies, and asks for what its customers have told of themselves."""

from datetime import datetime
from typing import Final

import orjson

from customer_gql.customers.addresses.settings import FAX
from customer_gql.customers.companies.registration.settings import COMPANIES_ENABLED
from customer_gql.customers.profile.values.fields import SHOW_SETTINGS
from customer_gql.database.seeding import Rows, ShopSeed
from customer_gql.shop.settings.tables import ConfigurationScope, configuration_value


def add_settings(_opened: datetime, rows: Rows) -> None:
    values = {COMPANIES_ENABLED: True, **dict.fromkeys((*SHOW_SETTINGS.values(), FAX), "OPTIONAL")}
    scope = ConfigurationScope.GLOBAL.value
    for setting, value in values.items():
        rows[configuration_value].append(
            {"path": setting.path, "scope": scope, "scope_id": 0, "value": orjson.dumps(value).decode()}
        )


SEED: Final = (ShopSeed((configuration_value,), add_settings),)
