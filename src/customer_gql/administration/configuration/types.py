from typing import Any

import strawberry
from strawberry.scalars import JSON

from customer_gql.core.viewer import Viewer
from customer_gql.customers.profile.sharing import EVERYWHERE, SHARING
from customer_gql.graph.fields import column
from customer_gql.graph.refusals import CapabilityRefusal, show_refusal
from customer_gql.graph.scalars import graph_enum
from customer_gql.shop.settings.declaration import Setting, SettingType, SettingUnit
from customer_gql.shop.settings.reads import SettingValues
from customer_gql.shop.settings.tables import ConfigurationScope

from .powers import find_missing_permission, find_refusal
from .reads import Scope

graph_enum(
    ConfigurationScope,
    "Where the value of a setting applies. A narrower scope without a value of its own inherits from the wider one.",
    {
        "GLOBAL": "The whole shop.",
        "WEBSITE": "One website and its store views.",
        "STORE_VIEW": "One store view.",
    },
)


graph_enum(
    SettingType,
    "Kind of the values of a setting.",
    {
        "TEXT": "One line of text, which may be empty.",
        "LINES": "Text of several lines, such as a template, which may be empty.",
        "NUMBER": "A whole number with bounds.",
        "FLAG": "True or false.",
        "CHOICE": "One of the options.",
        "CHOICES": "Some of the options, separated by commas; empty for none.",
        "CUSTOMER_GROUP": "The `number` of a customer group; null for none where the default is null.",
    },
    name="ConfigurationType",
)
graph_enum(
    SettingUnit,
    "What the number of a setting counts.",
    {unit.name: f"{unit.name.capitalize()}." for unit in SettingUnit},
    name="ConfigurationUnit",
)


@strawberry.type(description="A setting of the shop, and its value at the scope asked for.")
class ConfigurationSetting:
    path: str = column("Name of the setting, such as `accounts.confirm_email`.")
    section: str = column("First word of the path, by which a form groups settings, such as `accounts`.")
    label: str = column("Short name for a form, in English.")
    description: str = column("Description of the setting.")
    type: SettingType = column("Kind of its values.")
    unit: SettingUnit | None = column("What its number counts; null for plain numbers, texts and flags.")
    options: list[str] = column("Values to choose from; empty when any value of the type within the bounds is allowed.")
    default: JSON | None = column(  # pyright: ignore[reportInvalidTypeForm]
        "Value in effect where none is set; null for a secret."
    )
    value: JSON | None = column(  # pyright: ignore[reportInvalidTypeForm]
        "Value in effect at the scope asked for; null for a secret, of which `isSet` tells."
    )
    inherited_value: JSON | None = column(  # pyright: ignore[reportInvalidTypeForm]
        "Value in effect at the scope asked for without one of its own, as after a reset; null for a secret."
    )
    is_set: bool = column("Whether a value is set, at the scope asked for or at a wider one.")
    is_secret: bool = column(
        "Whether the value is a secret: it is stored encrypted, and neither returned nor written to a history."
    )
    set_at: ConfigurationScope | None = column("Scope at which the value was set; null for the default.")
    version: int = column("Version of the value set at the scope asked for; 0 when none is set there.")
    narrowest_scope: ConfigurationScope = column("Narrowest scope at which the setting can have a value.")
    at_least: int | None = column("Smallest number allowed; null for texts and flags.")
    at_most: int | None = column("Largest number allowed; null for texts and flags.")
    is_public: bool = column("Whether storefronts read the value as a field of `shop`.")
    own_mutation: str | None = column(
        "Mutation that changes the setting, where `configurationUpdate` does not because more changes with it."
    )
    missing_permission: str | None = column(
        "Permission that the viewer lacks for changing the setting, or has for some websites alone; null when none is missing."
    )
    refusal: CapabilityRefusal | None = column(
        "What `configurationUpdate` refuses every change with, by this viewer at the scope asked for; null when it takes one."
    )


def configuration_setting(
    setting: Setting[Any], values: SettingValues, at: Scope, viewer: Viewer
) -> ConfigurationSetting:
    scope = at[0]
    missing = find_missing_permission(viewer, setting)
    refused = find_refusal(viewer, setting, scope, accounts_are_shared=values[SHARING] == EVERYWHERE)
    return ConfigurationSetting(
        path=setting.path,
        section=setting.section,
        label=setting.label,
        description=setting.description,
        type=setting.type,
        unit=setting.unit,
        options=list(setting.one_of or setting.some_of),
        default=None if setting.is_secret else setting.default,
        value=None if setting.is_secret else values[setting],
        inherited_value=None if setting.is_secret else values.inherited(setting, scope),
        is_set=values.stored(setting) is not None,
        is_secret=setting.is_secret,
        set_at=values.set_at(setting),
        version=values.version_at(setting, scope),
        narrowest_scope=setting.narrowest,
        at_least=setting.at_least,
        at_most=setting.at_most,
        is_public=setting.is_public,
        own_mutation=setting.own_mutation,
        missing_permission=None if missing is None else missing.value,
        refusal=None if refused is None else show_refusal(refused),
    )
