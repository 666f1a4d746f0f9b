"""Reading settings: the value in effect at a scope, which may be inherited, and the value set at that very scope.

A store view inherits from its website, and a website from the global scope (docs/domain/settings.md#settings-1).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

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
from customer_gql.database.statements import Connection, compile_statement, equals_any, fetch_rows, fetch_value
from customer_gql.database.transactions import remembered_of
from customer_gql.shop.websites.tables import store, store_view, website

from .declaration import DECLARED_SETTINGS, GLOBAL, STORE_VIEW, WEBSITE, Setting, T, encode_scope
from .tables import ConfigurationScope, configuration_value as value

_store_view_id: Any = bindparam("store_view_id", type_=BigInteger())
_website_of_view = (
    select(store.c.website_id).join(store_view).where(store_view.c.id == _store_view_id).scalar_subquery()
)
_website_id = func.coalesce(bindparam("website_id", type_=BigInteger()), _website_of_view)
WIDEST_FIRST = case((value.c.scope == GLOBAL.value, 0), (value.c.scope == WEBSITE.value, 1), else_=2)
_SQL_TYPES: Mapping[type, Any] = {int: Integer(), str: Text(), bool: Boolean()}
_set_here = (
    select(value.c.path, value.c.scope, value.c.scope_id, value.c.value, value.c.version)
    .where(
        or_(
            value.c.scope == GLOBAL.value,
            and_(value.c.scope == WEBSITE.value, value.c.scope_id == _website_id),
            and_(value.c.scope == STORE_VIEW.value, value.c.scope_id == _store_view_id),
        ),
    )
    .order_by(WIDEST_FIRST)
)
_ALL_VALUES: Final = compile_statement(_set_here)
_VALUES: Final = compile_statement(_set_here.where(value.c.path == any_(bindparam("paths", type_=ARRAY(Text())))))

_SCOPE_NOT_FOUND: Final = Refusal(
    "setting.scope_not_found", "There is no such website or store view.", UserErrorCode.NOT_FOUND
)


class StoredValue(NamedTuple):
    value: Any
    scope: ConfigurationScope
    scope_id: int
    version: int


class SettingValues:
    """The values of several settings at one scope, by setting, read in one statement."""

    __slots__ = ("_found", "_inherited")

    def __init__(self, widest_first: Iterable[Any]) -> None:
        self._found: dict[str, StoredValue] = {}
        self._inherited: dict[str, Any] = {}
        for row in widest_first:
            if row.path in self._found:
                self._inherited[row.path] = self._found[row.path].value
            scope = ConfigurationScope(row.scope)
            self._found[row.path] = StoredValue(orjson.loads(row.value), scope, row.scope_id, row.version)

    def __getitem__(self, setting: Setting[T]) -> T:
        if setting.is_secret:
            raise TypeError(f"{setting.path} is a secret, which is read with `read_secret`.")
        return self._found[setting.path].value if setting.path in self._found else setting.default

    def inherited(self, setting: Setting[T], scope: ConfigurationScope) -> T:
        """The value that this scope has, or would have, without one of its own."""
        found = self._found.get(setting.path)
        is_own = found is not None and found.scope is scope
        return self._inherited.get(setting.path, setting.default) if is_own else self[setting]

    def stored(self, setting: Setting[Any]) -> StoredValue | None:
        """What is stored, a secret encrypted, and where; None for the default."""
        return self._found.get(setting.path)

    def set_at(self, setting: Setting[Any]) -> ConfigurationScope | None:
        """The scope that the value comes from; None for the default."""
        return self._found[setting.path].scope if setting.path in self._found else None

    def version_at(self, setting: Setting[Any], scope: ConfigurationScope) -> int:
        """Version of the value set at this very scope; 0 when it inherits."""
        found = self._found.get(setting.path)
        return found.version if found is not None and found.scope is scope else 0


async def setting(
    connection: Connection, option: Setting[T], *, website_id: int | None = None, store_view_id: int | None = None
) -> T:
    """The value in effect in a store view, on a website, or globally: the narrowest one set, or the default."""
    return (await settings_at(connection, option, website_id=website_id, store_view_id=store_view_id))[option]


async def settings_at(
    connection: Connection, *options: Setting[Any], website_id: int | None = None, store_view_id: int | None = None
) -> SettingValues:
    """The values in effect in a store view, on a website, or globally. A store view brings its website along.

    A transaction reads them once: the first time all that are set at the scope.
    """
    paths = [option.path for option in options]
    return SettingValues(await _read_rows(connection, paths, _Place(website_id, store_view_id)))


class _Place(NamedTuple):
    """Where a setting applies; a store view brings its website along."""

    website_id: int | None
    store_view_id: int | None

    def scopes_within(self, read: "_Place") -> Collection[str] | None:
        """The scopes whose rows here are among those read at another place; None where there may be more."""
        if self == read:
            return _ALL_SCOPES
        if self.store_view_id is not None:
            return None
        if self.website_id is None:
            return (GLOBAL.value,)
        return (GLOBAL.value, WEBSITE.value) if self.website_id == read.website_id else None


_ALL_SCOPES: Final = tuple(scope.value for scope in ConfigurationScope)


async def _read_rows(connection: Connection, paths: Collection[str], place: _Place) -> list[Any]:
    remembered = remembered_of(connection)
    if remembered is None:
        return await fetch_rows(connection, _VALUES, paths=paths, **place._asdict())
    known: dict[_Place, Sequence[Any]] = remembered.setdefault(_ALL_VALUES, {})
    for read, rows in known.items():
        scopes = place.scopes_within(read)
        if scopes is not None:
            return [row for row in rows if row.path in paths and row.scope in scopes]
    known[place] = await fetch_rows(connection, _ALL_VALUES, **place._asdict())
    return [row for row in known[place] if row.path in paths]


def remember_values(connection: Connection, website_id: int, rows: Sequence[Any]) -> None:
    """Have an open transaction go by all values that are set for the website or globally, which the caller has read."""
    remembered = remembered_of(connection)
    if remembered is not None:
        remembered.setdefault(_ALL_VALUES, {})[_Place(website_id, None)] = rows


def forget_values(connection: Connection) -> None:
    """Have the settings read again in this transaction, after one of them changed."""
    remembered = remembered_of(connection)
    if remembered is not None:
        remembered.pop(_ALL_VALUES, None)


def _forget_outdated(connection: Connection, path: str, scope: ConfigurationScope, found: str | None) -> None:
    """After a lock that may have waited for a change of the value."""
    known: dict[_Place, Sequence[Any]] = (remembered_of(connection) or {}).get(_ALL_VALUES, {})
    for rows in known.values():
        stored = next((row.value for row in rows if row.path == path and row.scope == scope.value), None)
        if scope is not GLOBAL or stored != found:
            forget_values(connection)
            return


async def settings_by_website(connection: Connection, *options: Setting[Any]) -> dict[int, SettingValues]:
    """The values in effect on each website."""
    paths = [option.path for option in options]
    of_options = select(value.c.path, value.c.scope, value.c.scope_id, value.c.value, value.c.version).where(
        equals_any(value.c.path, paths), value.c.scope != STORE_VIEW.value
    )
    rows = await fetch_rows(connection, of_options.order_by(WIDEST_FIRST))

    def values_of(website_id: int) -> SettingValues:
        return SettingValues(row for row in rows if row.scope == GLOBAL.value or row.scope_id == website_id)

    return {one.id: values_of(one.id) for one in await fetch_rows(connection, select(website.c.id))}


_own_value = select(value.c.value).where(
    value.c.path == bindparam("path", type_=Text()),
    value.c.scope == bindparam("scope", type_=Text()),
    value.c.scope_id == bindparam("scope_id", type_=BigInteger()),
)
_OWN_VALUE: Final = compile_statement(_own_value)
_LOCK_OWN_VALUE: Final = compile_statement(_own_value.with_for_update(read=True))


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
    statement = _LOCK_OWN_VALUE if lock else _OWN_VALUE
    found = await fetch_value(connection, statement, path=option.path, scope=scope.value, scope_id=scope_id)
    if lock:
        _forget_outdated(connection, option.path, scope, found)
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
        .order_by(WIDEST_FIRST.desc())
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


async def find_settings_of_group(connection: Connection, group_id: int) -> list[str]:
    """The settings that name this customer group, each with the website or store view at whose scope it does."""
    naming = [setting for setting in DECLARED_SETTINGS.values() if setting.names_group]
    rows = await fetch_rows(
        connection,
        select(value.c.path, value.c.scope, value.c.scope_id, value.c.value)
        .where(equals_any(value.c.path, [setting.path for setting in naming]))
        .order_by(value.c.path, WIDEST_FIRST, value.c.scope_id),
    )
    by_default = [
        setting.path
        for setting in naming
        if setting.default == group_id
        and not any(row.path == setting.path and row.scope == GLOBAL.value for row in rows)
    ]
    named = [row for row in rows if orjson.loads(row.value) == group_id]
    return by_default + [_describe_place(row.path, ConfigurationScope(row.scope), row.scope_id) for row in named]


def _describe_place(path: str, scope: ConfigurationScope, scope_id: int) -> str:
    place = encode_scope(scope, scope_id)
    return path if place is None else f"{path} ({place})"
