"""What uses a website or a store view, so that it cannot be deleted (docs/domain/websites.md#websites-7).

Slices declare the columns in which they keep websites and store views: `WEBSITE_USES` and `STORE_VIEW_USES` in `slice.py`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Text,
    any_,
    lateral,
    literal,
    literal_column,
    select,
    true,
    union_all,
)

from customer_gql.database.statements import Connection, fetch_rows
from customer_gql.loading.reads import Read, all_by

from .tables import store, store_view, website


@dataclass(frozen=True, slots=True)
class Use:
    """`name` is a plural as in `customers`; `column` holds the id, or an array of ids. One that `fixes_currency` is in the base
    currency of the website."""

    name: str
    column: ColumnElement[Any]
    fixes_currency: bool = False


CURRENCY_USES: Final[list[Use]] = []
"""Columns with currencies in which the shop keeps something for every website that has this base currency."""


WEBSITE_USES: Final[list[Use]] = [Use("stores", store.c.website_id)]
STORE_VIEW_USES: Final[list[Use]] = []
_STORE_USES: Final = [Use("store views", store_view.c.store_id)]
ON_SCOPE_DELETED: Final[list[Callable[[Connection, str, int], Awaitable[object]]]] = []
"""What slices delete with a website or store view in use by nobody, by the name of its table and its id."""


def _find_uses(of: FromClause, uses: list[Use]) -> Read:
    """The name of each use of a record. One row of each is looked for, however many there are."""
    found = []
    for use in uses:
        is_of = of.c.id == (any_(use.column) if isinstance(use.column.type, ARRAY) else use.column)
        one: Any = lateral(select(literal_column("1").label("one")).where(is_of).limit(literal_column("1")))
        name = literal_column(f"'{use.name}'", Text()).label("name")
        found.append(select(of.c.id.label("id"), name).select_from(of.join(one, true())))
    named = union_all(*found).subquery("used")
    return all_by(select(named.c.id, named.c.name).order_by(named.c.name), named.c.id)


@cache
def uses_by_website() -> Read:
    return _find_uses(website, WEBSITE_USES)


@cache
def uses_by_store() -> Read:
    return _find_uses(store, _STORE_USES)


@cache
def uses_by_store_view() -> Read:
    return _find_uses(store_view, STORE_VIEW_USES)


async def find_uses(connection: Connection, read: Read, id: int) -> list[str]:
    return [row.name for row in await fetch_rows(connection, read.statement, **{key: [id] for key in read.keys})]


def _is_used(use: Use, id: int) -> ColumnElement[bool]:
    return literal(id, BigInteger()) == (any_(use.column) if isinstance(use.column.type, ARRAY) else use.column)


async def find_currency_uses(connection: Connection, website_id: int, currency: str) -> list[str]:
    """What is kept in this currency, the base currency of the website."""
    views = select(store_view.c.id).join(store).where(store.c.website_id == website_id)
    conditions = {
        **{use.name: _is_used(use, website_id) for use in WEBSITE_USES if use.fixes_currency},
        **{use.name: use.column == currency for use in CURRENCY_USES},
        **{use.name: use.column.in_(views) for use in STORE_VIEW_USES if use.fixes_currency},
    }
    one = literal_column("1")
    rows = {
        name: await fetch_rows(connection, select(one).where(condition).limit(one))
        for name, condition in sorted(conditions.items())
    }
    return [name for name, found in rows.items() if found]
