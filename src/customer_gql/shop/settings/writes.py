"""Setting a value at one scope, and taking it away so that the scope inherits again."""

from typing import Final

import orjson
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.errors import RuleError
from customer_gql.database.statements import Connection, execute_statement

from .declaration import GLOBAL, STORE_VIEW, WEBSITE, Setting, T
from .tables import ConfigurationScope, configuration_value as value

_WIDEST_FIRST: Final = (GLOBAL, WEBSITE, STORE_VIEW)


async def set_value(
    connection: Connection, option: Setting[T], given: T, *, scope: ConfigurationScope = GLOBAL, scope_id: int = 0
) -> None:
    """Set a value at one scope. Refused at a scope narrower than the setting's, and for a value it does not take."""
    if _WIDEST_FIRST.index(scope) > _WIDEST_FIRST.index(option.narrowest):
        raise RuleError(f"{option.path} cannot be set for a {scope.value.lower()}.", path=["scope"])
    encoded = orjson.dumps(option.validate_value(given)).decode()
    if option.check is not None:
        await option.check(connection, given)
    insert = upsert(value).values(path=option.path, scope=scope.value, scope_id=scope_id, value=encoded)
    await execute_statement(
        connection,
        insert.on_conflict_do_update(
            index_elements=["path", "scope", "scope_id"], set_={"value": insert.excluded.value}
        ),
    )


async def reset_value(
    connection: Connection, option: Setting[T], scope: ConfigurationScope = GLOBAL, scope_id: int = 0
) -> None:
    """Delete the value set at one scope, which then inherits from the wider one."""
    await execute_statement(connection, delete(value).filter_by(path=option.path, scope=scope.value, scope_id=scope_id))
