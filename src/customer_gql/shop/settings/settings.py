"""Settings of the shop that staff change while it runs, each at the scopes it may be set at (docs/domain/settings.md#settings-5).

A slice declares its settings where it uses them: `CONFIRM = Setting("accounts.confirm_email", False, WEBSITE)`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

import orjson
from sqlalchemy import ARRAY, BigInteger, ColumnElement, Text, and_, any_, bindparam, case, delete, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from customer_gql.core.errors import RuleError, UserErrorCode
from customer_gql.database.statements import Connection, compiled, execute, fetch, fetch_one, fetch_value
from customer_gql.shop.websites.tables import store, store_view, website

from .tables import ConfigurationScope, configuration_value as value

T = TypeVar("T")
GLOBAL: Final = ConfigurationScope.GLOBAL
WEBSITE: Final = ConfigurationScope.WEBSITE
STORE_VIEW: Final = ConfigurationScope.STORE_VIEW
_WIDTH: Final = [GLOBAL, WEBSITE, STORE_VIEW]
_declared: dict[str, "Setting[Any]"] = {}


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """`narrowest` is the narrowest scope it may be set at; a bound holds for whole numbers.

    `check` asks the database whether a value fits, raising `RuleError`s. `own_mutation` is the one that changes the
    setting, where more has to change with it.
    """

    path: str
    default: T
    narrowest: ConfigurationScope
    description: str
    at_least: int | None = None
    at_most: int | None = None
    one_of: tuple[str, ...] = field(default=())
    check: Callable[[Connection, Any], Awaitable[None]] | None = None
    own_mutation: str | None = None

    def __post_init__(self) -> None:
        assert self.path not in _declared, self.path
        _declared[self.path] = self

    def checked(self, given: Any) -> T:
        """The value if it is one of this setting; `RuleError` with what it takes."""
        if isinstance(given, str) and len(given) > 10_000:
            raise RuleError("At most 10,000 characters.", path=["value"], code=UserErrorCode.TOO_LONG)
        if type(given) is not type(self.default):
            raise RuleError(f"{self.path} takes a value like {self.default!r}.", path=["value"])
        if isinstance(given, int) and not isinstance(given, bool):
            low, high = self.at_least, self.at_most
            if (low is not None and given < low) or (high is not None and given > high):
                raise RuleError(f"{self.path} takes {low} to {high}.", path=["value"])
        if self.one_of and given not in self.one_of:
            raise RuleError(f"{self.path} takes one of {', '.join(self.one_of)}.", path=["value"])
        return given


def declared() -> dict[str, Setting[Any]]:
    """Every setting, by path."""
    return _declared


_narrowest_first = case((value.c.scope == STORE_VIEW.value, 0), (value.c.scope == WEBSITE.value, 1), else_=2)
_website_of_view = (
    select(store.c.website_id)
    .join(store_view)
    .where(store_view.c.id == bindparam("store_view_id", type_=BigInteger()))
    .scalar_subquery()
)
_EFFECTIVE = compiled(
    select(value.c.value)
    .where(
        value.c.path == bindparam("path", type_=Text()),
        or_(
            value.c.scope == GLOBAL.value,
            and_(
                value.c.scope == WEBSITE.value,
                or_(
                    value.c.scope_id == bindparam("website_id", type_=BigInteger()),
                    value.c.scope_id == _website_of_view,
                ),
            ),
            and_(value.c.scope == STORE_VIEW.value, value.c.scope_id == bindparam("store_view_id", type_=BigInteger())),
        ),
    )
    .order_by(_narrowest_first)
    .limit(1)
)


async def configured(
    connection: Connection, setting: Setting[T], *, website_id: int | None = None, store_view_id: int | None = None
) -> T:
    """What holds in a store view, on a website, or everywhere: the narrowest value set, or the default."""
    found = await fetch_one(
        connection, _EFFECTIVE, path=setting.path, website_id=website_id, store_view_id=store_view_id
    )
    return setting.default if found is None else orjson.loads(found.value)


@dataclass(frozen=True, slots=True)
class Effective:
    """A setting with the value that holds at one scope, and the scope it was set at; None is the default's."""

    setting: Setting[Any]
    value: Any
    set_at: ConfigurationScope | None


async def effective(connection: Connection, scope: ConfigurationScope, scope_id: int) -> list[Effective]:
    """Every setting as it holds at a scope, by path, in one statement."""
    chain = await scopes_above(connection, scope, scope_id)
    along = [and_(value.c.scope == at.value, value.c.scope_id == id) for at, id in chain]
    rows = await fetch(connection, select(value).where(or_(*along)))
    found = {(row.path, row.scope): orjson.loads(row.value) for row in rows}
    return [_effective(setting, found, [at for at, _ in chain]) for _, setting in sorted(_declared.items())]


def _effective(
    setting: Setting[Any], found: Mapping[tuple[str, str], Any], narrowest_first: Sequence[ConfigurationScope]
) -> Effective:
    for scope in narrowest_first:
        if (setting.path, scope.value) in found:
            return Effective(setting, found[setting.path, scope.value], scope)
    return Effective(setting, setting.default, None)


async def scopes_above(
    connection: Connection, scope: ConfigurationScope, scope_id: int
) -> list[tuple[ConfigurationScope, int]]:
    """The scope and those it inherits from, the narrowest first. `RuleError` when there is no such scope."""
    if scope is GLOBAL:
        return [(GLOBAL, 0)]
    known = select(website.c.id) if scope is WEBSITE else select(store.c.website_id).join(store_view)
    column = website.c.id if scope is WEBSITE else store_view.c.id
    website_id = await fetch_value(connection, known.where(column == scope_id))
    if website_id is None:
        raise RuleError("There is no such website or store view.", path=["scope"], code=UserErrorCode.NOT_FOUND)
    above = [(WEBSITE, website_id), (GLOBAL, 0)]
    return above if scope is WEBSITE else [(STORE_VIEW, scope_id), *above]


async def stored(connection: Connection, setting: Setting[T], scope: ConfigurationScope, scope_id: int) -> T | None:
    """What is set at this very scope; None when it inherits."""
    found = await fetch_value(connection, select(value.c.value).where(*_at(setting, scope, scope_id)))
    return None if found is None else orjson.loads(found)


async def reset(connection: Connection, setting: Setting[Any], scope: ConfigurationScope, scope_id: int) -> None:
    """Inherit again from the wider scope."""
    await execute(connection, delete(value).where(*_at(setting, scope, scope_id)))


def _at(setting: Setting[Any], scope: ConfigurationScope, scope_id: int) -> list[ColumnElement[bool]]:
    return [value.c.path == setting.path, value.c.scope == scope.value, value.c.scope_id == scope_id]


_IN_FORCE = compiled(
    select(value.c.path, value.c.value)
    .where(
        value.c.path == any_(bindparam("paths", type_=ARRAY(Text()))),
        or_(
            value.c.scope == GLOBAL.value,
            and_(value.c.scope == WEBSITE.value, value.c.scope_id == bindparam("website_id", type_=BigInteger())),
            and_(value.c.scope == STORE_VIEW.value, value.c.scope_id == bindparam("store_view_id", type_=BigInteger())),
        ),
    )
    .order_by(_narrowest_first.desc())
)


class InForce:
    """The values of several settings at one place, read in one statement."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def __getitem__(self, setting: Setting[T]) -> T:
        return self._values.get(setting.path, setting.default)


async def in_force(
    connection: Connection, *settings: Setting[Any], website_id: int | None = None, store_view_id: int | None = None
) -> InForce:
    """What holds on a website and in a store view of it; name both where both are known."""
    paths = [setting.path for setting in settings]
    rows = await fetch(connection, _IN_FORCE, paths=paths, website_id=website_id, store_view_id=store_view_id)
    return InForce({row.path: orjson.loads(row.value) for row in rows})


async def held(connection: Connection, setting: Setting[T]) -> T:
    """The value everywhere of a setting whose row always exists; nobody changes it until the transaction ends."""
    found = await fetch_one(
        connection,
        select(value.c.value)
        .where(value.c.path == setting.path, value.c.scope == GLOBAL.value, value.c.scope_id == 0)
        .with_for_update(read=True),
    )
    return setting.default if found is None else orjson.loads(found.value)


async def configure(
    connection: Connection, setting: Setting[T], given: T, *, scope: ConfigurationScope = GLOBAL, scope_id: int = 0
) -> None:
    """Set a value at one scope. Refused at a scope narrower than the setting's."""
    if _WIDTH.index(scope) > _WIDTH.index(setting.narrowest):
        raise RuleError(f"{setting.path} cannot be set for a {scope.value.lower()}.", path=["scope"])
    encoded = orjson.dumps(setting.checked(given)).decode()
    if setting.check is not None:
        await setting.check(connection, given)
    insert = upsert(value).values(path=setting.path, scope=scope.value, scope_id=scope_id, value=encoded)
    await execute(
        connection,
        insert.on_conflict_do_update(
            index_elements=["path", "scope", "scope_id"], set_={"value": insert.excluded.value}
        ),
    )
