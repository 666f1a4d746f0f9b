from collections.abc import Mapping
from typing import Any

from customer_gql.database.statements import Connection
from customer_gql.shop.settings.declaration import DECLARED_SETTINGS, GLOBAL, STORE_VIEW, WEBSITE, Setting
from customer_gql.shop.settings.reads import SettingValues, settings_at
from customer_gql.shop.settings.tables import ConfigurationScope

Scope = tuple[ConfigurationScope, int]
"""A scope and the key of its website or store view; 0 for the global one."""


async def values_at(connection: Connection, scope: Scope) -> tuple[Mapping[str, Setting[Any]], SettingValues]:
    """Every setting by path, and its value at the scope, in one statement."""
    settings = dict(sorted(DECLARED_SETTINGS.items()))
    at, scope_id = scope
    values = await settings_at(
        connection,
        *settings.values(),
        website_id=scope_id if at is WEBSITE else None,
        store_view_id=scope_id if at is STORE_VIEW else None,
    )
    return settings, values


def matches(setting: Setting[Any], section: str | None, search: str | None) -> bool:
    """Whether the setting is one of the section, with every word of the search."""
    if section is not None and setting.section != section:
        return False
    text = f"{setting.path} {setting.label} {setting.description}".casefold()
    return all(word in text for word in (search or "").casefold().split())


def is_global(scope: Scope) -> bool:
    return scope[0] is GLOBAL
