"""Settings that are read by the statement that locks a row of their website."""

from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Text, and_, cast, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from customer_gql.database.statements import Connection

from .declaration import GLOBAL, WEBSITE
from .reads import WIDEST_FIRST, remember_values
from .tables import configuration_value as value

_is_global, _is_of_website = (value.c.scope == literal_column(f"'{scope.value}'") for scope in (GLOBAL, WEBSITE))


class SetValue(NamedTuple):
    """A row of those that are set, its value as JSON."""

    path: str
    scope: str
    scope_id: int
    value: str
    version: int


def select_values_for(website_id: ColumnElement[Any]) -> ColumnElement[Any]:
    """All values that are set globally or for the website of a row, for `remember_listed_values`."""
    row = func.jsonb_build_array(
        value.c.path, value.c.scope, value.c.scope_id, cast(value.c.value, Text()), value.c.version
    )
    listed = func.jsonb_agg(aggregate_order_by(row, WIDEST_FIRST))
    return select(listed).where(or_(_is_global, and_(_is_of_website, value.c.scope_id == website_id))).scalar_subquery()


def remember_listed_values(connection: Connection, website_id: int, listed: str | None) -> None:
    """Have an open transaction go by what `select_values_for` gave for the website."""
    remember_values(connection, website_id, [SetValue(*each) for each in orjson.loads(listed or "[]")])
