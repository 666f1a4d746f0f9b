"""Reading settings: the value in effect at a scope, which may be inherited, and the value set at that very scope.

A store view inherits from its website, and a website from the global scope (docs/domain/settings.md#settings-1).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
)

from customer_gql.core.errors import Refusal, UserErrorCode
from customer_gql.core.viewer import Websites
from customer_gql.database.statements import Connection, compile_statement, fetch_rows, fetch_value
from customer_gql.shop.websites.tables import store, store_view, website

from .declaration import GLOBAL, STORE_VIEW, WEBSITE, Setting, T
from .tables import ConfigurationScope, configuration_value as value

_store_view_id: Any = bindparam("store_view_id", type_=BigInteger())
_website_of_view = (
    select(store.c.website_id).join(store_view).where(store_view.c.id == _store_view_id).scalar_subquery()
)
_website_id = func.coalesce(bindparam("website_id", type_=BigInteger()), _website_of_view)
_WIDEST_FIRST = case((value.c.scope == GLOBAL.value, 0), (value.c.scope == WEBSITE.value, 1), else_=2)
_SQL_TYPES: Mapping[type, Any] = {int: Integer(), str: Text(), bool: Boolean()}
_VALUES = compile_statement(
    select(value.c.path, value.c.scope, value.c.value, value.c.version)
    .where(
        value.c.path == any_(bindparam("paths", type_=ARRAY(Text()))),
        or_(
            value.c.scope == GLOBAL.value,
            and_(value.c.scope == WEBSITE.value, value.c.scope_id == _website_id),
            and_(value.c.scope == STORE_VIEW.value, value.c.scope_id == _store_view_id),
        ),
    )
    .order_by(_WIDEST_FIRST)
)

_SCOPE_NOT_FOUND: Final = Refusal(
    "setting.scope_not_found", "There is no such website or store view.", UserErrorCode.NOT_FOUND
)


class SettingValues:
    """The values of several settings at one scope, by setting, read in one statement."""

    __slots__ = ("_found",)

    def __init__(self, found: Mapping[str, tuple[Any, ConfigurationScope, int]]) -> None:
        self._found = found

    def __getitem__(self, setting: Setting[T]) -> T:
        return self._found[setting.path][0] if setting.path in self._found else setting.default

    def set_at(self, setting: Setting[Any]) -> ConfigurationScope | None:
        """The scope that the value comes from; None for the default."""
        return self._found[setting.path][1] if setting.path in self._found else None

    def version_at(self, setting: Setting[Any], scope: ConfigurationScope) -> int:
        """Version of the value set at this very scope; 0 when it inherits."""
        found = self._found.get(setting.path)
        return found[2] if found is not None and found[1] is scope else 0


async def setting(
    connection: Connection, option: Setting[T], *, website_id: int | None = None, store_view_id: int | None = None
) -> T:
    """The value in effect in a store view, on a website, or globally: the narrowest one set, or the default."""
    return (await settings_at(connection, option, website_id=website_id, store_view_id=store_view_id))[option]


async def settings_at(
    connection: Connection, *options: Setting[Any], website_id: int | None = None, store_view_id: int | None = None
) -> SettingValues:
    """The values in effect in a store view, on a website, or globally. A store view brings its website along."""
    paths = [option.path for option in options]
    rows = await fetch_rows(connection, _VALUES, paths=paths, website_id=website_id, store_view_id=store_view_id)
    # The narrowest comes last and replaces the wider ones.
    return SettingValues(
        {row.path: (orjson.loads(row.value), ConfigurationScope(row.scope), row.version) for row in rows}
    )


async def own_value(
    connection: Connection,
    option: Setting[T],
    scope: ConfigurationScope = GLOBAL,
    scope_id: int = 0,
    *,
    lock: bool = False,
) -> T | None:
    """The value set at this very scope; None when it inherits.

    With `lock` a stored value cannot change until the transaction ends.
    """
    stored = select(value.c.value).filter_by(path=option.path, scope=scope.value, scope_id=scope_id)
    found = await fetch_value(connection, stored.with_for_update(read=True) if lock else stored)
    return None if found is None else orjson.loads(found)


def select_global_value(option: Setting[Any]) -> ColumnElement[Any]:
    """The value in effect for the whole shop as an SQL expression, for statements that judge by it themselves."""
    stored = select(cast(value.c.value.op("#>>")(literal_column("'{}'")), _SQL_TYPES[type(option.default)]))
    own = stored.where(value.c.path == option.path, value.c.scope == GLOBAL.value).scalar_subquery()
    return func.coalesce(own, option.default)


def select_value_at(
    option: Setting[Any], *, website_id: ColumnElement[Any], store_view_id: ColumnElement[Any]
) -> ColumnElement[Any]:
    """The value in effect at the store view of a row, as `settings_at` finds it, as an SQL expression."""
    stored = (
        select(cast(value.c.value.op("#>>")(literal_column("'{}'")), _SQL_TYPES[type(option.default)]))
        .where(
            value.c.path == option.path,
            or_(
                value.c.scope == GLOBAL.value,
                and_(value.c.scope == WEBSITE.value, value.c.scope_id == website_id),
                and_(value.c.scope == STORE_VIEW.value, value.c.scope_id == store_view_id),
            ),
        )
        .order_by(_WIDEST_FIRST.desc())
        .limit(literal_column("1"))
        .scalar_subquery()
    )
    return func.coalesce(stored, option.default)


async def validate_scope(
    connection: Connection,
    scope: ConfigurationScope,
    scope_id: int,
    websites: Websites,
    *,
    within: Sequence[str] = ("scope",),
) -> None:
    """`RuleError` for an unknown website or store view, and the same one for those outside `websites`.

    Its path leads to the id, `websiteId` or `storeViewId` of the input at `within`.
    """
    if scope is GLOBAL:
        return
    known = select(website.c.id) if scope is WEBSITE else select(store.c.website_id).join(store_view)
    column = website.c.id if scope is WEBSITE else store_view.c.id
    website_id = await fetch_value(connection, known.where(column == scope_id))
    if website_id is None or (websites is not None and website_id not in websites):
        raise _SCOPE_NOT_FOUND(path=[*within, "websiteId" if scope is WEBSITE else "storeViewId"])
