"""Settings of websites for fields: each is read once for all fields of a request."""

from typing import Final

import orjson
from sqlalchemy import select

from customer_gql.loading.reader import Reader
from customer_gql.loading.reads import all_by

from .declaration import Setting, T
from .tables import ConfigurationScope, configuration_value

_value: Final = configuration_value.c
_values_by_path: Final = all_by(
    select(_value.path, _value.scope, _value.scope_id, _value.value).where(
        _value.scope != ConfigurationScope.STORE_VIEW.value
    ),
    _value.path,
)


async def load_setting(reader: Reader, setting: Setting[T], website_id: int | None) -> T:
    """That of a website, or of the shop, for a setting that no store view has."""
    rows = await reader.load(_values_by_path, setting.path)
    found = {(row.scope, row.scope_id): orjson.loads(row.value) for row in rows}
    everywhere = found.get((ConfigurationScope.GLOBAL.value, 0), setting.default)
    return found.get((ConfigurationScope.WEBSITE.value, website_id), everywhere)
