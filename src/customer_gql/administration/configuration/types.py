from typing import Any

import strawberry
from strawberry.scalars import JSON

from customer_gql.graph.fields import column
from customer_gql.graph.scalars import graph_enum
from customer_gql.shop.settings.declaration import Setting
from customer_gql.shop.settings.reads import SettingValues
from customer_gql.shop.settings.tables import ConfigurationScope

graph_enum(
    ConfigurationScope,
    "Where the value of a setting applies. A narrower scope without a value of its own inherits from the wider one.",
    {
        "GLOBAL": "The whole shop.",
        "WEBSITE": "One website and its store views.",
        "STORE_VIEW": "One store view.",
    },
)


@strawberry.type(description="A setting of the shop, and its value at the scope asked for.")
class ConfigurationSetting:
    path: str = column("Name of the setting, such as `accounts.confirm_email`.")
    description: str = column("Description of the setting.")
    default: JSON = column("Value in effect where none is set.")  # pyright: ignore[reportInvalidTypeForm]
    value: JSON = column("Value in effect at the scope asked for.")  # pyright: ignore[reportInvalidTypeForm]
    set_at: ConfigurationScope | None = column("Scope at which that value was set; null for the default.")
    version: int = column("Version of the value set at the scope asked for; 0 when none is set there.")
    narrowest_scope: ConfigurationScope = column("Narrowest scope at which the setting can have a value.")
    at_least: int | None = column("Smallest number allowed; null for texts and flags.")
    at_most: int | None = column("Largest number allowed; null for texts and flags.")
    one_of: list[str] = column("Texts allowed; empty when any text is.")


def configuration_setting(
    setting: Setting[Any], values: SettingValues, scope: ConfigurationScope
) -> ConfigurationSetting:
    return ConfigurationSetting(
        path=setting.path,
        description=setting.description,
        default=setting.default,
        value=values[setting],
        set_at=values.set_at(setting),
        version=values.version_at(setting, scope),
        narrowest_scope=setting.narrowest,
        at_least=setting.at_least,
        at_most=setting.at_most,
        one_of=list(setting.one_of),
    )
