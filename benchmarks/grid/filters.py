"""Filters by every indexed column against the page without a filter: equality by the usual sort, ranges sorted by themselves."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final

import orjson
from sqlalchemy import func, select

from customer_gql.administration.customer_grid.filters import CUSTOMERS
from customer_gql.core.ids import encode_id
from customer_gql.core.money import minor_digits
from customer_gql.database.statements import Connection, Row, fetch_rows
from customer_gql.loading.grids.columns import ColumnType, GridColumn
from customer_gql.loading.grids.filters import FilterTree
from customer_gql.loading.grids.orders import SortBy

from .client import GridClient
from .pages import DIRECTIONS, page_statement
from .plans import measure_in_turn

INDEXED: Final = [column for column in CUSTOMERS.columns.values() if column.is_indexed]
_SHARES: Final = (0.0, 0.5, 0.9, 1.0)
"""Of the distinct values by frequency: the most frequent one, one in the middle, rarer ones."""


@dataclass(frozen=True)
class FilterCase:
    """A filter, and the sort it is combined with."""

    kind: str
    filter: FilterTree
    sort: tuple[SortBy, ...] = ()

    @property
    def name(self) -> str:
        by = "".join(f" by {it.key} {DIRECTIONS[it.is_descending]}" for it in self.sort)
        return f"{orjson.dumps(self.filter, default=str).decode()}{by}"


async def compare_filters(client: GridClient, rounds: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for column in INDEXED:
        async with client.database.grids.acquire() as connection:
            cases = list(_cases_of(column, await _sample_values(connection, column)))
            statements = {"unfiltered": page_statement()}
            statements |= {case.name: page_statement(filter=case.filter, sort=case.sort) for case in cases}
            costs = await measure_in_turn(connection, statements, rounds)
        unfiltered = costs["unfiltered"]
        for case in cases:
            cost = costs[case.name]
            ratio = cost.milliseconds / unfiltered.milliseconds
            print(f"{case.kind} {case.name}: {ratio:.2f}  {cost.shape}", flush=True)
            found.append({"column": column.key, "kind": case.kind, "case": case.name, "ratio": ratio} | asdict(cost))
    return found


async def _sample_values(connection: Connection, column: GridColumn) -> list[Row]:
    """Values of a column between the most frequent one and the rarest, with their currency where they are money."""
    value: Any = func.unnest(column.value) if column.type is ColumnType.TAGS else column.value
    shown = [value.label("value"), *([column.currency.label("currency")] if column.currency is not None else [])]
    valued = select(*shown).select_from(CUSTOMERS.source).where(column.value.is_not(None)).subquery()
    counted = select(*valued.c, func.count().label("count")).group_by(*valued.c).cte("counted")
    order = (counted.c["count"].desc(), *[counted.c[name.key] for name in valued.c])
    placed = select(
        counted, (func.row_number().over(order_by=order) - 1).label("place"), func.count().over().label("all")
    ).subquery()
    wanted = [func.floor(share * (placed.c["all"] - 1)) for share in _SHARES]
    return await fetch_rows(connection, select(placed).where(placed.c.place.in_(wanted)).order_by(placed.c.place))


def _cases_of(column: GridColumn, rows: list[Row]) -> Iterator[FilterCase]:
    for row in rows:
        if equal := _equality(column, row):
            yield FilterCase("equality", {column.key: equal})
    if column.sort_key is None:
        return
    for row in rows[1:] or rows:
        for given in _ranges(column, row):
            for is_descending in DIRECTIONS:
                yield FilterCase("range", {column.key: given}, (SortBy(column.sort_key, is_descending),))


def _equality(column: GridColumn, row: Row) -> FilterTree | None:
    match column.type:
        case ColumnType.DATE | ColumnType.DATE_TIME:
            return None
        case ColumnType.MONEY:
            return {"currency": row.currency, "eq": _amount(row)}
        case ColumnType.TAGS:
            return {"hasAll": [row.value]}
        case ColumnType.ID:
            return {"eq": encode_id(str(column.id_prefix), row.value)}
        case _:
            return {"eq": row.value}


def _ranges(column: GridColumn, row: Row) -> list[FilterTree]:
    """What a column has of ranges; one with few values has none but a list of them."""
    match column.type:
        case ColumnType.DATE | ColumnType.DATE_TIME | ColumnType.INTEGER:
            return [{"gte": row.value}, {"lt": row.value}]
        case ColumnType.MONEY:
            return [{"currency": row.currency, sign: _amount(row)} for sign in ("gte", "lt")]
        case ColumnType.STRING:
            return [{"startsWith": row.value[:length]} for length in (1, 2, 3, 5)]
        case ColumnType.ENUM:
            return [{"in": [row.value]}]
        case _:
            return []


def _amount(row: Row) -> Decimal:
    return Decimal(row.value).scaleb(-minor_digits(row.currency))
