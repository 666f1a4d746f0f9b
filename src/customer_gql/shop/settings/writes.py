"""Setting a value at one scope, and taking it away so that the scope inherits again."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import orjson
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.errors import Refusal, RuleError
from customer_gql.database.record_versions import advance_record_version, lock_record
from customer_gql.database.statements import Connection, execute_statement, fetch_one

from .declaration import GLOBAL, STORE_VIEW, WEBSITE, Setting, T
from .reads import forget_values
from .secrets import encrypt_setting
from .tables import ConfigurationScope, configuration_value as value

_WIDEST_FIRST: Final = (GLOBAL, WEBSITE, STORE_VIEW)

ON_SETTING_CHANGED: Final[list[Callable[[Connection, Setting[Any]], Awaitable[object]]]] = []
"""What upper slices do in the transaction that changes a setting, once the new value is stored."""

_SCOPE_TOO_NARROW: Final = Refusal("setting.scope_too_narrow", "{setting} cannot be set at the scope {scope}.")


async def set_value(
    connection: Connection, option: Setting[T], given: T, *, scope: ConfigurationScope = GLOBAL, scope_id: int = 0
) -> None:
    """Set a value at one scope. Refused at a scope narrower than the setting's, and for a value it does not take."""
    refused = find_narrow_scope(option, scope)
    if refused is not None:
        raise refused
    stored: Any = option.validate_value(given)
    if option.check is not None and stored is not None:
        await option.check(connection, stored)
    if option.is_secret:
        stored = encrypt_setting(option, stored, scope, scope_id)  # pyright: ignore[reportArgumentType]
    encoded = orjson.dumps(stored).decode()
    version = await advance_record_version(connection, _record_of(option, scope, scope_id))
    insert = upsert(value).values(
        path=option.path, scope=scope.value, scope_id=scope_id, value=encoded, version=version
    )
    changed = {"value": insert.excluded.value, "version": insert.excluded.version}
    await execute_statement(
        connection, insert.on_conflict_do_update(index_elements=["path", "scope", "scope_id"], set_=changed)
    )
    await _follow_change(connection, option)


def find_narrow_scope(option: Setting[Any], scope: ConfigurationScope) -> RuleError | None:
    """The refusal of a scope that is narrower than the setting's."""
    if _WIDEST_FIRST.index(scope) <= _WIDEST_FIRST.index(option.narrowest):
        return None
    return _SCOPE_TOO_NARROW(path=["scope"], setting=option.path, scope=scope.value)


async def reset_value(
    connection: Connection, option: Setting[T], scope: ConfigurationScope = GLOBAL, scope_id: int = 0
) -> None:
    """Delete the value set at one scope, which then inherits from the wider one."""
    await advance_record_version(connection, _record_of(option, scope, scope_id))
    await execute_statement(connection, delete(value).filter_by(path=option.path, scope=scope.value, scope_id=scope_id))
    await _follow_change(connection, option)


async def _follow_change(connection: Connection, option: Setting[Any]) -> None:
    forget_values(connection)
    for follow in ON_SETTING_CHANGED:
        await follow(connection, option)


async def lock_own_value(
    connection: Connection, option: Setting[T], scope: ConfigurationScope, scope_id: int
) -> tuple[T | None, int]:
    """The value set at this very scope and its version, None and 0 when it inherits. Nobody else changes it until the
    transaction ends."""
    await lock_record(connection, _record_of(option, scope, scope_id))
    forget_values(connection)
    key = {"path": option.path, "scope": scope.value, "scope_id": scope_id}
    found = await fetch_one(connection, select(value.c.value, value.c.version).filter_by(**key))
    return (None, 0) if found is None else (orjson.loads(found.value), found.version)


def _record_of(option: Setting[Any], scope: ConfigurationScope, scope_id: int) -> str:
    return f"configuration_value:{option.path}:{scope.value}:{scope_id}"


async def delete_values_of_scope(connection: Connection, table: str, id: int) -> None:
    """With the website or the store view they are for."""
    scope = {"website": WEBSITE, "store_view": STORE_VIEW}.get(table)
    if scope is not None:
        await execute_statement(connection, delete(value).filter_by(scope=scope.value, scope_id=id))
        forget_values(connection)
